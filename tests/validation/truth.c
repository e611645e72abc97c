/* Does each link of the chain tell the truth?  METHOD.md, "How the tool proves itself", 5.  Prints every
 * figure; exit status 1 when one is wrong.  (Annealing against the Boltzmann distribution is the kernels' own
 * test, which the suite runs too.) */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/run/launcher.h"
#include "harness/run/run.h"
#include "harness/stats/time_to_solution.h"
#include "instances/generators/generator.h"
#include "instances/instances.h"
#include "instances/library.h"
#include "solvers/kernels/statevector.h"
#include "tests/validation/checks.h"
#include "tests/validation/stage.h"

#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- exhaustive = referee = GLPK */

/* The best value, by the referee alone on every vector; NaN where none is feasible. */
static double enumerate(const qb_problem *problem)
{
    uint32_t n = problem->body.columns;
    double best = NAN, *x = QB_NEW(double, n);
    for (uint64_t k = 0; x && k < (uint64_t)1 << n; k++) {
        qb_score score;
        for (uint32_t i = 0; i < n; i++)
            x[i] = (double)(k >> i & 1);
        if (qb_referee_score(problem, x, &score, NULL) == QB_OK && score.feasible &&
            (isnan(best) || qb_referee_better(problem, score.objective, best)))
            best = score.objective;
    }
    qb_free(x);
    return best;
}

/* What a registered solver says is optimal; NaN unless it says so. */
static double prove(const char *solver, const qb_problem *problem)
{
    const qb_solver *s = qb_solver_find(solver);
    qb_diag diag = {{0}};
    void *params = qb_alloc(1, s->params_size + 1);
    qb_run_spec spec = {.solver = s,
                        .params = params,
                        .problem = problem,
                        .seed = 1,
                        .budget_kind = QB_BUDGET_CPU_TIME,
                        .budget = 60,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1};
    qb_run_result r;
    if (!params)
        return NAN;
    qb_params_default(s, params);
    must(qb_run_execute(&spec, &r, &diag), &diag);
    bool proved = r.has_solution && r.score.feasible &&
                  (r.outcome == QB_RUN_OPTIMAL || (r.outcome == QB_RUN_EXHAUSTED && s->proves_optimality));
    double value = proved ? r.score.objective : NAN;
    qb_run_result_clear(&r);
    qb_free(params);
    return value;
}

static void check_optimum(const char *family, const double size, uint64_t seed)
{
    const qb_generator *g = qb_generator_find(family);
    double value[QB_GENERATOR_PARAMS];
    qb_problem problem;
    qb_diag diag = {{0}};
    qb_generator_default(g, value);
    must(qb_generator_set(g, value, "size", size, &diag), &diag);
    must(qb_generate(g, value, seed, &problem, NULL, &diag), &diag);
    double by_referee = enumerate(&problem), by_gray = prove("exhaustive", &problem);
    double by_glpk = prove("glpk", &problem);
    bool infeasible = isnan(by_referee) && isnan(by_gray) && isnan(by_glpk);
    check(infeasible || (by_referee == by_gray && by_gray == by_glpk),
          "optimum, %s, %" PRIu32 " variables: referee %.10g, exhaustive %.10g, GLPK %.10g", problem.name,
          problem.body.columns, by_referee, by_gray, by_glpk);
    qb_problem_free(&problem);
}

static void check_optima(void)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        check_optimum("random-qubo", 12, seed);
        check_optimum("random-qubo", 18, seed);
        check_optimum("maxcut-regular", 16, seed);
        check_optimum("sk", 10, seed);
        check_optimum("knapsack", 12, seed);
    }
}

/* ---- shots against |psi|^2 */

static void check_shots(const char *instance, uint32_t depth, const double *gammas, const double *betas)
{
    enum { SHOTS = 200000, LEAST = 10 };
    qb_library *library = NULL;
    qb_problem problem;
    qb_qubo model;
    qb_cost cost;
    qb_diagonal diagonal;
    qb_statevector *state = NULL;
    qb_diag diag = {{0}};
    must(qb_library_open(&library, &diag), &diag);
    const qb_library_entry *entry = qb_library_find(library, instance, NULL);
    must(qb_instance_read(entry->path, &(qb_read_options){.format = entry->format}, &problem, &diag), &diag);
    must(qb_qubo_from_problem(&problem, &model, &diag), &diag);
    must(qb_cost_from_qubo(&model, &cost, &diag), &diag);
    must(qb_diagonal_survey(&cost, true, NULL, NULL, &diagonal), &diag);
    must(qb_diagonal_fill(&cost, NULL, NULL, &diagonal), &diag);
    must(qb_statevector_open(&diagonal, QB_DOUBLE, false, NULL, &state, &diag), &diag);
    double expectation, chi = 0, rest_expected = 0;
    must(qb_statevector_evolve(state, depth, gammas, betas, NULL, &expectation), &diag);
    uint64_t *shot = QB_NEW(uint64_t, SHOTS), states = (uint64_t)1 << diagonal.qubits, bins = 0, rest = 0;
    uint64_t *seen = QB_NEW(uint64_t, states);
    if (shot && seen)
        must(qb_statevector_sample(state, 20260101, 0, SHOTS, NULL, shot), &diag);
    for (uint32_t k = 0; k < SHOTS; k++)
        seen[shot[k]]++;
    for (uint64_t x = 0; x <= states; x++) { /* rare states share a bin, the last one */
        double a[2] = {0, 0}, expected = rest_expected;
        uint64_t count = rest;
        if (x < states) {
            qb_statevector_amplitude(state, x, a);
            expected = SHOTS * (a[0] * a[0] + a[1] * a[1]);
            count = seen[x];
            if (expected < LEAST) {
                rest_expected += expected;
                rest += count;
                continue;
            }
        }
        if (expected >= LEAST) {
            chi += ((double)count - expected) * ((double)count - expected) / expected;
            bins++;
        }
    }
    double p = gsl_cdf_chisq_Q(chi, (double)(bins - 1));
    check(p > 0.001 && bins > 20, "shots against |psi|^2, %s, depth %" PRIu32 ": %" PRIu64 " bins, p = %.3f",
          instance, depth, bins, p);
    qb_free(shot);
    qb_free(seen);
    qb_statevector_close(state);
    qb_diagonal_clear(&diagonal);
    qb_cost_free(&cost);
    qb_qubo_free(&model);
    qb_problem_free(&problem);
    qb_library_close(library);
}

/* ---- time to solution of a solver whose success probability is known */

static void check_tts(double p, uint64_t trials)
{
    enum { REPLICATIONS = 2000 };
    double truth = p >= 0.99 ? 1 : log(0.01) / log1p(-p), inside = 0, none = 0, bounded = 0;
    for (uint64_t rep = 0; rep < REPLICATIONS; rep++) {
        qb_rng rng;
        uint64_t successes = 0;
        qb_rng_init(&rng, 4242 + rep, (uint64_t)(1e6 * p) + trials);
        for (uint64_t k = 0; k < trials; k++)
            successes += qb_rng_uniform(&rng) < p;
        qb_tts tts = qb_time_to_solution(successes, trials, 1, 0.99, 0.95);
        inside += tts.interval.low <= truth && truth <= tts.interval.high;
        none += !successes;
        bounded += !successes && isinf(tts.value) && isinf(tts.interval.high) && tts.interval.low > 0;
    }
    double share = inside / REPLICATIONS, slack = 3 * sqrt(0.93 * 0.07 / REPLICATIONS);
    check(share >= 0.93 - slack, "TTS99, p = %g, %" PRIu64 " trials: true value inside %.1f %%", p, trials,
          100 * share);
    if (none > 0)
        check(bounded == none,
              "TTS99, p = %g, %" PRIu64 " trials: %.0f without success, each gives a lower bound", p, trials,
              none);
}

static void check_all_tts(void)
{
    static const double p[] = {1e-3, 0.01, 0.1, 0.5, 0.9};
    static const uint64_t trials[] = {50, 1000};
    for (size_t k = 0; k < sizeof p / sizeof *p; k++)
        for (size_t t = 0; t < 2; t++)
            check_tts(p[k], trials[t]);
}

/* ---- a published table: the optima of Beasley's ten problems of 50 variables */

static void check_table(void)
{
    /* Source: Beasley, "Heuristic algorithms for the unconstrained binary quadratic programming problem"
     * (1998), and OR-Library. */
    static const double published[] = {2098, 3702, 4626, 3544, 4012, 3693, 4520, 4216, 3780, 3507};
    const qb_solver *tabu = qb_solver_find("tabu");
    qb_library *library = NULL;
    qb_diag diag = {{0}};
    uint32_t same = 0;
    void *params = qb_alloc(1, tabu->params_size + 1);
    if (!params)
        return;
    qb_params_default(tabu, params);
    must(qb_library_open(&library, &diag), &diag);
    for (uint32_t k = 0; k < 10; k++) {
        char name[32];
        qb_problem problem;
        qb_run_result r;
        (void)snprintf(name, sizeof name, "bqp50-%" PRIu32, k + 1);
        const qb_library_entry *entry = qb_library_find(library, name, NULL);
        must(qb_instance_read(entry->path, &(qb_read_options){.format = entry->format}, &problem, &diag),
             &diag);
        qb_run_spec spec = {.solver = tabu,
                            .params = params,
                            .problem = &problem,
                            .seed = 1,
                            .budget_kind = QB_BUDGET_WORK,
                            .budget = 2e7,
                            .memory_bytes = UINT64_MAX,
                            .threads = 1};
        must(qb_run_execute(&spec, &r, &diag), &diag);
        same += r.has_solution && r.score.objective == published[k];
        qb_run_result_clear(&r);
        qb_problem_free(&problem);
    }
    check(same == 10, "published table, ten optima of bqp50: %" PRIu32 " of 10 reproduced", same);
    qb_free(params);
    qb_library_close(library);
}

int main(void)
{
    qb_diag diag = {{0}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    must(qb_launcher_start(&diag), &diag);
    check_optima();
    check_shots("mc_010_003_000", 2, (double[]){0.4, 0.7}, (double[]){0.5, 0.2});
    check_shots("mc_012_009_000", 3, (double[]){0.1, 0.2, 0.3}, (double[]){0.6, 0.4, 0.2});
    check_shots("labs005", 1, (double[]){0.05}, (double[]){0.3});
    check_all_tts();
    check_table();
    return checks_end();
}
