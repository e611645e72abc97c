/* sk: the Sherrington-Kirkpatrick spin glass with couplings -1 and 1, to be minimised.
 *
 * Source: Sherrington and Kirkpatrick, "Solvable model of a spin-glass", Physical Review Letters 35 (1975).
 */
#include "instances/generators/draw.h"

enum { SIZE };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 100, 2, 20000, true, "spins", "number of spins"},
};

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    uint32_t n = (uint32_t)value[SIZE];
    qb_sketch sketch = qb_sketch_open(QB_KIND_ISING, QB_MINIMISE, n);
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++)
            qb_sketch_pair(&sketch, i, j, qb_draw_sign(&rng));
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_sk;
const qb_generator qb_generator_sk = {
    .name = "sk",
    .summary = "Sherrington-Kirkpatrick spin glass with couplings -1 and 1",
    .source = "Sherrington and Kirkpatrick, Physical Review Letters 35 (1975)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
