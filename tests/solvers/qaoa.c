/* The QAOA solver: honest, counted, refusing politely. */
#define _GNU_SOURCE
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/qaoa_state.h"
#include "solvers/solver.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

extern const qb_solver qb_solver_qaoa;

enum { SAMPLES = 4096 };

/* One run in this process. */
typedef struct run {
    qb_qubo qubo;
    qb_model model;
    qb_status status;
    qb_diag diag;
    qb_budget_probe probe;
    qb_budget_probe_record record;
} run;

static void run_start(run *r, const char *params, uint64_t seed, qb_budget_kind kind, double limit)
{
    char *chosen = qb_alloc(1, qb_solver_qaoa.params_size);
    void *state = NULL;
    qb_budget_setup setup =
        qb_budget_probe_setup(kind, limit, r->qubo.n, false, r->qubo.sense == QB_MAXIMISE);
    r->model.qubo = &r->qubo;
    r->model.threads = 1;
    if (!r->model.memory_bytes)
        r->model.memory_bytes = 1u << 30;
    r->diag.text[0] = 0;
    qb_params_default(&qb_solver_qaoa, chosen);
    cr_assert_eq(qb_params_parse(&qb_solver_qaoa, chosen, params, &r->diag), QB_OK, "%s", r->diag.text);
    cr_assert_eq(qb_budget_probe_open(&setup, SAMPLES, &r->probe, &r->diag), QB_OK);
    r->status = qb_solver_qaoa.init(&r->model, chosen, seed, r->probe.budget, &state, &r->diag);
    if (!r->status)
        r->status = qb_solver_qaoa.solve(state, r->probe.budget, &r->diag);
    qb_budget_finish(r->probe.budget, r->status, r->diag.text);
    qb_solver_qaoa.free(state);
    qb_budget_probe_read(&r->probe, &r->record);
    qb_free(chosen);
}

static void run_end(run *r)
{
    qb_budget_probe_close(&r->probe);
}

/* A number of the details. */
static double detail(const run *r, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(qb_budget_probe_details(&r->probe), quoted);
    cr_assert(at, "no %s in %s", key, qb_budget_probe_details(&r->probe));
    return strtod(at + strlen(quoted), NULL);
}

static bool says(const run *r, const char *text)
{
    return strstr(qb_budget_probe_details(&r->probe), text) != NULL;
}

/* A cost of `n` variables with distinct values: sum of (i + 1) 1.7^i x_i and a few couplings. */
static qb_qubo some_qubo(uint32_t n, qb_sense sense)
{
    double linear[24];
    qb_pair pair[24];
    qb_qubo qubo;
    for (uint32_t i = 0; i < n; i++)
        linear[i] = (i % 3 ? 1 : -1) * (i + 1.0);
    for (uint32_t i = 0; i + 1 < n; i++)
        pair[i] = (qb_pair){i, i + 1, i % 2 ? 3 : -4};
    cr_assert_eq(qb_qubo_build(sense, 5, 1, n, linear, n - 1, pair, &qubo, NULL), QB_OK);
    return qubo;
}

/* Two one-hot groups of three, one of four of which two are 1, a free variable. */
static const uint32_t group_start[] = {0, 3, 6, 10}, group_ones[] = {1, 1, 2},
                      group_member[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

static qb_qubo grouped_qubo(qb_sense sense)
{
    qb_qubo qubo = some_qubo(11, sense);
    qubo.groups = 2;
    qubo.cardinalities = 1;
    qubo.group_start = group_start;
    qubo.group_ones = group_ones;
    qubo.group_member = group_member;
    return qubo;
}

static uint64_t bits_of(const uint64_t *words)
{
    return words[0];
}

static bool keeps_groups(uint64_t x)
{
    return __builtin_popcountll(x & 7) == 1 && __builtin_popcountll(x & 56) == 1 &&
           __builtin_popcountll(x & 960) == 2;
}

/* ---------------------------------------------------------------------------------------------- honesty */

/* Whatever is published was sampled in this run: the values of the answers are those of shots. */
static void answers_were_sampled(const char *params)
{
    run r = {.qubo = some_qubo(12, QB_MAXIMISE)};
    run_start(&r, params, 3, QB_BUDGET_WORK, 1e12);
    cr_assert_eq(r.status, QB_OK, "%s: %s", params, r.diag.text);
    qb_channel_sample *kept = QB_NEW(qb_channel_sample, SAMPLES);
    uint32_t count = qb_channel_read_samples(r.probe.block, r.probe.variables, false, r.probe.samples, kept);
    cr_assert_gt(count, 0);
    cr_assert_gt(r.record.count, 0);
    for (uint32_t k = 0; k < r.record.count; k++) {
        bool sampled = false;
        for (uint32_t i = 0; i < count && !sampled; i++)
            sampled = bits_of(kept[i].bits) == bits_of(r.record.points[k].bits);
        cr_assert(sampled, "%s: an answer that no shot gave", params);
    }
    /* and the best answer is the best shot, no better */
    double best = -INFINITY;
    for (uint32_t i = 0; i < count; i++)
        best = fmax(best, kept[i].claimed);
    cr_assert_eq(r.record.points[r.record.count - 1].claimed, best);
    qb_free(kept);
    run_end(&r);
    qb_qubo_free(&r.qubo);
}

Test(qaoa, answers_are_among_the_shots)
{
    static const char *const angles[] = {"angles=ramp",
                                         "angles=fixed",
                                         "angles=lbfgs",
                                         "angles=uniform",
                                         "angles=cobyla,objective=cvar",
                                         "angles=ramp,mixer=grover"};
    for (size_t k = 0; k < sizeof angles / sizeof *angles; k++) {
        char params[128];
        snprintf(params, sizeof params, "%s,shots=40", angles[k]);
        answers_were_sampled(params);
    }
}

/* With one shot a run, answers over many seeds are distributed as |psi|^2: nothing but the shot decides.  An
 * argmax, or a look at the costs, would show. */
static void answers_follow_the_state(const char *params, uint32_t depth, const double *gammas,
                                     const double *betas)
{
    enum { N = 5, RUNS = 4000 };
    uint32_t count[1 << N] = {0};
    qb_qubo qubo = some_qubo(N, QB_MINIMISE);
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        run r = {.qubo = qubo};
        uint8_t x[N];
        double claimed;
        run_start(&r, params, seed, QB_BUDGET_WORK, 1e12);
        cr_assert_eq(r.status, QB_OK, "%s", r.diag.text);
        cr_assert_eq(detail(&r, "shots"), 1);
        cr_assert(qb_budget_probe_best(&r.probe, x, &claimed));
        uint32_t index = 0;
        for (uint32_t i = 0; i < N; i++)
            index |= (uint32_t)x[i] << i;
        count[index]++;
        run_end(&r);
    }
    /* |psi|^2 by bands of C: every state has a value of its own or shares it with few */
    qb_qaoa_setup setup = {.mixer = QB_MIXER_X, .memory_bytes = 1 << 30};
    qb_qaoa *state;
    double statistic = 0, freedom = -1;
    cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &state, NULL), QB_OK);
    cr_assert_eq(qb_qaoa_evolve(state, depth, gammas, betas, NULL, NULL), QB_OK);
    for (int value = -60; value <= 60; value++) {
        double probability, seen = 0;
        for (uint32_t index = 0; index < 1 << N; index++) {
            uint8_t x[N];
            for (uint32_t i = 0; i < N; i++)
                x[i] = index >> i & 1;
            seen += qb_qubo_energy(&qubo, x) == value ? count[index] : 0;
        }
        double at = value + qubo.offset;
        cr_assert_eq(qb_qaoa_band(state, at - 0.25, at + 0.25, NULL, &probability), QB_OK);
        if (probability * RUNS < 5) /* too few for the statistic */
            continue;
        statistic += (seen - RUNS * probability) * (seen - RUNS * probability) / (RUNS * probability);
        freedom++;
    }
    cr_assert_gt(freedom, 5);
    cr_assert_lt(statistic, freedom + 5 * sqrt(2 * freedom), "%s: chi-square %g of %g", params, statistic,
                 freedom);
    qb_qaoa_close(state);
    qb_qubo_free(&qubo);
}

Test(qaoa, one_shot_is_one_draw_from_the_state)
{
    static const double gammas[] = {0.11, 0.23}, betas[] = {-0.5, -0.2};
    answers_follow_the_state("angles=uniform,shots=1", 0, NULL, NULL);
    answers_follow_the_state("depth=2,angles=given,gammas=0.11;0.23,betas=-0.5;-0.2,shots=1", 2, gammas,
                             betas);
}

/* ---------------------------------------------------------------------------------------------- mixers */

Test(qaoa, every_mixer_runs_and_xy_keeps_groups)
{
    static const char *const mixers[] = {"x", "xy-ring", "xy-complete", "grover", "warm"};
    static const char *const angles[] = {"ramp", "lbfgs", "interp", "spsa", "uniform"};
    for (size_t m = 0; m < 5; m++)
        for (size_t a = 0; a < 5; a++) {
            char params[128];
            run r = {.qubo = grouped_qubo(a % 2 ? QB_MINIMISE : QB_MAXIMISE)};
            snprintf(params, sizeof params, "mixer=%s,angles=%s,shots=50,evaluations=30", mixers[m],
                     angles[a]);
            run_start(&r, params, 7, QB_BUDGET_WORK, 1e12);
            cr_assert_eq(r.status, QB_OK, "%s: %s", params, r.diag.text);
            cr_assert_gt(r.record.count, 0);
            qb_channel_sample *kept = QB_NEW(qb_channel_sample, SAMPLES);
            uint32_t count =
                qb_channel_read_samples(r.probe.block, r.probe.variables, false, r.probe.samples, kept);
            for (uint32_t i = 0; i < count && m >= 1 && m <= 3; i++)
                cr_assert(keeps_groups(bits_of(kept[i].bits)), "%s: %llx", params,
                          (unsigned long long)bits_of(kept[i].bits));
            cr_assert_eq(detail(&r, "states"), m >= 1 && m <= 3 ? 3 * 3 * 6 * 2 : 2048, "%s", params);
            cr_assert_gt(detail(&r, "gates_1q"), 0);
            qb_free(kept);
            run_end(&r);
            qb_qubo_free(&r.qubo);
        }
}

/* The value of what was trained is told, between the expectation and the best. */
Test(qaoa, objectives_are_told)
{
    run r = {.qubo = some_qubo(8, QB_MINIMISE)};
    run_start(&r, "angles=cobyla,objective=cvar,alpha=0.2", 7, QB_BUDGET_WORK, 1e12);
    double cvar = detail(&r, "cvar"), expectation = detail(&r, "expectation");
    cr_assert_lt(cvar, expectation);
    cr_assert_geq(cvar, r.record.points[r.record.count - 1].claimed + r.qubo.offset);
    run_end(&r);
    run_start(&r, "angles=cobyla,objective=gibbs,eta=0", 7, QB_BUDGET_WORK, 1e12);
    cr_assert_float_eq(detail(&r, "gibbs"), 0, 1e-12); /* -ln 1 */
    run_end(&r);
    qb_qubo_free(&r.qubo);
}

/* A trained circuit is better than its sham, in the sense of the problem. */
Test(qaoa, training_moves_to_the_better_end)
{
    static const char *const mixers[] = {"x", "xy-ring", "xy-complete", "grover", "warm"};
    static const char *const angles[] = {"ramp", "lbfgs", "cobyla", "bobyqa", "interp", "fourier", "spsa"};
    for (size_t m = 0; m < 5; m++)
        for (int maximise = 0; maximise < 2; maximise++) {
            char params[128];
            run r = {.qubo = grouped_qubo(maximise ? QB_MAXIMISE : QB_MINIMISE)};
            snprintf(params, sizeof params, "mixer=%s,angles=uniform", mixers[m]);
            run_start(&r, params, 7, QB_BUDGET_WORK, 1e12);
            double sham = detail(&r, "expectation");
            run_end(&r);
            for (size_t a = 0; a < 7; a++) {
                snprintf(params, sizeof params, "mixer=%s,angles=%s", mixers[m], angles[a]);
                run_start(&r, params, 7, QB_BUDGET_WORK, 1e12);
                double value = detail(&r, "expectation");
                cr_assert(maximise ? value > sham : value < sham, "%s: %g after %g, maximise %d", params,
                          value, sham, maximise);
                run_end(&r);
            }
            qb_qubo_free(&r.qubo);
        }
}

Test(qaoa, a_given_warm_start_is_where_shots_begin)
{
    static const uint8_t bits[11] = {1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1};
    run r = {.qubo = grouped_qubo(QB_MINIMISE)};
    r.model.warm_bits = bits;
    run_start(&r, "mixer=warm,warm=given,margin=0.001,angles=uniform,shots=200", 7, QB_BUDGET_WORK, 1e12);
    cr_assert_eq(r.status, QB_OK, "%s", r.diag.text);
    double mean = 0;
    qb_channel_sample *kept = QB_NEW(qb_channel_sample, SAMPLES);
    uint32_t count = qb_channel_read_samples(r.probe.block, r.probe.variables, false, r.probe.samples, kept);
    cr_assert_eq(count, 200);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t x = 0;
        for (uint32_t v = 0; v < 11; v++)
            x |= (uint64_t)bits[v] << v;
        mean += __builtin_popcountll(bits_of(kept[i].bits) ^ x) / 200.0;
    }
    cr_assert_lt(mean, 0.1); /* 0.011 bits differ, on average */
    cr_assert(says(&r, "\"given\""));
    qb_free(kept);
    run_end(&r);
    qb_qubo_free(&r.qubo);
}

Test(qaoa, fixed_and_given_angles_name_what_they_were_fitted_on)
{
    static const struct {
        const char *params, *says;
    } rows[] = {
        {"angles=fixed", "\"angles_fitted_on\":\"regular graphs"},
        {"angles=given,depth=1,gammas=0.1,betas=0.1", "\"angles_fitted_on\":\"not stated\""},
        {"angles=given,depth=1,gammas=0.1,betas=0.1,fitted_on=G1 G2", "\"angles_fitted_on\":\"G1 G2\""},
        {"angles=lbfgs", "\"angles_fitted_on\":\"this instance\""},
        {"angles=ramp", "\"angles_fitted_on\":\"none\""},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        run r = {.qubo = some_qubo(6, QB_MAXIMISE)};
        run_start(&r, rows[k].params, 1, QB_BUDGET_WORK, 1e12);
        cr_assert_eq(r.status, QB_OK, "%s: %s", rows[k].params, r.diag.text);
        cr_assert(says(&r, rows[k].says), "%s: %s", rows[k].params, qb_budget_probe_details(&r.probe));
        run_end(&r);
        qb_qubo_free(&r.qubo);
    }
}

/* ---------------------------------------------------------------------------------------------- refusals */

Test(qaoa, bad_input_is_refused_with_the_reason)
{
    static const struct {
        const char *params;
        uint32_t n;
        qb_status status;
        const char *says;
    } rows[] = {
        {"depth=0", 6, QB_BAD_INPUT, "depth=0 has no angles"},
        {"depth=0,angles=given", 6, QB_BAD_INPUT, "depth=0 has no angles"},
        {"depth=2,angles=given,gammas=0.1,betas=0.1;0.2", 6, QB_BAD_INPUT, "depth=2 needs as many"},
        {"angles=given", 6, QB_BAD_INPUT, "got 0 and 0"},
        {"gammas=0.1", 6, QB_BAD_INPUT, "need angles=given"},
        {"mixer=grover,angles=fixed", 6, QB_BAD_INPUT, "are for mixer=x"},
        {"mixer=grover,readout=0.1", 6, QB_BAD_INPUT, "noise needs mixer=x"},
        {"mixer=grover,precision=float", 6, QB_BAD_INPUT, "precision=float needs mixer=x"},
        {"objective=cvar", 6, QB_BAD_INPUT, "have no gradient"},
        {"depth=2,terms=3,angles=fourier", 6, QB_BAD_INPUT, "terms=3"},
        {"mixer=xy-ring", 6, QB_REFUSED, "keeps groups"},
        {"mixer=warm,warm=given", 6, QB_REFUSED, "needs a warm start"},
        {"angles=shift,depth=12", 6, QB_REFUSED, "circuits here"},
        {"", 23, QB_REFUSED, "the memory limit allows"},
        {"mixer=warm", 23, QB_REFUSED, "the memory limit allows"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        run r = {.qubo = some_qubo(rows[k].n, QB_MAXIMISE), .model = {.memory_bytes = 8 << 20}};
        run_start(&r, rows[k].params, 1, QB_BUDGET_WORK, 1e12);
        cr_assert_eq(r.status, rows[k].status, "%s: status %d, %s", rows[k].params, r.status, r.diag.text);
        cr_assert(strstr(r.diag.text, rows[k].says), "%s: %s", rows[k].params, r.diag.text);
        run_end(&r);
        qb_qubo_free(&r.qubo);
    }
}

Test(qaoa, survives_the_failure_of_every_allocation)
{
    static const char *const params[] = {
        "mixer=xy-ring,angles=spsa,evaluations=4,shots=3", "mixer=grover,angles=lbfgs,shots=3",
        "mixer=warm,angles=fourier,shots=3,evaluations=5",
        "mixer=xy-complete,angles=cobyla,objective=cvar,evaluations=5,shots=3"};
    for (size_t k = 0; k < sizeof params / sizeof *params; k++) {
        qb_qubo qubo = grouped_qubo(QB_MINIMISE);
        char *chosen = qb_alloc(1, qb_solver_qaoa.params_size);
        qb_params_default(&qb_solver_qaoa, chosen);
        cr_assert_eq(qb_params_parse(&qb_solver_qaoa, chosen, params[k], NULL), QB_OK);
        qb_status status = QB_NO_MEMORY;
        for (int64_t successes = 0; status == QB_NO_MEMORY; successes++) {
            qb_model model = {.qubo = &qubo, .threads = 1, .memory_bytes = 1 << 30};
            qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, qubo.n, false, false);
            qb_budget_probe probe;
            qb_diag diag = {{0}};
            void *state = NULL;
            cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
            qb_memory_fail_after(successes);
            status = qb_solver_qaoa.init(&model, chosen, 1, probe.budget, &state, &diag);
            if (!status)
                status = qb_solver_qaoa.solve(state, probe.budget, &diag);
            qb_solver_qaoa.free(state);
            qb_memory_fail_never();
            cr_assert(status == QB_OK || (status == QB_NO_MEMORY && diag.text[0]), "%s: status %d", params[k],
                      status);
            qb_budget_probe_close(&probe);
            cr_assert_lt(successes, 2000);
        }
        qb_free(chosen);
        qb_qubo_free(&qubo);
    }
}
