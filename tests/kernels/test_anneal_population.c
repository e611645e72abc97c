/* Population annealing: who is copied, and what copying leaves behind. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/anneal/population.h"
#include "solvers/kernels/anneal.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { REPLICAS = 512, VARIABLES = 300 };

static const model_spec spec = {
    .n = VARIABLES, .density = 0.02, .weight = 1, .cut = true, .sense = QB_MAXIMISE};

/* Resamples for `rise` more beta, by the sign of the model. */
static qb_status resample(qb_annealer *annealer, double sign, double rise, double u, qb_budget *budget)
{
    double cost[REPLICAS];
    uint32_t copies[REPLICAS];
    qb_annealer_energies(annealer, cost);
    for (uint32_t r = 0; r < REPLICAS; r++)
        cost[r] *= sign;
    anneal_resample(cost, REPLICAS, rise, u, copies);
    return qb_annealer_spread(annealer, copies, budget);
}

/* All states, one after the other. */
static void states_of(const qb_annealer *annealer, uint8_t (*x)[VARIABLES])
{
    for (uint32_t r = 0; r < REPLICAS; r++)
        qb_annealer_state(annealer, r, x[r]);
}

/* A replica keeps its state or takes all of that of one that keeps its own; the tiers agree on which. */
Test(population, copies_are_whole_states_of_survivors)
{
    qb_qubo model = model_build(spec, 4);
    uint8_t(*before)[VARIABLES] = qb_alloc(REPLICAS, VARIABLES),
    (*after)[VARIABLES] = qb_alloc(REPLICAS, VARIABLES), (*first)[VARIABLES] = qb_alloc(REPLICAS, VARIABLES);
    for (uint32_t t = 0; tier_select(t); t++) {
        qb_annealer *annealer;
        double energy[REPLICAS], mean_before = 0, mean_after = 0;
        uint32_t changed = 0;
        cr_assert_eq(qb_annealer_open(&model, QB_ANNEAL_SLICED, 9, NULL, &annealer, NULL), QB_OK);
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_energies(annealer, energy);
        for (uint32_t r = 0; r < REPLICAS; r++)
            mean_before += energy[r] / REPLICAS;
        states_of(annealer, before);
        cr_assert_eq(resample(annealer, -1, 0, 0.5, NULL), QB_OK);
        states_of(annealer, after);
        cr_assert_arr_eq(before, after, REPLICAS * VARIABLES, "a step of 0 changes nothing");
        cr_assert_eq(resample(annealer, -1, 0.1, 0.5, NULL), QB_OK);
        states_of(annealer, after);
        for (uint32_t r = 0; r < REPLICAS; r++) {
            uint32_t parent = 0;
            if (memcmp(after[r], before[r], VARIABLES) == 0)
                continue;
            while (parent < REPLICAS && (memcmp(after[r], before[parent], VARIABLES) != 0 ||
                                         memcmp(after[parent], before[parent], VARIABLES) != 0))
                parent++;
            cr_assert_lt(parent, REPLICAS, "replica %u is nobody's copy", r);
            changed++;
        }
        cr_assert(changed > REPLICAS / 16 && changed < REPLICAS, "%u", changed);
        qb_annealer_energies(annealer, energy);
        for (uint32_t r = 0; r < REPLICAS; r++)
            mean_after += energy[r] / REPLICAS;
        cr_assert_gt(mean_after, mean_before);
        if (t == 0)
            memcpy(first, after, REPLICAS * VARIABLES);
        cr_assert_arr_eq(first, after, REPLICAS * VARIABLES);
        qb_annealer_close(annealer);
    }
    qb_free(before);
    qb_free(after);
    qb_free(first);
    qb_qubo_free(&model);
}

/* Random states are the population of beta = 0.  Passed on to beta in steps without a single sweep, their
 * mean energy is that of the Boltzmann distribution, by enumeration: over many seeds, within five standard
 * errors and what 512 replicas are off by. */
Test(population, resampling_alone_gives_the_boltzmann_mean)
{
    enum { SEEDS = 200, SMALL = 10, STEPS = 4 };
    const double beta = 0.4;
    qb_qubo model = model_build((model_spec){.n = SMALL, .density = 0.5, .weight = 2, .linear = 1}, 3);
    double exact = 0, total = 0, sum = 0, squares = 0;
    qb_rng rng;
    qb_rng_init(&rng, 5, 0);
    for (uint32_t state = 0; state < 1u << SMALL; state++) {
        uint8_t x[SMALL];
        for (uint32_t i = 0; i < SMALL; i++)
            x[i] = state >> i & 1;
        double energy = qb_qubo_energy(&model, x), weight = exp(-beta * energy);
        exact += weight * energy;
        total += weight;
    }
    exact /= total;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        qb_annealer *annealer;
        double energy[REPLICAS], mean = 0;
        cr_assert_eq(qb_annealer_open(&model, QB_ANNEAL_SLICED, seed, NULL, &annealer, NULL), QB_OK);
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        for (uint32_t k = 0; k < STEPS; k++)
            cr_assert_eq(resample(annealer, 1, beta / STEPS, qb_rng_uniform(&rng), NULL), QB_OK);
        qb_annealer_energies(annealer, energy);
        for (uint32_t r = 0; r < REPLICAS; r++)
            mean += energy[r] / REPLICAS;
        sum += mean;
        squares += mean * mean;
        qb_annealer_close(annealer);
    }
    double mean = sum / SEEDS, error = sqrt((squares / SEEDS - mean * mean) / SEEDS);
    ASSERT_NEAR(mean, exact, 5 * error + 0.02 * fabs(exact));
    cr_assert_lt(error, 0.02 * fabs(exact), "the test sees little: %g of %g", error, exact);
    qb_qubo_free(&model);
}

Test(population, a_budget_ends_the_copying)
{
    qb_qubo model = model_build(spec, 4);
    qb_annealer *annealer;
    cr_assert_eq(qb_annealer_open(&model, QB_ANNEAL_SLICED, 9, NULL, &annealer, NULL), QB_OK);
    cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, VARIABLES, model.n, false, true);
    qb_budget_probe probe;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(resample(annealer, -1, 0.1, 0.5, probe.budget), QB_STOPPED, "copies are charged too");
    qb_budget_probe_close(&probe);
    qb_annealer_close(annealer);
    qb_qubo_free(&model);
}
