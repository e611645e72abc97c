/* What the two halves of the LP format share, and what reads another program's answer to such a file. */
#ifndef QB_INSTANCES_LP_H
#define QB_INSTANCES_LP_H

#include "instances/aliases.h"

/* Begins a comment that gives a name. */
#define QB_LP_MARK "\\qubout"

/* Appends the problem in its own sense, its quadratic terms as `[ ... ] / 2`.  Ising models and cuts are
 * expanded into 0/1 terms.  Errors: QB_REFUSED (sides beyond 1e30, weights too
 * large to be doubled), QB_NO_MEMORY. */
qb_status qb_lp_write(const qb_problem *problem, qb_text *out, qb_diag *diag);

/* The names in such a file: the original ones where LP files can hold them, or C1, C2, ... */
qb_naming qb_lp_naming(const qb_mip *mip);

#endif
