/* Annealing within groups: that they are kept, what moves cost, and the distribution that is sampled. */
#include "harness/base/memory.h"
#include "solvers/kernels/anneal.h"
#include "tests/kernels/anneal_cases.h"
#include "tests/kernels/group_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = GROUPED_N };

static qb_annealer *open_groups(const qb_qubo *q, uint64_t seed)
{
    qb_annealer *annealer = NULL;
    cr_assert_eq(qb_annealer_open(q, QB_ANNEAL_AUTO, seed, NULL, &annealer, NULL), QB_OK);
    cr_assert_str_eq(qb_annealer_name(annealer), "groups");
    return annealer;
}

Test(anneal_groups, are_kept_and_energies_are_exact)
{
    const double beta[] = {0, 0.05, 0.2, 1, INFINITY};
    for (uint64_t seed = 0; seed < 40; seed++) {
        qb_qubo q = grouped_build(seed % 2, seed % 4 < 2 ? QB_MINIMISE : QB_MAXIMISE, seed);
        qb_annealer *annealer = open_groups(&q, seed);
        uint8_t x[N], given[N];
        uint32_t replica;
        grouped_read((uint32_t)(seed * 977 % 4096), given);
        for (int round = 0; round < 20; round++) {
            cr_assert_eq(qb_annealer_start(annealer, round % 2 ? given : NULL, NULL), QB_OK);
            cr_assert_eq(qb_annealer_run(annealer, beta, (uint32_t)round % 6, NULL), QB_OK);
            qb_annealer_state(annealer, 0, x);
            cr_assert(grouped_keeps(x));
            cr_assert_eq(qb_annealer_best(annealer, &replica), qb_qubo_energy(&q, x));
        }
        qb_annealer_close(annealer);
        qb_qubo_free(&q);
    }
}

/* What has its groups right is taken as it is, whatever else it is. */
Test(anneal_groups, start_where_they_are_told_to)
{
    qb_qubo q = grouped_build(false, QB_MINIMISE, 1);
    qb_annealer *annealer = open_groups(&q, 1);
    uint32_t kept = 0;
    for (uint32_t state = 0; state < 1u << N; state++) {
        uint8_t x[N], got[N];
        grouped_read(state, x);
        cr_assert_eq(qb_annealer_start(annealer, x, NULL), QB_OK);
        qb_annealer_state(annealer, 0, got);
        cr_assert(grouped_keeps(got));
        cr_assert(!grouped_keeps(x) || memcmp(x, got, N) == 0);
        kept += grouped_keeps(x);
    }
    cr_assert_eq(kept, GROUPED_STATES);
    qb_annealer_close(annealer);
    qb_qubo_free(&q);
}

/* The fewest bits in which a state one move away, that differs from x in energy by `cost`, differs. */
static uint32_t bits_of(const qb_qubo *q, const uint8_t *x, double cost)
{
    uint32_t bits = cost == 0 ? 0 : UINT32_MAX;
    uint8_t y[N];
    for (uint32_t state = 0; state < 1u << N; state++) {
        grouped_read(state, y);
        uint32_t differ = (uint32_t)__builtin_popcount(state ^ grouped_write(x));
        if (differ < bits && grouped_keeps(y) && grouped_is_move(grouped_write(x), state) &&
            fabs(fabs(qb_qubo_energy(q, y) - qb_qubo_energy(q, x)) - cost) <= 1e-9)
            bits = differ;
    }
    return bits;
}

/* In one bit, two or four; 0 is an exchange of equal places. */
Test(anneal_groups, costs_are_differences_of_energies)
{
    enum { COSTS = 60 };
    qb_qubo q = grouped_build(true, QB_MAXIMISE, 5);
    qb_annealer *annealer = open_groups(&q, 2);
    double cost[COSTS];
    uint8_t x[N];
    uint32_t met[5] = {0};
    for (int round = 0; round < 10; round++) {
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_state(annealer, 0, x);
        cr_assert_eq(qb_annealer_costs(annealer, cost, COSTS), COSTS);
        for (uint32_t k = 0; k < COSTS; k++) {
            uint32_t bits = bits_of(&q, x, cost[k]);
            cr_assert_leq(bits, 4);
            met[bits]++;
        }
    }
    cr_assert(met[1] > 0 && met[2] > 0 && met[4] > 0);
    qb_annealer_close(annealer);
    qb_qubo_free(&q);
}

/* Independent samples against exp(-beta E) over the states that keep the groups. */
static double sample_p(const qb_qubo *q, double beta, uint32_t samples)
{
    enum { SWEEPS = 40 };
    static double p[1 << N];
    static uint32_t seen[1 << N];
    double sign = q->sense == QB_MINIMISE ? 1 : -1, total = 0, betas[SWEEPS];
    uint8_t x[N];
    memset(seen, 0, sizeof seen);
    for (uint32_t state = 0; state < 1u << N; state++) {
        grouped_read(state, x);
        p[state] = grouped_keeps(x) ? exp(-beta * sign * qb_qubo_energy(q, x)) : 0;
        total += p[state];
    }
    for (uint32_t k = 0; k < SWEEPS; k++)
        betas[k] = beta;
    qb_annealer *annealer = open_groups(q, 2026);
    for (uint32_t k = 0; k < samples; k++) {
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_run(annealer, betas, SWEEPS, NULL);
        qb_annealer_state(annealer, 0, x);
        seen[grouped_write(x)]++;
    }
    qb_annealer_close(annealer);
    return binned_p(seen, p, 1u << N, samples / total, 30);
}

Test(anneal_groups, sample_the_boltzmann_distribution)
{
    qb_qubo low = grouped_build(false, QB_MINIMISE, 3), high = grouped_build(true, QB_MAXIMISE, 4);
    cr_assert_gt(sample_p(&low, 0, 20000), 1e-3);
    cr_assert_gt(sample_p(&low, 0.05, 20000), 1e-3);
    cr_assert_gt(sample_p(&high, 0.05, 20000), 1e-3);
    qb_qubo_free(&low);
    qb_qubo_free(&high);
}

Test(anneal_groups, few_grouped_bits_or_none_leave_the_choice_to_the_others)
{
    qb_annealer *annealer = NULL;
    qb_diag diag = {0};
    qb_qubo q = model_build((model_spec){.n = 60, .density = 0.5, .weight = 9, .linear = 9}, 6);
    cr_assert_eq(qb_annealer_open(&q, QB_ANNEAL_GROUPS, 1, NULL, &annealer, &diag), QB_REFUSED);
    cr_assert_str_eq(diag.text, "annealing within groups needs a model that has some, or integers");
    grouped_mark(&q);
    cr_assert_eq(qb_annealer_open(&q, QB_ANNEAL_AUTO, 1, NULL, &annealer, NULL), QB_OK);
    cr_assert_str_neq(qb_annealer_name(annealer), "groups");
    qb_annealer_close(annealer);
    qb_qubo_free(&q);
}

Test(anneal_groups, survive_without_memory)
{
    qb_qubo q = grouped_build(false, QB_MINIMISE, 7);
    for (int64_t after = 0;; after++) {
        qb_annealer *annealer = NULL;
        qb_memory_fail_after(after);
        qb_status status = qb_annealer_open(&q, QB_ANNEAL_GROUPS, 1, NULL, &annealer, NULL);
        qb_memory_fail_never();
        if (!status) {
            cr_assert_gt(after, 8);
            qb_annealer_close(annealer);
            break;
        }
        cr_assert_eq(status, QB_NO_MEMORY);
    }
    qb_qubo_free(&q);
}
