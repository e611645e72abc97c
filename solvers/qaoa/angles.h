/* Where the angles of the qaoa solver come from. */
#ifndef QB_SOLVERS_QAOA_ANGLES_H
#define QB_SOLVERS_QAOA_ANGLES_H

#include "solvers/qaoa/run.h"

/* Sets the angles of a circuit of `depth` layers before any training: given, published, or a ramp; with whom
 * they come from and what they were fitted on. */
void angles_start(solver *s, uint32_t depth);

/* Trains the angles from where they are, on exact measures (within the budget's simulation; with the portrait
 * of the landscape, where asked for) or from counted shots.  They hold the best, or from shots the last, also
 * where it ends early.  Errors: QB_STOPPED, QB_NO_MEMORY, QB_REFUSED (shifts that are not exact here). */
qb_status angles_train(solver *s, qb_budget *budget, qb_diag *diag);

#endif
