/* What a kernel of anneal.h implements, and how its sweeps are compiled once a tier.
 *
 * The parts of a kernel that set up and look are tier-independent (anneal_<kernel>.c); its sweeps are a body
 * (anneal_<kernel>_body.h) included by anneal_tier.h into one file a tier.
 */
#ifndef QB_KERNELS_ANNEAL_KERNEL_H
#define QB_KERNELS_ANNEAL_KERNEL_H

#include "solvers/kernels/anneal.h"
#include "solvers/kernels/anneal_lanes.h"
#include "solvers/kernels/simd.h"

#include <stdbool.h>

#define QB_ANNEAL_QUANTUM 8192 /* usual quantum: tens of microseconds */
#define QB_ANNEAL_SPAN    256  /* usual span, in attempted flips of one replica */

/* What a sweep walks over: [0, length) of whatever the kernel attempts at a time, `span` between two looks at
 * the work done, and `quantum` units of work between two looks at the budget. */
typedef struct qb_anneal_walk {
    uint32_t length, span;
    uint64_t quantum;
} qb_anneal_walk;

typedef struct qb_anneal_kernel {
    const char *name;
    uint32_t replicas;
    /* QB_REFUSED, with a reason, when the model does not fit, QB_NO_MEMORY; close takes what *state then is:
     * NULL or half a state.  seed: streams from 1 on are the kernel's.  Each pass over couplings charges them
     * and ends with the budget; the caller looks whether it has. */
    qb_status (*open)(const qb_qubo *model, uint64_t seed, qb_budget *budget /* or NULL */, void **state,
                      qb_anneal_walk *walk, qb_diag *diag);
    void (*close)(void *state); /* not NULL */
    /* x is NULL only with many replicas: each then starts at random. */
    void (*start)(void *state, const uint8_t *x /* [n] or NULL */);
    /* Instead of start, where that would take a pass over all couplings: flips variable i of the only
     * replica, which begins at 0; returns the work done. */
    uint64_t (*turn)(void *state, uint32_t i);
    /* Attempts the flips of [from, to); returns the work done, of one replica. */
    uint64_t (*attempt)(void *state, double beta, uint32_t from, uint32_t to);
    void (*get)(const void *state, uint32_t replica, uint8_t *x /* [n] */);
    /* The least or greatest energy, where that costs less than adding it up from the state of the only
     * replica; else false, or no function. */
    bool (*best)(void *state, double *energy, uint32_t *replica);
    void (*energies)(void *state, double *energy /* [replicas] */); /* with many replicas */
    /* With many replicas, at most QB_LANES: gives [first, end) of n variables in replica to[k] the values
     * that they have in from[k]; to ascends, and no replica is in both. */
    void (*copy)(void *state, uint32_t first, uint32_t end, uint32_t count, const uint32_t *from,
                 const uint32_t *to);
    /* |cost| of moves from where the only replica is; no function where moves are flips. */
    uint32_t (*costs)(void *state, double *cost, uint32_t most);
    /* Copies of the only replica, to go back to, and their size; no functions where that does not pay. */
    size_t (*copy_size)(const void *state);
    void (*store)(void *state, void *copy);
    void (*recall)(void *state, const void *copy);
} qb_anneal_kernel;

extern const qb_anneal_kernel qb_anneal_bits, qb_anneal_count, qb_anneal_gather, qb_anneal_dense,
    qb_anneal_scalar, qb_anneal_sliced, qb_anneal_groups;

typedef struct qb_anneal_single_state qb_anneal_single_state;
typedef struct qb_anneal_bits_state qb_anneal_bits_state;
typedef struct qb_anneal_count_state qb_anneal_count_state;
typedef struct qb_anneal_gather_state qb_anneal_gather_state;
typedef struct qb_anneal_sliced_state qb_anneal_sliced_state;
typedef struct qb_sliced_run qb_sliced_run;

/* The inner loops.  Single replicas, a pair of functions a width: attempts the flips of positions [from, to),
 * which are multiples of QB_SINGLE_BLOCK, at beta; flips one; both return the work done.  Bits: attempts the
 * flips of one block; brings all values up to date.  Gather and count: attempt the flips of blocks [from,
 * to), and return the work done.  Sliced: prepares the tables for beta; attempts the flips of [from, to),
 * which lie in one run; adds up satisfied couplings. */
typedef struct qb_anneal_single_moves {
    uint64_t (*sweep)(qb_anneal_single_state *state, double beta, uint32_t from, uint32_t to);
    uint64_t (*turn)(qb_anneal_single_state *state, uint32_t position);
} qb_anneal_single_moves;

typedef struct qb_anneal_tier {
    qb_anneal_single_moves sparse[3], dense[3][3]; /* fields of int8, int16, int32; rows of these */
    uint64_t (*bits_sweep)(qb_anneal_bits_state *state, double beta, uint32_t block);
    void (*bits_settle)(qb_anneal_bits_state *state);
    uint64_t (*gather_sweep)(qb_anneal_gather_state *state, double beta, uint32_t from, uint32_t to);
    bool counts; /* fields */
    uint64_t (*count_sweep)(qb_anneal_count_state *state, uint32_t from, uint32_t to);
    uint64_t (*count_sweep_wide)(qb_anneal_count_state *state, uint32_t from, uint32_t to);
    void (*sliced_heat)(qb_anneal_sliced_state *state, double beta);
    void (*sliced_flip)(qb_anneal_sliced_state *state, const qb_sliced_run *run, uint32_t from, uint32_t to);
    void (*sliced_total)(const qb_anneal_sliced_state *state, qb_lanes *total);
} qb_anneal_tier;

extern const qb_anneal_tier qb_anneal_portable, qb_anneal_avx2, qb_anneal_avx512, qb_anneal_vbmi;

/* The sweeps of the selected tier. */
const qb_anneal_tier *qb_anneal_tier_selected(void);

#endif
