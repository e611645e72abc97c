#include "tests/kernels/anneal_cases.h"

#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"

#include <criterion/criterion.h>
#include <math.h>

static double draw(qb_rng *rng, int32_t most, bool nonzero)
{
    for (;;) {
        int64_t value = (int64_t)qb_rng_below(rng, 2 * (uint64_t)most + 1) - most;
        if (value || !nonzero)
            return (double)value;
    }
}

qb_qubo model_build(model_spec spec, uint64_t seed)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 77);
    double factor = spec.real ? sqrt(2) : 1;
    double *linear = QB_NEW(double, spec.n);
    qb_pair *pair = QB_NEW(qb_pair, (size_t)spec.n * spec.n / 2 + 1);
    uint64_t pairs = 0;
    cr_assert(linear && pair);
    for (uint32_t i = 0; i < spec.n; i++)
        linear[i] = factor * (spec.linear ? draw(&rng, spec.linear, false) : 0);
    for (uint32_t i = 0; i < spec.n; i++)
        for (uint32_t j = i + 1; j < spec.n; j++) {
            if (qb_rng_uniform(&rng) >= spec.density)
                continue;
            double weight = factor * draw(&rng, spec.weight, true);
            pair[pairs++] = (qb_pair){i, j, spec.cut ? -2 * weight : weight};
            if (spec.cut) {
                linear[i] += weight;
                linear[j] += weight;
            }
        }
    linear[0] += spec.stiff;
    qb_qubo model;
    qb_diag diag = {0};
    qb_status status = qb_qubo_build(spec.sense, 0, 1, spec.n, linear, pairs, pair, &model, &diag);
    cr_assert_eq(status, QB_OK, "%s", diag.text);
    qb_free(linear);
    qb_free(pair);
    return model;
}

bool tier_select(uint32_t t)
{
    return t <= (uint32_t)qb_simd_detect() && qb_simd_select(qb_simd_name((qb_simd)t), NULL) == QB_OK;
}
