/* A part of the hybrid's model: what its variables are worth, the rest clamped and integers following.
 *
 *   value(y) = E_S(y) + sign sum_k min { curvature_k t^2 + (pull_k + sum_a c_ka y_a) t : t in 0..range_k }
 *
 * with E_S of subproblem.h at integers of 0, and the integers of integers.h that a member is tied to; sign is
 * 1 when minimising, -1 when maximising.  Shots are judged by that.  A circuit has gates of pairs only and
 * runs what of it is quadratic: with p = pull + sum_a c_a y_a of mean m and deviation s over its start state,
 * taken for Gaussian, and g(p) the minimum over real t,
 *
 *   g(p) = ... + E[g'] (p - m) + E[g''] / 2 (p - m)^2,
 *   E[g'] = E[t],  E[g''] = -P(0 < t < range) / (2 curvature),  t = clamp(-p / (2 curvature), 0, range),
 *
 * the best quadratic in the mean (Stein's lemma).  So a row far from its bound costs nothing, one beyond it
 * costs its whole penalty, and half of it at the bound.
 *
 * Source of the equivalent quadratic: statistical linearisation, R. C. Booton, IRE Trans. Circuit Theory 1
 * (1954) 9; that slack is projected out of a circuit's cost with it is ours.
 */
#ifndef QB_SOLVERS_HYBRID_PART_H
#define QB_SOLVERS_HYBRID_PART_H

#include "solvers/hybrid/select.h"

/* An integer that follows the part. */
typedef struct part_follower {
    uint32_t integer;
    double pull; /* all members 0 */
    double tie[QB_SUBPROBLEM_VARIABLES];
} part_follower;

typedef struct part_maker {
    const qb_qubo *model;
    const qb_integers *integers; /* NULL: none follow */
    qb_subproblem sub;
    uint8_t *rest;           /* [n] the point with integers and members 0 */
    uint32_t *slot;          /* [integers] 1 + where it stands in follower, 0: nowhere */
    part_follower *follower; /* [integers] */
} part_maker;

/* Lives until the maker makes the next one. */
typedef struct part {
    qb_qubo plain;  /* E_S */
    qb_qubo smooth; /* what a circuit runs where integers follow, else empty */
    const qb_integers *integers;
    uint32_t followers;
    const part_follower *follower; /* [followers] */
    uint32_t group_start[QB_SUBPROBLEM_VARIABLES + 1], group_ones[QB_SUBPROBLEM_VARIABLES],
        group_member[QB_SUBPROBLEM_VARIABLES];
} part;

/* integers: as for selection_open.  They and the model outlive it.  Errors: QB_NO_MEMORY.  Free with
 * part_maker_close, also after an error. */
qb_status part_maker_open(const qb_qubo *model, const qb_integers *integers, part_maker *maker,
                          qb_diag *diag);
void part_maker_close(part_maker *maker);

/* The part that was chosen at x [n].  Charges as qb_subproblem_clamp, n where integers follow, and the
 * couplings of those that do.  Errors: QB_STOPPED, QB_NO_MEMORY.  Free with part_clear, also after an error.
 */
qb_status part_make(part_maker *maker, const selection_part *chosen, const uint8_t *x, qb_budget *budget,
                    part *p, qb_diag *diag);
void part_clear(part *p);

/* A part without weights: how many variables, and their groups.  O(count). */
void part_shape(const selection_part *chosen, part *p);

/* Gives a model of as many variables the part's groups, which must outlive it. */
void part_mark(const part *p, qb_qubo *q);

/* What a circuit over it runs; with its groups. */
static inline const qb_qubo *part_cost(const part *p)
{
    return p->followers ? &p->smooth : &p->plain;
}

/* In the model's scale, up to a constant.  Exact on integral models.  O(count^2 + followers count). */
double part_value(const part *p, const uint8_t *y /* [count] */);

/* Units of work that takes. */
static inline uint64_t part_value_work(const part *p)
{
    return p->plain.n + p->plain.nonzeros / 2 + (uint64_t)p->followers * p->plain.n;
}

#endif
