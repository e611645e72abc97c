#include "harness/stats/curve.h"

#include <math.h>

/* How many of x [count] ascending are at most t. */
static size_t rank(const double *x, size_t count, double t)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double qb_step_at(const double *at, const double *value, size_t count, double before, double t)
{
    size_t k = rank(at, count, t);
    return k ? value[k - 1] : before;
}

void qb_log_grid(double first, double last, double *grid, size_t count)
{
    double ratio = log(last / first);
    for (size_t k = 0; k < count; k++)
        grid[k] = first * exp(ratio * (double)k / (double)(count - 1));
    grid[0] = first;
    grid[count - 1] = last;
}

double qb_ecdf(const double *sorted, size_t count, size_t total, double t)
{
    return total ? (double)rank(sorted, count, t) / (double)total : NAN;
}

void qb_performance_ratios(const double *cost, size_t solvers, double *ratio)
{
    double best = INFINITY;
    for (size_t s = 0; s < solvers; s++)
        if (cost[s] < best)
            best = cost[s];
    for (size_t s = 0; s < solvers; s++) {
        if (isnan(cost[s]) || isinf(cost[s]))
            ratio[s] = INFINITY;
        else if (best > 0)
            ratio[s] = cost[s] / best;
        else
            ratio[s] = cost[s] == best ? 1 : INFINITY;
    }
}
