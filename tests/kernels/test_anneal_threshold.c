/* Thresholds of Metropolis acceptance, and their bounds. */
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_threshold.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <math.h>

/* Thresholds are -ln(u), u on the grid that the header states, and follow the exponential distribution. */
Test(anneal, thresholds_are_exponential)
{
    enum { DRAWS = 20000, CUTS = 5 };
    qb_lanes_rng *rng = QB_NEW(qb_lanes_rng, 1), *copy = QB_NEW(qb_lanes_rng, 1);
    uint64_t above[CUTS] = {0};
    static const double cut[CUTS] = {0.01, 0.1, 1, 3, 7};
    qb_lanes_rng_init(rng, 7, 1);
    *copy = *rng;
    for (uint32_t k = 0; k < DRAWS; k++) {
        qb_floats t;
        qb_lanes bits;
        qb_threshold_draw(rng, &t);
        qb_lanes_next(copy, &bits);
        for (uint32_t lane = 0; lane < QB_THRESHOLDS; lane++) {
            uint32_t r = (uint32_t)(bits[lane / 2] >> 32 * (lane % 2)) & INT32_MAX;
            double exact = -log((float)(int32_t)r * 0x1p-31f + 0x1p-32f);
            ASSERT_NEAR((double)t[lane], exact, 3e-7 * exact + 1e-12);
            for (uint32_t c = 0; c < CUTS; c++)
                above[c] += (double)t[lane] >= cut[c];
        }
    }
    for (uint32_t c = 0; c < CUTS; c++) {
        double p = exp(-cut[c]), samples = DRAWS * QB_THRESHOLDS;
        cr_assert_lt(fabs((double)above[c] - p * samples), 4 * sqrt(samples * p * (1 - p)));
    }
    qb_free(rng);
    qb_free(copy);
}

/* One at a time gives the bits that sixteen at a time give: paths must not depend on which is asked. */
Test(anneal, one_threshold_is_as_sixteen)
{
    qb_lanes_rng *rng = QB_NEW(qb_lanes_rng, 1), *copy = QB_NEW(qb_lanes_rng, 1);
    qb_lanes_rng_init(rng, 8, 1);
    *copy = *rng;
    for (uint32_t k = 0; k < 20000; k++) {
        qb_floats t, u;
        qb_threshold_draw(rng, &t);
        qb_threshold_uniform(copy, &u);
        for (uint32_t lane = 0; lane < QB_THRESHOLDS; lane++)
            cr_assert(t[lane] == qb_threshold_of(u[lane]));
    }
    qb_free(rng);
    qb_free(copy);
}

/* u is the one that the random number r gives: r of all magnitudes, where bounds are tight and between. */
Test(anneal, bounds_are_never_below_thresholds)
{
    enum { DRAWS = 2000, MAGNITUDES = 31 };
    static const float temperature[] = {1e-3f, 0.1f, 1.0f / 3, 0.77f, 1, 9.3f, 24.2f, 1e4f, 3e7f};
    qb_rng rng;
    qb_rng_init(&rng, 9, 1);
    for (uint32_t k = 0; k < DRAWS * MAGNITUDES; k++) {
        int64_t least = INT64_C(1) << k % MAGNITUDES;
        qb_floats u;
        for (int32_t lane = 0; lane < QB_THRESHOLDS; lane++) {
            int64_t off = lane < 5 ? lane - 2 : (int64_t)qb_rng_below(&rng, (uint32_t)least);
            int64_t r = least + off < 0 ? 0 : least + off;
            u[lane] = (float)(r > INT32_MAX ? INT32_MAX : r) * 0x1p-31f + 0x1p-32f;
        }
        for (uint32_t c = 0; c < sizeof temperature / sizeof *temperature; c++) {
            qb_floats bound;
            qb_threshold_bound(&u, QB_THRESHOLD_BOUND * temperature[c], &bound);
            for (uint32_t lane = 0; lane < QB_THRESHOLDS; lane++) {
                float exact = qb_threshold_of(u[lane]) * temperature[c];
                cr_assert(bound[lane] >= exact, "u %a, temperature %g", (double)u[lane],
                          (double)temperature[c]);
                cr_assert(bound[lane] <= exact + 0.06f * temperature[c], "u %a, temperature %g",
                          (double)u[lane], (double)temperature[c]);
            }
        }
    }
}
