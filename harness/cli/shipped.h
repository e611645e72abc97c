/* The experiment files that ship with qubout. */
#ifndef QB_CLI_SHIPPED_H
#define QB_CLI_SHIPPED_H

#include "harness/base/status.h"

/* Visits them by name.  They lie in $QUBOUT_EXPERIMENTS, else beside the shipped instances
 * (share/qubout/experiments, or harness/experiments of the source tree).  Errors: QB_ENVIRONMENT (no such
 * folder), QB_BAD_INPUT (a broken file). */
typedef void (*qb_shipped_visit)(void *context, const char *path, const char *name, const char *question);
qb_status qb_shipped_experiments(qb_shipped_visit visit, void *context, qb_diag *diag);

#endif
