/* The tabu walker: gains and picks against the definition, tiers and forms against each other. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"
#include "solvers/kernels/tabu.h"
#include "solvers/kernels/tabu_core.h"
#include "solvers/kernels/tabu_dense.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const qb_tabu_form forms[] = {QB_TABU_DENSE, QB_TABU_SPARSE};
enum { FORMS = 2, MOST = 700, STEPS = 400, PAIRS_MOST = 100 };

/* Every width of couplings and gains, odd and even couplings, sizes around the padding. */
static const struct {
    model_spec spec;
    const char *dense; /* the form that must be chosen */
} cases[] = {
    {{.n = 1, .linear = 3}, "dense int8/int16"},
    {{.n = 2, .density = 1, .weight = 1}, "dense int8/int16"},
    {{.n = 63, .density = 0.5, .weight = 100, .linear = 100, .sense = QB_MAXIMISE}, "dense int8/int16"},
    {{.n = 64, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, "dense int8/int16"},
    {{.n = 65, .density = 0.3, .weight = 127, .linear = 5}, "dense int8/int16"},
    {{.n = 130, .density = 1, .weight = 128, .linear = 100}, "dense int16/int32"},
    {{.n = 90, .density = 0.6, .weight = 100, .cut = true, .sense = QB_MAXIMISE}, "dense int8/int16"},
    {{.n = 100, .density = 0.5, .weight = 20, .linear = 1000000}, "dense int8/int32"},
    {{.n = 100, .density = 0.5, .weight = 1000000, .linear = 1000, .sense = QB_MAXIMISE},
     "dense int32/int32"},
    {{.n = 90, .density = 0.6, .weight = 50, .linear = 20, .real = true}, "dense double"},
    {{.n = 300, .density = 0.02, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, "dense int8/int16"},
};
enum { CASES = sizeof cases / sizeof *cases };

typedef struct fixture {
    qb_qubo model;
    qb_budget_probe probe;
    qb_tabu *tabu;
} fixture;

static fixture fixture_of(qb_qubo model, qb_tabu_form form, uint64_t seed)
{
    fixture f = {.model = model};
    qb_diag diag = {""};
    qb_budget_setup setup =
        qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, model.n, false, model.sense == QB_MAXIMISE);
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &f.probe, &diag), QB_OK);
    cr_assert_eq(qb_tabu_open(&f.model, form, UINT64_MAX, seed, f.probe.budget, &f.tabu, &diag), QB_OK, "%s",
                 diag.text);
    f.tabu->model = NULL; /* the fixture moves: fixture_settle */
    return f;
}

static void fixture_open(fixture *f, uint32_t k, qb_tabu_form form)
{
    *f = fixture_of(model_build(cases[k].spec, 40 + k), form, k);
    f->tabu->model = &f->model;
}

static void fixture_close(fixture *f)
{
    qb_tabu_close(f->tabu);
    qb_budget_probe_close(&f->probe);
    qb_qubo_free(&f->model);
}

static double value_of(const fixture *f, const uint64_t *point)
{
    uint8_t x[MOST];
    for (uint32_t i = 0; i < f->model.n; i++)
        x[i] = qb_tabu_bit(point, i);
    return f->tabu->sign * qb_qubo_energy(&f->model, x);
}

/* gain_i by the definition. */
static double gain_of(const fixture *f, uint32_t i)
{
    uint64_t point[MOST / 64 + 1];
    memcpy(point, qb_tabu_point(f->tabu), qb_tabu_words(f->tabu) * sizeof *point);
    double before = value_of(f, point);
    point[i / 64] ^= UINT64_C(1) << (i % 64);
    return value_of(f, point) - before;
}

static double tolerance(const fixture *f)
{
    return f->model.integral ? 0 : 1e-9 * f->model.magnitude;
}

/* A step returns an open bit of greatest gain, but for the walker's slack, which never makes a loss of a
 * gain. */
static void check_pick(const fixture *f, uint32_t picked)
{
    const qb_tabu *t = f->tabu;
    double most = -INFINITY;
    for (uint32_t i = 0; i < t->n; i++)
        if (qb_tabu_bit(t->open, i))
            most = fmax(most, gain_of(f, i));
    if (most == -INFINITY) {
        cr_assert_eq(picked, QB_TABU_NONE);
        return;
    }
    cr_assert(picked < t->n && qb_tabu_bit(t->open, picked));
    ASSERT_NEAR(t->gain, gain_of(f, picked), tolerance(f));
    ASSERT_NEAR(t->gain, most, t->slack + tolerance(f));
    if (f->model.integral)
        cr_assert_eq(t->gain > 0, most > 0);
}

Test(tabu, steps_find_the_greatest_open_gain)
{
    for (uint32_t k = 0; k < CASES; k++)
        for (uint32_t form = 0; form < FORMS; form++) {
            fixture f;
            fixture_open(&f, k, forms[form]);
            qb_tabu *t = f.tabu;
            qb_rng rng;
            qb_rng_init(&rng, k, 9);
            for (uint32_t step = 0; step < STEPS / 10; step++) {
                for (uint32_t w = 0; w < t->words; w++)
                    t->open[w] = qb_rng_next(&rng) | qb_rng_next(&rng);
                if (t->n % 64)
                    t->open[t->words - 1] &= (UINT64_C(1) << t->n % 64) - 1;
                check_pick(&f, t->ops->seek(t));
                uint32_t flipped = (uint32_t)qb_rng_below(&rng, t->n);
                uint32_t released = (uint32_t)qb_rng_below(&rng, t->n);
                check_pick(&f, t->ops->step(t, flipped, released == flipped ? QB_TABU_NONE : released));
                cr_assert_not(qb_tabu_bit(t->open, flipped));
                ASSERT_NEAR(t->value, value_of(&f, t->side), tolerance(&f));
            }
            fixture_close(&f);
        }
}

Test(tabu, forms_are_chosen_by_the_data)
{
    for (uint32_t k = 0; k < CASES; k++) {
        fixture f;
        fixture_open(&f, k, QB_TABU_DENSE);
        cr_assert_str_eq(qb_tabu_form_name(f.tabu), cases[k].dense, "case %u", k);
        fixture_close(&f);
    }
}

/* Where one coupling in a hundred is there, rows of bytes are faster than lists, rows of doubles are not. */
Test(tabu, sparse_or_dense_by_the_width_of_a_row)
{
    for (int real = 0; real < 2; real++) {
        model_spec spec = {.n = 300, .density = 0.01, .weight = 50, .linear = 5, .real = real};
        fixture f = fixture_of(model_build(spec, 6), QB_TABU_AUTO, 1);
        cr_assert_str_eq(qb_tabu_form_name(f.tabu), real ? "sparse tree" : "dense int8/int16");
        fixture_close(&f);
    }
}

/* One walk, one greedy and one mixed path, folded into a number. */
static uint64_t trace(uint32_t k, qb_tabu_form form, double *best)
{
    fixture f;
    fixture_open(&f, k, form);
    qb_tabu_rule rule = {.patience = STEPS, .tenure = 12, .spread = 6};
    uint64_t guide[MOST / 64 + 1], zero[MOST / 64 + 1] = {0}, hash = 1469598103934665603u;
    for (uint32_t round = 0; round < 6; round++) {
        cr_assert_eq(qb_tabu_walk(f.tabu, &rule, f.probe.budget), QB_OK);
        ASSERT_NEAR(qb_tabu_best_value(f.tabu), value_of(&f, qb_tabu_best(f.tabu)), tolerance(&f));
        memcpy(guide, qb_tabu_best(f.tabu), qb_tabu_words(f.tabu) * sizeof *guide);
        for (uint32_t i = round % 3; i < f.model.n; i += 3)
            cr_assert_eq(qb_tabu_flip(f.tabu, i, f.probe.budget), QB_OK);
        cr_assert_eq(qb_tabu_relink(f.tabu, guide, f.probe.budget), QB_OK);
        cr_assert_arr_eq(qb_tabu_point(f.tabu), guide, qb_tabu_words(f.tabu) * sizeof *guide);
        ASSERT_NEAR(qb_tabu_value(f.tabu), value_of(&f, guide), tolerance(&f));
        ASSERT_NEAR(qb_tabu_best_value(f.tabu), value_of(&f, qb_tabu_best(f.tabu)), tolerance(&f));
        cr_assert_eq(qb_tabu_relink_mixed(f.tabu, zero, f.probe.budget), QB_OK);
        ASSERT_NEAR(qb_tabu_value(f.tabu), value_of(&f, qb_tabu_point(f.tabu)), tolerance(&f));
        ASSERT_NEAR(qb_tabu_best_value(f.tabu), value_of(&f, qb_tabu_best(f.tabu)), tolerance(&f));
        for (uint32_t w = 0; w < qb_tabu_words(f.tabu); w++)
            hash = (hash ^ qb_tabu_best(f.tabu)[w] ^ guide[w]) * 1099511628211u;
        hash = (hash ^ qb_tabu_moves(f.tabu)) * 1099511628211u;
    }
    uint8_t x[MOST];
    cr_assert(qb_budget_probe_best(&f.probe, x, best));
    ASSERT_NEAR(*best, qb_qubo_energy(&f.model, x), tolerance(&f));
    fixture_close(&f);
    return hash;
}

Test(tabu, every_tier_walks_the_same_path)
{
    for (uint32_t k = 0; k < CASES; k++)
        for (uint32_t form = 0; form < FORMS; form++) {
            double best, first_best = 0;
            uint64_t first = 0;
            for (uint32_t tier = 0; tier_select(tier); tier++) {
                uint64_t path = trace(k, forms[form], &best);
                if (tier == 0) {
                    first = path;
                    first_best = best;
                }
                cr_assert_eq(path, first, "case %u form %u tier %u", k, form, tier);
                cr_assert_eq(best, first_best);
            }
        }
}

/* The greatest open gain, straight from the model. */
static double greatest_gain(const fixture *f)
{
    const qb_tabu *t = f->tabu;
    const qb_qubo *q = &f->model;
    double most = -INFINITY;
    for (uint32_t i = 0; i < q->n; i++) {
        double field = qb_qubo_linear(q, i);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            field += qb_tabu_bit(t->side, q->neighbour[k]) ? qb_qubo_weight(q, k) : 0;
        if (qb_tabu_bit(t->open, i))
            most = fmax(most, t->sign * (qb_tabu_bit(t->side, i) ? -field : field));
    }
    return most;
}

/* Long enough for places to be kept by the block, the last of which has one word of 52 bits; of every width.
 */
Test(tabu, long_passes_find_the_greatest_open_gain)
{
    static const model_spec long_ones[] = {
        {.n = 2100, .density = 0.004, .weight = 100, .linear = 100, .sense = QB_MAXIMISE},
        {.n = 2100, .density = 0.004, .weight = 1, .linear = 1000000},
        {.n = 2100, .density = 0.004, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
        {.n = 2100, .density = 0.004, .weight = 1000, .linear = 1000},
        {.n = 2100, .density = 0.004, .weight = 50, .linear = 20, .real = true},
    };
    for (uint32_t k = 0; k < sizeof long_ones / sizeof *long_ones; k++) {
        uint64_t first = 0;
        for (uint32_t tier = 0; tier_select(tier); tier++) {
            fixture f = fixture_of(model_build(long_ones[k], k), QB_TABU_DENSE, 3);
            qb_tabu *t = f.tabu;
            t->model = &f.model;
            cr_assert_geq(t->words, QB_TABU_LONG);
            memset(t->open, 0xff, t->words * sizeof *t->open);
            t->open[t->words - 1] = (UINT64_C(1) << t->n % 64) - 1;
            uint64_t path = 0;
            for (uint32_t step = 0, next = t->ops->seek(t); step < STEPS; step++) {
                cr_assert(qb_tabu_bit(t->open, next));
                ASSERT_NEAR(t->gain, greatest_gain(&f), t->slack + tolerance(&f));
                path = (path ^ next) * 1099511628211u;
                next = t->ops->step(t, next, QB_TABU_NONE);
            }
            first = tier == 0 ? path : first;
            cr_assert(path == first || long_ones[k].real, "model %u tier %u", k, tier);
            fixture_close(&f);
        }
    }
}

/* Ties everywhere, extreme gains, nothing open, only the last lane open. */
static void check_passes(uint32_t words)
{
    enum { WORDS_MOST = QB_TABU_LONG + 3 };
    uint32_t lanes = 64 * words;
    qb_tabu_pass *const *tiers[] = {
        qb_tabu_pass_portable,
#if defined(__x86_64__)
        qb_tabu_pass_avx2,
        qb_tabu_pass_avx512
#endif
    };
    uint64_t open[4][WORDS_MOST] = {{0}}, side[WORDS_MOST];
    open[1][words - 1] = UINT64_C(1) << 63;
    memset(open[2], 0xff, sizeof open[2]);
    open[3][0] = open[3][words - 1] = 2;
    for (uint32_t w = 0; w < words; w++)
        side[w] = w % 3 == 0 ? UINT64_C(0x5555555555555555) : w % 3 == 1 ? UINT64_MAX : 0;
    int16_t *base = qb_alloc(lanes, sizeof *base), *gain = qb_alloc(lanes, sizeof *gain),
            *expected = qb_alloc(lanes, sizeof *expected);
    int8_t *row = qb_alloc(lanes, 1);
    for (uint32_t trial = 0; trial < 4 * 4 * 2 * 6; trial++) {
        uint32_t flavour = trial % 4, o = trial / 4 % 4;
        uint64_t flip = trial / 16 % 2 ? UINT64_MAX : 0;
        qb_tabu_sweep sweep = {.words = words, .first = trial / 32 % words, .turn = 7 * trial % 64};
        for (uint32_t i = 0; i < lanes; i++) {
            base[i] = flavour == 0 ? 0 : flavour == 1 ? -32600 : flavour == 2 ? 32600 : (int16_t)(i % 3);
            row[i] = flavour == 3 ? (int8_t)(i % 2 ? 127 : -127) : (int8_t)(flavour ? i % 5 - 2 : 0);
        }
        memcpy(expected, base, lanes * sizeof *base);
        qb_tabu_pick want = tiers[0][QB_TABU_I8_I16](row, expected, side, open[o], flip, sweep);
        for (uint32_t tier = 1; tier < sizeof tiers / sizeof *tiers && tier <= qb_simd_detect(); tier++) {
            memcpy(gain, base, lanes * sizeof *base);
            qb_tabu_pick got = tiers[tier][QB_TABU_I8_I16](row, gain, side, open[o], flip, sweep);
            cr_assert_eq(got.tag, want.tag, "trial %u tier %u", trial, tier);
            cr_assert_eq(got.gain, want.gain);
            cr_assert_arr_eq(gain, expected, lanes * sizeof *gain);
        }
    }
    qb_free(base);
    qb_free(gain);
    qb_free(expected);
    qb_free(row);
}

Test(tabu, passes_agree_on_adversarial_lanes)
{
    check_passes(3);
    check_passes(QB_TABU_LONG + 3);
}

/* On a plateau every open bit must come up. */
Test(tabu, ties_are_broken_at_random)
{
    for (uint32_t form = 0; form < FORMS; form++) {
        fixture f = fixture_of(model_build((model_spec){.n = 200}, 1), forms[form], 3);
        f.tabu->model = &f.model;
        uint32_t met[200] = {0};
        for (uint32_t w = 0; w < f.tabu->words; w++)
            f.tabu->open[w] = w < 3 ? UINT64_MAX : 0xff;
        uint32_t next = f.tabu->ops->seek(f.tabu);
        for (uint32_t step = 0; step < 20000; step++) {
            met[next]++;
            uint32_t flipped = next;
            next = f.tabu->ops->step(f.tabu, flipped, QB_TABU_NONE);
            qb_tabu_set(f.tabu->open, flipped);
            if (forms[form] == QB_TABU_SPARSE)
                next = f.tabu->ops->seek(f.tabu); /* a tree learns of what is opened by hand only so */
        }
        for (uint32_t i = 0; i < 200; i++)
            cr_assert(met[i] > 20 && met[i] < 1500, "%s: bit %u came up %u times", qb_tabu_form_name(f.tabu),
                      i, met[i]);
        fixture_close(&f);
    }
}

/* All couplings 127: gains run out of 16 bits on the way to all ones. */
Test(tabu, short_gains_widen_before_they_overflow)
{
    enum { N = 600 };
    double *linear = calloc(N, sizeof *linear);
    qb_pair *pair = malloc(N * N / 2 * sizeof *pair);
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = i + 1; j < N; j++)
            pair[pairs++] = (qb_pair){i, j, 127};
    linear[0] = 1; /* the units are odd */
    qb_qubo model;
    cr_assert_eq(qb_qubo_build(QB_MAXIMISE, 0, 1, N, linear, pairs, pair, &model, NULL), QB_OK);
    fixture f = fixture_of(model, QB_TABU_DENSE, 1);
    f.tabu->model = &f.model;
    cr_assert_str_eq(qb_tabu_form_name(f.tabu), "dense int8/int16");
    for (uint32_t i = 0; i < N; i++) {
        cr_assert_eq(qb_tabu_flip(f.tabu, i, f.probe.budget), QB_OK);
        cr_assert_eq(qb_tabu_value(f.tabu), value_of(&f, qb_tabu_point(f.tabu)), "after %u flips", i + 1);
    }
    cr_assert_str_eq(qb_tabu_form_name(f.tabu), "dense int8/int32");
    fixture_close(&f);
    free(linear);
    free(pair);
}

/* Two maxima a hill apart: the best point in the middle third of the path is what a relink keeps. */
Test(tabu, relinking_keeps_the_middle_third)
{
    fixture f;
    fixture_open(&f, 2, QB_TABU_AUTO);
    uint64_t from[2] = {0}, guide[2] = {0};
    for (uint32_t i = 0; i < 30; i++)
        qb_tabu_set(guide, 2 * i);
    cr_assert_eq(qb_tabu_go(f.tabu, from, f.probe.budget), QB_OK);
    cr_assert_eq(qb_tabu_relink(f.tabu, guide, f.probe.budget), QB_OK);
    cr_assert_eq(qb_tabu_distance(f.tabu, qb_tabu_point(f.tabu), guide), 0);
    cr_assert_geq(qb_tabu_distance(f.tabu, qb_tabu_best(f.tabu), guide), 10);
    cr_assert_geq(qb_tabu_distance(f.tabu, qb_tabu_best(f.tabu), from), 10);
    cr_assert_eq(qb_tabu_relink(f.tabu, guide, f.probe.budget), QB_OK); /* nothing left to do */
    cr_assert_eq(qb_tabu_distance(f.tabu, qb_tabu_best(f.tabu), guide), 0);
    fixture_close(&f);
}

/* From both ends: the two walks meet, and no bit is flipped that the ends agree on. */
Test(tabu, mixed_paths_meet_between_their_ends)
{
    for (uint32_t form = 0; form < FORMS; form++)
        for (uint32_t differ = 0; differ <= 30; differ += differ < 4 ? 1 : 13) {
            fixture f;
            fixture_open(&f, 2, forms[form]);
            uint64_t from[2] = {0x5555, 3}, guide[2] = {0x5555, 3};
            for (uint32_t i = 0; i < differ; i++)
                guide[0] ^= UINT64_C(1) << 2 * i;
            for (uint32_t round = 0; round < 2; round++) { /* the far end starts where the last path met */
                cr_assert_eq(qb_tabu_go(f.tabu, from, f.probe.budget), QB_OK);
                uint64_t moves = qb_tabu_moves(f.tabu);
                cr_assert_eq(qb_tabu_relink_mixed(f.tabu, guide, f.probe.budget), QB_OK);
                cr_assert_geq(qb_tabu_moves(f.tabu) - moves, differ);
                const uint64_t *best = qb_tabu_best(f.tabu), *met = qb_tabu_point(f.tabu);
                uint32_t here = qb_tabu_distance(f.tabu, best, from),
                         there = qb_tabu_distance(f.tabu, best, guide);
                cr_assert_eq(here + there, differ);
                cr_assert_eq(qb_tabu_distance(f.tabu, met, from) + qb_tabu_distance(f.tabu, met, guide),
                             differ);
                if (differ > 2)
                    cr_assert(here >= differ / 3 && there >= differ / 3, "%u and %u of %u", here, there,
                              differ);
                ASSERT_NEAR(qb_tabu_value(f.tabu), value_of(&f, met), tolerance(&f));
                ASSERT_NEAR(qb_tabu_best_value(f.tabu), value_of(&f, best), tolerance(&f));
            }
            fixture_close(&f);
        }
}

static void flip(uint64_t *point, uint32_t i)
{
    point[i / 64] ^= UINT64_C(1) << i % 64;
}

/* With all bits as candidates a pair that gains is found exactly where there is one, by brute force. */
Test(tabu, pairs_gain_where_any_pair_does)
{
    uint32_t with = 0, without = 0;
    for (uint32_t k = 0; k < CASES; k++)
        for (uint32_t form = 0; form < FORMS; form++) {
            fixture f;
            fixture_open(&f, k, forms[form]);
            if (f.model.n > PAIRS_MOST || f.model.n == 0) {
                fixture_close(&f);
                continue;
            }
            qb_tabu_rule rule = {.patience = 0};
            uint64_t point[PAIRS_MOST / 64 + 1];
            for (uint32_t round = 0; round < 4; round++) {
                for (uint32_t i = 0; i < f.model.n; i++)
                    if ((i * 2654435761u + round * 40503u) >> 13 & 1)
                        cr_assert_eq(qb_tabu_flip(f.tabu, i, f.probe.budget), QB_OK);
                cr_assert_eq(qb_tabu_walk(f.tabu, &rule, f.probe.budget), QB_OK);
                memcpy(point, qb_tabu_point(f.tabu), qb_tabu_words(f.tabu) * sizeof *point);
                double value = value_of(&f, point), most = -INFINITY;
                for (uint32_t i = 0; i < f.model.n; i++)
                    for (uint32_t j = i + 1; j < f.model.n; j++) {
                        flip(point, i);
                        flip(point, j);
                        most = fmax(most, value_of(&f, point));
                        flip(point, i);
                        flip(point, j);
                    }
                bool gained;
                cr_assert_eq(qb_tabu_pair(f.tabu, f.model.n, &gained, f.probe.budget), QB_OK);
                if (gained || most > value + f.tabu->slack)
                    cr_assert(gained && most > value, "case %u: best pair %g over %g", k, most, value);
                uint32_t moved = qb_tabu_distance(f.tabu, point, qb_tabu_point(f.tabu));
                cr_assert_eq(moved, gained ? 2 : 0);
                ASSERT_NEAR(qb_tabu_value(f.tabu), value_of(&f, qb_tabu_point(f.tabu)), tolerance(&f));
                with += gained;
                without += !gained;
            }
            fixture_close(&f);
        }
    cr_assert(with > 0 && without > 0, "%u with, %u without: one side is not tested", with, without);
}

/* From where a walk begins its trace leads to where it ends, and the trace ends where it has room to. */
Test(tabu, traces_tell_the_way_of_a_walk)
{
    enum { ROOM = 4096 };
    static uint32_t trace[ROOM];
    for (uint32_t form = 0; form < FORMS; form++) {
        fixture f;
        fixture_open(&f, 3, forms[form]);
        uint64_t point[MOST / 64 + 1];
        memcpy(point, qb_tabu_point(f.tabu), qb_tabu_words(f.tabu) * sizeof *point);
        qb_tabu_rule rule = {.patience = 500, .tenure = 5, .spread = 2};
        qb_tabu_trace(f.tabu, trace, ROOM);
        cr_assert_eq(qb_tabu_walk(f.tabu, &rule, f.probe.budget), QB_OK);
        uint64_t moves = qb_tabu_moves(f.tabu);
        cr_assert(moves > rule.patience && moves < ROOM);
        for (uint64_t k = 0; k < moves; k++)
            point[trace[k] / 64] ^= UINT64_C(1) << trace[k] % 64;
        cr_assert_arr_eq(point, qb_tabu_point(f.tabu), qb_tabu_words(f.tabu) * sizeof *point);
        trace[1] = UINT32_MAX;
        qb_tabu_trace(f.tabu, trace, 1);
        cr_assert_eq(qb_tabu_walk(f.tabu, &rule, f.probe.budget), QB_OK);
        cr_assert(trace[0] < f.model.n && trace[1] == UINT32_MAX);
        fixture_close(&f);
    }
}

/* A row holds the couplings of its bit: what its entries add up to is what those of the model do. */
Test(tabu, only_dense_forms_have_rows)
{
    fixture f;
    fixture_open(&f, 4, QB_TABU_DENSE);
    qb_tabu_rows rows = qb_tabu_rows_of(f.tabu);
    cr_assert_eq(rows.row_bytes, 128);
    cr_assert_eq(rows.gain_bytes, 256);
    for (uint32_t i = 0; i < f.model.n; i++) {
        int64_t stored = 0, expected = 0;
        for (size_t k = 0; k < rows.row_bytes; k++)
            stored += ((const int8_t *)rows.couplings)[i * rows.row_bytes + k];
        for (uint64_t k = f.model.start[i]; k < f.model.start[i + 1]; k++)
            expected += f.model.int_weight[k];
        cr_assert_eq(llabs(expected) % llabs(stored ? stored : 1), 0);
        cr_assert(stored ? expected != 0 : expected == 0);
    }
    fixture_close(&f);
    fixture_open(&f, 4, QB_TABU_SPARSE);
    cr_assert_null(qb_tabu_rows_of(f.tabu).couplings);
    fixture_close(&f);
}

Test(tabu, a_matrix_beyond_the_memory_is_not_built)
{
    fixture f;
    fixture_open(&f, 2, QB_TABU_SPARSE);
    qb_tabu *other = NULL;
    qb_diag diag = {""};
    cr_assert_eq(qb_tabu_open(&f.model, QB_TABU_DENSE, 4096, 1, f.probe.budget, &other, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "memory"));
    cr_assert_eq(qb_tabu_open(&f.model, QB_TABU_AUTO, 4096, 1, f.probe.budget, &other, &diag), QB_OK);
    cr_assert(strstr(qb_tabu_form_name(other), "sparse"));
    qb_tabu_close(other);
    fixture_close(&f);
}

/* The couplings are looked at twice: to choose a width (16 of them a unit of work), and to fill the matrix.
 */
Test(tabu, a_budget_that_ends_in_the_set_up_is_kept_to_the_row)
{
    qb_qubo model = model_build((model_spec){.n = 500, .density = 1, .weight = 100}, 7);
    double fill = model.n + (double)model.nonzeros, row = model.n;
    const double limits[] = {fill / 32, fill / 2, fill};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        qb_diag diag = {""};
        qb_tabu *tabu = NULL;
        qb_budget_probe probe;
        qb_budget_probe_record record;
        qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, limits[k], model.n, false, false);
        cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, &diag), QB_OK);
        cr_assert_eq(qb_tabu_open(&model, QB_TABU_DENSE, UINT64_MAX, 1, probe.budget, &tabu, &diag),
                     QB_STOPPED);
        qb_budget_finish(probe.budget, QB_STOPPED, "");
        qb_budget_probe_read(&probe, &record);
        double work = (double)record.summary.work;
        cr_assert(work >= limits[k] && work <= limits[k] + row, "%g of %g", work, limits[k]);
        qb_budget_probe_close(&probe);
    }
    qb_qubo_free(&model);
}
