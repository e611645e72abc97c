/* Angles of a QAOA circuit that cost no training: ramps, published averages, interpolation.
 *
 * Gammas multiply the source objective C (statevector.h), so published ones are rescaled to the instance:
 * with the couplings J_t of the spin form of C, gamma = gamma_published / rms(2 |J_t|), which leaves an
 * unweighted cut alone.  With beta, gamma > 0 a state moves to larger C; for minimisation betas are negated.
 *
 * Source of the scaling: Sureshbabu et al., "Parameter setting in quantum approximate optimization of
 * weighted problems", Quantum 8, 1231 (2024).
 */
#ifndef QB_KERNELS_QAOA_ANGLES_H
#define QB_KERNELS_QAOA_ANGLES_H

#include "solvers/kernels/diagonal.h"

/* One published set; degree 0 is the Sherrington-Kirkpatrick model; the list ends with depth 0. */
typedef struct qb_angle_row {
    uint32_t degree, depth;
    const double *gammas, *betas; /* [depth] */
} qb_angle_row;

extern const qb_angle_row qb_angle_rows[];

/* 1 / rms(2 |J_t|) over the couplings (spin terms of order 2 and more; over the fields when there are none;
 * 1 for a constant cost): the natural unit of gamma on this instance. */
double qb_qaoa_unit(const qb_cost *cost);

/* A linear ramp, as an annealing schedule: with f_l = (l - 1/2) / depth,
 * gamma_l = f_l step unit, beta_l = +-(1 - f_l) step. */
void qb_qaoa_ramp(const qb_cost *cost, uint32_t depth, double step, double *gammas, double *betas);

/* Published averages: of the regular graph whose degree is nearest to the mean number of couplings of a
 * variable where that is at most 11, else of the Sherrington-Kirkpatrick model; interpolated where the depth
 * is not listed.  *source: a static text that names the set. */
void qb_qaoa_fixed(const qb_cost *cost, uint32_t depth, double *gammas, double *betas, const char **source);

/* Angles for depth `to` from those for depth `from` >= 1 by linear interpolation along the schedule.
 * Source: Zhou et al., Phys. Rev. X 10, 021067 (2020), strategy INTERP, applied depth by depth.
 * from_angles and to_angles may not overlap. */
void qb_qaoa_interpolate(uint32_t from, const double *from_angles, uint32_t to, double *to_angles);

#endif
