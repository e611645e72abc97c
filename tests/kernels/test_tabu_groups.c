/* Tabu search within groups: that they are kept, where it stops, what paths are made of. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/tabu.h"
#include "tests/kernels/anneal_cases.h"
#include "tests/kernels/group_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = GROUPED_N, SEEDS = 40 };

typedef struct fixture {
    qb_qubo model;
    qb_budget_probe probe;
    qb_tabu *tabu;
} fixture;

/* Integral and real models of both senses in turn. */
static void fixture_open(fixture *f, uint64_t seed)
{
    qb_diag diag = {""};
    bool maximise = seed % 4 >= 2;
    f->model = grouped_build(seed % 2, maximise ? QB_MAXIMISE : QB_MINIMISE, seed);
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, N, false, maximise);
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &f->probe, &diag), QB_OK);
    cr_assert_eq(qb_tabu_open(&f->model, QB_TABU_AUTO, UINT64_MAX, seed, f->probe.budget, &f->tabu, &diag),
                 QB_OK, "%s", diag.text);
    cr_assert_str_eq(qb_tabu_form_name(f->tabu), "groups");
}

static void fixture_close(fixture *f)
{
    qb_tabu_close(f->tabu);
    qb_budget_probe_close(&f->probe);
    qb_qubo_free(&f->model);
}

static double value_of(const fixture *f, uint32_t state)
{
    uint8_t x[N];
    grouped_read(state, x);
    return (f->model.sense == QB_MAXIMISE ? 1 : -1) * qb_qubo_energy(&f->model, x);
}

static bool keeps(uint64_t state)
{
    uint8_t x[N];
    grouped_read((uint32_t)state, x);
    return grouped_keeps(x);
}

/* The greatest value of all states that keep the groups, or of those one move from a state. */
static double greatest(const fixture *f, bool near, uint32_t from)
{
    double most = -INFINITY;
    for (uint32_t state = 0; state < 1u << N; state++)
        if (keeps(state) && (!near || (keeps(from) && grouped_is_move(from, state))))
            most = fmax(most, value_of(f, state));
    return most;
}

static double tolerance(const fixture *f)
{
    return f->model.integral ? 0 : 1e-9 * f->model.magnitude;
}

static void go(fixture *f, uint64_t state)
{
    cr_assert_eq(qb_tabu_go(f->tabu, &state, f->probe.budget), QB_OK);
    ASSERT_NEAR(qb_tabu_value(f->tabu), value_of(f, (uint32_t)*qb_tabu_point(f->tabu)), tolerance(f));
}

static void walk(fixture *f, uint64_t patience)
{
    qb_tabu_rule rule = {.patience = patience, .tenure = 2, .spread = 1};
    cr_assert_eq(qb_tabu_walk(f->tabu, &rule, f->probe.budget), QB_OK);
    cr_assert(keeps(*qb_tabu_point(f->tabu)) && keeps(*qb_tabu_best(f->tabu)));
    ASSERT_NEAR(qb_tabu_best_value(f->tabu), value_of(f, (uint32_t)*qb_tabu_best(f->tabu)), tolerance(f));
}

Test(tabu_groups, goes_to_the_nearest_state_that_keeps_them)
{
    fixture f;
    fixture_open(&f, 1);
    uint32_t kept = 0;
    for (uint64_t state = 0; state < 1u << N; state++) {
        go(&f, state);
        cr_assert(keeps(*qb_tabu_point(f.tabu)));
        cr_assert(!keeps(state) || *qb_tabu_point(f.tabu) == state);
        kept += keeps(state);
    }
    cr_assert_eq(kept, GROUPED_STATES);
    fixture_close(&f);
}

/* Without patience a walk ends where no flip, shift or exchange gains; a few with some find the optimum. */
Test(tabu_groups, climbs_to_where_no_move_gains_and_on_to_the_optimum)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fixture f;
        fixture_open(&f, seed);
        go(&f, seed * 977 % 4096);
        walk(&f, 0);
        double least = greatest(&f, true, (uint32_t)*qb_tabu_best(f.tabu));
        cr_assert(qb_tabu_best_value(f.tabu) >= least - tolerance(&f));
        double found = -INFINITY;
        for (uint64_t k = 1; k <= 20; k++) {
            go(&f, (seed + k) * 1223 % 4096);
            walk(&f, 100);
            found = fmax(found, qb_tabu_best_value(f.tabu));
        }
        ASSERT_NEAR(found, greatest(&f, false, 0), tolerance(&f));
        uint8_t x[N];
        double best;
        cr_assert(qb_budget_probe_best(&f.probe, x, &best));
        cr_assert(grouped_keeps(x));
        cr_assert_eq(best, qb_qubo_energy(&f.model, x));
        bool gained = true;
        cr_assert_eq(qb_tabu_pair(f.tabu, 100, &gained, f.probe.budget), QB_OK);
        cr_assert_not(gained);
        fixture_close(&f);
    }
}

/* By moves that keep the groups and come nearer each time; what is kept of it lies in the middle. */
Test(tabu_groups, paths_lead_to_the_guide)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fixture f;
        fixture_open(&f, seed);
        uint64_t from, guide;
        go(&f, seed * 811 % 4096);
        guide = *qb_tabu_point(f.tabu);
        go(&f, (seed + 5) * 577 % 4096);
        from = *qb_tabu_point(f.tabu);
        uint32_t whole = qb_tabu_distance(f.tabu, &from, &guide);
        uint64_t before = qb_tabu_moves(f.tabu);
        cr_assert_eq(seed % 3 ? qb_tabu_relink(f.tabu, &guide, f.probe.budget)
                              : qb_tabu_relink_mixed(f.tabu, &guide, f.probe.budget),
                     QB_OK);
        cr_assert_eq(*qb_tabu_point(f.tabu), guide);
        ASSERT_NEAR(qb_tabu_value(f.tabu), value_of(&f, (uint32_t)guide), tolerance(&f));
        cr_assert_leq(qb_tabu_moves(f.tabu) - before, whole);
        uint64_t middle = *qb_tabu_best(f.tabu);
        cr_assert(keeps(middle));
        ASSERT_NEAR(qb_tabu_best_value(f.tabu), value_of(&f, (uint32_t)middle), tolerance(&f));
        cr_assert(middle == guide || (3 * qb_tabu_distance(f.tabu, &middle, &from) >= whole &&
                                      3 * qb_tabu_distance(f.tabu, &middle, &guide) >= whole));
        walk(&f, 10); /* leaves the path behind */
        fixture_close(&f);
    }
}

/* Every move that is tied for the best comes up. */
Test(tabu_groups, ties_are_broken_at_random)
{
    fixture f;
    fixture_open(&f, 0);
    qb_qubo_free(&f.model);
    f.model = model_build((model_spec){.n = N}, 1);
    grouped_mark(&f.model);
    qb_tabu_close(f.tabu);
    cr_assert_eq(qb_tabu_open(&f.model, QB_TABU_GROUPS, UINT64_MAX, 1, f.probe.budget, &f.tabu, NULL), QB_OK);
    uint32_t seen[1 << N] = {0}, states = 0;
    go(&f, 0);
    for (uint32_t k = 0; k < 40 * GROUPED_STATES; k++) {
        walk(&f, 1); /* one move: nothing gains */
        states += seen[*qb_tabu_point(f.tabu)]++ == 0;
    }
    cr_assert_eq(states, GROUPED_STATES);
    fixture_close(&f);
}

Test(tabu_groups, are_for_models_that_have_some)
{
    fixture f;
    fixture_open(&f, 2);
    qb_qubo plain = model_build((model_spec){.n = 60, .density = 0.5, .weight = 9, .linear = 9}, 6);
    qb_tabu *tabu = NULL;
    qb_diag diag = {""};
    cr_assert_eq(qb_tabu_open(&plain, QB_TABU_GROUPS, UINT64_MAX, 1, f.probe.budget, &tabu, &diag),
                 QB_REFUSED);
    cr_assert_str_eq(diag.text, "tabu search within groups needs a model that has some, or integers");
    grouped_mark(&plain); /* 10 bits of 60 */
    cr_assert_eq(qb_tabu_open(&plain, QB_TABU_AUTO, UINT64_MAX, 1, f.probe.budget, &tabu, &diag), QB_OK);
    cr_assert_str_neq(qb_tabu_form_name(tabu), "groups");
    qb_tabu_close(tabu);
    cr_assert_eq(qb_tabu_open(&f.model, QB_TABU_FLIPS, UINT64_MAX, 1, f.probe.budget, &tabu, &diag), QB_OK);
    cr_assert_str_neq(qb_tabu_form_name(tabu), "groups");
    qb_tabu_close(tabu);
    qb_qubo_free(&plain);
    fixture_close(&f);
}

Test(tabu_groups, survive_without_memory)
{
    fixture f;
    fixture_open(&f, 3);
    for (int64_t after = 0;; after++) {
        qb_tabu *tabu = NULL;
        qb_memory_fail_after(after);
        qb_status status = qb_tabu_open(&f.model, QB_TABU_GROUPS, UINT64_MAX, 1, f.probe.budget, &tabu, NULL);
        qb_memory_fail_never();
        if (!status) {
            cr_assert_gt(after, 14);
            qb_tabu_close(tabu);
            break;
        }
        cr_assert_eq(status, QB_NO_MEMORY);
    }
    fixture_close(&f);
}
