/* The QUBO model that a solver gets.
 *
 *   E(x) = sum_i linear_i x_i + sum_{i<j} w_ij x_i x_j,   x in {0,1}^n
 *   source objective = scale * E(x) + offset,   minimised or maximised as `sense` says
 *
 * `claimed` values and bounds are E, without scale and offset.  Where a power of ten (up to 10^9) or of two
 * (up to 2^30) makes all data integers, and then every |linear_i| + sum_j |w_ij| fits in 31 bits, weights are
 * int32, E is exact in int64, and `scale` is divided by that power; otherwise weights are double.  Couplings
 * are stored in compressed rows, in both directions.
 */
#ifndef QB_MODEL_QUBO_H
#define QB_MODEL_QUBO_H

#include "harness/base/status.h"
#include "harness/model/problem.h"

typedef struct qb_qubo {
    qb_sense sense;
    double offset, scale; /* scale > 0 */
    uint32_t n;
    uint64_t nonzeros;         /* stored couplings: twice the number of unordered pairs */
    const uint64_t *start;     /* [n + 1] */
    const uint32_t *neighbour; /* [nonzeros], ascending within a row */
    bool integral;
    /* exactly one of the two sets is non-NULL */
    const int32_t *int_linear; /* [n] */
    const int32_t *int_weight; /* [nonzeros] */
    const double *real_linear; /* [n] */
    const double *real_weight; /* [nonzeros] */
    /* disjoint groups, recognised by the lowering: exactly group_ones[g] members of group g are 1.  The first
     * `groups` are one-hot, `cardinalities` more follow; both 0 when there are none. */
    uint32_t groups, cardinalities;
    const uint32_t *group_start;  /* [groups + cardinalities + 1] */
    const uint32_t *group_ones;   /* [groups + cardinalities], at least 1 and less than the members */
    const uint32_t *group_member; /* [group_start[groups + cardinalities]] */
    double magnitude;             /* sum |linear| + sum_{i<j} |w|: bounds |E| and scales tolerances */
    double least, greatest;       /* of the |linear| and |w| that are not 0; where all are, INFINITY and 0 */
    void *block;                  /* the allocation behind the arrays */
} qb_qubo;

static inline double qb_qubo_linear(const qb_qubo *q, uint32_t i)
{
    return q->integral ? q->int_linear[i] : q->real_linear[i];
}

static inline double qb_qubo_weight(const qb_qubo *q, uint64_t k)
{
    return q->integral ? q->int_weight[k] : q->real_weight[k];
}

/* The model of a qubo, ising or maxcut source (an Ising or cut is expanded into 0/1 terms).  variable i of
 * the model is variable i of the source.  Errors: QB_REFUSED (a MIP, or sums that overflow a double),
 * QB_NO_MEMORY.  O(n + pairs).  Free with qb_qubo_free. */
qb_status qb_qubo_from_problem(const qb_problem *problem, qb_qubo *qubo, qb_diag *diag);

/* The model from triplets (each unordered pair once, i < j, sorted by (i, j)); used by the lowering, tests
 * and sub-solvers.  offset and scale relate the given data to the source.  Errors: QB_BAD_INPUT,
 * QB_NO_MEMORY. O(n + pairs). */
qb_status qb_qubo_build(qb_sense sense, double offset, double scale, uint32_t n,
                        const double *linear /* [n] */, uint64_t pairs, const qb_pair *pair /* [pairs] */,
                        qb_qubo *qubo, qb_diag *diag);
void qb_qubo_free(qb_qubo *qubo);

/* A model without groups, as those two give it, is one relocatable image: pack copies it to `image`
 * (qb_qubo_image_size bytes, 64-byte aligned), bind gives a model that owns nothing, whose arrays lie in the
 * image.  For images that this program has made and sealed: of their bytes bind looks at the first and the
 * number only (QB_BAD_INPUT).  Pack O(n + nonzeros), bind O(1). */
size_t qb_qubo_image_size(const qb_qubo *qubo);
void qb_qubo_pack(const qb_qubo *qubo, void *image);
qb_status qb_qubo_bind(const void *image, size_t size, qb_qubo *qubo, qb_diag *diag);

/* w_ij for i != j; 0 where there is no coupling.  O(log of i's row). */
double qb_qubo_coupling(const qb_qubo *qubo, uint32_t i, uint32_t j);

/* E(x): exact in int64 when integral, compensated summation otherwise.  O(n + nonzeros).  The referee does
 * not use these. */
int64_t qb_qubo_energy_int(const qb_qubo *qubo, const uint8_t *x /* [n] */);
double qb_qubo_energy(const qb_qubo *qubo, const uint8_t *x /* [n] */);

#endif
