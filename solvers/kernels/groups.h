/* States in which every group of a QUBO has as many ones as it should (qubo.h) and every integer that it says
 * in bits is at its best (integers.h), and moves between them.
 *
 *   bits of no group        a flip, or a 1 and a 0 swap
 *   a group                 one of its ones moves to one of its zeros
 *   two groups of one each, of the same length
 *                           their ones, at places p and q, exchange places: what swaps two of a permutation
 *
 * What annealing and tabu search within groups share: the penalties that keep the groups are never paid,
 * whatever their weight, and slack is never in the way.
 *
 *   cost of a move = cost after - cost before,   cost = E(x) when minimising, -E(x) when maximising
 *
 * The bits of the integers stay 0 in x: cost has them at their best, qb_groups_settle sets them so.  Fields
 * are doubles and exact for integral models.  Couplings are looked up in a full matrix where it takes no more
 * than 8 MiB, by bisection else.  Memory: O(n) beside it.  Deterministic.
 */
#ifndef QB_KERNELS_GROUPS_H
#define QB_KERNELS_GROUPS_H

#include "harness/base/rng.h"
#include "harness/base/status.h"
#include "solvers/kernels/integers.h"

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
    uint32_t *free;     /* [singles] bits of no group and no integer */
    uint32_t *order;    /* [members] each group's, its ones first */
    uint32_t *at;       /* [n] where a bit stands in order */
    uint32_t *place;    /* [n] and in the model's own order, from the group's first */
    uint32_t *peer;     /* [model->groups] by length */
    qb_groups_kin *kin; /* [model->groups] */
    double *matrix;     /* [n][n] couplings, or NULL */
    qb_integers integers;
    double *pull;      /* [integers] of a move in the making: by how much it changes their pulls, else 0 */
    uint32_t *touched; /* [4 integers + 1] scratch: those for which it does */
} qb_groups;

/* Bits to flip together: the first and third leave their groups' ones, the second and fourth join them. */
typedef struct qb_groups_move {
    uint32_t bit[4], bits, work; /* work: what it took to price it */
    double cost;
} qb_groups_move;

/* Is a good part of the model in groups, or are there integers, so that keeping them is worth more than fast
 * flips?  Not where the budget ends meanwhile.  O(nonzeros + n log n). */
bool qb_groups_suit(const qb_qubo *model, qb_budget *budget /* or NULL */);

/* Builds the state at the all-zero point, which keeps no group: qb_groups_go leads to one that does.  The
 * model must outlive it.  QB_REFUSED: there are neither groups nor integers.  QB_NO_MEMORY, QB_STOPPED.
 * O(nonzeros + n log n), with the matrix O(n^2).  Free with qb_groups_close, also after an error. */
qb_status qb_groups_open(const qb_qubo *model, qb_budget *budget /* or NULL */, qb_groups *groups);
void qb_groups_close(qb_groups *groups);

/* Goes to x, its groups made right: of ones too many or missing the lot decides.  What x says of integers
 * does not matter.  Returns the nonzeros touched: those of what differs, or of all ones if they are fewer,
 * whose fields are then summed anew.  O(n) beside. */
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

/* Adds to the cost of a move what the integers add as they follow it, and to its work what that takes. */
void qb_groups_follow(const qb_groups *groups, qb_groups_move *move);

static inline qb_groups_move qb_groups_priced(const qb_groups *s, qb_groups_move move)
{
    if (s->integers.count)
        qb_groups_follow(s, &move);
    return move;
}

/* The flip of a bit of no group and no integer. */
static inline qb_groups_move qb_groups_flip(const qb_groups *s, uint32_t i)
{
    double cost = s->x[i] ? -s->field[i] : s->field[i];
    return qb_groups_priced(s, (qb_groups_move){.bit = {i}, .bits = 1, .work = 1, .cost = cost});
}

/* In a group, a becomes 0 and b 1. */
static inline qb_groups_move qb_groups_shift(const qb_groups *s, uint32_t a, uint32_t b)
{
    double cost = s->field[b] - s->field[a] - qb_groups_coupling(s, a, b);
    return qb_groups_priced(s, (qb_groups_move){.bit = {a, b}, .bits = 2, .work = 2, .cost = cost});
}

/* Of two free bits the one becomes 0 and the other 1; of 0 bits where they are equal. */
static inline qb_groups_move qb_groups_swap(const qb_groups *s, uint32_t i, uint32_t j)
{
    if (s->x[i] == s->x[j])
        return (qb_groups_move){.work = 1};
    return s->x[i] ? qb_groups_shift(s, i, j) : qb_groups_shift(s, j, i);
}

/* The exchange of two peers' places; of 0 bits where they stand at the same one. */
qb_groups_move qb_groups_exchange(const qb_groups *groups, uint32_t g, uint32_t h);

/* Makes a move; returns the nonzeros touched. */
uint64_t qb_groups_make(qb_groups *groups, const qb_groups_move *move);

/* Sets the bits of the integers in any vector to their best: then E(x) is what `cost` says at x. */
static inline void qb_groups_settle(const qb_groups *s, uint8_t *x /* [n] */)
{
    qb_integers_settle(&s->integers, s->model, x);
}

/* Uniform below bound, to 2^-32; for lots drawn by the million. */
static inline uint32_t qb_groups_lot(qb_rng *rng, uint32_t bound)
{
    return (uint32_t)((qb_rng_next(rng) >> 32) * bound >> 32);
}

#endif
