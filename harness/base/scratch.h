/* A folder for a while: made in $TMPDIR (else /tmp), private, gone with its owner.
 *
 * A process that is killed cannot clean up.  The folder is locked while its owner lives, the lock ends with
 * the process, and whoever opens the next one removes those that nobody holds.
 */
#ifndef QB_BASE_SCRATCH_H
#define QB_BASE_SCRATCH_H

#include "harness/base/status.h"

#include <stddef.h>

typedef struct qb_scratch qb_scratch;

/* Errors: QB_ENVIRONMENT (no such folder, disk full), QB_NO_MEMORY.  Close with qb_scratch_close, which
 * removes the folder and all in it; NULL is fine. */
qb_status qb_scratch_open(qb_scratch **scratch, qb_diag *diag);
void qb_scratch_close(qb_scratch *scratch);

/* Absolute, without a '/' at its end; lives as long as the scratch. */
const char *qb_scratch_path(const qb_scratch *scratch);

/* Writes the file `name` in it.  Errors: QB_ENVIRONMENT (disk full). */
qb_status qb_scratch_write(const qb_scratch *scratch, const char *name, const void *data, size_t size,
                           qb_diag *diag);

/* Reads the file `name` that somebody else has put there into *data [*size + 1], NUL-terminated, the
 * caller's with qb_free.  Errors: QB_ENVIRONMENT (there is none), QB_BAD_INPUT (larger than `limit`; a link,
 * a pipe, a folder), QB_NO_MEMORY. */
qb_status qb_scratch_read(const qb_scratch *scratch, const char *name, size_t limit, char **data,
                          size_t *size, qb_diag *diag);

#endif
