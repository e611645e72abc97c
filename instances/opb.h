/* What the two halves of the opb format share. */
#ifndef QB_INSTANCES_OPB_H
#define QB_INSTANCES_OPB_H

#include "harness/base/text.h"
#include "harness/model/problem.h"

/* Appends the problem in its own sense.  Ising models and cuts are expanded into 0/1 terms.  Errors:
 * QB_REFUSED (variables that are not 0/1, numbers that are no integers up to 2^53, names that the format
 * cannot hold), QB_NO_MEMORY. */
qb_status qb_opb_write(const qb_problem *problem, qb_text *out, qb_diag *diag);

#endif
