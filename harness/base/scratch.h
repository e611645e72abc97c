/* A folder for a while: made in $TMPDIR (else /tmp), private, gone with its owner.
 *
 * A process that is killed cannot clean up.  The folder is locked while its owner lives, the lock ends with
 * the process, and whoever opens the next one removes those that nobody holds.
 */
#ifndef QB_BASE_SCRATCH_H
#define QB_BASE_SCRATCH_H

#include "harness/base/status.h"

typedef struct qb_scratch qb_scratch;

/* Errors: QB_ENVIRONMENT (no such folder, disk full), QB_NO_MEMORY.  Close with qb_scratch_close, which
 * removes the folder and all in it; NULL is fine. */
qb_status qb_scratch_open(qb_scratch **scratch, qb_diag *diag);
void qb_scratch_close(qb_scratch *scratch);

/* Absolute, without a '/' at its end; lives as long as the scratch. */
const char *qb_scratch_path(const qb_scratch *scratch);

#endif
