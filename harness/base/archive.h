/* A .tar.gz written member by member, with the SHA-256 of each in a last member SHA256SUMS (as sha256sum -c
 * reads them).
 *
 * The format is POSIX ustar: readable everywhere.  Members have no owner and no date, so that the same
 * content gives the same bytes.  The archive appears under its name complete or not at all. Source:
 * POSIX.1-2017, pax, "ustar interchange format".
 */
#ifndef QB_BASE_ARCHIVE_H
#define QB_BASE_ARCHIVE_H

#include "harness/base/status.h"

#include <stddef.h>

typedef struct qb_archive qb_archive;

/* Every member's name gets `folder` and a slash before it.  Errors: QB_ENVIRONMENT (not writable),
 * QB_NO_MEMORY.  Ends with qb_archive_close or qb_archive_discard. */
qb_status qb_archive_open(const char *path, const char *folder, qb_archive **archive, qb_diag *diag);

/* Adds what is in memory, or a file of any size below 8 GiB.  Names with their folder have at most 99 bytes.
 * Errors: QB_BAD_INPUT (no such file, too large, name too long), QB_ENVIRONMENT (disk full). */
qb_status qb_archive_add(qb_archive *archive, const char *name, const void *data, size_t size, qb_diag *diag);
qb_status qb_archive_add_file(qb_archive *archive, const char *name, const char *path, qb_diag *diag);

/* Writes SHA256SUMS and the end, syncs and renames; frees the archive whatever comes of it. */
qb_status qb_archive_close(qb_archive *archive, qb_diag *diag);
void qb_archive_discard(qb_archive *archive); /* NULL is fine */

#endif
