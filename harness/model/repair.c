#include "harness/model/repair.h"

#include "harness/model/referee.h"
#include "harness/model/repair_moves.h"

#include <math.h>
#include <string.h>

#define IMPROVES    1e-9
#define GROWTH      1.1
#define REST        5
#define WEIGHT_MOST 1e9 /* then all are scaled down */

/* Raises the weight of every violated row, and has another look at each. */
static void weigh(qb_repair_state *p)
{
    double most = 0;
    for (uint32_t r = 0; r < p->mip->rows; r++) {
        if (qb_repair_is_violated(p, r)) {
            p->weight[r] *= GROWTH;
            qb_repair_enqueue(p, r);
        }
        most = fmax(most, p->weight[r]);
    }
    for (uint32_t r = 0; most > WEIGHT_MOST && r < p->mip->rows; r++)
        p->weight[r] = fmax(1, p->weight[r] / WEIGHT_MOST);
    p->work += p->mip->rows;
}

/* Moves while a move lowers the weighed sum; false without memory. */
static bool descend(qb_repair_state *p, uint64_t work_most)
{
    while (p->waiting && p->work < work_most) {
        uint32_t r = qb_repair_dequeue(p);
        if (!qb_repair_is_violated(p, r))
            continue;
        qb_repair_move m = qb_repair_best_move(p, r, IMPROVES);
        if (m.by == 0)
            m = qb_repair_best_shift(p, r, IMPROVES);
        if (m.by == 0)
            continue;
        if (!qb_repair_make(p, &m))
            return false;
        qb_repair_enqueue(p, r);
    }
    return true;
}

/* A step that may make things worse: the best one for a violated row by lot, and what it moved stays for a
 * while. */
static bool walk(qb_repair_state *p)
{
    uint32_t r = p->queue[(p->head + qb_rng_below(&p->rng, p->waiting)) % p->mip->rows];
    qb_repair_move m = qb_repair_best_move(p, r, -INFINITY), shift = qb_repair_best_shift(p, r, -INFINITY);
    p->walked++;
    if (shift.by != 0 && (m.by == 0 || shift.relief > m.relief))
        m = shift;
    if (m.by == 0)
        return true;
    p->rests[m.column] = p->walked + REST + qb_rng_below(&p->rng, REST);
    if (m.back != 0)
        p->rests[p->mip->columns + m.equation] = p->rests[m.column];
    return qb_repair_make(p, &m);
}

/* How far column j can go in direction `way` before a row or its bound stops it. */
static double room_of(qb_repair_state *p, uint32_t j, double way)
{
    double room = way > 0 ? qb_repair_upper(p->mip, j) - p->v[j] : p->v[j] - qb_repair_lower(p->mip, j);
    p->work += p->start[j + 1] - p->start[j];
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++) {
        uint32_t r = p->row[k];
        double upwards = p->mip->row_upper[r] - p->activity[r], down = p->activity[r] - p->mip->row_lower[r];
        room = fmin(room, (p->value[k] * way > 0 ? upwards : down) / fabs(p->value[k]));
    }
    return qb_repair_is_continuous(p->mip, j) ? room : floor(room + 1e-9);
}

/* Step 4. */
static void improve(qb_repair_state *p)
{
    for (uint32_t j = 0; j < p->mip->columns; j++) {
        double cost = p->mip->linear[j] * (p->mip->sense == QB_MAXIMISE ? -1 : 1), way = cost > 0 ? -1 : 1;
        double room = cost != 0 ? room_of(p, j, way) : 0;
        if (!(room > QB_FEASIBILITY_TOLERANCE) || isinf(room))
            continue;
        qb_repair_apply(p, j, way * room);
    }
}

/* False without memory. */
static bool run(qb_repair_state *p, uint64_t work_most, qb_repair_result *result)
{
    while (p->waiting && p->work < work_most) {
        if (!descend(p, work_most))
            return false;
        weigh(p);
        if (p->waiting && p->work < work_most && !walk(p))
            return false;
    }
    uint64_t moves = p->moves - p->length;
    qb_repair_go_back(p);
    p->moves = moves;
    for (uint32_t r = 0; r < p->mip->rows; r++)
        result->gave_up |= qb_repair_is_violated(p, r);
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
    for (uint32_t j = 0; j < mip->columns; j++)
        if (!isfinite(v[j]))
            return qb_fail(diag, QB_BAD_INPUT, "repair needs finite values");
    qb_repair_state p;
    qb_repair_result done = {0};
    if (qb_repair_open(&p, mip, v) != QB_OK)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory repairing a solution");
    bool whole = run(&p, work_most, &done);
    if (whole) {
        memcpy(v, p.v, mip->columns * sizeof *v);
        *result = done;
    }
    qb_repair_close(&p);
    return whole ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "out of memory repairing a solution");
}
