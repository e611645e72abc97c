/* knapsack: the 0/1 knapsack with weakly correlated profits, to be maximised.
 *
 *   max sum p_j x_j   subject to   sum w_j x_j <= capacity
 *
 * w is uniform in 1..range, p uniform in w - range / 10 .. w + range / 10 (at least 1), the capacity half the
 * weight of all.  The optimum comes from dynamic programming over weights, O(size * capacity).
 *
 * Source: Pisinger, "Where are the hard knapsack problems?", Computers and Operations Research 32 (2005).
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

#include <math.h>

enum { SIZE, RANGE };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 50, 1, 2000, true, "items", "number of items"},
    [RANGE] = {"range", 100, 10, 1000, true, "", "greatest weight"},
};

/* The greatest profit within the capacity; -1 when memory is out. */
static double solve(const int64_t *weight, const int64_t *profit, uint32_t n, int64_t capacity)
{
    int64_t *best = QB_NEW(int64_t, (size_t)capacity + 1);
    if (!best)
        return -1;
    for (uint32_t j = 0; j < n; j++)
        for (int64_t room = capacity; room >= weight[j]; room--) {
            int64_t with = best[room - weight[j]] + profit[j];
            best[room] = with > best[room] ? with : best[room];
        }
    double value = (double)best[capacity];
    qb_free(best);
    return value;
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    uint32_t n = (uint32_t)value[SIZE];
    int64_t range = (int64_t)value[RANGE], total = 0;
    int64_t *weight = QB_NEW(int64_t, n), *profit = QB_NEW(int64_t, n);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MAXIMISE, n);
    if (weight && profit) {
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        for (uint32_t j = 0; j < n; j++) {
            weight[j] = (int64_t)qb_draw_integer(&rng, 1, range);
            int64_t least = weight[j] - range / 10 > 1 ? weight[j] - range / 10 : 1;
            profit[j] = (int64_t)qb_draw_integer(&rng, least, weight[j] + range / 10);
            total += weight[j];
        }
        int64_t capacity = total / 2;
        qb_sketch_row(&sketch, -INFINITY, (double)capacity);
        for (uint32_t j = 0; j < n; j++) {
            qb_sketch_linear(&sketch, j, (double)profit[j]);
            qb_sketch_entry(&sketch, j, (double)weight[j]);
        }
        *generated = (qb_generated){.has_optimum = true, .optimum = solve(weight, profit, n, capacity)};
        if (generated->optimum < 0)
            sketch.status = QB_NO_MEMORY;
    } else {
        sketch.status = QB_NO_MEMORY;
    }
    qb_free(weight);
    qb_free(profit);
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_knapsack;
const qb_generator qb_generator_knapsack = {
    .name = "knapsack",
    .summary = "0/1 knapsack with weakly correlated profits, optimum known",
    .source = "Pisinger, Computers and Operations Research 32 (2005)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
