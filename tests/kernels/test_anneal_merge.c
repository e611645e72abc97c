/* Merging two solutions. */
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_merge.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 36 }; /* variables */

/* The merge is the best of all children: every union of components of the difference, by brute force. */
static void check_merge(const qb_qubo *model, uint64_t seed)
{
    qb_merge merge;
    qb_rng rng;
    uint8_t x[MOST], y[MOST], child[MOST], part[MOST];
    uint64_t work = 0;
    double sign = model->sense == QB_MINIMISE ? 1 : -1, best = INFINITY;
    qb_rng_init(&rng, seed, 3);
    cr_assert_eq(qb_merge_open(model, &merge, NULL, NULL), QB_OK);
    for (uint32_t i = 0; i < model->n; i++) {
        x[i] = (uint8_t)qb_rng_below(&rng, 2);
        y[i] = qb_rng_below(&rng, 3) ? x[i] : !x[i];
    }
    /* components of the difference by relabelling until nothing changes */
    for (uint32_t i = 0; i < model->n; i++)
        part[i] = x[i] != y[i] ? (uint8_t)i : UINT8_MAX;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < model->n; i++)
            for (uint64_t k = model->start[i]; k < model->start[i + 1]; k++) {
                uint32_t j = model->neighbour[k];
                if (part[i] != UINT8_MAX && part[j] < part[i]) {
                    part[i] = part[j];
                    changed = true;
                }
            }
    }
    uint8_t label[MOST];
    uint32_t parts = 0;
    for (uint32_t i = 0; i < model->n; i++)
        if (part[i] == i)
            label[parts++] = (uint8_t)i;
    cr_assert_leq(parts, 16);
    for (uint32_t choice = 0; choice < 1u << parts; choice++) {
        memcpy(child, x, model->n);
        for (uint32_t c = 0; c < parts; c++)
            for (uint32_t i = 0; i < model->n; i++)
                if (choice >> c & 1 && part[i] == label[c])
                    child[i] = y[i];
        best = fmin(best, sign * qb_qubo_energy(model, child));
    }
    cr_assert_eq(qb_merge_into(&merge, x, y, &work), parts);
    ASSERT_NEAR(sign * qb_qubo_energy(model, x), best, 1e-12 * model->magnitude);
    cr_assert_geq(work, model->n);
    qb_merge_close(&merge);
}

Test(anneal, merging_finds_the_best_child)
{
    for (uint64_t seed = 0; seed < 40; seed++) {
        model_spec spec = {.n = 36, .density = 0.06, .weight = 3, .linear = 2};
        spec.sense = seed % 2 ? QB_MAXIMISE : QB_MINIMISE;
        spec.real = seed % 3 == 0;
        qb_qubo model = model_build(spec, seed);
        check_merge(&model, seed);
        qb_qubo_free(&model);
    }
}

/* On a cut, a complement is the same solution: merging with it changes nothing. */
Test(anneal, merging_knows_the_complement)
{
    qb_qubo model =
        model_build((model_spec){.n = 50, .density = 0.1, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, 2);
    qb_merge merge;
    uint8_t x[50], y[50];
    uint64_t work = 0;
    cr_assert_eq(qb_merge_open(&model, &merge, NULL, NULL), QB_OK);
    cr_assert(merge.symmetric);
    for (uint32_t i = 0; i < 50; i++)
        y[i] = !(x[i] = i % 3 == 0);
    cr_assert_eq(qb_merge_into(&merge, x, y, &work), 0);
    qb_merge_close(&merge);
    qb_qubo_free(&model);
}
