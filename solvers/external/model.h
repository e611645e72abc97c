/* The model as a program outside sees it, and the way back.
 *
 * The file is to be minimised, its variables are x1, x2, ..., it has no constant: what is maximised is
 * negated.  Names of the source never leave the house, so that none can break a format.
 */
#ifndef QB_SOLVERS_EXTERNAL_MODEL_H
#define QB_SOLVERS_EXTERNAL_MODEL_H

#include "harness/base/text.h"
#include "solvers/solver.h"

typedef struct qb_external_model {
    const qb_model *model;
    qb_problem anonymous; /* a view of the model without names and constant, for readers of solutions */
    uint32_t variables;
    double sign, constant; /* the model's value is sign * value in the file + constant */
    double *x;             /* [variables] the last solution */
    uint8_t *bits;         /* [variables] the same for a QUBO, else NULL */
} qb_external_model;

/* Errors: QB_NO_MEMORY.  Close with qb_external_model_close.  model outlives it. */
qb_status qb_external_model_open(const qb_model *model, qb_external_model *made);
void qb_external_model_close(qb_external_model *model);

/* Appends the model as MPS (fixed columns) or as a qbsolv file.  Errors: QB_REFUSED, QB_NO_MEMORY. */
qb_status qb_external_model_write(const qb_external_model *model, qb_text *out, qb_diag *diag);

/* Publishes x, of which the program says that it is worth `said` (in the file's terms; NAN: it says nothing).
 * Integers that miss a whole number by at most 1e-6 are rounded.  With `printed`, a value that agrees to the
 * digits that a program prints is taken as the exact one; without, and where it does not agree, the
 * program's own word goes to the referee.  *claim gets what was claimed.  QB_INTERNAL: not 0 or 1 in a QUBO.
 */
qb_status qb_external_model_publish(qb_external_model *model, double said, bool printed, qb_budget *budget,
                                    double *claim, qb_diag *diag);

#endif
