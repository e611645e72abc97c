/* random-qubo: uniform integer weights at a given density, to be minimised. */
#include "instances/generators/draw.h"

enum { SIZE, DENSITY, WEIGHT };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 100, 1, 20000, true, "variables", "number of variables"},
    [DENSITY] = {"density", 0.1, 0, 1, false, "", "probability that a pair has a weight"},
    [WEIGHT] = {"weight", 100, 1, 1e6, true, "", "weights are integers from -weight to weight"},
};

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    uint32_t n = (uint32_t)value[SIZE];
    int64_t weight = (int64_t)value[WEIGHT];
    qb_sketch sketch = qb_sketch_open(QB_KIND_QUBO, QB_MINIMISE, n);
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    for (uint32_t i = 0; i < n; i++) {
        qb_sketch_linear(&sketch, i, qb_draw_integer(&rng, -weight, weight));
        for (uint32_t j = i + 1; j < n; j++)
            if (qb_rng_uniform(&rng) < value[DENSITY])
                qb_sketch_pair(&sketch, i, j, qb_draw_integer(&rng, -weight, weight));
    }
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_random_qubo;
const qb_generator qb_generator_random_qubo = {
    .name = "random-qubo",
    .summary = "QUBO with uniform integer weights",
    .source = "",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
