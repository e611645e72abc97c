#include "harness/model/repair.h"

#include "harness/base/memory.h"
#include "harness/model/referee.h"

#include <math.h>
#include <string.h>

#define ROUNDS_MOST 1000
#define GROWTH      1.1
#define WEIGHT_MOST 1e9 /* then all are scaled down */

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
    uint64_t work;
} repair;

/* A column, how far, and what that does. */
typedef struct move {
    uint32_t column;
    double by, relief, cost;
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
    if (by == 0)
        return;
    double relief = relief_of(p, j, by);
    double cost = p->mip->linear[j] * by * (p->mip->sense == QB_MAXIMISE ? -1 : 1);
    if (relief > best->relief + 1e-12 ||
        (relief > best->relief - 1e-12 && relief > 1e-9 && cost < best->cost))
        *best = (move){j, by, relief, cost};
}

/* The best move for row r: each of its columns by what is missing; integers by a little less or more than
 * that, or by one. */
static move best_move(repair *p, uint32_t r)
{
    move best = {.relief = 1e-9, .cost = INFINITY};
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
        offer(p, j, exact > 0 ? 1 : -1, &best);
    }
    return best;
}

static void apply(repair *p, const move *m)
{
    p->v[m->column] += m->by;
    for (uint64_t k = p->start[m->column]; k < p->start[m->column + 1]; k++) {
        uint32_t r = p->row[k];
        p->sum -= violation(p, r);
        p->activity[r] += p->value[k] * m->by;
        p->sum += violation(p, r);
        enqueue(p, r);
    }
}

/* Remembers the way back to the best vector; false without memory. */
static bool follow(repair *p, const move *m)
{
    if (p->sum < p->least * (1 - 1e-9)) {
        p->least = p->sum;
        p->length = 0;
        return true;
    }
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
    p->trail[p->length++] = (step){m->column, m->by};
    return true;
}

static void go_back(repair *p)
{
    while (p->length) {
        step s = p->trail[--p->length];
        apply(p, &(move){.column = s.column, .by = -s.by});
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
static bool descend(repair *p, uint64_t moves_most, uint64_t *moves)
{
    while (p->waiting && *moves < moves_most) {
        uint32_t r = dequeue(p);
        if (!is_violated(p, r))
            continue;
        move m = best_move(p, r);
        if (m.by == 0)
            continue;
        apply(p, &m);
        ++*moves;
        if (!follow(p, &m))
            return false;
        enqueue(p, r);
    }
    return true;
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

/* Step 4; returns its moves. */
static uint64_t improve(repair *p)
{
    uint64_t moves = 0;
    for (uint32_t j = 0; j < p->mip->columns; j++) {
        double cost = p->mip->linear[j] * (p->mip->sense == QB_MAXIMISE ? -1 : 1), way = cost > 0 ? -1 : 1;
        double room = cost != 0 ? room_of(p, j, way) : 0;
        if (!(room > QB_FEASIBILITY_TOLERANCE) || isinf(room))
            continue;
        apply(p, &(move){.column = j, .by = way * room});
        moves++;
    }
    return moves;
}

static bool run(repair *p, uint64_t moves_most, qb_repair_result *result)
{
    uint64_t moves = result->moves = clamp(p->mip, p->v);
    transpose(p);
    for (uint32_t r = 0; r < p->mip->rows; r++)
        enqueue(p, r);
    for (int round = 0; p->waiting && moves < moves_most && round < ROUNDS_MOST; round++) {
        double least = p->least;
        if (!descend(p, moves_most, &moves))
            return false;
        if (p->least < least)
            round = 0;
        if (moves < moves_most)
            weigh(p);
    }
    moves -= p->length;
    go_back(p);
    for (uint32_t r = 0; r < p->mip->rows; r++)
        result->gave_up |= is_violated(p, r);
    if (moves && !result->gave_up && !p->mip->pairs)
        moves += improve(p);
    result->moves = moves;
    result->work = p->work;
    return true;
}

qb_status qb_repair_greedy(const qb_problem *problem, uint64_t moves_most, double *v,
                           qb_repair_result *result, qb_diag *diag)
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
    };
    qb_repair_result done = {0};
    qb_status status = QB_NO_MEMORY;
    bool have = p.start && p.row && p.value && p.v && p.activity && p.unit && p.weight && p.queue && p.queued;
    if (have)
        memcpy(p.v, v, mip->columns * sizeof *v);
    if (have && run(&p, moves_most, &done)) {
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
    return status;
}
