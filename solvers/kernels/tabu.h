/* The one-flip tabu walk and path relinking: the fast inner loops of tabu search on any QUBO.
 *
 * Works on value(x) = E(x) when the model maximises, -E(x) when it minimises, so that more is always better:
 *
 *   gain_i = value(x with bit i flipped) - value(x)
 *
 * A step flips one bit, brings every gain up to date and finds the greatest gain among the bits that are open
 * (not tabu; or, when relinking, not yet as in the guiding solution).  How that is done depends on the model:
 *
 *   dense   a full matrix of int8, int16, int32 or double couplings, gains of int16, int32 or double; update
 *           and maximum in one pass over the row.  Work: n a step.
 *           Memory: n^2 couplings: of 1 byte up to +-127 units.
 *   sparse  compressed rows and a heap of maxima over the open gains.  Work: 1 + degree a step.
 *   groups  whose groups may not be left, or which says integers in bits: moves within groups, integers at
 *           their best (groups.h), in place of flips (tabu_groups.c).  Points are made to keep the groups.
 *           Work: that of the moves looked at.
 *
 * Points are bit arrays: bit i is bit i % 64 of word i / 64, bits from n on are 0.  The bits stand in an
 * order of the walker's own; qb_tabu_read_point translates, and what is published is in the model's order.
 *
 * Ties among equal gains are broken at random.  Results depend on the seed
 * and the model only: the same on every tier for integral models; real-valued ones are the same on one tier.
 * Source: Glover, Kochenberger and Alidaee (1998); Palubeckis, Ann. Oper. Res. 131 (2004); Glover, Lu and
 * Hao, 4OR 8 (2010).  Deviation: the tabu list is a ring of constant length from whose oldest part a random
 * entry leaves at each move, so that tenures vary around a constant mean at constant cost.
 */
#ifndef QB_KERNELS_TABU_H
#define QB_KERNELS_TABU_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"
#include "solvers/kernels/integers.h"

typedef struct qb_tabu qb_tabu;

typedef enum qb_tabu_form {
    QB_TABU_AUTO,
    QB_TABU_FLIPS, /* the faster of dense and sparse */
    QB_TABU_DENSE,
    QB_TABU_SPARSE,
    QB_TABU_GROUPS,
} qb_tabu_form;

/* Builds the walker at the all-zero point and charges n + nonzeros.  The model must outlive it. AUTO keeps
 * groups where a good part of the bits stands in some, and lets integers follow where there are any.
 * memory_bytes: a dense matrix that would not fit is not built; AUTO then takes sparse, DENSE is QB_REFUSED.
 * Errors: also QB_REFUSED when the sum of |coefficients| overflows, QB_NO_MEMORY, QB_STOPPED.  Free with
 * qb_tabu_close. */
qb_status qb_tabu_open(const qb_qubo *model, qb_tabu_form form, uint64_t memory_bytes, uint64_t seed,
                       qb_budget *budget, qb_tabu **tabu, qb_diag *diag);
void qb_tabu_close(qb_tabu *tabu);

/* What was chosen: "dense int8/int16 avx512", "sparse tree"... */
const char *qb_tabu_form_name(const qb_tabu *tabu);

/* Those that follow where its form is QB_TABU_GROUPS, maybe none; NULL with other forms. */
const qb_integers *qb_tabu_integers(const qb_tabu *tabu);

/* 64-bit words of a point. */
uint32_t qb_tabu_words(const qb_tabu *tabu);

/* The point of a 0/1 vector. */
void qb_tabu_read_point(const qb_tabu *tabu, const uint8_t *x /* [n] */, uint64_t *point /* [words] */);

/* The 0/1 vector of a point, integers that follow at their best. */
void qb_tabu_write_point(const qb_tabu *tabu, const uint64_t *point /* [words] */, uint8_t *x /* [n] */);

/* The current point [words] and its value; the best point met by the last walk or relink, and its value. */
const uint64_t *qb_tabu_point(const qb_tabu *tabu);
double qb_tabu_value(const qb_tabu *tabu);
const uint64_t *qb_tabu_best(const qb_tabu *tabu);
double qb_tabu_best_value(const qb_tabu *tabu);

/* Flips so far. */
uint64_t qb_tabu_moves(const qb_tabu *tabu);

/* What a step of a dense walk passes over: the flipped bit's row and all gains. */
typedef struct qb_tabu_rows {
    const void *couplings; /* [n] rows, 64-byte aligned; NULL: the form has none */
    size_t row_bytes;      /* of a row, and from one to the next */
    size_t gain_bytes;     /* of all gains; a multiple of row_bytes */
} qb_tabu_rows;
qb_tabu_rows qb_tabu_rows_of(const qb_tabu *tabu);

/* From now on the bits that walks flip are written down in the order in which they do, the first `length` of
 * them.  NULL, 0: no longer.  The trace must outlive the walks. */
void qb_tabu_trace(qb_tabu *tabu, uint32_t *trace /* [length] */, uint64_t length);

/* Goes to `point`, flipping what differs. Work: that of the flips.  QB_STOPPED when the budget ends. */
qb_status qb_tabu_go(qb_tabu *tabu, const uint64_t *point /* [words] */, qb_budget *budget);

/* Flips bit i < n. */
qb_status qb_tabu_flip(qb_tabu *tabu, uint32_t i, qb_budget *budget);

/* Walks from the current point until `patience` moves in a row have not led to a new best of this walk.
 * tenure: moves for which a flipped bit stays tabu, on average; the actual ones spread over about
 * tenure - spread to tenure + spread.  Both are cut to what n allows.  Local optima better than everything
 * this walker has published before are published at once.  QB_OK or QB_STOPPED. */
typedef struct qb_tabu_rule {
    uint64_t patience;
    uint32_t tenure, spread;
    const uint64_t *within; /* [words] only these bits may be flipped; NULL: all */
} qb_tabu_rule;
qb_status qb_tabu_walk(qb_tabu *tabu, const qb_tabu_rule *rule, qb_budget *budget);

/* Walks a path from the current point to `guide`, flipping the best of the bits that still differ, and stops
 * there.  The best point whose distance from both ends is at least a third of the whole becomes
 * qb_tabu_best; without a point in between (distance below 3) it is the guide.  QB_OK or QB_STOPPED. */
qb_status qb_tabu_relink(qb_tabu *tabu, const uint64_t *guide /* [words] */, qb_budget *budget);

/* The same from both ends: they take turns, each walking towards where the other one is, until they meet in
 * the middle of the path, where the walker stops.  *Source:* Ribeiro and Rosseti, EvoCOP 2002, who exchange
 * the roles at every step; here it is after a sixteenth of the path, as each exchange costs a search of all
 * gains.  Memory: gains for the other end. */
qb_status qb_tabu_relink_mixed(qb_tabu *tabu, const uint64_t *guide /* [words] */, qb_budget *budget);

/* Looks for two flips that together gain, swaps of a 1 and a 0 among them: for each of the `candidates` bits
 * of greatest gain the best partner among all bits that have not been candidates before, so that n candidates
 * are all pairs (but those that gain no more than the form's own slack, which may be missed).  *gained: the
 * first pair that gains has been flipped; otherwise nothing has changed.  Work: that of two flips a
 * candidate.  *Source:* Glover and Hao, Int. J. Metaheuristics 1 (2010) 3.  QB_OK or QB_STOPPED. */
qb_status qb_tabu_pair(qb_tabu *tabu, uint32_t candidates, bool *gained, qb_budget *budget);

/* Returns a point of that value as a sample: kept where there is room, charged.  QB_OK or QB_STOPPED. */
qb_status qb_tabu_return(qb_tabu *tabu, const uint64_t *point /* [words] */, double value, qb_budget *budget);

/* Bits in which two points differ. */
uint32_t qb_tabu_distance(const qb_tabu *tabu, const uint64_t *a /* [words] */, const uint64_t *b);

#endif
