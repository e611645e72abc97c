/* market-split: find the subset that splits every product's demand exactly.
 *
 *   min sum_i s_i   subject to   sum_j a_ij x_j + s_i = b_i,   x binary, s integer >= 0
 *
 * a is uniform in 0..range.  b = A x* for a hidden x* of half ones, so that the optimum is 0.
 *
 * Source: Cornuejols and Dawande, "A class of hard small 0-1 programs", INFORMS Journal on Computing 11
 * (1999).
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

enum { SIZE, ROWS, RANGE };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 20, 2, 10000, true, "customers", "number of binary variables"},
    [ROWS] = {"rows", 3, 1, 100, true, "products", "number of equations"},
    [RANGE] = {"range", 50, 1, 1e6, true, "", "greatest coefficient"},
};

/* hidden: one in two, in random order. */
static void hide(uint8_t *hidden, uint32_t n, qb_rng *rng)
{
    for (uint32_t j = 0; j < n; j++)
        hidden[j] = j % 2;
    for (uint32_t j = n; j > 1; j--) {
        uint32_t k = (uint32_t)qb_rng_below(rng, j);
        uint8_t last = hidden[j - 1];
        hidden[j - 1] = hidden[k];
        hidden[k] = last;
    }
}

static void draw_row(qb_sketch *sketch, double *coefficient, const uint8_t *hidden, uint32_t n,
                     uint32_t slack, int64_t range, qb_rng *rng)
{
    double demand = 0;
    for (uint32_t j = 0; j < n; j++) {
        coefficient[j] = qb_draw_integer(rng, 0, range);
        demand += coefficient[j] * hidden[j];
    }
    qb_sketch_row(sketch, demand, demand);
    for (uint32_t j = 0; j < n; j++)
        qb_sketch_entry(sketch, j, coefficient[j]);
    qb_sketch_entry(sketch, slack, 1);
    qb_sketch_integer(sketch, slack, 0, demand);
    qb_sketch_linear(sketch, slack, 1);
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    uint32_t n = (uint32_t)value[SIZE], rows = (uint32_t)value[ROWS];
    uint8_t *hidden = QB_NEW(uint8_t, n);
    double *coefficient = QB_NEW(double, n);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, n + rows);
    if (hidden && coefficient) {
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        hide(hidden, n, &rng);
        for (uint32_t i = 0; i < rows; i++)
            draw_row(&sketch, coefficient, hidden, n, n + i, (int64_t)value[RANGE], &rng);
    } else {
        sketch.status = QB_NO_MEMORY;
    }
    qb_free(hidden);
    qb_free(coefficient);
    *generated = (qb_generated){.has_optimum = true, .optimum = 0};
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_market_split;
const qb_generator qb_generator_market_split = {
    .name = "market-split",
    .summary = "market split with a hidden solution, optimum 0",
    .source = "Cornuejols and Dawande, INFORMS Journal on Computing 11 (1999)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
