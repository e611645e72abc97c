/* Simulated bifurcation: a classical oscillator for each spin, driven through its bifurcation by a pull that
 * fades.  32 replicas in step.
 *
 *   y_i += dt (-(1 - a) x_i + c (h_i + sum_j J_ij z_j)),   x_i += dt y_i,   a = (step + 1) / steps
 *   z_j = x_j (ballistic) or sign(x_j) (discrete);   where |x_i| > 1: x_i = sign(x_i), y_i = 0
 *
 * with J, h of replicas.h, all forces from the positions before the step.  The answer is sign(x).  Forces
 * are scaled by
 *
 *   c = coupling sqrt(N - 1) / sqrt(sum_{i != j} J_ij^2),   coupling = 1/2 at the source,
 *
 * where fields are couplings to one more spin that always points up; N counts it if there are any.
 *
 * Determinism: the same (model, options, seed, calls) give the same positions on every tier.
 * Work: one unit a spin and one a coupling, per replica and step.  Memory: 400 bytes a spin, 4 a coupling.
 * Source: Goto, Endo, Suzuki et al., Science Advances 7 (2021) eabe7953.  The spin for the fields and the
 * rule for dt are ours.
 */
#ifndef QB_KERNELS_BIFURCATION_H
#define QB_KERNELS_BIFURCATION_H

#include "harness/base/budget.h"
#include "harness/base/rng.h"
#include "solvers/kernels/replicas.h"

#include <stdbool.h>

typedef struct qb_bifurcation {
    qb_replica_form form; /* of factor c */
    bool discrete;
    float dt;
    double scale;                  /* c */
    qb_replica_row *x, *y, *force; /* [n] */
    qb_rng rng;
} qb_bifurcation;

/* dt 0: as large as is safe,
 *
 *   dt = 1.4 / sqrt(1 + c |lambda|),
 *
 * lambda the least eigenvalue of J as lanczos.h has it: the spring of the stiffest mode is 1 - a + c
 * |lambda|, and the integrator bears dt^2 times that up to 4 (jumps of sign, less).  Charges what that takes;
 * budget may be NULL.  Errors: QB_NO_MEMORY, QB_STOPPED.  O(QB_LANCZOS_STEPS (n + nonzeros)) for dt 0, else
 * O(n + nonzeros).  Close with qb_bifurcation_close, also after an error. */
qb_status qb_bifurcation_open(const qb_qubo *model, bool discrete, double dt, double coupling, uint64_t seed,
                              qb_bifurcation *b, qb_budget *budget, qb_diag *diag);
void qb_bifurcation_close(qb_bifurcation *b);

/* Puts all replicas near the origin: positions and momenta uniform on [-0.1, 0.1). */
void qb_bifurcation_start(qb_bifurcation *b);

/* Steps from..to of an evolution of `steps`.  budget may be NULL.  QB_STOPPED when the budget ends. */
qb_status qb_bifurcation_run(qb_bifurcation *b, uint64_t from, uint64_t to, uint64_t steps,
                             qb_budget *budget);

#endif
