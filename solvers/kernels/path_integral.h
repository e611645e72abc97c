/* Simulated quantum annealing: the Ising model in a transverse field, at a temperature, as 32 coupled copies
 * of itself (Suzuki and Trotter), sampled by Metropolis.
 *
 *   weight(s) ~ exp(-beta sum_k cost(s_k) + K sum_k sum_i s_{k,i} s_{k+1,i}),   slice 32 = slice 0
 *   K = 1/2 ln coth(beta gamma)
 *
 * beta is the inverse temperature of one slice (of the whole system: beta / 32), gamma the transverse field,
 * cost that of replicas.h.  A sweep goes over the spins; of each it tries the 16 even slices at once, then
 * the 16 odd ones (those of one parity do not see each other), and then its whole world line.  Each is a
 * Metropolis step with the acceptance of anneal_threshold.h, so the distribution above is left invariant.
 * Energies per flip are held in single precision: exact for integral models whose 4 (|linear| + sum |w|)
 * stays below 2^24, else rounded, and rebuilt at every qb_path_integral_refresh.
 *
 * Determinism: the same (model, seed, calls) give the same states on every tier.
 * Work: one unit an attempt and one a coupling that a flip touches, per slice.  Memory: 272 bytes a spin, 4 a
 * coupling.
 * Sources: Martonak, Santoro and Tosatti, Phys. Rev. B 66 (2002) 094203; Suzuki, Prog. Theor. Phys. 56 (1976)
 * 1454.
 */
#ifndef QB_KERNELS_PATH_INTEGRAL_H
#define QB_KERNELS_PATH_INTEGRAL_H

#include "harness/base/budget.h"
#include "solvers/kernels/anneal_lanes.h"
#include "solvers/kernels/replicas.h"

#include <stdbool.h>

typedef struct qb_path_integral {
    qb_replica_form form; /* of factor 1 */
    qb_replica_row
        *spin; /* [n] +-1; elements 0..15 are slices 0, 2, ..., 30, elements 16..31 slices 1, 3, ... */
    qb_replica_row *field; /* [n] h_i + sum_j J_ij s_j, of every slice */
    float beta, bond;      /* beta, and 4 K */
    qb_lanes_rng rng;
    qb_rng start;
} qb_path_integral;

/* Errors: QB_NO_MEMORY.  O(n + nonzeros).  Close with qb_path_integral_close, also after an error. */
qb_status qb_path_integral_open(const qb_qubo *model, uint64_t seed, qb_path_integral *p, qb_diag *diag);
void qb_path_integral_close(qb_path_integral *p);

/* Puts every slice at a uniformly random state of its own, or all of them at x, and refreshes. */
qb_status qb_path_integral_start(qb_path_integral *p, const uint8_t *x /* [n] or NULL */, qb_budget *budget);

/* Computes the fields anew.  Charges QB_REPLICAS (n + nonzeros); budget may be NULL.  QB_STOPPED when the
 * budget ends. */
qb_status qb_path_integral_refresh(qb_path_integral *p, qb_budget *budget);

/* Runs `sweeps` sweeps at beta > 0 (INFINITY: only what does not cost) and gamma >= 0 (0: slices apart from
 * each other, each at beta; no world lines then).  budget may be NULL.  QB_STOPPED when the budget ends. */
qb_status qb_path_integral_run(qb_path_integral *p, double beta, double gamma, uint32_t sweeps,
                               qb_budget *budget);

#endif
