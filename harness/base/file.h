/* Whole files in and out.
 *
 * Inputs are read into memory under a cap, .gz (recognised by its content) is unpacked under the same cap.
 * Outputs appear under their name complete or not at all.
 */
#ifndef QB_BASE_FILE_H
#define QB_BASE_FILE_H

#include "harness/base/status.h"

#include <stddef.h>

/* No instance or result that fits in memory is larger. */
#define QB_FILE_LIMIT ((size_t)4 << 30)

/* Reads `path` ("-": standard input) into *data [*size + 1], NUL-terminated beyond its size; unpacks gzip
 * (members one after another are concatenated).  At most `limit` bytes, before and after unpacking.
 * Ownership: the caller, with qb_free.  Errors: QB_ENVIRONMENT (unreadable), QB_BAD_INPUT (missing, too
 * large, damaged gzip, a directory), QB_NO_MEMORY. */
qb_status qb_file_read(const char *path, size_t limit, char **data, size_t *size, qb_diag *diag);

/* Unpacks a gzip in memory; the same contract.  `path` is for messages. */
qb_status qb_file_gunzip(const char *path, const void *packed, size_t packed_size, size_t limit, char **data,
                         size_t *size, qb_diag *diag);

/* Writes `path` atomically: temporary name beside it, fsync, rename, fsync of the folder.  What is not a
 * regular file (a pipe, /dev/null) is written in place.  Errors: QB_ENVIRONMENT (disk full, no such folder):
 * the old content, if any, is still there. */
qb_status qb_file_write(const char *path, const void *data, size_t size, qb_diag *diag);

/* Makes the folder and its parents where they are missing.  Errors: QB_ENVIRONMENT. */
qb_status qb_file_make_folder(const char *path, qb_diag *diag);

#endif
