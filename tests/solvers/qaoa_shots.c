/* The QAOA solver's shots: counted, paid for, and what is estimated from them. */
#include "solvers/qaoa/sampler.h"
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static solving solve(const char *params, qb_budget_kind kind, double limit)
{
    qb_problem problem = random_qubo(6, QB_MAXIMISE, 3);
    solving r = solving_run("qaoa", params, &problem, (solving_limits){kind, limit, UINT64_C(1) << 30, 1, 1});
    qb_problem_free(&problem);
    return r;
}

Test(qaoa_shots, shots_are_counted_apart_for_training_and_sampling)
{
    static const struct {
        const char *params;
        double shots, executions, training_shots, training_executions;
        bool oracle;
        const char *from;
    } rows[] = {
        {"angles=ramp,shots=10", 10, 1, 0, 0, false, "ramp"},
        {"angles=uniform,shots=10", 10, 1, 0, 0, false, "uniform"},
        {"angles=lbfgs,shots=10", 20, 2, 0, 0, true, "oracle-trained"},
        {"angles=fourier,shots=10", 20, 2, 0, 0, true, "oracle-trained"},
        {"angles=cobyla,objective=gibbs,shots=10", 20, 2, 0, 0, true, "oracle-trained"},
        {"angles=spsa,shots=10,training_shots=30,evaluations=20", 20, 2, 600, 20, false, "shot-trained"},
        {"angles=spsa,objective=cvar,shots=10,training_shots=30,evaluations=21", 20, 2, 600, 20, false,
         "shot-trained"},
        {"angles=shift,depth=1,mixer=grover,shots=10,training_shots=3,evaluations=300", 20, 2, -1, -1, false,
         "shot-trained"},
        {"angles=shift,depth=1,shots=10,training_shots=3,evaluations=900", 20, 2, -1, -1, false,
         "shot-trained"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        solving r = solve(rows[k].params, QB_BUDGET_WORK, 1e12);
        cr_assert_eq(r.status, QB_OK, "%s: %s", rows[k].params, r.diag.text);
        cr_assert_eq(solving_detail(&r, "shots"), rows[k].shots, "%s", rows[k].params);
        cr_assert_eq(solving_detail(&r, "executions"), rows[k].executions, "%s", rows[k].params);
        if (rows[k].training_shots >= 0) {
            cr_assert_eq(solving_detail(&r, "training_shots"), rows[k].training_shots, "%s", rows[k].params);
            cr_assert_eq(solving_detail(&r, "training_executions"), rows[k].training_executions, "%s",
                         rows[k].params);
        }
        cr_assert_eq(solving_detail(&r, "oracle_evaluations") > 0, rows[k].oracle, "%s", rows[k].params);
        cr_assert_str_eq(qb_json_text(qb_json_get(r.details, "angles_from")), rows[k].from, "%s",
                         rows[k].params);
        /* every shot was paid for, whatever it was for */
        cr_assert_eq((double)r.record.summary.samples,
                     solving_detail(&r, "shots") + solving_detail(&r, "training_shots"), "%s",
                     rows[k].params);
        solving_clear(&r);
    }
}

Test(qaoa_shots, a_budget_of_samples_ends_training_too)
{
    solving r = solve("angles=spsa,shots=10,training_shots=30", QB_BUDGET_SAMPLES, 100);
    cr_assert_eq(r.status, QB_STOPPED);
    cr_assert_leq(solving_detail(&r, "shots") + solving_detail(&r, "training_shots"), 100);
    cr_assert_geq(solving_detail(&r, "shots") + solving_detail(&r, "training_shots"), 99);
    solving_clear(&r);
}

Test(qaoa_shots, more_starts_take_more_circuits)
{
    solving once = solve("angles=cobyla,evaluations=20", QB_BUDGET_WORK, 1e12),
            thrice = solve("angles=cobyla,evaluations=20,starts=3", QB_BUDGET_WORK, 1e12);
    cr_assert_eq(solving_detail(&once, "oracle_evaluations"), 20);
    cr_assert_eq(solving_detail(&thrice, "oracle_evaluations"), 60);
    solving_clear(&once);
    solving_clear(&thrice);
}

/* Whatever trains, it spends work and stops on it; what the first round found stands. */
Test(qaoa_shots, a_budget_of_work_ends_every_training)
{
    static const char *const angles[] = {"lbfgs", "cobyla", "bobyqa", "interp", "fourier", "spsa", "shift"};
    for (size_t k = 0; k < sizeof angles / sizeof *angles; k++) {
        char params[64];
        snprintf(params, sizeof params, "depth=2,shots=10,evaluations=2000,angles=%s", angles[k]);
        solving whole = solve(params, QB_BUDGET_WORK, 1e12);
        cr_assert_eq(whole.status, QB_OK, "%s: %s", angles[k], whole.diag.text);
        double limit = (double)whole.record.summary.work / 2;
        solving half = solve(params, QB_BUDGET_WORK, limit);
        cr_assert_eq(half.status, QB_STOPPED, "%s", angles[k]);
        cr_assert(half.found, "%s", angles[k]);
        cr_assert_leq((double)half.record.points[half.record.count - 1].work, limit, "%s", angles[k]);
        cr_assert_eq(solving_detail(&half, "executions"), 1, "%s", angles[k]);
        solving_clear(&whole);
        solving_clear(&half);
    }
}

/* ---------------------------------------------------------------------------------------------- estimates */

/* From many shots, what is to be minimised is near its exact value, whatever the sense of C. */
Test(qaoa_shots, estimates_are_near_the_exact_measures)
{
    static const double gammas[] = {0.05, 0.08}, betas[] = {-0.5, -0.2};
    for (int maximise = 0; maximise < 2; maximise++) {
        qb_problem problem = random_qubo(8, maximise ? QB_MAXIMISE : QB_MINIMISE, 3);
        qb_qubo qubo;
        qb_qaoa *state;
        qb_qaoa_setup setup = {.memory_bytes = 1 << 30};
        double exact[3], sign = maximise ? -1 : 1, eta = 0.05, alpha = 0.2;
        qb_budget_probe probe = work_probe(8, 1e12);
        cr_assert_eq(qb_qubo_from_problem(&problem, &qubo, NULL), QB_OK);
        cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &state, NULL), QB_OK);
        cr_assert_eq(qb_qaoa_evolve(state, 2, gammas, betas, NULL, &exact[QB_QAOA_EXPECTATION]), QB_OK);
        cr_assert_eq(qb_qaoa_gibbs(state, eta, NULL, &exact[QB_QAOA_GIBBS]), QB_OK);
        cr_assert_eq(qb_qaoa_cvar(state, alpha, NULL, &exact[QB_QAOA_CVAR]), QB_OK);
        for (int objective = QB_QAOA_EXPECTATION; objective <= QB_QAOA_CVAR; objective++) {
            sampler s = {.qubo = &qubo,
                         .state = state,
                         .seed = 5,
                         .objective = (qb_qaoa_objective)objective,
                         .eta = eta,
                         .alpha = alpha,
                         .training_shots = 100000};
            double estimate, want = objective == QB_QAOA_GIBBS ? exact[objective] : sign * exact[objective];
            cr_assert_eq(sampler_estimate(&s, 2, gammas, betas, probe.budget, &estimate), QB_OK);
            cr_assert_float_eq(estimate, want, objective == QB_QAOA_GIBBS ? 0.03 : 0.3,
                               "objective %d: %g, exactly %g", objective, estimate, want);
            cr_assert_eq(s.training.shots, 100000);
            cr_assert_eq(s.sampling.shots, 0);
        }
        qb_budget_probe_close(&probe);
        qb_qaoa_close(state);
        qb_qubo_free(&qubo);
        qb_problem_free(&problem);
    }
}
