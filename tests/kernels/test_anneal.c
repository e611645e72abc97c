/* The annealing kernels: energies, tiers, stopping, and the distribution they sample. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal.h"
#include "solvers/kernels/anneal_fixed.h"
#include "solvers/kernels/anneal_single.h"
#include "solvers/kernels/anneal_sliced.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const qb_anneal_kind kinds[] = {QB_ANNEAL_SLICED, QB_ANNEAL_BITS,  QB_ANNEAL_COUNT,
                                       QB_ANNEAL_GATHER, QB_ANNEAL_DENSE, QB_ANNEAL_SCALAR};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_VARIABLES = 300 };

/* Awkward on purpose: no couplings, isolated spins, fields, odd and even strengths, multi-digit weights,
 * strengths up to the sliced kernel's last, sizes around the padding. */
static const model_spec specs[] = {
    {.n = 1, .linear = 1},
    {.n = 2, .density = 1, .weight = 1},
    {.n = 20, .density = 0.1, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
    {.n = 31, .density = 0.2, .weight = 1, .linear = 2},
    {.n = 33, .density = 0.3, .weight = 3, .linear = 1, .sense = QB_MAXIMISE},
    {.n = 64, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
    {.n = 65, .density = 0.5, .weight = 2, .cut = true},
    {.n = 250, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
    {.n = 300, .density = 0.02, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
    {.n = 40, .density = 0.5, .weight = 100000, .linear = 100000},
    {.n = 40, .density = 0.5, .weight = 120, .linear = 50, .sense = QB_MAXIMISE},
    {.n = 300, .density = 0.9, .weight = 127, .linear = 50},
    {.n = 50, .density = 0.3, .weight = 7, .linear = 5, .real = true, .sense = QB_MAXIMISE},
    {.n = 300, .density = 0.03, .weight = 1000, .linear = 1000, .sense = QB_MAXIMISE},
    {.n = 300, .density = 0.03, .weight = 100000},
    {.n = 300, .density = 0.03, .weight = 7, .real = true},
};
enum { SPECS = sizeof specs / sizeof *specs };

/* NULL when the kernel does not take the model. */
static qb_annealer *open_kernel(const qb_qubo *model, qb_anneal_kind kind, uint64_t seed)
{
    qb_annealer *annealer = NULL;
    qb_diag diag = {0};
    qb_status status = qb_annealer_open(model, kind, seed, NULL, &annealer, &diag);
    cr_assert(status == QB_OK || (status == QB_REFUSED && diag.text[0]), "%s", diag.text);
    return annealer;
}

/* A hash of all states; checks every energy against a recomputation on the way. */
static uint64_t hash_and_check(qb_annealer *annealer, const qb_qubo *model)
{
    uint32_t replicas = qb_annealer_replicas(annealer), best;
    double *energy = QB_NEW(double, replicas), sign = model->sense == QB_MINIMISE ? 1 : -1;
    double tolerance = model->integral ? 0 : 1e-12 * model->magnitude, least = INFINITY;
    uint8_t x[MOST_VARIABLES + 1];
    uint64_t hash = 0xcbf29ce484222325u;
    qb_annealer_energies(annealer, energy);
    for (uint32_t r = 0; r < replicas; r++) {
        qb_annealer_state(annealer, r, x);
        ASSERT_NEAR(energy[r], qb_qubo_energy(model, x), tolerance);
        least = fmin(least, sign * energy[r]);
        for (uint32_t i = 0; i < model->n; i++)
            hash = (hash ^ x[i]) * 0x100000001b3u;
    }
    cr_assert_eq(sign * qb_annealer_best(annealer, &best), least);
    cr_assert_eq(sign * energy[best], least);
    qb_free(energy);
    return hash;
}

static void cooling(const qb_qubo *model, double *beta, uint32_t sweeps)
{
    double unit = model->magnitude > 0 ? model->n / model->magnitude : 1;
    for (uint32_t k = 0; k < sweeps; k++)
        beta[k] = unit * pow(50, (double)k / sweeps) / 5;
    beta[0] = 0;
    beta[sweeps - 1] = INFINITY;
}

Test(anneal, energies_are_exact_and_tiers_agree)
{
    enum { SWEEPS = 40 };
    for (uint32_t k = 0; k < SPECS; k++) {
        qb_qubo model = model_build(specs[k], 10 + k);
        double beta[SWEEPS];
        uint64_t first[KINDS][2] = {{0}};
        cooling(&model, beta, SWEEPS);
        for (uint32_t t = 0; tier_select(t); t++)
            for (uint32_t kind = 0; kind < KINDS; kind++) {
                qb_annealer *annealer = open_kernel(&model, kinds[kind], 3);
                if (!annealer)
                    continue;
                for (uint32_t round = 0; round < 2; round++) {
                    uint8_t x[MOST_VARIABLES + 1] = {0};
                    cr_assert_eq(qb_annealer_start(annealer, round ? x : NULL, NULL), QB_OK);
                    cr_assert_eq(qb_annealer_run(annealer, beta, SWEEPS, NULL), QB_OK);
                    uint64_t hash = hash_and_check(annealer, &model);
                    if (t == 0)
                        first[kind][round] = hash;
                    cr_assert_eq(hash, first[kind][round], "case %u, kernel %s, tier %u differs", k,
                                 qb_annealer_name(annealer), t);
                }
                qb_annealer_close(annealer);
            }
        qb_qubo_free(&model);
    }
}

Test(anneal, automatic_choice_and_refusals)
{
    static const struct {
        model_spec spec;
        const char *name, *single;
    } expected[] = {
        {{.n = 100, .density = 0.1, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, "sliced", "count"},
        {{.n = 300, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, "bits", "bits"},
        {{.n = 300, .density = 1, .weight = 9, .cut = true, .sense = QB_MAXIMISE}, "dense", "dense"},
        {{.n = 300, .density = 0.02, .weight = 1000, .linear = 1000}, "count", "count"},
        {{.n = 300, .density = 0.1, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, "sliced", "count"},
        {{.n = 300, .density = 0.3, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, "sliced", "dense"},
        {{.n = 300, .density = 0.05, .weight = 2, .linear = 3}, "sliced", "count"},
        {{.n = 300, .density = 0.5, .weight = 1000, .linear = 1000}, "dense", "dense"},
        {{.n = 800, .density = 0.04, .weight = 100000}, "count", "count"},
        {{.n = 300, .density = 0.02, .weight = 3, .real = true}, "count", "count"},
        {{.n = 40, .density = 0.2, .weight = 3, .real = true}, "count", "count"},
        {{.n = 300, .density = 0.02, .weight = 3, .real = true, .stiff = 1e6}, "gather", "gather"},
        {{.n = 100, .density = 0.5, .weight = 3, .real = true}, "dense", "dense"},
        {{.n = 800, .density = 0.04, .weight = 3, .real = true, .stiff = 1e6}, "scalar", "scalar"},
    };
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        qb_qubo model = model_build(expected[k].spec, k);
        qb_annealer *annealer = open_kernel(&model, QB_ANNEAL_AUTO, 1);
        cr_assert_not_null(annealer);
        cr_assert_str_eq(qb_annealer_name(annealer), expected[k].name, "case %zu: %s", k,
                         qb_annealer_name(annealer));
        qb_annealer_close(annealer);
        annealer = open_kernel(&model, QB_ANNEAL_SINGLE, 1);
        cr_assert_eq(qb_annealer_replicas(annealer), 1);
        cr_assert_str_eq(qb_annealer_name(annealer), expected[k].single, "case %zu: %s", k,
                         qb_annealer_name(annealer));
        qb_annealer_close(annealer);
        qb_qubo_free(&model);
    }
    qb_qubo real = model_build((model_spec){.n = 20, .density = 1, .weight = 3, .real = true}, 1);
    cr_assert_null(open_kernel(&real, QB_ANNEAL_SLICED, 1));
    cr_assert_null(open_kernel(&real, QB_ANNEAL_BITS, 1));
    qb_qubo_free(&real);
}

/* Rows in full hold one byte a coupling up to +-127, two up to +-32767. */
Test(anneal, full_rows_are_as_narrow_as_their_couplings)
{
    static const struct {
        int32_t weight;
        qb_single_width width;
    } expected[] = {
        {1, QB_SINGLE_INT8}, {127, QB_SINGLE_INT8}, {128, QB_SINGLE_INT16}, {40000, QB_SINGLE_INT32}};
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        qb_qubo model = model_build((model_spec){.n = 300, .density = 1, .weight = expected[k].weight}, 5);
        void *opaque;
        qb_anneal_walk walk;
        cr_assert_eq(qb_anneal_dense.open(&model, 5, NULL, &opaque, &walk, NULL), QB_OK);
        const qb_anneal_single_state *s = opaque;
        cr_assert_eq(s->fixed.coupling, expected[k].weight);
        cr_assert_eq(s->row_width, expected[k].width, "+-%d", expected[k].weight);
        qb_anneal_dense.close(opaque);
        qb_qubo_free(&model);
    }
}

/* A budget stops a run between two attempts, and leaves consistent states behind. */
Test(anneal, stops_when_the_budget_does)
{
    for (uint32_t k = 0; k < SPECS; k++) {
        qb_qubo model = model_build(specs[k], 10 + k);
        for (uint32_t kind = 0; kind < KINDS && model.n > 1; kind++) {
            qb_annealer *annealer = open_kernel(&model, kinds[kind], 3);
            if (!annealer)
                continue;
            double beta[2000];
            uint64_t limit = 100000 * (uint64_t)qb_annealer_replicas(annealer);
            qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, (double)limit, model.n, false,
                                                          model.sense == QB_MAXIMISE);
            qb_budget_probe probe;
            cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
            cooling(&model, beta, 2000);
            cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
            qb_status status = QB_OK;
            for (uint32_t run = 0; run < 1000 && !status; run++)
                status = qb_annealer_run(annealer, beta, 2000, probe.budget);
            cr_assert_eq(status, QB_STOPPED);
            hash_and_check(annealer, &model);
            /* a start that flips its way is stopped too */
            bool flips = kinds[kind] == QB_ANNEAL_DENSE || kinds[kind] == QB_ANNEAL_SCALAR;
            cr_assert_eq(qb_annealer_start(annealer, NULL, probe.budget), flips ? QB_STOPPED : QB_OK);
            hash_and_check(annealer, &model);
            qb_budget_probe_close(&probe);
            qb_annealer_close(annealer);
        }
        qb_qubo_free(&model);
    }
}

/* -- the distribution ------------------------------------------------------------------------------------ */

enum { SMALL = 12, BINS = 24, LEVELLED = 16, MOST_LEVELS = 200 };
#define LEVELLED_BETA 0.5

/* Cuts the energies of all states into bins of nearly equal Boltzmann probability: bin[state], p[BINS]. */
static void boltzmann(const qb_qubo *model, double beta, uint8_t *bin, double *p)
{
    static double cost[1 << SMALL];
    static uint32_t order[1 << SMALL];
    double sign = model->sense == QB_MINIMISE ? 1 : -1, total = 0, sum = 0;
    uint32_t states = 1u << model->n;
    for (uint32_t state = 0; state < states; state++) {
        uint8_t x[SMALL];
        for (uint32_t i = 0; i < model->n; i++)
            x[i] = state >> i & 1;
        cost[state] = sign * qb_qubo_energy(model, x);
        total += exp(-beta * cost[state]);
        order[state] = state;
    }
    for (uint32_t k = 1; k < states; k++) /* by cost, then by number */
        for (uint32_t at = k; at > 0 && cost[order[at - 1]] > cost[order[at]]; at--) {
            uint32_t swap = order[at];
            order[at] = order[at - 1];
            order[at - 1] = swap;
        }
    memset(p, 0, BINS * sizeof *p);
    for (uint32_t k = 0; k < states; k++) {
        double probability = exp(-beta * cost[order[k]]) / total;
        bin[order[k]] = (uint8_t)fmin(BINS - 1, floor(BINS * (sum + probability / 2)));
        p[bin[order[k]]] += probability;
        sum += probability;
    }
}

static double chi_square_p(const uint64_t *seen, const double *p, uint64_t samples)
{
    double chi = 0, bins = 0;
    for (uint32_t b = 0; b < BINS; b++)
        if (p[b] > 0) {
            double expected = p[b] * (double)samples, off = (double)seen[b] - expected;
            chi += off * off / expected;
            bins++;
        }
    return gsl_cdf_chisq_Q(chi, bins - 1);
}

static uint32_t state_of(const qb_annealer *annealer, uint32_t replica, uint32_t n)
{
    uint8_t x[SMALL];
    uint32_t state = 0;
    qb_annealer_state(annealer, replica, x);
    for (uint32_t i = 0; i < n; i++)
        state |= (uint32_t)x[i] << i;
    return state;
}

/* Independent samples: every one from a random start of its own, one replica of it. */
static double sample_p(const qb_qubo *model, qb_anneal_kind kind, double beta, uint64_t samples)
{
    enum { SWEEPS = 60 };
    static uint8_t bin[1 << SMALL];
    double p[BINS], betas[SWEEPS];
    uint64_t seen[BINS] = {0};
    boltzmann(model, beta, bin, p);
    for (uint32_t k = 0; k < SWEEPS; k++)
        betas[k] = beta;
    qb_annealer *annealer = open_kernel(model, kind, 2026);
    cr_assert_not_null(annealer);
    uint32_t replicas = qb_annealer_replicas(annealer);
    for (uint64_t k = 0; k < samples; k++) {
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_run(annealer, betas, SWEEPS, NULL);
        seen[bin[state_of(annealer, (uint32_t)(k * 37 % replicas), model->n)]]++;
    }
    qb_annealer_close(annealer);
    return chi_square_p(seen, p, samples);
}

Test(anneal, samples_the_boltzmann_distribution)
{
    static const model_spec small[] = {
        {.n = 10, .density = 0.4, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
        {.n = 12, .density = 0.5, .weight = 1, .linear = 1},
        {.n = 11, .density = 0.5, .weight = 5, .linear = 4, .sense = QB_MAXIMISE},
        {.n = 12, .density = 0.9, .weight = 9, .linear = 9},
        {.n = 12, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
        {.n = 12, .density = 0.6, .weight = 2, .linear = 3, .real = true},
        /* so stiff that in fixed point all other coefficients vanish: doubles decide every attempt */
        {.n = 12, .density = 0.5, .weight = 2, .linear = 3, .real = true, .stiff = 1e11},
    };
    uint32_t sampled[KINDS] = {0};
    for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
        qb_qubo model = model_build(small[k], 50 + k);
        double sigma = (model.magnitude - small[k].stiff) / sqrt((double)model.nonzeros + model.n);
        for (uint32_t kind = 0; kind < KINDS; kind++) {
            qb_annealer *taken = open_kernel(&model, kinds[kind], 0);
            qb_annealer_close(taken);
            for (double heat = 0.3; taken && heat < 2; heat *= 2.2) {
                double p = sample_p(&model, kinds[kind], 3 * heat / sigma, 10000);
                cr_assert_gt(p, 1e-4, "case %zu, kernel %u, heat %g: p = %g", k, kind, heat, p);
                sampled[kind]++;
            }
        }
        qb_qubo_free(&model);
    }
    for (uint32_t kind = 0; kind < KINDS; kind++)
        cr_assert_geq(sampled[kind], 3, "kernel %u took no model", kind);
}

/* The number of energy levels, ascending, and how many states of all 2^n have each. */
static uint32_t density_of_states(const qb_qubo *model, double *level, double *count)
{
    uint32_t levels = 0;
    for (uint32_t state = 0; state < 1u << model->n; state++) {
        uint8_t x[LEVELLED];
        for (uint32_t i = 0; i < model->n; i++)
            x[i] = state >> i & 1;
        double energy = qb_qubo_energy(model, x);
        uint32_t k = levels;
        while (k > 0 && level[k - 1] >= energy)
            k--;
        if (k == levels || level[k] != energy) {
            cr_assert_lt(levels, MOST_LEVELS);
            memmove(level + k + 1, level + k, (levels - k) * sizeof *level);
            memmove(count + k + 1, count + k, (levels++ - k) * sizeof *count);
            level[k] = energy;
            count[k] = 0;
        }
        count[k]++;
    }
    return levels;
}

/* Chi-square over the energy levels, rare ones taken together, of `samples` anneals from one seed. */
static double energies_p(const qb_qubo *model, qb_anneal_kind kind, uint64_t seed, const double *level,
                         const double *p, uint32_t levels, uint32_t samples)
{
    enum { SWEEPS = 40, LEAST = 8 };
    double betas[SWEEPS], seen[MOST_LEVELS] = {0}, energy[QB_LANES], chi = 0, rare = 0, rarely = 0;
    uint32_t bins = 0;
    for (uint32_t k = 0; k < SWEEPS; k++)
        betas[k] = LEVELLED_BETA;
    qb_annealer *annealer = open_kernel(model, kind, seed);
    for (uint32_t k = 0; k < samples; k++) {
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_run(annealer, betas, SWEEPS, NULL);
        qb_annealer_energies(annealer, energy);
        for (uint32_t l = 0; l < levels; l++)
            seen[l] += energy[k * 37 % qb_annealer_replicas(annealer)] == level[l];
    }
    qb_annealer_close(annealer);
    for (uint32_t l = 0; l <= levels; l++) {
        bool last = l == levels;
        double expected = last ? rare : p[l] * samples, got = last ? rarely : seen[l];
        if (!last && expected < LEAST) {
            rare += expected;
            rarely += got;
        } else if (expected > 0) {
            chi += (got - expected) * (got - expected) / expected;
            bins++;
        }
    }
    return gsl_cdf_chisq_Q(chi, bins - 1);
}

/* Energies at a fixed temperature against enumeration, n = 16: every kernel from independent seeds, whose
 * p-values together must look uniform (Fisher: -2 sum ln p is chi-square of 2 seeds). */
Test(anneal, energies_agree_with_enumeration_across_seeds)
{
    enum { SEEDS = 10, SAMPLES = 1500 };
    static const model_spec models[] = {
        {.n = LEVELLED, .density = 0.3, .weight = 1, .linear = 2},
        {.n = LEVELLED, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE},
    };
    static double level[MOST_LEVELS + 1], count[MOST_LEVELS + 1];
    for (uint32_t m = 0; m < 2; m++) {
        qb_qubo model = model_build(models[m], 70 + m);
        uint32_t levels = density_of_states(&model, level, count);
        double total = 0, sign = model.sense == QB_MINIMISE ? 1 : -1, p[MOST_LEVELS];
        for (uint32_t l = 0; l < levels; l++)
            total += p[l] = count[l] * exp(-LEVELLED_BETA * sign * level[l]);
        for (uint32_t l = 0; l < levels; l++)
            p[l] /= total;
        for (uint32_t kind = 0; kind < KINDS; kind++) {
            qb_annealer *taken = open_kernel(&model, kinds[kind], 0);
            double fisher = 0;
            for (uint64_t seed = 1; taken && seed <= SEEDS; seed++)
                fisher -= 2 * log(energies_p(&model, kinds[kind], seed, level, p, levels, SAMPLES));
            double together = taken ? gsl_cdf_chisq_Q(fisher, 2 * SEEDS) : 1;
            cr_assert_gt(together, 1e-4, "model %u, kernel %u: p = %g", m, kind, together);
            qb_annealer_close(taken);
        }
        qb_qubo_free(&model);
    }
}

/* A field of whole coefficients is as close to the true one as the header says, and within its bits. */
Test(anneal, fixed_point_errors_stay_within_the_slack)
{
    static const model_spec reals[] = {
        {.n = 40, .density = 0.5, .weight = 7, .linear = 5, .real = true},
        {.n = 300, .density = 0.9, .weight = 1000, .real = true, .stiff = 1e6},
        {.n = 12, .density = 0.5, .weight = 2, .linear = 3, .real = true, .stiff = 1e11},
        {.n = 40, .density = 0.5, .weight = 120, .linear = 50},
    };
    static const int bits[] = {14, 30};
    for (size_t k = 0; k < 2 * sizeof reals / sizeof *reals; k++) {
        qb_qubo model = model_build(reals[k / 2], k);
        qb_fixed fixed = qb_fixed_of(&model, bits[k % 2], NULL);
        qb_rng rng;
        qb_rng_init(&rng, k, 3);
        cr_assert_eq(fixed.slack == 0, model.integral);
        for (uint32_t trial = 0; trial < 100 * model.n; trial++) {
            uint32_t i = trial % model.n;
            double field = qb_qubo_linear(&model, i);
            int64_t whole = qb_fixed_round(&fixed, field);
            for (uint64_t e = model.start[i]; e < model.start[i + 1]; e++)
                if (qb_rng_next(&rng) >> 63) {
                    field += qb_qubo_weight(&model, e);
                    whole += qb_fixed_round(&fixed, qb_qubo_weight(&model, e));
                    cr_assert_leq(abs(qb_fixed_round(&fixed, qb_qubo_weight(&model, e))), fixed.coupling);
                }
            ASSERT_NEAR((double)whole, field / fixed.unit, fixed.slack);
            cr_assert_leq(fabs(field / fixed.unit), fixed.reach);
            cr_assert(model.integral || fixed.reach <= 1 << bits[k % 2]);
        }
        qb_qubo_free(&model);
    }
}

/* The test itself: a temperature that is 10 % off must not pass. */
Test(anneal, a_wrong_temperature_is_found)
{
    qb_qubo model = model_build((model_spec){.n = 12, .density = 0.5, .weight = 1, .linear = 1}, 51);
    static uint8_t bin[1 << SMALL];
    double p[BINS], q[BINS], distance = 0;
    boltzmann(&model, 1.0, bin, p);
    memset(q, 0, sizeof q);
    static uint8_t other[1 << SMALL];
    double r[BINS];
    boltzmann(&model, 1.1, other, r);
    /* probability of the bins of beta = 1 at beta = 1.1, exactly */
    double total = 0;
    for (uint32_t state = 0; state < 1u << SMALL; state++) {
        uint8_t x[SMALL];
        for (uint32_t i = 0; i < SMALL; i++)
            x[i] = state >> i & 1;
        double weight = exp(-1.1 * qb_qubo_energy(&model, x));
        q[bin[state]] += weight;
        total += weight;
    }
    for (uint32_t b = 0; b < BINS; b++)
        distance += p[b] > 0 ? (q[b] / total - p[b]) * (q[b] / total - p[b]) / p[b] : 0;
    cr_assert_lt(gsl_cdf_chisq_Q(10000 * distance, BINS - 1), 1e-4);
    qb_qubo_free(&model);
}

/* All lanes together, an anneal as one trial: their mean energy against the exact one. */
Test(anneal, all_lanes_have_the_exact_mean_energy)
{
    enum { TRIALS = 200, SWEEPS = 60 };
    qb_qubo model = model_build((model_spec){.n = 12, .density = 0.5, .weight = 1, .linear = 1}, 51);
    double beta = 0.8, betas[SWEEPS], exact = 0, total = 0, sum = 0, square = 0, energy[QB_LANES];
    for (uint32_t state = 0; state < 1u << SMALL; state++) {
        uint8_t x[SMALL];
        for (uint32_t i = 0; i < SMALL; i++)
            x[i] = state >> i & 1;
        double e = qb_qubo_energy(&model, x);
        exact += e * exp(-beta * e);
        total += exp(-beta * e);
    }
    exact /= total;
    for (uint32_t k = 0; k < SWEEPS; k++)
        betas[k] = beta;
    qb_annealer *annealer = open_kernel(&model, QB_ANNEAL_SLICED, 9);
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        double mean = 0;
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_run(annealer, betas, SWEEPS, NULL);
        qb_annealer_energies(annealer, energy);
        for (uint32_t lane = 0; lane < QB_LANES; lane++)
            mean += energy[lane] / QB_LANES;
        sum += mean;
        square += mean * mean;
    }
    double mean = sum / TRIALS, error = sqrt((square / TRIALS - mean * mean) / (TRIALS - 1));
    cr_assert_lt(fabs(mean - exact), 4 * error, "%g +- %g, exact %g", mean, error, exact);
    cr_assert_lt(error, 0.02 * fabs(exact)); /* or the line above shows nothing */
    qb_annealer_close(annealer);
    qb_qubo_free(&model);
}

/* -- the lanes ------------------------------------------------------------------------------------------- */

/* A table holds exactly `ones` ones in every lane, on every tier; what is missing from 256 p is the fresh
 * row's probability. */
Test(anneal, row_tables_hold_the_exact_number_of_ones)
{
    qb_qubo model =
        model_build((model_spec){.n = 60, .density = 0.5, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, 4);
    for (uint32_t t = 0; tier_select(t); t++)
        for (double beta = 0; beta < 3; beta = 1.7 * beta + 0.01) {
            void *opaque;
            qb_anneal_walk walk;
            cr_assert_eq(qb_anneal_sliced.open(&model, 5, NULL, &opaque, &walk, NULL), QB_OK);
            qb_anneal_sliced_state *s = opaque;
            qb_anneal_tier_selected()->sliced_heat(s, beta);
            for (uint32_t b = 0; b < QB_SLICED_DIGITS; b++) {
                if (!(s->tables >> b & 1))
                    continue;
                double steps = b == QB_SLICED_HALF ? 0.5 : (double)(1u << b);
                double p = exp(-beta * (double)s->spins.unit * steps);
                ASSERT_NEAR((s->ones[b] + s->remainder[b] * 0x1p-32) / 256, p, 0x1p-39);
                for (uint32_t lane = 0; lane < QB_LANES; lane++) {
                    uint32_t ones = 0;
                    for (uint32_t row = 0; row < QB_SLICED_ROWS; row++)
                        ones += s->table[b * QB_SLICED_ROWS + row][lane / 64] >> lane % 64 & 1;
                    cr_assert_eq(ones, s->ones[b]);
                }
            }
            qb_anneal_sliced.close(opaque);
        }
    qb_qubo_free(&model);
}

/* Energies of different lanes of the same anneal are as good as uncorrelated, and the best of 512 is as good
 * as that of 512 independent ones (anneal_sliced.h states both). */
Test(anneal, lanes_are_nearly_independent)
{
    enum { TRIALS = 150, SWEEPS = 16 };
    qb_qubo model = model_build(
        (model_spec){.n = 300, .density = 0.02, .weight = 1, .cut = true, .sense = QB_MAXIMISE}, 8);
    double betas[SWEEPS], energy[QB_LANES], sum = 0, square = 0, mean_square = 0, mean_sum = 0;
    static double all[TRIALS][QB_LANES];
    for (uint32_t k = 0; k < SWEEPS; k++)
        betas[k] = 0.3 * pow(10, (double)k / SWEEPS);
    qb_annealer *annealer = open_kernel(&model, QB_ANNEAL_SLICED, 10);
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        double mean = 0;
        cr_assert_eq(qb_annealer_start(annealer, NULL, NULL), QB_OK);
        qb_annealer_run(annealer, betas, SWEEPS, NULL);
        qb_annealer_energies(annealer, energy);
        memcpy(all[trial], energy, sizeof energy);
        for (uint32_t lane = 0; lane < QB_LANES; lane++) {
            sum += energy[lane];
            square += energy[lane] * energy[lane];
            mean += energy[lane] / QB_LANES;
        }
        mean_sum += mean;
        mean_square += mean * mean;
    }
    /* Var(mean of 512) = Var(one) / 512 (1 + 511 rho) */
    double samples = TRIALS * QB_LANES, one = square / samples - pow(sum / samples, 2);
    double of_mean = (mean_square / TRIALS - pow(mean_sum / TRIALS, 2)) * TRIALS / (TRIALS - 1);
    double rho = (of_mean * QB_LANES / one - 1) / (QB_LANES - 1);
    cr_log_info("mean pairwise correlation %g", rho);
    cr_assert_lt(fabs(rho), 0.006, "mean pairwise correlation %g", rho);

    /* The level that one lane in about 512 reaches. */
    double level = -INFINITY, reached = 0, trials_reached = 0;
    for (uint32_t trial = 0; trial < TRIALS; trial++)
        for (uint32_t lane = 0; lane < QB_LANES; lane++)
            level = fmax(level, all[trial][lane]);
    do {
        reached = trials_reached = 0;
        for (uint32_t trial = 0; trial < TRIALS; trial++) {
            bool any = false;
            for (uint32_t lane = 0; lane < QB_LANES; lane++)
                if (all[trial][lane] >= level) {
                    reached++;
                    any = true;
                }
            trials_reached += any;
        }
        level--;
    } while (reached < TRIALS / 2);
    double expected = 1 - pow(1 - reached / samples, QB_LANES), got = trials_reached / TRIALS;
    double error = sqrt(expected * (1 - expected) / TRIALS);
    cr_log_info("best of 512: %g, independent %g +- %g", got, expected, error);
    cr_assert_lt(fabs(got - expected), 3.5 * error, "best of 512: %g, not %g +- %g", got, expected, error);
    qb_annealer_close(annealer);
    qb_qubo_free(&model);
}
