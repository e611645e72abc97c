/* What each tier implements for the kernels of replicas, and the vectors it does it with. */
#ifndef QB_KERNELS_REPLICAS_KERNEL_H
#define QB_KERNELS_REPLICAS_KERNEL_H

#include "solvers/kernels/bifurcation.h"
#include "solvers/kernels/path_integral.h"
#include "solvers/kernels/replicas.h"

typedef struct qb_replica_tier {
    /* Adds the share of variables from..to in 2 E of every replica to twice[QB_REPLICAS]; whole numbers on
     * integral models. */
    void (*energies)(const qb_qubo *model, const qb_replica_row *spin, double *twice, uint32_t from,
                     uint32_t to);
    /* force_i = h_i + sum_j J_ij z_j of variables from..to; of sign(z_j) where `signs`. */
    void (*forces)(const qb_replica_form *form, const qb_replica_row *z, bool signs, qb_replica_row *force,
                   uint32_t from, uint32_t to);
    void (*bifurcation_move)(qb_bifurcation *b, float pull);
    /* Variables from..to; returns how many couplings were touched. */
    uint64_t (*path_slices)(qb_path_integral *p, uint32_t from, uint32_t to);
    uint64_t (*path_lines)(qb_path_integral *p, uint32_t from, uint32_t to);
} qb_replica_tier;

extern const qb_replica_tier qb_replicas_portable, qb_replicas_avx2, qb_replicas_avx512;

/* The end of the next part of a pass over the variables: from..to is short enough to run between two looks at
 * the budget. */
uint32_t qb_replica_part(const qb_qubo *model, uint32_t from);

/* All forces of z, or of its signs, charged part by part; budget may be NULL.  Errors: QB_STOPPED. */
qb_status qb_replica_forces(const qb_replica_form *form, const qb_replica_row *z, bool signs,
                            qb_replica_row *force, qb_budget *budget);

/* Of the selected tier (simd.h). */
const qb_replica_tier *qb_replica_tier_selected(void);

#endif
