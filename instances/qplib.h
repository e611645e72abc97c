/* What the two halves of the QPLIB format share. */
#ifndef QB_INSTANCES_QPLIB_H
#define QB_INSTANCES_QPLIB_H

#include "harness/base/text.h"
#include "harness/model/problem.h"

/* Appends the problem in its own sense.  Ising models and cuts are expanded into 0/1 terms.  Errors:
 * QB_REFUSED (weights too large to be doubled, names with blanks), QB_NO_MEMORY. */
qb_status qb_qplib_write(const qb_problem *problem, qb_text *out, qb_diag *diag);

#endif
