/* Populations of annealed replicas: who goes on, and that a copy is the state it was taken of. */
#include "solvers/anneal/population.h"

#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 40, SMALL = 8, MEMBERS = 8000 };

/* All pairs coupled, by one of two values. */
static qb_qubo build(uint32_t n, qb_sense sense)
{
    double linear[N];
    qb_pair pair[N * N / 2];
    uint64_t pairs = 0;
    qb_rng rng;
    qb_qubo model;
    qb_diag diag = {0};
    qb_rng_init(&rng, 5, 0);
    for (uint32_t i = 0; i < n; i++) {
        linear[i] = (double)qb_rng_below(&rng, 7) - 3;
        for (uint32_t j = i + 1; j < n; j++)
            pair[pairs++] = (qb_pair){i, j, qb_rng_below(&rng, 2) ? 2 : -2};
    }
    cr_assert_eq(qb_qubo_build(sense, 0, 1, n, linear, pairs, pair, &model, &diag), QB_OK, "%s", diag.text);
    return model;
}

static qb_annealer *open_kernel(const qb_qubo *model, qb_anneal_kind kind)
{
    qb_annealer *annealer;
    qb_diag diag = {0};
    cr_assert_eq(qb_annealer_open(model, kind, 9, NULL, &annealer, &diag), QB_OK, "%s", diag.text);
    return annealer;
}

Test(population, members_go_on_by_their_weights)
{
    enum { COUNT = 7, DRAWS = 1000 };
    const double cost[COUNT] = {3, -1, 0, 0, 12, 2.5, -1}, rises[] = {0, 0.1, 0.7, 5};
    for (uint32_t k = 0; k < 4; k++) {
        double weight[COUNT], total = 0, mean[COUNT] = {0};
        for (uint32_t r = 0; r < COUNT; r++)
            total += weight[r] = exp(-rises[k] * cost[r]);
        for (uint32_t draw = 0; draw < DRAWS; draw++) {
            uint32_t copies[COUNT], all = 0;
            anneal_resample(cost, COUNT, rises[k], (draw + 0.5) / DRAWS, copies);
            for (uint32_t r = 0; r < COUNT; r++) {
                cr_assert_lt(fabs(copies[r] - COUNT * weight[r] / total), 1 + 1e-9);
                mean[r] += (double)copies[r] / DRAWS;
                all += copies[r];
            }
            cr_assert_eq(all, COUNT);
        }
        for (uint32_t r = 0; r < COUNT; r++)
            cr_assert_leq(fabs(mean[r] - COUNT * weight[r] / total), 2.0 / DRAWS);
    }
}

Test(population, only_the_best_go_on_when_it_gets_cold_and_all_where_beta_falls)
{
    const double cost[4] = {1, 0, 1e300, 0};
    uint32_t copies[4];
    anneal_resample(cost, 4, 1e30, 0.3, copies);
    cr_assert_eq(copies[1], 2);
    cr_assert_eq(copies[3], 2);
    anneal_resample(cost, 4, -1, 0.3, copies);
    for (uint32_t r = 0; r < 4; r++)
        cr_assert_eq(copies[r], 1);
}

Test(population, copies_are_the_states_they_were_taken_of)
{
    enum { COPIES = 5, SWEEPS = 3 };
    for (uint32_t k = 0; k < 2; k++) {
        qb_qubo model = build(N, k ? QB_MAXIMISE : QB_MINIMISE);
        qb_annealer *annealer = open_kernel(&model, QB_ANNEAL_BITS);
        uint8_t x[COPIES][N], y[N];
        const double beta[SWEEPS] = {0, 0.01, 0.1};
        uint32_t first;
        cr_assert(qb_annealer_reserve(annealer, COPIES));
        for (uint32_t r = 0; r < COPIES; r++) {
            cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
            cr_assert_eq(qb_annealer_run(annealer, beta, SWEEPS, NULL), QB_OK);
            qb_annealer_state(annealer, 0, x[r]);
            qb_annealer_store(annealer, r);
        }
        for (uint32_t round = 0; round < 2; round++)
            for (uint32_t r = 0; r < COPIES; r++) {
                qb_annealer_recall(annealer, r);
                qb_annealer_state(annealer, 0, y);
                cr_assert_arr_eq(x[r], y, N);
                cr_assert_eq(qb_annealer_best(annealer, &first), qb_qubo_energy(&model, y));
                /* Its fields came with it. */
                cr_assert_eq(qb_annealer_run(annealer, beta, SWEEPS, NULL), QB_OK);
                qb_annealer_state(annealer, 0, y);
                cr_assert_eq(qb_annealer_best(annealer, &first), qb_qubo_energy(&model, y));
            }
        qb_annealer_close(annealer);
        qb_qubo_free(&model);
    }
}

Test(population, grows_where_there_is_room)
{
    qb_qubo model = build(N, QB_MINIMISE);
    qb_annealer *single = open_kernel(&model, QB_ANNEAL_BITS), *many = open_kernel(&model, QB_ANNEAL_SLICED);
    anneal_population p = {.annealer = single}, none = {.annealer = many};
    cr_assert_not(anneal_population_resize(&none, 1));
    cr_assert(anneal_population_resize(&p, 3));
    cr_assert_not(anneal_population_resize(&p, QB_ANNEAL_COPIES_MOST));
    for (int64_t successes = 0; successes < 3; successes++) {
        qb_memory_fail_after(successes);
        bool grew = anneal_population_resize(&p, 4 << successes);
        qb_memory_fail_never();
        cr_assert_not(grew);
        cr_assert_eq(p.members, 3);
    }
    cr_assert(anneal_population_resize(&p, 20));
    cr_assert_eq(p.members, 20);
    anneal_population_close(&p);
    qb_annealer_close(single);
    qb_annealer_close(many);
    qb_qubo_free(&model);
}

/* Means of E over the Boltzmann distribution, and their variance. */
static double exact_mean(const qb_qubo *model, double beta, double *variance)
{
    double z = 0, sum = 0, squares = 0;
    for (uint32_t state = 0; state < UINT32_C(1) << SMALL; state++) {
        uint8_t x[SMALL];
        for (uint32_t i = 0; i < SMALL; i++)
            x[i] = state >> i & 1;
        double energy = qb_qubo_energy(model, x), weight = exp(-beta * energy);
        z += weight;
        sum += weight * energy;
        squares += weight * energy * energy;
    }
    *variance = squares / z - sum / z * (sum / z);
    return sum / z;
}

/* A population in equilibrium at one temperature is one at the next. */
Test(population, resampling_keeps_equilibrium)
{
    enum { SWEEPS = 30 };
    const double before = 0.1, after = 0.25;
    double beta[SWEEPS], variance, mean = 0, seen = 0;
    qb_qubo model = build(SMALL, QB_MINIMISE);
    anneal_population p = {.annealer = open_kernel(&model, QB_ANNEAL_BITS)};
    qb_rng_init(&p.rng, 1, 2);
    for (uint32_t k = 0; k < SWEEPS; k++)
        beta[k] = before;
    cr_assert(anneal_population_resize(&p, MEMBERS));
    for (uint32_t r = 0, first; r < MEMBERS; r++) {
        cr_assert_eq(qb_annealer_start(p.annealer, NULL, NULL), QB_OK);
        cr_assert_eq(qb_annealer_run(p.annealer, beta, SWEEPS, NULL), QB_OK);
        p.cost[r] = qb_annealer_best(p.annealer, &first);
        seen += p.cost[r] / MEMBERS;
        qb_annealer_store(p.annealer, r);
    }
    /* Members are independent before; after, as good as a fifth as many. */
    mean = exact_mean(&model, before, &variance);
    cr_assert_leq(fabs(seen - mean), 5 * sqrt(variance / MEMBERS));
    anneal_population_resample(&p, after - before);
    seen = 0;
    for (uint32_t r = 0, first; r < MEMBERS; r++) {
        qb_annealer_recall(p.annealer, r);
        seen += qb_annealer_best(p.annealer, &first) / MEMBERS;
    }
    double moved = fabs(seen - mean);
    mean = exact_mean(&model, after, &variance);
    cr_assert_leq(fabs(seen - mean), 5 * sqrt(5 * variance / MEMBERS));
    cr_assert_gt(moved, 20 * sqrt(5 * variance / MEMBERS)); /* so the test can tell */
    anneal_population_close(&p);
    qb_annealer_close(p.annealer);
    qb_qubo_free(&model);
}
