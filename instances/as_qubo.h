/* A problem's objective as a 0/1 polynomial to be minimised, for the writers of QUBO formats.
 *
 *   f(x) = constant + sum_i linear[i] x_i + sum_k weight_k x_i x_j
 *
 * An Ising form or a cut is expanded (s = 2x - 1; a cut edge is x_i + x_j - 2 x_i x_j); what was to be
 * maximised is negated, since these formats only minimise.
 */
#ifndef QB_INSTANCES_AS_QUBO_H
#define QB_INSTANCES_AS_QUBO_H

#include "harness/model/problem.h"

typedef struct qb_as_qubo {
    double constant;
    uint32_t n;
    double *linear; /* [n] */
    uint64_t linear_nonzeros, pairs;
    qb_pair *pair; /* [pairs], sorted by (i, j), i < j */
    bool negated;  /* the source maximises */
} qb_as_qubo;

/* `format` is for the message.  Free with qb_as_qubo_free.  Errors: QB_REFUSED (a MIP; weights that
 * leave the range of doubles), QB_NO_MEMORY. */
qb_status qb_as_qubo_minimise(const qb_problem *problem, const char *format, qb_as_qubo *qubo, qb_diag *diag);

/* The same in the source's own sense. */
qb_status qb_as_qubo_expand(const qb_problem *problem, const char *format, qb_as_qubo *qubo, qb_diag *diag);

/* The same, and the problem as a program with that objective; the view lives as long as both. */
qb_status qb_as_qubo_view(const qb_problem *problem, const char *format, qb_as_qubo *qubo, qb_mip *view,
                          qb_diag *diag);

void qb_as_qubo_free(qb_as_qubo *qubo);

#endif
