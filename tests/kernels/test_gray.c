/* The enumeration against brute force: every tier, width and thread count. */
#include "solvers/kernels/gray.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { STATES = 1 << 14 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The energies of all states, best first. */
static void brute_force(const qb_qubo *model, double *energy)
{
    uint8_t x[QB_GRAY_VARIABLES];
    double sign = model->sense == QB_MINIMISE ? 1 : -1;
    for (uint32_t state = 0; state < 1u << model->n; state++) {
        for (uint32_t i = 0; i < model->n; i++)
            x[i] = state >> i & 1;
        energy[state] = sign * qb_qubo_energy(model, x);
    }
    qsort(energy, (size_t)1 << model->n, sizeof *energy, by_value);
    for (uint32_t state = 0; state < 1u << model->n; state++)
        energy[state] *= sign;
}

/* Levels of the enumeration against runs of equal energies; keeps = whether a state of each is known. */
static void check_levels(const qb_qubo *model, const double *energy, const qb_gray_level *level,
                         uint64_t levels, const qb_gray *gray, bool keeps)
{
    double tolerance = model->integral ? 0 : 1e-9 * model->magnitude;
    uint64_t at = 0, states = UINT64_C(1) << model->n;
    for (uint64_t k = 0; k < levels; k++) {
        uint64_t count = 0;
        cr_assert_lt(at, states, "level %lu does not exist", (unsigned long)k);
        double value = energy[at];
        for (; at < states && fabs(energy[at] - value) <= tolerance; at++)
            count++;
        ASSERT_NEAR(level[k].energy, value, tolerance);
        cr_assert_eq(level[k].count, count, "level %lu of n %u: %lu states, not %lu", (unsigned long)k,
                     model->n, (unsigned long)level[k].count, (unsigned long)count);
        uint8_t x[QB_GRAY_VARIABLES];
        qb_gray_state(gray, level[k].state, x);
        if (keeps)
            ASSERT_NEAR(qb_qubo_energy(model, x), value, tolerance);
    }
}

static void check_model(const qb_qubo *model, uint32_t levels)
{
    static double energy[STATES];
    static qb_gray_level level[STATES];
    qb_gray *gray;
    qb_diag diag = {0};
    brute_force(model, energy);
    qb_status status = qb_gray_open(model, levels, NULL, &gray, &diag);
    cr_assert_eq(status, QB_OK, "%s", diag.text);
    cr_assert_eq(qb_gray_run(gray, 0, qb_gray_chunks(gray), NULL), QB_OK);
    uint64_t found = qb_gray_levels(gray, STATES, level), distinct = 1;
    for (uint32_t k = 1; k < 1u << model->n; k++)
        distinct += energy[k] != energy[k - 1];
    if (model->integral)
        cr_assert_eq(found, levels && levels < distinct ? levels : distinct);
    check_levels(model, energy, level, found, gray, levels > 0);
    qb_gray_close(gray);
}

Test(gray, levels_and_counts_are_those_of_brute_force)
{
    static const model_spec specs[] = {
        {.n = 1, .linear = 3},
        {.n = 5, .density = 0.5, .weight = 2, .linear = 2},
        {.n = 9, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
        {.n = 11, .density = 0.6, .weight = 100, .linear = 100, .sense = QB_MAXIMISE}, /* 16 bits */
        {.n = 12, .density = 1, .weight = 30000, .linear = 30000},                     /* 32 bits */
        {.n = 12, .density = 1, .weight = 150000000, .linear = 150000000},             /* doubles */
        {.n = 13, .density = 0.05, .weight = 1},                                       /* degenerate */
        {.n = 14, .density = 0, .weight = 1},                                          /* all states alike */
    };
    for (uint32_t t = 0; tier_select(t); t++)
        for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
            qb_qubo model = model_build(specs[k], 100 + k);
            check_model(&model, 1);
            check_model(&model, 7);
            check_model(&model, QB_GRAY_LEVELS);
            qb_qubo_free(&model);
        }
}

Test(gray, real_optima_are_those_of_brute_force)
{
    for (uint32_t t = 0; tier_select(t); t++)
        for (uint64_t seed = 0; seed < 5; seed++) {
            qb_qubo model = model_build(
                (model_spec){.n = 12, .density = 1, .weight = 9, .linear = 9, .real = true}, seed);
            cr_assert_not(model.integral);
            check_model(&model, 1);
            qb_qubo_free(&model);
        }
}

Test(gray, density_of_states_is_that_of_brute_force)
{
    for (uint32_t t = 0; tier_select(t); t++)
        for (int32_t weight = 1; weight <= 1000; weight *= 10) {
            qb_qubo model = model_build(
                (model_spec){
                    .n = 13, .density = 0.7, .weight = weight, .linear = weight, .sense = QB_MAXIMISE},
                (uint64_t)weight);
            qb_gray *gray;
            static double energy[STATES];
            static qb_gray_level level[STATES];
            brute_force(&model, energy);
            cr_assert_eq(qb_gray_open(&model, 0, NULL, &gray, NULL), QB_OK);
            cr_assert_eq(qb_gray_run(gray, 0, qb_gray_chunks(gray), NULL), QB_OK);
            uint64_t levels = qb_gray_levels(gray, STATES, level);
            check_levels(&model, energy, level, levels, gray, false);
            qb_gray_close(gray);
            qb_qubo_free(&model);
        }
}

typedef struct totals {
    qb_gray_level level[4];
    uint64_t levels;
} totals;

/* Chunks last to first, in runs of `at_once`. */
static totals run_backwards(const qb_qubo *model, uint32_t levels, uint32_t threads, uint64_t at_once)
{
    qb_team *team = qb_team_open(threads);
    qb_gray *gray;
    totals t;
    uint64_t states = 0;
    cr_assert_eq(qb_gray_open(model, levels, team, &gray, NULL), QB_OK);
    for (uint64_t chunk = qb_gray_chunks(gray); chunk > 0; chunk -= at_once) {
        cr_assert_eq(qb_gray_run(gray, chunk - at_once, chunk, NULL), QB_OK);
        states += at_once * qb_gray_chunk_states(gray);
    }
    cr_assert_eq(states, UINT64_C(1) << model->n);
    t.levels = qb_gray_levels(gray, 4, t.level);
    qb_gray_close(gray);
    qb_team_close(team);
    return t;
}

/* More than one chunk: threads and tiers must agree, and a cut has its optima in pairs. */
static void check_agreement(const qb_qubo *model, uint32_t levels)
{
    totals first = {0};
    for (uint32_t t = 0; tier_select(t); t++)
        for (uint32_t threads = 1; threads <= 3; threads++)
            for (uint64_t at_once = 1; at_once <= 4; at_once *= 4) {
                totals some = run_backwards(model, levels, threads, at_once);
                if (!first.levels || !model->integral) /* real costs are those of a tier */
                    first = threads == 1 && at_once == 1 ? some : first;
                cr_assert_eq(some.levels, levels);
                for (uint32_t k = 0; k < levels; k++) {
                    cr_assert_eq(some.level[k].energy, first.level[k].energy);
                    cr_assert_eq(some.level[k].count, first.level[k].count);
                    cr_assert_eq(some.level[k].state, first.level[k].state);
                    cr_assert_eq(some.level[k].count % 2, 0);
                }
            }
}

Test(gray, chunks_threads_and_tiers_agree)
{
    for (int real = 0; real < 2; real++) {
        qb_qubo model = model_build(
            (model_spec){
                .n = 22, .density = 0.4, .weight = 1, .cut = true, .real = real, .sense = QB_MAXIMISE},
            5);
        check_agreement(&model, real ? 1 : 4);
        qb_qubo_free(&model);
    }
}

Test(gray, refuses_what_it_cannot_enumerate)
{
    qb_gray *gray = NULL;
    qb_diag diag = {0};
    qb_qubo large = model_build((model_spec){.n = 41, .density = 0.1, .weight = 1}, 1);
    qb_qubo wide = model_build((model_spec){.n = 10, .density = 1, .weight = 1000000}, 1);
    qb_qubo real = model_build((model_spec){.n = 10, .density = 1, .weight = 5, .real = true}, 1);
    cr_assert_eq(qb_gray_open(&large, 1, NULL, &gray, &diag), QB_REFUSED);
    cr_assert(diag.text[0]);
    cr_assert_eq(qb_gray_open(&wide, 0, NULL, &gray, NULL), QB_REFUSED);
    cr_assert_eq(qb_gray_open(&real, 2, NULL, &gray, NULL), QB_REFUSED);
    cr_assert_null(gray);
    qb_qubo_free(&large);
    qb_qubo_free(&wide);
    qb_qubo_free(&real);
}
