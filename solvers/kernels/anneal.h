/* Metropolis sweeps over a QUBO model: one interface, several kernels.
 *
 *   accept the flip of spin i with probability min(1, exp(-beta (cost after - cost before))),
 *   cost = E(x) when minimising, -E(x) when maximising,
 *
 * every spin once a sweep, in an order that is fixed by the model and the kernel.  beta is per unit of E.
 * The kernel "groups" does without the states that break one of the model's groups or in which an integer
 * said in bits is not at its best (anneal_groups.c says what it does instead of flips).
 *
 *   kernel   takes                                        replicas
 *   groups   whose groups may not be left, or integers    1
 *   sliced   integral, small couplings, sparse            512
 *   count    sparse enough for blocks without couplings   1
 *   gather   few couplings a variable                     1
 *   bits     integral, couplings of two values, dense     1
 *   dense    whose rows are cheaper in full than as lists 1
 *   scalar   every model                                  1
 *
 * A step's random numbers never depend on how often the caller stops to look.  Every kernel samples the
 * Boltzmann distribution at fixed beta, exactly up to the rounding of acceptance probabilities that its
 * header states.
 *
 * Determinism: on integral models the same (model, kernel, seed, calls) give the same states on every tier
 * and machine; on real-valued models too, as far as its doubles do.
 *
 * Work: the budget is charged one unit for an attempted flip and one for each nonzero touched, per replica.
 */
#ifndef QB_KERNELS_ANNEAL_H
#define QB_KERNELS_ANNEAL_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

#include <stdbool.h>

#define QB_ANNEAL_COPIES_MOST (UINT32_C(1) << 25) /* bytes */

typedef enum qb_anneal_kind {
    QB_ANNEAL_AUTO,
    QB_ANNEAL_SINGLE, /* like AUTO, among the kernels of one replica */
    QB_ANNEAL_SLICED,
    QB_ANNEAL_COUNT,
    QB_ANNEAL_GATHER,
    QB_ANNEAL_BITS,
    QB_ANNEAL_DENSE,
    QB_ANNEAL_SCALAR,
    QB_ANNEAL_GROUPS,
} qb_anneal_kind;

typedef struct qb_annealer qb_annealer;

/* Builds the kernel's form of the model, which must outlive the annealer.  QB_ANNEAL_AUTO keeps groups where
 * a quarter of the bits stand in some, lets integers follow where there are any, and else takes the kernel
 * that is expected to be the fastest.  Errors: QB_REFUSED when a kernel that was asked for cannot take the
 * model, QB_NO_MEMORY, QB_STOPPED.  Charges each pass over couplings; budget may be NULL.  O(n + nonzeros),
 * the dense kernel O(n^2).  Free with qb_annealer_close. */
qb_status qb_annealer_open(const qb_qubo *model, qb_anneal_kind kind, uint64_t seed, qb_budget *budget,
                           qb_annealer **annealer, qb_diag *diag);
void qb_annealer_close(qb_annealer *annealer);

/* As in the table above. */
const char *qb_annealer_name(const qb_annealer *annealer);
uint32_t qb_annealer_replicas(const qb_annealer *annealer);

/* Puts every replica at a uniformly random state of its own, or all of them at x (its groups made right,
 * where they are kept).  O(n) a replica, plus O(nonzeros).  budget may be NULL; flips that this takes are
 * charged.  Errors: QB_STOPPED. */
qb_status qb_annealer_start(qb_annealer *annealer, const uint8_t *x /* [n] or NULL */, qb_budget *budget);

/* Runs `sweeps` sweeps, the k-th at beta[k] >= 0.  budget may be NULL: nothing is charged.  QB_STOPPED as
 * soon as the budget ends; the states are then valid, between two attempts. */
qb_status qb_annealer_run(qb_annealer *annealer, const double *beta /* [sweeps] */, uint32_t sweeps,
                          qb_budget *budget);

/* The energy of the best replica, in the model's own sense and scale, and which one it is (the first of
 * equals). At most O(n + nonzeros) a replica; charges nothing. */
double qb_annealer_best(qb_annealer *annealer, uint32_t *replica);

/* The |cost| of `most` moves that the kernel could attempt from where its replica is; returns how many: 0 for
 * a kernel that flips single spins, whose costs the model's local fields tell.  O(most log(nonzeros)). */
uint32_t qb_annealer_costs(qb_annealer *annealer, double *cost /* [most] */, uint32_t most);

/* Makes room for `count` copies of the only replica, which are then undefined; false, and the room stays as
 * it was, where there is no memory, where they would take more than QB_ANNEAL_COPIES_MOST bytes, or where the
 * kernel is not "bits": in others a population was no better than anneals one by one. */
bool qb_annealer_reserve(qb_annealer *annealer, uint32_t count);

/* Puts the replica into a copy; puts it where a copy is.  The random numbers go on either way.  O(n). */
void qb_annealer_store(qb_annealer *annealer, uint32_t copy);
void qb_annealer_recall(qb_annealer *annealer, uint32_t copy);

/* The energies of all replicas. */
void qb_annealer_energies(qb_annealer *annealer, double *energy /* [replicas] */);

/* Among many replicas, puts replica r where copies[r] of them are, itself first; copies add up to as many as
 * there are.  Charges each spin copied; budget may be NULL.  Errors: QB_STOPPED; states are then mixtures. */
qb_status qb_annealer_spread(qb_annealer *annealer, const uint32_t *copies /* [replicas] */,
                             qb_budget *budget);

/* The state of one replica. */
void qb_annealer_state(const qb_annealer *annealer, uint32_t replica, uint8_t *x /* [n] */);

#endif
