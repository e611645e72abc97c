#define _GNU_SOURCE
#include "solvers/kernels/qaoa_angles.h"

#include <math.h>
#include <string.h>

double qb_qaoa_unit(const qb_cost *cost)
{
    double squares[2] = {0, 0};
    uint64_t count[2] = {0, 0};
    for (uint64_t t = 0; t < cost->spin_terms; t++) {
        int coupling = __builtin_popcountll(cost->spin[t].mask) > 1;
        double weight = 2 * cost->scale * cost->spin[t].coefficient;
        squares[coupling] += weight * weight;
        count[coupling]++;
    }
    int used = count[1] > 0;
    double unit = count[used] ? 1 / sqrt(squares[used] / (double)count[used]) : 1;
    return isfinite(unit) ? unit : 1; /* weights whose squares underflow */
}

static double beta_sign(const qb_cost *cost)
{
    return cost->sense == QB_MINIMISE ? -1 : 1;
}

void qb_qaoa_ramp(const qb_cost *cost, uint32_t depth, double step, double *gammas, double *betas)
{
    double unit = qb_qaoa_unit(cost), sign = beta_sign(cost);
    for (uint32_t l = 0; l < depth; l++) {
        double f = (l + 0.5) / depth;
        gammas[l] = f * step * unit;
        betas[l] = sign * (1 - f) * step;
    }
}

void qb_qaoa_interpolate(uint32_t from, const double *from_angles, uint32_t to, double *to_angles)
{
    for (uint32_t l = 0; l < to; l++) {
        /* layer l's place among the old ones; both schedules end at their ends */
        double place = to > 1 ? (double)l * (from - 1) / (to - 1) : 0;
        uint32_t left = (uint32_t)place;
        double part = place - left;
        to_angles[l] = from_angles[left];
        if (part > 0)
            to_angles[l] += part * (from_angles[left + 1] - from_angles[left]);
    }
}

/* The row of this degree whose depth is nearest from below, else from above. */
static const qb_angle_row *nearest_row(uint32_t degree, uint32_t depth)
{
    const qb_angle_row *best = NULL;
    for (const qb_angle_row *row = qb_angle_rows; row->depth; row++)
        if (row->degree == degree && (!best || row->depth <= depth))
            best = row;
    return best;
}

static uint32_t mean_degree(const qb_cost *cost)
{
    uint64_t ends = 0;
    for (uint64_t t = 0; t < cost->spin_terms; t++) {
        uint32_t members = (uint32_t)__builtin_popcountll(cost->spin[t].mask);
        ends += members > 1 ? members : 0;
    }
    return (uint32_t)((double)ends / cost->n + 0.5);
}

void qb_qaoa_fixed(const qb_cost *cost, uint32_t depth, double *gammas, double *betas, const char **source)
{
    static const char *const regular[] = {
        [3] = "regular graphs of degree 3",   [4] = "regular graphs of degree 4",
        [5] = "regular graphs of degree 5",   [6] = "regular graphs of degree 6",
        [7] = "regular graphs of degree 7",   [8] = "regular graphs of degree 8",
        [9] = "regular graphs of degree 9",   [10] = "regular graphs of degree 10",
        [11] = "regular graphs of degree 11",
    };
    uint32_t degree = mean_degree(cost);
    degree = degree < 3 ? 3 : degree > 11 ? 0 : degree;
    *source = degree ? regular[degree] : "sherrington-kirkpatrick model";
    if (!depth)
        return;
    const qb_angle_row *row = nearest_row(degree, depth);
    /* a cut has coupling w / 2; the model has J / sqrt(n) */
    double unit = qb_qaoa_unit(cost) * (degree ? 1 : 2 / sqrt(cost->n)), sign = beta_sign(cost);
    qb_qaoa_interpolate(row->depth, row->gammas, depth, gammas);
    qb_qaoa_interpolate(row->depth, row->betas, depth, betas);
    for (uint32_t l = 0; l < depth; l++) {
        gammas[l] *= unit;
        betas[l] *= sign;
    }
}
