#include "harness/model/repair.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/model/referee.h"

#include <math.h>
#include <string.h>

#define IMPROVES    1e-9
#define GROWTH      1.1
#define REST        5
#define WEIGHT_MOST 1e9   /* then all are scaled down */
#define SHIFTS_MOST 20000 /* pairs that one look at a row weighs up */

typedef struct step {
    uint32_t column;
    double by;
} step;

typedef struct repair {
    const qb_mip *mip;
    uint64_t *start;         /* [columns + 1] the rows by column */
    uint32_t *row;           /* [entries] */
    double *value;           /* [entries] */
    double *v;               /* [columns] */
    double *activity, *unit; /* [rows] sum a v; 1 / the most that one column can change it by */
    double *weight;          /* [rows] */
    double sum, least;       /* of plain violations, now and at best */
    step *trail;             /* [length of room] the moves since then */
    uint64_t length, room;
    uint32_t *queue; /* [rows] violated rows, a ring */
    bool *queued;    /* [rows] */
    uint32_t head, waiting;
    uint64_t moves, work, shifts; /* shifts: that a look at a row may still weigh up */
    uint64_t *rests; /* [columns + rows] the step of the walk until which a column, or an equation's columns,
                        stay */
    uint64_t walked; /* steps of the walk */
    qb_rng rng;
} repair;

/* A column, how far, and what that does; a shift moves another one by `back` along with it. */
typedef struct move {
    uint32_t column, other, equation;
    double by, back, relief, cost;
} move;

static double lower_of(const qb_mip *mip, uint32_t j)
{
    return mip->lower ? mip->lower[j] : 0;
}

static double upper_of(const qb_mip *mip, uint32_t j)
{
    return mip->upper ? mip->upper[j] : 1;
}

static bool is_continuous(const qb_mip *mip, uint32_t j)
{
    return mip->type && mip->type[j] == QB_COLUMN_CONTINUOUS;
}

/* How far the row is from holding, signed: negative below its lower bound, positive above its upper. */
static double excess(const repair *p, uint32_t r, double activity)
{
    double above = activity - p->mip->row_upper[r], below = activity - p->mip->row_lower[r];
    return above > 0 ? above : below < 0 ? below : 0;
}

static double violation(const repair *p, uint32_t r)
{
    return fabs(excess(p, r, p->activity[r])) * p->unit[r];
}

static bool is_violated(const repair *p, uint32_t r)
{
    double tolerance = QB_FEASIBILITY_TOLERANCE * 1e-3 * fmax(1, fabs(p->activity[r]));
    return fabs(excess(p, r, p->activity[r])) > tolerance;
}

/* The most that column j can change a row by, whose coefficient it has. */
static double reach(const qb_mip *mip, uint32_t j, double coefficient)
{
    double range = upper_of(mip, j) - lower_of(mip, j);
    return fabs(coefficient) * (isfinite(range) && range > 0 ? range : 1);
}

static void enqueue(repair *p, uint32_t r)
{
    if (p->queued[r] || !is_violated(p, r))
        return;
    p->queued[r] = true;
    p->queue[(p->head + (uint64_t)p->waiting++) % p->mip->rows] = r;
}

static uint32_t dequeue(repair *p)
{
    uint32_t r = p->queue[p->head];
    p->head = (p->head + 1) % p->mip->rows;
    p->waiting--;
    p->queued[r] = false;
    return r;
}

static void transpose(repair *p)
{
    const qb_mip *mip = p->mip;
    for (uint64_t k = 0; k < mip->row_start[mip->rows]; k++)
        p->start[mip->row_column[k] + 1]++;
    for (uint32_t j = 0; j < mip->columns; j++)
        p->start[j + 1] += p->start[j];
    for (uint32_t r = 0; r < mip->rows; r++)
        for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++) {
            uint64_t at = p->start[mip->row_column[k]]++;
            p->row[at] = r;
            p->value[at] = mip->row_value[k];
            p->activity[r] += mip->row_value[k] * p->v[mip->row_column[k]];
            p->unit[r] = fmax(p->unit[r], reach(mip, mip->row_column[k], mip->row_value[k]));
        }
    for (uint32_t j = mip->columns; j > 0; j--)
        p->start[j] = p->start[j - 1];
    p->start[0] = 0;
    for (uint32_t r = 0; r < mip->rows; r++)
        p->unit[r] = p->unit[r] > 0 ? 1 / p->unit[r] : 1;
    for (uint32_t r = 0; r < mip->rows; r++) {
        p->weight[r] = 1;
        p->sum += violation(p, r);
    }
    p->least = p->sum;
}

/* How much the weighed sum of violations falls when column j moves that far. */
static double relief_of(repair *p, uint32_t j, double by)
{
    double relief = 0;
    p->work += p->start[j + 1] - p->start[j];
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++) {
        uint32_t r = p->row[k];
        double before = fabs(excess(p, r, p->activity[r]));
        double after = fabs(excess(p, r, p->activity[r] + p->value[k] * by));
        relief += (before - after) * p->unit[r] * p->weight[r];
    }
    return relief;
}

static void offer(repair *p, uint32_t j, double by, move *best)
{
    double to = fmin(fmax(p->v[j] + by, lower_of(p->mip, j)), upper_of(p->mip, j));
    by = (is_continuous(p->mip, j) ? to : nearbyint(to)) - p->v[j];
    if (by == 0 || p->rests[j] > p->walked)
        return;
    double relief = relief_of(p, j, by);
    double cost = p->mip->linear[j] * by * (p->mip->sense == QB_MAXIMISE ? -1 : 1);
    if (relief > best->relief + 1e-12 ||
        (relief > best->relief - 1e-12 && best->by != 0 && cost < best->cost))
        *best = (move){.column = j, .by = by, .relief = relief, .cost = cost};
}

/* The best move for row r: each of its columns by what is missing; integers by a little less or more than
 * that, or by one. */
static move best_move(repair *p, uint32_t r, double least)
{
    move best = {.relief = least, .cost = INFINITY};
    double missing = -excess(p, r, p->activity[r]);
    for (uint64_t k = p->mip->row_start[r]; k < p->mip->row_start[r + 1]; k++) {
        uint32_t j = p->mip->row_column[k];
        double exact = missing / p->mip->row_value[k];
        if (is_continuous(p->mip, j)) {
            offer(p, j, exact, &best);
            continue;
        }
        double inside = trunc(exact), beyond = exact > 0 ? ceil(exact - 1e-9) : floor(exact + 1e-9);
        offer(p, j, inside, &best);
        offer(p, j, beyond, &best);
        if (least > 0) /* on a walk that would be the least harmful step, and lead nowhere */
            offer(p, j, exact > 0 ? 1 : -1, &best);
    }
    return best;
}

/* The activities alone, to look at what column j moved so far would make of other moves. */
static void pretend(repair *p, uint32_t j, double by)
{
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++)
        p->activity[p->row[k]] += p->value[k] * by;
}

/* Column j by so much, together with each column of row e that brings e back to where it holds. */
static void offer_partners(repair *p, uint32_t j, double by, double relief, uint32_t e, move *best)
{
    const qb_mip *mip = p->mip;
    double missing = -excess(p, e, p->activity[e]), sign = mip->sense == QB_MAXIMISE ? -1 : 1;
    for (uint64_t k = mip->row_start[e]; k < mip->row_start[e + 1] && p->shifts; k++) {
        uint32_t other = mip->row_column[k];
        double back = missing / mip->row_value[k], to = p->v[other] + back;
        if (other == j || to < lower_of(mip, other) || to > upper_of(mip, other) ||
            (!is_continuous(mip, other) && back != nearbyint(back)))
            continue;
        p->shifts--;
        double both = relief + relief_of(p, other, back);
        double cost = sign * (mip->linear[j] * by + mip->linear[other] * back);
        if (both > best->relief + 1e-12 ||
            (both > best->relief - 1e-12 && best->by != 0 && cost < best->cost))
            *best = (move){j, other, e, by, back, both, cost};
    }
}

/* The best shift for row r: one of its binary columns flips towards the row, and another column keeps an
 * equation that held. */
static move best_shift(repair *p, uint32_t r, double least)
{
    const qb_mip *mip = p->mip;
    move best = {.relief = least, .cost = INFINITY};
    double missing = -excess(p, r, p->activity[r]);
    p->shifts = SHIFTS_MOST;
    for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1] && p->shifts; k++) {
        uint32_t j = mip->row_column[k];
        double by = missing * mip->row_value[k] > 0 ? 1 : -1, to = p->v[j] + by;
        bool binary = !is_continuous(mip, j) && upper_of(mip, j) - lower_of(mip, j) == 1;
        if (!binary || p->rests[j] > p->walked || to < lower_of(mip, j) || to > upper_of(mip, j))
            continue;
        double relief = relief_of(p, j, by);
        pretend(p, j, by);
        for (uint64_t at = p->start[j]; at < p->start[j + 1]; at++) {
            uint32_t e = p->row[at];
            if (e != r && mip->row_lower[e] == mip->row_upper[e] && is_violated(p, e) &&
                p->rests[mip->columns + e] <= p->walked)
                offer_partners(p, j, by, relief, e, &best);
        }
        pretend(p, j, -by);
    }
    return best;
}

static void apply_step(repair *p, uint32_t j, double by)
{
    p->v[j] += by;
    p->moves++;
    p->work += p->start[j + 1] - p->start[j];
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++) {
        uint32_t r = p->row[k];
        p->sum -= violation(p, r);
        p->activity[r] += p->value[k] * by;
        p->sum += violation(p, r);
        enqueue(p, r);
    }
}

static void apply(repair *p, const move *m)
{
    apply_step(p, m->column, m->by);
    if (m->back != 0)
        apply_step(p, m->other, m->back);
}

/* Remembers the way back to the best vector; false without memory. */
static bool follow(repair *p, uint32_t column, double by)
{
    if (p->length == p->room) {
        uint64_t room = 2 * p->room + 64;
        step *trail = QB_NEW(step, room);
        if (!trail)
            return false;
        if (p->length)
            memcpy(trail, p->trail, p->length * sizeof *trail);
        qb_free(p->trail);
        p->trail = trail;
        p->room = room;
    }
    p->trail[p->length++] = (step){column, by};
    return true;
}

/* Makes the move; false without memory. */
static bool make(repair *p, const move *m)
{
    apply(p, m);
    if (p->sum < p->least * (1 - 1e-9)) {
        p->least = p->sum;
        p->length = 0;
        return true;
    }
    return follow(p, m->column, m->by) && (m->back == 0 || follow(p, m->other, m->back));
}

static void go_back(repair *p)
{
    while (p->length) {
        step s = p->trail[--p->length];
        apply_step(p, s.column, -s.by);
    }
}

/* Raises the weight of every violated row, and has another look at each. */
static void weigh(repair *p)
{
    double most = 0;
    for (uint32_t r = 0; r < p->mip->rows; r++) {
        if (is_violated(p, r)) {
            p->weight[r] *= GROWTH;
            enqueue(p, r);
        }
        most = fmax(most, p->weight[r]);
    }
    for (uint32_t r = 0; most > WEIGHT_MOST && r < p->mip->rows; r++)
        p->weight[r] = fmax(1, p->weight[r] / WEIGHT_MOST);
    p->work += p->mip->rows;
}

/* Brings the columns within their bounds; returns how many had to move. */
static uint64_t clamp(const qb_mip *mip, double *v)
{
    uint64_t moves = 0;
    for (uint32_t j = 0; j < mip->columns; j++) {
        bool continuous = is_continuous(mip, j);
        double lower = continuous ? lower_of(mip, j) : ceil(lower_of(mip, j));
        double upper = continuous ? upper_of(mip, j) : floor(upper_of(mip, j));
        double inside = fmin(fmax(continuous ? v[j] : nearbyint(v[j]), lower), upper);
        moves += fabs(inside - v[j]) > QB_FEASIBILITY_TOLERANCE;
        v[j] = inside;
    }
    return moves;
}

/* Moves while a move lowers the weighed sum; false without memory. */
static bool descend(repair *p, uint64_t work_most)
{
    while (p->waiting && p->work < work_most) {
        uint32_t r = dequeue(p);
        if (!is_violated(p, r))
            continue;
        move m = best_move(p, r, IMPROVES);
        if (m.by == 0)
            m = best_shift(p, r, IMPROVES);
        if (m.by == 0)
            continue;
        if (!make(p, &m))
            return false;
        enqueue(p, r);
    }
    return true;
}

/* A step that may make things worse: the best one for a violated row by lot, and what it moved stays for a
 * while. */
static bool walk(repair *p)
{
    uint32_t r = p->queue[(p->head + qb_rng_below(&p->rng, p->waiting)) % p->mip->rows];
    move m = best_move(p, r, -INFINITY), shift = best_shift(p, r, -INFINITY);
    p->walked++;
    if (shift.by != 0 && (m.by == 0 || shift.relief > m.relief))
        m = shift;
    if (m.by == 0)
        return true;
    p->rests[m.column] = p->walked + REST + qb_rng_below(&p->rng, REST);
    if (m.back != 0)
        p->rests[p->mip->columns + m.equation] = p->rests[m.column];
    return make(p, &m);
}

/* How far column j can go in direction `way` before a row or its bound stops it. */
static double room_of(repair *p, uint32_t j, double way)
{
    double room = way > 0 ? upper_of(p->mip, j) - p->v[j] : p->v[j] - lower_of(p->mip, j);
    p->work += p->start[j + 1] - p->start[j];
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++) {
        uint32_t r = p->row[k];
        double upwards = p->mip->row_upper[r] - p->activity[r], down = p->activity[r] - p->mip->row_lower[r];
        room = fmin(room, (p->value[k] * way > 0 ? upwards : down) / fabs(p->value[k]));
    }
    return is_continuous(p->mip, j) ? room : floor(room + 1e-9);
}

/* Step 4. */
static void improve(repair *p)
{
    for (uint32_t j = 0; j < p->mip->columns; j++) {
        double cost = p->mip->linear[j] * (p->mip->sense == QB_MAXIMISE ? -1 : 1), way = cost > 0 ? -1 : 1;
        double room = cost != 0 ? room_of(p, j, way) : 0;
        if (!(room > QB_FEASIBILITY_TOLERANCE) || isinf(room))
            continue;
        apply_step(p, j, way * room);
    }
}

static bool run(repair *p, uint64_t work_most, qb_repair_result *result)
{
    p->moves = clamp(p->mip, p->v);
    transpose(p);
    for (uint32_t r = 0; r < p->mip->rows; r++)
        enqueue(p, r);
    while (p->waiting && p->work < work_most) {
        if (!descend(p, work_most))
            return false;
        weigh(p);
        if (p->waiting && p->work < work_most && !walk(p))
            return false;
    }
    uint64_t moves = p->moves - p->length;
    go_back(p);
    p->moves = moves;
    for (uint32_t r = 0; r < p->mip->rows; r++)
        result->gave_up |= is_violated(p, r);
    if (p->moves && !result->gave_up && !p->mip->pairs)
        improve(p);
    result->moves = p->moves;
    result->work = p->work;
    return true;
}

qb_status qb_repair_greedy(const qb_problem *problem, uint64_t work_most, double *v, qb_repair_result *result,
                           qb_diag *diag)
{
    const qb_mip *mip = &problem->body;
    uint64_t entries = mip->row_start[mip->rows];
    for (uint32_t j = 0; j < mip->columns; j++)
        if (!isfinite(v[j]))
            return qb_fail(diag, QB_BAD_INPUT, "repair needs finite values");
    repair p = {
        .mip = mip,
        .start = QB_NEW(uint64_t, (size_t)mip->columns + 1),
        .row = QB_NEW(uint32_t, entries),
        .value = QB_NEW(double, entries),
        .v = QB_NEW(double, mip->columns),
        .activity = QB_NEW(double, mip->rows),
        .unit = QB_NEW(double, mip->rows),
        .weight = QB_NEW(double, mip->rows),
        .queue = QB_NEW(uint32_t, mip->rows),
        .queued = QB_NEW(bool, mip->rows),
        .rests = QB_NEW(uint64_t, (size_t)mip->columns + mip->rows),
    };
    qb_repair_result done = {0};
    qb_status status = QB_NO_MEMORY;
    bool have = p.start && p.row && p.value && p.v && p.activity && p.unit && p.weight && p.queue &&
                p.queued && p.rests;
    if (have)
        memcpy(p.v, v, mip->columns * sizeof *v);
    qb_rng_init(&p.rng, 1, 0);
    if (have && run(&p, work_most, &done)) {
        memcpy(v, p.v, mip->columns * sizeof *v);
        *result = done;
        status = QB_OK;
    } else {
        qb_fail(diag, status, "out of memory repairing a solution");
    }
    qb_free(p.start);
    qb_free(p.row);
    qb_free(p.value);
    qb_free(p.v);
    qb_free(p.activity);
    qb_free(p.unit);
    qb_free(p.weight);
    qb_free(p.trail);
    qb_free(p.queue);
    qb_free(p.queued);
    qb_free(p.rests);
    return status;
}
