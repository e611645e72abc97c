/* portfolio: choose k of n assets, risk against return.
 *
 *   min aversion x'Sx - sum_j r_j x_j   subject to   sum_j x_j = k
 *
 * S = F F' + D from a few common factors, so that it is positive definite; all data are integers.
 *
 * Source: Chang, Meade, Beasley and Sharaiha, "Heuristics for cardinality constrained portfolio
 * optimisation", Computers and Operations Research 27 (2000), here with equal shares.
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

enum { SIZE, CHOSEN, FACTORS, AVERSION };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 30, 2, 2000, true, "assets", "number of assets"},
    [CHOSEN] = {"chosen", 0, 0, 2000, true, "assets", "how many to choose; 0: a third"},
    [FACTORS] = {"factors", 4, 1, 32, true, "", "common factors of the returns"},
    [AVERSION] = {"aversion", 1, 1, 1000, true, "", "weight of risk against return"},
};

static void write_objective(qb_sketch *sketch, const double *loading, uint32_t n, uint32_t factors,
                            double aversion, qb_rng *rng)
{
    for (uint32_t i = 0; i < n; i++) {
        double variance = qb_draw_integer(rng, 1, 25);
        for (uint32_t f = 0; f < factors; f++)
            variance += loading[(size_t)i * factors + f] * loading[(size_t)i * factors + f];
        double mean = qb_draw_integer(rng, 0, 200); /* of return */
        qb_sketch_linear(sketch, i, aversion * variance - mean);
        for (uint32_t j = i + 1; j < n; j++) {
            double covariance = 0;
            for (uint32_t f = 0; f < factors; f++)
                covariance += loading[(size_t)i * factors + f] * loading[(size_t)j * factors + f];
            qb_sketch_pair(sketch, i, j, 2 * aversion * covariance);
        }
    }
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    uint32_t n = (uint32_t)value[SIZE], factors = (uint32_t)value[FACTORS];
    double chosen = value[CHOSEN] > 0 ? value[CHOSEN] : (double)((n + 2) / 3);
    if (chosen > n)
        return qb_fail(diag, QB_BAD_INPUT, "portfolio: %g of %u assets cannot be chosen", chosen, n);
    double *loading = QB_NEW(double, (size_t)n *factors);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, n);
    if (loading) {
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        for (size_t k = 0; k < (size_t)n * factors; k++)
            loading[k] = qb_draw_integer(&rng, -3, 6);
        write_objective(&sketch, loading, n, factors, value[AVERSION], &rng);
        qb_sketch_row(&sketch, chosen, chosen);
        for (uint32_t j = 0; j < n; j++)
            qb_sketch_entry(&sketch, j, 1);
    } else {
        sketch.status = QB_NO_MEMORY;
    }
    qb_free(loading);
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_portfolio;
const qb_generator qb_generator_portfolio = {
    .name = "portfolio",
    .summary = "portfolio of k assets: quadratic objective, one cardinality row",
    .source = "Chang, Meade, Beasley and Sharaiha, Computers and Operations Research 27 (2000)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
