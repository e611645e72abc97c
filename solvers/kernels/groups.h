/* States in which every group of a QUBO has as many ones as it should (qubo.h), and moves between them.
 *
 *   bits of no group        a flip
 *   a group                 one of its ones moves to one of its zeros
 *   two groups of one each, of the same length
 *                           their ones, at places p and q, exchange places: what swaps two of a permutation
 *
 * What annealing and tabu search within groups share: the penalties that keep the groups are never paid,
 * whatever their weight.
 *
 *   cost of a move = cost after - cost before,   cost = E(x) when minimising, -E(x) when maximising
 *
 * Fields are doubles and exact for integral models.  Couplings are looked up in a full matrix where it takes
 * no more than 8 MiB, by bisection else.  Memory: O(n) beside it.  Deterministic.
 */
#ifndef QB_KERNELS_GROUPS_H
#define QB_KERNELS_GROUPS_H

#include "harness/base/rng.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

#include <stdbool.h>

/* The one-hot groups of one length: peer[first] to peer[first + count - 1], a group itself first + rank. */
typedef struct qb_groups_kin {
    uint32_t first, count, rank;
} qb_groups_kin;

typedef struct qb_groups {
    const qb_qubo *model;
    double sign; /* of E in the cost */
    uint32_t groups, singles;
    double cost;        /* of x */
    uint8_t *x;         /* [n] */
    uint8_t *goal;      /* [n] scratch */
    double *field;      /* [n] the cost of x_i = 1 less that of x_i = 0 */
    uint32_t *free;     /* [singles] bits of no group */
    uint32_t *order;    /* [members] each group's, its ones first */
    uint32_t *at;       /* [n] where a bit stands in order */
    uint32_t *place;    /* [n] and in the model's own order, from the group's first */
    uint32_t *peer;     /* [model->groups] by length */
    qb_groups_kin *kin; /* [model->groups] */
    double *matrix;     /* [n][n] couplings, or NULL */
} qb_groups;

/* Bits to flip together: the first and third leave their groups' ones, the second and fourth join them. */
typedef struct qb_groups_move {
    uint32_t bit[4], bits, work; /* work: what it took to price it */
    double cost;
} qb_groups_move;

/* Is a good part of the model in groups, so that keeping them is worth more than fast flips? */
bool qb_groups_suit(const qb_qubo *model);

/* Builds the state at the all-zero point, which keeps no group: qb_groups_go leads to one that does.  The
 * model must have groups and outlive them.  QB_NO_MEMORY.  O(n log n), with the matrix O(n^2).  Free with
 * qb_groups_close, also after an error. */
qb_status qb_groups_open(const qb_qubo *model, qb_groups *groups);
void qb_groups_close(qb_groups *groups);

/* Goes to x, its groups made right: of ones too many or missing the lot decides.  Returns the nonzeros
 * touched: those of what differs, or of all ones if they are fewer, whose fields are then summed anew.  O(n)
 * beside. */
uint64_t qb_groups_go(qb_groups *groups, const uint8_t *x /* [n] */, qb_rng *rng);

static inline uint32_t qb_groups_length(const qb_groups *s, uint32_t g)
{
    return s->model->group_start[g + 1] - s->model->group_start[g];
}

/* How many one-hot groups are as long as g, itself among them; 0 for a cardinality. */
static inline uint32_t qb_groups_peers(const qb_groups *s, uint32_t g)
{
    return g < s->model->groups ? s->kin[g].count : 0;
}

/* The k-th of them. */
static inline uint32_t qb_groups_peer(const qb_groups *s, uint32_t g, uint32_t k)
{
    return s->peer[s->kin[g].first + k];
}

static inline double qb_groups_coupling(const qb_groups *s, uint32_t i, uint32_t j)
{
    return s->sign * (s->matrix ? s->matrix[(size_t)i * s->model->n + j] : qb_qubo_coupling(s->model, i, j));
}

/* The flip of a bit of no group. */
static inline qb_groups_move qb_groups_flip(const qb_groups *s, uint32_t i)
{
    return (qb_groups_move){.bit = {i}, .bits = 1, .work = 1, .cost = s->x[i] ? -s->field[i] : s->field[i]};
}

/* In a group, a becomes 0 and b 1. */
static inline qb_groups_move qb_groups_shift(const qb_groups *s, uint32_t a, uint32_t b)
{
    double cost = s->field[b] - s->field[a] - qb_groups_coupling(s, a, b);
    return (qb_groups_move){.bit = {a, b}, .bits = 2, .work = 2, .cost = cost};
}

/* The exchange of two peers' places; of 0 bits where they stand at the same one. */
qb_groups_move qb_groups_exchange(const qb_groups *groups, uint32_t g, uint32_t h);

/* Makes a move; returns the nonzeros touched. */
uint64_t qb_groups_make(qb_groups *groups, const qb_groups_move *move);

/* Uniform below bound, to 2^-32; for lots drawn by the million. */
static inline uint32_t qb_groups_lot(qb_rng *rng, uint32_t bound)
{
    return (uint32_t)((qb_rng_next(rng) >> 32) * bound >> 32);
}

#endif
