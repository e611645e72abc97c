/* Replicas of one QUBO model side by side, one a vector element: what kernels that move many of them in step
 * share.
 *
 * The model as an Ising cost, to be minimised whatever its sense:
 *
 *   cost(s) = -sum_i h_i s_i - sum_{i<j} J_ij s_i s_j,   s_i = 2 x_i - 1,
 *   J_ij = -w_ij / 4,  h_i = -linear_i / 2 - sum_j w_ij / 4   (both negated when the model maximises)
 *
 * in single precision, times a factor.  A replica's spin is the sign of a float, positive zero counting as
 * up.
 *
 * Determinism: plain arithmetic without contraction, element by element; the same numbers on every tier.
 */
#ifndef QB_KERNELS_REPLICAS_H
#define QB_KERNELS_REPLICAS_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

#include <stdint.h>

#define QB_REPLICAS 32

typedef struct qb_replica_row {
    float of[QB_REPLICAS];
} __attribute__((aligned(64))) qb_replica_row;

typedef struct qb_replica_form {
    const qb_qubo *model;
    float *weight; /* [nonzeros] factor * J, in the model's order */
    float *field;  /* [n] factor * h */
} qb_replica_form;

/* The model must outlive the form.  Error: QB_NO_MEMORY.  O(n + nonzeros).  Close with
 * qb_replica_form_close, which takes a form of zeros too. */
qb_status qb_replica_form_open(const qb_qubo *model, double factor, qb_replica_form *form, qb_diag *diag);
void qb_replica_form_close(qb_replica_form *form);

/* sum_{i != j} J_ij^2 and sum_i h_i^2, of factor 1.  O(n + nonzeros). */
void qb_replica_squares(const qb_qubo *model, double *couplings, double *fields);

/* E(x) of all replicas, exact on integral models, else rounded sums.  Charges QB_REPLICAS (n + nonzeros),
 * part by part; budget may be NULL.  Errors: QB_STOPPED. */
qb_status qb_replica_energies(const qb_qubo *model, const qb_replica_row *spin /* [n] */,
                              double *energy /* [QB_REPLICAS] */, qb_budget *budget);

/* The replica of least cost, the first of equals. */
uint32_t qb_replica_best(const qb_qubo *model, const double *energy /* [QB_REPLICAS] */);

/* Publishes the best replica where it is better than *best, the E published before (NaN: none), and keeps it
 * there.  Charges QB_REPLICAS (n + nonzeros).  QB_STOPPED when the budget ends. */
qb_status qb_replica_publish(const qb_qubo *model, const qb_replica_row *spin, double *best,
                             uint8_t *x /* [n] scratch */, qb_budget *budget);

/* Returns every replica as a sample, one by one: offered, kept where there is room, charged.  Before that,
 * under a budget of samples, qb_replica_publish publishes nothing.  *best and x as above. */
qb_status qb_replica_return(const qb_qubo *model, const qb_replica_row *spin, double *best, uint8_t *x,
                            qb_budget *budget);

/* The state of one replica. */
void qb_replica_state(const qb_replica_row *spin, uint32_t n, uint32_t replica, uint8_t *x /* [n] */);

#endif
