/* Integers that a QUBO says in bits: which are found, what they cost, and searches that let them follow. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal.h"
#include "solvers/kernels/groups.h"
#include "solvers/kernels/integers.h"
#include "solvers/kernels/tabu.h"
#include "tests/kernels/anneal_cases.h"
#include "tests/kernels/group_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = FOLLOWED_N, STATES = 1 << FOLLOWED_FREE, SEEDS = 40 };

static qb_qubo build(uint64_t seed)
{
    return followed_build(seed % 2, seed % 4 < 2 ? QB_MINIMISE : QB_MAXIMISE, seed);
}

static double sign_of(const qb_qubo *q)
{
    return q->sense == QB_MINIMISE ? 1 : -1;
}

static double tolerance(const qb_qubo *q)
{
    return q->integral ? 0 : 1e-9 * q->magnitude;
}

static double least_of_all(const qb_qubo *q)
{
    double least = INFINITY;
    for (uint32_t state = 0; state < STATES; state++)
        least = fmin(least, followed_cost(q, state));
    return least;
}

static uint32_t count_of(const qb_qubo *q)
{
    qb_integers t;
    cr_assert_eq(qb_integers_open(q, NULL, &t), QB_OK);
    uint32_t count = t.count;
    qb_integers_close(&t);
    return count;
}

/* A model of n bits from its couplings, minimised; linear terms 0 unless given. */
static qb_qubo model_of(uint32_t n, uint64_t pairs, const qb_pair *pair, const double *linear)
{
    static const double none[16];
    qb_qubo q;
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, n, linear ? linear : none, pairs, pair, &q, NULL), QB_OK);
    return q;
}

Test(integers, are_found_with_their_steps)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        qb_qubo q = build(seed);
        qb_integers t;
        cr_assert_eq(qb_integers_open(&q, NULL, &t), QB_OK);
        cr_assert_eq(t.count, FOLLOWED_INTEGERS);
        for (uint32_t k = 0; k < t.count; k++) {
            bool first = t.start[k + 1] - t.start[k] == 3; /* 1, 2, 3; the other's unit is its step */
            const uint32_t three[] = {11, 1, 6}, two[] = {3, 9};
            const double steps[] = {1, 2, 3}, ones[] = {1, 1};
            size_t bits = first ? 3 : 2;
            cr_assert_eq(t.start[k + 1] - t.start[k], bits);
            cr_assert_arr_eq(t.bit + t.start[k], first ? three : two, bits * sizeof *two);
            cr_assert_arr_eq(t.step + t.start[k], first ? steps : ones, bits * sizeof *ones);
            cr_assert_eq(t.range[k], first ? 6 : 2);
            cr_assert_gt(t.curvature[k], 0);
            for (uint32_t b = t.start[k]; b < t.start[k + 1]; b++)
                cr_assert(t.of[t.bit[b]] == k && t.tie_start[t.bit[b]] == t.tie_start[t.bit[b] + 1]);
        }
        qb_integers_close(&t);
        qb_qubo_free(&q);
    }
}

Test(integers, are_settled_at_their_best)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        qb_qubo q = build(seed);
        qb_integers t;
        uint8_t x[N];
        cr_assert_eq(qb_integers_open(&q, NULL, &t), QB_OK);
        for (uint32_t state = 0; state < STATES; state++) {
            followed_read(state, x);
            x[11] = x[3] = state % 3 == 0; /* whatever they were */
            qb_integers_settle(&t, &q, x);
            cr_assert_eq(followed_write(x), state);
            ASSERT_NEAR(sign_of(&q) * qb_qubo_energy(&q, x), followed_cost(&q, state), tolerance(&q));
        }
        qb_integers_close(&t);
        qb_qubo_free(&q);
    }
}

/* Bits a, b tied to c, d, as (s (w_c x_c + w_d x_d) + ...) would have it. */
Test(integers, are_not_seen_in_what_is_none)
{
    const double fits[] = {2, 8, 0, 0}, other[] = {2, 7, 0, 0}, wide[] = {2, 18, 0, 0};
    qb_pair pair[] = {{0, 1, 8}, {0, 2, 3}, {0, 3, -5}, {1, 2, 6}, {1, 3, -10}};
    qb_qubo q = model_of(4, 5, pair, fits); /* 2 t^2 + (3 c - 5 d) t, t = a + 2 b */
    cr_assert_eq(count_of(&q), 1);
    qb_qubo_free(&q);
    q = model_of(4, 5, pair, other); /* b has a term of its own */
    cr_assert_eq(count_of(&q), 0);
    qb_qubo_free(&q);
    pair[4].weight = -9; /* not in proportion */
    q = model_of(4, 5, pair, fits);
    cr_assert_eq(count_of(&q), 0);
    qb_qubo_free(&q);
    q = model_of(4, 4, pair, fits); /* b is not coupled with d */
    cr_assert_eq(count_of(&q), 0);
    qb_qubo_free(&q);
    const qb_pair gap[] = {{0, 1, 12}, {0, 2, 3}, {0, 3, -5}, {1, 2, 9}, {1, 3, -15}};
    q = model_of(4, 5, gap, wide); /* t = a + 3 b is never 2 */
    cr_assert_eq(count_of(&q), 0);
    qb_qubo_free(&q);
    const double down[] = {-2, -8, 0, 0};
    const qb_pair concave[] = {{0, 1, -8}, {0, 2, 3}, {0, 3, -5}, {1, 2, 6}, {1, 3, -10}};
    q = model_of(4, 5, concave, down); /* -2 t^2: the best t need not be next to the turn */
    cr_assert_eq(count_of(&q), 0);
    qb_qubo_free(&q);
    const qb_pair alone[] = {{0, 1, 8}};
    q = model_of(4, 1, alone, fits); /* nothing to follow */
    cr_assert_eq(count_of(&q), 0);
    qb_qubo_free(&q);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        q = model_build((model_spec){.n = 50, .density = seed % 2 ? 1 : 0.3, .weight = 1, .linear = 1}, seed);
        cr_assert_eq(count_of(&q), 0);
        qb_qubo_free(&q);
    }
}

/* t = a + 2 b and u = c + 2 d, coupled by their product: one follows, the other is searched for. */
Test(integers, that_are_coupled_do_not_both_follow)
{
    const qb_pair pair[] = {{0, 1, 8},  {0, 2, 3}, {0, 3, 6}, {0, 4, 1}, {1, 2, 6},
                            {1, 3, 12}, {1, 4, 2}, {2, 3, 8}, {2, 5, 7}, {3, 5, 14}};
    const double linear[] = {2, 8, 2, 8, 0, 0};
    qb_qubo q = model_of(6, 10, pair, linear);
    cr_assert_eq(count_of(&q), 1);
    qb_qubo_free(&q);
}

Test(integers, bits_of_groups_are_left_to_the_groups)
{
    static const uint32_t start[] = {0, 2}, ones[] = {1}, member[] = {1, 11};
    qb_qubo q = build(0);
    q.groups = 1;
    q.group_start = start;
    q.group_ones = ones;
    q.group_member = member;
    cr_assert_eq(count_of(&q), 1);
    qb_qubo_free(&q);
}

Test(integers, tabu_search_lets_them_follow_to_the_optimum)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        qb_qubo q = build(seed);
        qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, N, false, q.sense == QB_MAXIMISE);
        qb_budget_probe probe;
        qb_tabu *tabu = NULL;
        cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
        cr_assert_eq(qb_tabu_open(&q, QB_TABU_AUTO, UINT64_MAX, seed, probe.budget, &tabu, NULL), QB_OK);
        cr_assert_str_eq(qb_tabu_form_name(tabu), "groups");
        qb_tabu_rule rule = {.patience = 40, .tenure = 2, .spread = 1};
        uint8_t x[N];
        for (uint64_t k = 0; k < 10; k++) {
            uint64_t point = seed * 977 + k * 1223;
            point %= 1 << N;
            cr_assert_eq(qb_tabu_go(tabu, &point, probe.budget), QB_OK);
            cr_assert_eq(qb_tabu_walk(tabu, &rule, probe.budget), QB_OK);
            qb_tabu_write_point(tabu, qb_tabu_best(tabu), x);
            ASSERT_NEAR(qb_tabu_best_value(tabu), -sign_of(&q) * qb_qubo_energy(&q, x), tolerance(&q));
            ASSERT_NEAR(qb_tabu_best_value(tabu), -followed_cost(&q, followed_write(x)), tolerance(&q));
        }
        double best;
        cr_assert(qb_budget_probe_best(&probe, x, &best));
        cr_assert_eq(best, qb_qubo_energy(&q, x));
        ASSERT_NEAR(sign_of(&q) * best, least_of_all(&q), tolerance(&q));
        qb_tabu_close(tabu);
        qb_budget_probe_close(&probe);
        qb_qubo_free(&q);
    }
}

/* Flips and swaps of free bits, priced before they are made, with everything that follows. */
Test(integers, moves_cost_what_they_change)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        qb_qubo q = build(seed);
        qb_groups s;
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        cr_assert_eq(qb_groups_open(&q, NULL, &s), QB_OK);
        cr_assert_eq(s.singles, FOLLOWED_FREE);
        for (int k = 0; k < 200; k++) {
            uint32_t i = s.free[qb_groups_lot(&rng, s.singles)], j = s.free[qb_groups_lot(&rng, s.singles)];
            qb_groups_move move = k % 2 ? qb_groups_swap(&s, i, j) : qb_groups_flip(&s, i);
            cr_assert_eq(move.bits, k % 2 ? 2 * (s.x[i] != s.x[j]) : 1);
            double before = s.cost;
            (void)qb_groups_make(&s, &move);
            ASSERT_NEAR(s.cost, before + move.cost, tolerance(&q));
            ASSERT_NEAR(s.cost, followed_cost(&q, followed_write(s.x)), tolerance(&q));
        }
        qb_groups_close(&s);
        qb_qubo_free(&q);
    }
}

/* Independent samples against exp(-beta cost) over the free bits, integers at their best. */
Test(integers, annealing_samples_what_their_best_leaves)
{
    enum { SWEEPS = 40, SAMPLES = 20000 };
    const double beta = 0.05;
    double p[STATES], total = 0, betas[SWEEPS];
    uint32_t seen[STATES] = {0}, replica;
    qb_qubo q = build(7);
    qb_annealer *annealer = NULL;
    cr_assert_eq(qb_annealer_open(&q, QB_ANNEAL_AUTO, 2026, NULL, &annealer, NULL), QB_OK);
    cr_assert_str_eq(qb_annealer_name(annealer), "groups");
    for (uint32_t k = 0; k < SWEEPS; k++)
        betas[k] = beta;
    for (uint32_t state = 0; state < STATES; state++)
        total += p[state] = exp(-beta * followed_cost(&q, state));
    for (uint32_t k = 0; k < SAMPLES; k++) {
        uint8_t x[N];
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        cr_assert_eq(qb_annealer_run(annealer, betas, SWEEPS, NULL), QB_OK);
        qb_annealer_state(annealer, 0, x);
        ASSERT_NEAR(qb_annealer_best(annealer, &replica), sign_of(&q) * followed_cost(&q, followed_write(x)),
                    tolerance(&q));
        seen[followed_write(x)]++;
    }
    cr_assert_gt(binned_p(seen, p, STATES, SAMPLES / total, 20), 1e-3);
    qb_annealer_close(annealer);
    qb_qubo_free(&q);
}

Test(integers, survive_without_memory)
{
    qb_qubo q = build(3);
    for (int64_t after = 0;; after++) {
        qb_integers t;
        qb_memory_fail_after(after);
        qb_status status = qb_integers_open(&q, NULL, &t);
        qb_memory_fail_never();
        qb_integers_close(&t);
        if (!status) {
            cr_assert_gt(after, 10);
            break;
        }
        cr_assert_eq(status, QB_NO_MEMORY);
    }
    qb_qubo_free(&q);
}
