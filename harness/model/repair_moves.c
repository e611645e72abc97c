/* The moves of a repair. */
#include "harness/model/repair_moves.h"

#include <math.h>

#define SHIFTS_MOST 20000 /* pairs that one look at a row weighs up */

/* How much the weighed sum of violations falls when column j moves that far. */
static double relief_of(qb_repair_state *p, uint32_t j, double by)
{
    double relief = 0;
    p->work += p->start[j + 1] - p->start[j];
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++) {
        uint32_t r = p->row[k];
        double before = fabs(qb_repair_excess(p, r, p->activity[r]));
        double after = fabs(qb_repair_excess(p, r, p->activity[r] + p->value[k] * by));
        relief += (before - after) * p->unit[r] * p->weight[r];
    }
    return relief;
}

static void offer(qb_repair_state *p, uint32_t j, double by, qb_repair_move *best)
{
    double to = fmin(fmax(p->v[j] + by, qb_repair_lower(p->mip, j)), qb_repair_upper(p->mip, j));
    by = (qb_repair_is_continuous(p->mip, j) ? to : nearbyint(to)) - p->v[j];
    if (by == 0 || p->rests[j] > p->walked)
        return;
    double relief = relief_of(p, j, by);
    double cost = p->mip->linear[j] * by * (p->mip->sense == QB_MAXIMISE ? -1 : 1);
    if (relief > best->relief + 1e-12 ||
        (relief > best->relief - 1e-12 && best->by != 0 && cost < best->cost))
        *best = (qb_repair_move){.column = j, .by = by, .relief = relief, .cost = cost};
}

qb_repair_move qb_repair_best_move(qb_repair_state *p, uint32_t r, double least)
{
    qb_repair_move best = {.relief = least, .cost = INFINITY};
    double missing = -qb_repair_excess(p, r, p->activity[r]);
    for (uint64_t k = p->mip->row_start[r]; k < p->mip->row_start[r + 1]; k++) {
        uint32_t j = p->mip->row_column[k];
        double exact = missing / p->mip->row_value[k];
        if (qb_repair_is_continuous(p->mip, j)) {
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
static void pretend(qb_repair_state *p, uint32_t j, double by)
{
    for (uint64_t k = p->start[j]; k < p->start[j + 1]; k++)
        p->activity[p->row[k]] += p->value[k] * by;
}

/* Column j by so much, together with each column of row e that brings e back to where it holds. */
static void offer_partners(qb_repair_state *p, uint32_t j, double by, double relief, uint32_t e,
                           qb_repair_move *best)
{
    const qb_mip *mip = p->mip;
    double missing = -qb_repair_excess(p, e, p->activity[e]), sign = mip->sense == QB_MAXIMISE ? -1 : 1;
    for (uint64_t k = mip->row_start[e]; k < mip->row_start[e + 1] && p->shifts; k++) {
        uint32_t other = mip->row_column[k];
        double back = missing / mip->row_value[k], to = p->v[other] + back;
        if (other == j || to < qb_repair_lower(mip, other) || to > qb_repair_upper(mip, other) ||
            (!qb_repair_is_continuous(mip, other) && back != nearbyint(back)))
            continue;
        p->shifts--;
        double both = relief + relief_of(p, other, back);
        double cost = sign * (mip->linear[j] * by + mip->linear[other] * back);
        if (both > best->relief + 1e-12 ||
            (both > best->relief - 1e-12 && best->by != 0 && cost < best->cost))
            *best = (qb_repair_move){j, other, e, by, back, both, cost};
    }
}

qb_repair_move qb_repair_best_shift(qb_repair_state *p, uint32_t r, double least)
{
    const qb_mip *mip = p->mip;
    qb_repair_move best = {.relief = least, .cost = INFINITY};
    double missing = -qb_repair_excess(p, r, p->activity[r]);
    p->shifts = SHIFTS_MOST;
    for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1] && p->shifts; k++) {
        uint32_t j = mip->row_column[k];
        double by = missing * mip->row_value[k] > 0 ? 1 : -1, to = p->v[j] + by;
        bool binary =
            !qb_repair_is_continuous(mip, j) && qb_repair_upper(mip, j) - qb_repair_lower(mip, j) == 1;
        if (!binary || p->rests[j] > p->walked || to < qb_repair_lower(mip, j) ||
            to > qb_repair_upper(mip, j))
            continue;
        double relief = relief_of(p, j, by);
        pretend(p, j, by);
        for (uint64_t at = p->start[j]; at < p->start[j + 1]; at++) {
            uint32_t e = p->row[at];
            if (e != r && mip->row_lower[e] == mip->row_upper[e] && qb_repair_is_violated(p, e) &&
                p->rests[mip->columns + e] <= p->walked)
                offer_partners(p, j, by, relief, e, &best);
        }
        pretend(p, j, -by);
    }
    return best;
}
