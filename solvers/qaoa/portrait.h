/* Diagnostics of the qaoa solver that figures are drawn from; nothing here reaches the answer. */
#ifndef QB_SOLVERS_QAOA_PORTRAIT_H
#define QB_SOLVERS_QAOA_PORTRAIT_H

#include "solvers/kernels/qaoa_train.h"

/* Which objectives shots had and how often, as details shot_values and shot_counts: every value that occurs,
 * or the middles of so many equal parts of their range where more do.  Sorts value [count]. */
#define PORTRAIT_VALUES 512
void portrait_shots(double *value, uint64_t count, qb_budget *budget);

/* <C> at depth 1 on side x side points, gamma over [0, pi / 2] natural units, beta over [-pi / 4, pi / 4], as
 * details: landscape_values by rows of beta, landscape_gamma and landscape_beta (the ends), path_gammas and
 * path_betas.  Spends the passes.  Errors: QB_STOPPED, QB_NO_MEMORY. */
#define PORTRAIT_SIDE 48 /* at most: so many numbers fit into details */
qb_status portrait_landscape(qb_qaoa *state, double unit, uint32_t side, const qb_qaoa_path *path,
                             qb_budget *budget, qb_diag *diag);

#endif
