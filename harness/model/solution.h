/* Solutions as text, in and out.
 *
 * Read: 0/1 text, `name value` lines, a `solve --json` object, and the solution files of GAMS/QPLIB, SCIP,
 * CBC, HiGHS, Gurobi and lp_solve; recognised by content:
 *
 *   first line                        dialect and its lines
 *   { ...                             JSON with "solution": a 0/1 string, or an object of name and value
 *   only 0 and 1                      a bit a variable, white space ignored; a line of the value may precede
 *   solution status: ...              SCIP: name value (obj:...)
 *   Model status                      HiGHS: name value below "# Columns"
 *   Optimal - objective value ...     CBC: index name value cost, perhaps with ** before
 *   Value of objective function: ...  lp_solve: name value below "Actual values of the variables:"
 *   objvar ...                        GAMS: name value; of an unnamed problem, bK is variable K - 1
 *   anything else                     name value; or one number a line: the variables that are 1, from 1
 *
 * Lines that begin with # are comments.  A variable of an unnamed problem is called xK or x#K, K from 1.
 * Names that are not listed are 0.
 */
#ifndef QB_MODEL_SOLUTION_H
#define QB_MODEL_SOLUTION_H

#include "harness/model/problem.h"

/* Parses `text` [size], which need not be NUL-terminated, as a vector of the problem.  file is for messages.
 * Errors: QB_BAD_INPUT with FILE:LINE (an unknown name, one that is listed twice, a wrong count, a file that
 * says it holds no solution), QB_NO_MEMORY; v is untouched then.  O(size + columns). */
qb_status qb_solution_parse(const qb_problem *problem, const char *file, const char *text, size_t size,
                            double *v /* [columns] */, qb_diag *diag);

/* '0'/'1' string of an all-binary problem, NUL-terminated. */
void qb_solution_bits(const qb_problem *problem, const double *v, char *text /* [columns + 1] */);

#endif
