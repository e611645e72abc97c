/* Bounds of columns, drawn in to what the rows leave of them. */
#ifndef QB_MODEL_BOUNDS_H
#define QB_MODEL_BOUNDS_H

#include "harness/model/problem.h"

/* Which columns take integer values in every feasible vector: those of an integer type, and a continuous one
 * that an equality row gives as an integer combination of such columns (often the objective's own).
 * O(entries) a sweep, a few sweeps. */
void qb_bounds_find_integral(const qb_mip *mip, bool *integral /* [columns] */);

/* Fills lower and upper [columns] from the mip, integral ones rounded inwards, then draws in what a row,
 * taken by itself, forbids; a few sweeps, until nothing moves.  No vector that the referee takes is lost:
 * rows and continuous bounds are loosened by its tolerance and by what sums may round; one that is not
 * integral moves only where it was infinite.  Errors: QB_INFEASIBLE when a column or row is left with
 * nothing; QB_REFUSED when it took columns whose type is not integer as integral.  O(entries) a sweep.
 * Source: M. W. P. Savelsbergh, "Preprocessing and probing techniques for mixed integer programming
 * problems", ORSA Journal on Computing 6 (1994) 445-454, section 1.1. */
qb_status qb_bounds_tighten(const qb_mip *mip, const bool *integral /* [columns] */,
                            double *lower /* [columns] */, double *upper /* [columns] */, qb_diag *diag);

#endif
