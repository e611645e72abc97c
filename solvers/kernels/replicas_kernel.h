/* What each tier implements for the kernels of replicas, and the vectors it does it with. */
#ifndef QB_KERNELS_REPLICAS_KERNEL_H
#define QB_KERNELS_REPLICAS_KERNEL_H

#include "solvers/kernels/bifurcation.h"
#include "solvers/kernels/path_integral.h"
#include "solvers/kernels/replicas.h"

typedef struct qb_replica_tier {
    /* Adds E of every replica to energy[QB_REPLICAS]; whole numbers on integral models. */
    void (*energies)(const qb_qubo *model, const qb_replica_row *spin, double *energy);
    void (*bifurcation_force)(qb_bifurcation *b, uint32_t from, uint32_t to);
    void (*bifurcation_move)(qb_bifurcation *b, float pull, uint32_t from, uint32_t to);
    /* Variables from..to; returns how many couplings were touched. */
    uint64_t (*path_slices)(qb_path_integral *p, uint32_t from, uint32_t to);
    uint64_t (*path_lines)(qb_path_integral *p, uint32_t from, uint32_t to);
    void (*path_fields)(qb_path_integral *p);
} qb_replica_tier;

extern const qb_replica_tier qb_replicas_portable, qb_replicas_avx2, qb_replicas_avx512;

/* Of the selected tier (simd.h). */
const qb_replica_tier *qb_replica_tier_selected(void);

#endif
