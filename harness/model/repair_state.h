/* A repair in progress: the rows by column, what each sums up to, which of them are violated, and the way
 * back to the best vector so far.  Part of repair.c, which says what it is for.
 */
#ifndef QB_MODEL_REPAIR_STATE_H
#define QB_MODEL_REPAIR_STATE_H

#include "harness/base/rng.h"
#include "harness/model/problem.h"

typedef struct qb_repair_step {
    uint32_t column;
    double by;
} qb_repair_step;

typedef struct qb_repair_state {
    const qb_mip *mip;
    uint64_t *start;         /* [columns + 1] the rows by column */
    uint32_t *row;           /* [entries] */
    double *value;           /* [entries] */
    double *v;               /* [columns] */
    double *activity, *unit; /* [rows] sum a v; 1 / the most that one column can change it by */
    double *weight;          /* [rows] */
    double sum, least;       /* of plain violations, now and at best */
    qb_repair_step *trail;   /* [length of room] the moves since then */
    uint64_t length, room;
    uint32_t *queue; /* [rows] violated rows, a ring */
    bool *queued;    /* [rows] */
    uint32_t head, waiting;
    uint64_t moves, work, shifts; /* shifts: that a look at a row may still weigh up */
    uint64_t *rests; /* [columns + rows] the step of the walk until which a column, or an equation's columns,
                        stay */
    uint64_t walked; /* steps of the walk */
    qb_rng rng;
} qb_repair_state;

/* A column, how far, and what that does; a shift moves another one by `back` along with it. */
typedef struct qb_repair_move {
    uint32_t column, other, equation;
    double by, back, relief, cost;
} qb_repair_move;

/* Begins at v [columns], copied and brought within its bounds: `moves` are the columns that had to move.
 * Errors: QB_NO_MEMORY, and nothing is to be closed. */
qb_status qb_repair_open(qb_repair_state *state, const qb_mip *mip, const double *v);
void qb_repair_close(qb_repair_state *state);

/* How far the row is from holding with that activity, signed: negative below its lower bound, positive above
 * its upper. */
static inline double qb_repair_excess(const qb_repair_state *state, uint32_t row, double activity)
{
    double above = activity - state->mip->row_upper[row], below = activity - state->mip->row_lower[row];
    return above > 0 ? above : below < 0 ? below : 0;
}

/* By more than rounding. */
bool qb_repair_is_violated(const qb_repair_state *state, uint32_t row);

/* The queue of violated rows, each in it at most once; a row that holds is not taken in. */
void qb_repair_enqueue(qb_repair_state *state, uint32_t row);
uint32_t qb_repair_dequeue(qb_repair_state *state);

/* Column j by so much; rows that this violates wait.  O(entries of the column). */
void qb_repair_apply(qb_repair_state *state, uint32_t j, double by);
/* Makes the move and remembers the way back; false without memory. */
bool qb_repair_make(qb_repair_state *state, const qb_repair_move *move);
/* To the vector of the least plain sum of violations. */
void qb_repair_go_back(qb_repair_state *state);

static inline double qb_repair_lower(const qb_mip *mip, uint32_t j)
{
    return mip->lower ? mip->lower[j] : 0;
}

static inline double qb_repair_upper(const qb_mip *mip, uint32_t j)
{
    return mip->upper ? mip->upper[j] : 1;
}

static inline bool qb_repair_is_continuous(const qb_mip *mip, uint32_t j)
{
    return mip->type && mip->type[j] == QB_COLUMN_CONTINUOUS;
}

#endif
