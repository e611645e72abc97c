/* What a repair may do about one violated row.  Part of repair.c, which says how such moves are weighed.
 *
 * Both look for the move of the most relief, at least `least`; by == 0 where there is none.  Columns that
 * rest stay.  Cost: the entries of the row's columns; for a shift also those of their equations.
 */
#ifndef QB_MODEL_REPAIR_MOVES_H
#define QB_MODEL_REPAIR_MOVES_H

#include "harness/model/repair_state.h"

/* Each of the row's columns by what is missing; integers by a little less or more than that, and by one while
 * relief counts at all (least > 0). */
qb_repair_move qb_repair_best_move(qb_repair_state *state, uint32_t row, double least);

/* One of the row's binary columns flips towards it, and another column keeps an equation that held. */
qb_repair_move qb_repair_best_shift(qb_repair_state *state, uint32_t row, double least);

#endif
