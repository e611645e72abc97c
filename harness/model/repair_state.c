#include "harness/model/repair_state.h"

#include "harness/base/memory.h"
#include "harness/model/referee.h"

#include <math.h>
#include <string.h>

static double violation(const qb_repair_state *p, uint32_t r)
{
    return fabs(qb_repair_excess(p, r, p->activity[r])) * p->unit[r];
}

bool qb_repair_is_violated(const qb_repair_state *p, uint32_t r)
{
    double tolerance = QB_FEASIBILITY_TOLERANCE * 1e-3 * fmax(1, fabs(p->activity[r]));
    return fabs(qb_repair_excess(p, r, p->activity[r])) > tolerance;
}

/* The most that column j can change a row by, whose coefficient it has. */
static double reach(const qb_mip *mip, uint32_t j, double coefficient)
{
    double range = qb_repair_upper(mip, j) - qb_repair_lower(mip, j);
    return fabs(coefficient) * (isfinite(range) && range > 0 ? range : 1);
}

void qb_repair_enqueue(qb_repair_state *p, uint32_t r)
{
    if (p->queued[r] || !qb_repair_is_violated(p, r))
        return;
    p->queued[r] = true;
    p->queue[(p->head + (uint64_t)p->waiting++) % p->mip->rows] = r;
}

uint32_t qb_repair_dequeue(qb_repair_state *p)
{
    uint32_t r = p->queue[p->head];
    p->head = (p->head + 1) % p->mip->rows;
    p->waiting--;
    p->queued[r] = false;
    return r;
}

static void transpose(qb_repair_state *p)
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

/* Brings the columns within their bounds; returns how many had to move. */
static uint64_t clamp(const qb_mip *mip, double *v)
{
    uint64_t moves = 0;
    for (uint32_t j = 0; j < mip->columns; j++) {
        bool continuous = qb_repair_is_continuous(mip, j);
        double lower = continuous ? qb_repair_lower(mip, j) : ceil(qb_repair_lower(mip, j));
        double upper = continuous ? qb_repair_upper(mip, j) : floor(qb_repair_upper(mip, j));
        double inside = fmin(fmax(continuous ? v[j] : nearbyint(v[j]), lower), upper);
        moves += fabs(inside - v[j]) > QB_FEASIBILITY_TOLERANCE;
        v[j] = inside;
    }
    return moves;
}

qb_status qb_repair_open(qb_repair_state *p, const qb_mip *mip, const double *v)
{
    uint64_t entries = mip->row_start[mip->rows];
    *p = (qb_repair_state){
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
    if (!p->start || !p->row || !p->value || !p->v || !p->activity || !p->unit || !p->weight || !p->queue ||
        !p->queued || !p->rests) {
        qb_repair_close(p);
        return QB_NO_MEMORY;
    }
    memcpy(p->v, v, mip->columns * sizeof *v);
    qb_rng_init(&p->rng, 1, 0);
    p->moves = clamp(mip, p->v);
    transpose(p);
    for (uint32_t r = 0; r < mip->rows; r++)
        qb_repair_enqueue(p, r);
    return QB_OK;
}

void qb_repair_close(qb_repair_state *p)
{
    qb_free(p->start);
    qb_free(p->row);
    qb_free(p->value);
    qb_free(p->v);
    qb_free(p->activity);
    qb_free(p->unit);
    qb_free(p->weight);
    qb_free(p->trail);
    qb_free(p->queue);
    qb_free(p->queued);
    qb_free(p->rests);
    *p = (qb_repair_state){0};
}

void qb_repair_apply(qb_repair_state *p, uint32_t j, double by)
{
    p->v[j] += by;
    p->moves++;
    p->work += p->start[j + 1] - p->start[j];
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++) {
        uint32_t r = p->row[k];
        p->sum -= violation(p, r);
        p->activity[r] += p->value[k] * by;
        p->sum += violation(p, r);
        qb_repair_enqueue(p, r);
    }
}

/* Remembers the way back to the best vector; false without memory. */
static bool follow(qb_repair_state *p, uint32_t column, double by)
{
    if (p->length == p->room) {
        uint64_t room = 2 * p->room + 64;
        qb_repair_step *trail = QB_NEW(qb_repair_step, room);
        if (!trail)
            return false;
        if (p->length)
            memcpy(trail, p->trail, p->length * sizeof *trail);
        qb_free(p->trail);
        p->trail = trail;
        p->room = room;
    }
    p->trail[p->length++] = (qb_repair_step){column, by};
    return true;
}

bool qb_repair_make(qb_repair_state *p, const qb_repair_move *m)
{
    qb_repair_apply(p, m->column, m->by);
    if (m->back != 0)
        qb_repair_apply(p, m->other, m->back);
    if (p->sum < p->least * (1 - 1e-9)) {
        p->least = p->sum;
        p->length = 0;
        return true;
    }
    return follow(p, m->column, m->by) && (m->back == 0 || follow(p, m->other, m->back));
}

void qb_repair_go_back(qb_repair_state *p)
{
    while (p->length) {
        qb_repair_step s = p->trail[--p->length];
        qb_repair_apply(p, s.column, -s.by);
    }
}
