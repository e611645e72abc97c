/* Solutions as text: 0/1 strings, `name value` lines, a `solve --json` object, and the .sol files of other
 * solvers. */
#ifndef QB_MODEL_SOLUTION_H
#define QB_MODEL_SOLUTION_H

#include "harness/model/problem.h"

/* Parses `text` [size] as a vector of the problem.  Names not listed are 0.  file is for messages.
 * Accepted: 0/1 text (white space ignored), `name value` lines, `solve --json`, .sol of GAMS/QPLIB, SCIP,
 * CBC, HiGHS, Gurobi. Errors: QB_BAD_INPUT with FILE:LINE, QB_NO_MEMORY. */
qb_status qb_solution_parse(const qb_problem *problem, const char *file, const char *text, size_t size,
                            double *v /* [columns] */, qb_diag *diag);

/* '0'/'1' string of an all-binary problem, NUL-terminated. */
void qb_solution_bits(const qb_problem *problem, const double *v, char *text /* [columns + 1] */);

#endif
