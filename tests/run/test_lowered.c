/* Runs on problems with rows, in the ring: the search for penalties and the repair stage, both at the run's
 * own cost. */
#include "harness/base/json.h"
#include "harness/run/launcher.h"
#include "harness/run/run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define ITEMS 24

/* max sum value x (so large that a penalty of 1 is none), sum weight x <= a third of all weight. */
static qb_problem make_knapsack(void)
{
    double value[ITEMS], upper = 0;
    qb_triplet entry[ITEMS];
    for (uint32_t i = 0; i < ITEMS; i++) {
        value[i] = 1e5 * (10 + (i * 7) % 13);
        entry[i] = (qb_triplet){0, i, 5 + (i * 5) % 11};
        upper += entry[i].value / 3;
    }
    upper = floor(upper);
    qb_draft draft = {.kind = QB_KIND_MIP,
                      .name = "knapsack",
                      .format = "test",
                      .sense = QB_MAXIMISE,
                      .columns = ITEMS,
                      .linear = value,
                      .rows = 1,
                      .entries = ITEMS,
                      .entry = entry,
                      .row_upper = &upper};
    qb_problem problem;
    qb_diag diag = {""};
    cr_assert(qb_problem_build(&draft, &problem, &diag) == QB_OK, "%s", diag.text);
    return problem;
}

/* Starts from warm [ITEMS], where that is not NULL. */
static qb_status execute_from(const double *warm, const char *solver, const qb_problem *problem,
                              qb_lowering_options lowering, double work, qb_run_result *result)
{
    const qb_solver *s = qb_solver_find(solver);
    _Alignas(8) unsigned char params[4096];
    cr_assert(s && s->params_size <= sizeof params);
    qb_params_default(s, params);
    qb_run_spec spec = {.solver = s,
                        .params = params,
                        .problem = problem,
                        .warm = warm,
                        .lowering = lowering,
                        .seed = 5,
                        .budget_kind = QB_BUDGET_WORK,
                        .budget = work,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1};
    qb_status status = qb_run_execute(&spec, result, NULL);
    qb_launcher_stop();
    return status;
}

static qb_run_result execute(const char *solver, const qb_problem *problem, qb_lowering_options lowering,
                             double work)
{
    qb_run_result result;
    cr_assert(execute_from(NULL, solver, problem, lowering, work, &result) == QB_OK);
    return result;
}

static double detail(const qb_run_result *r, const char *key)
{
    qb_json *json = NULL;
    double value = NAN;
    cr_assert(qb_json_parse("details", r->details, strlen(r->details), &json, NULL) == QB_OK);
    qb_json_number(qb_json_get(json, key), &value);
    qb_json_free(json);
    return value;
}

Test(lowered, a_search_for_penalties_is_the_run_s_own_and_repeats)
{
    qb_problem problem = make_knapsack();
    const qb_lowering_options options = {.penalty = QB_PENALTY_SEARCH};
    qb_run_result a = execute("tabu", &problem, options, 4e6), b = execute("tabu", &problem, options, 4e6);
    cr_assert(a.outcome == QB_RUN_BUDGET, "%s: %s", qb_outcome_name(a.outcome), a.reason);
    cr_assert(a.has_solution && a.score.feasible);
    double factor = detail(&a, "penalty_factor"), share = detail(&a, "penalty_search_share");
    cr_assert(factor > 0 && factor <= 1 && detail(&a, "penalty_tries") >= 2);
    cr_assert(share > 0.01 && share < 0.5, "%g", share);
    cr_assert(strstr(a.lowering, "\"penalty\": \"search\"") && strstr(a.lowering, "\"factor\": "));
    cr_assert(a.work == b.work && a.score.objective == b.score.objective && a.points == b.points);
    cr_assert(strcmp(a.details, b.details) == 0);
    qb_run_result_clear(&a);
    qb_run_result_clear(&b);
    qb_problem_free(&problem);
}

Test(lowered, who_keeps_time_by_itself_searches_nothing)
{
    qb_problem problem = make_knapsack();
    const qb_lowering_options options = {.penalty = QB_PENALTY_SEARCH};
    qb_run_result r = execute("external-qubo", &problem, options, 1e6);
    cr_assert(r.outcome == QB_RUN_REFUSED && strstr(r.reason, "keeps time by itself"), "%s", r.reason);
    qb_run_result_clear(&r);
    qb_problem_free(&problem);
}

/* With next to no penalty the solver packs everything; only the repair stage makes that an answer. */
Test(lowered, repair_is_a_stage_that_is_asked_for_and_counted)
{
    qb_problem problem = make_knapsack();
    qb_lowering_options options = {.penalty = QB_PENALTY_FACTOR, .factor = 1e-6};
    qb_run_result plain = execute("greedy", &problem, options, 2e5);
    cr_assert(plain.has_solution && !plain.score.feasible && plain.score.violations == 1);
    cr_assert(plain.repair.tried == 0 && !strstr(plain.lowering, "repair"));
    options.repair = true;
    qb_run_result r = execute("greedy", &problem, options, 2e5);
    cr_assert(r.has_solution && r.score.feasible && r.outcome == plain.outcome);
    cr_assert(r.repair.tried > 0 && r.repair.repaired > 0 && r.repair.moves > 0 && r.repair.work > 0);
    cr_assert(r.repair.answer && r.repair.seconds > 0);
    cr_assert(strstr(r.lowering, "\"repair\": {\"tried\": ") && strstr(r.lowering, "\"answer\": true}}"));
    cr_assert(r.points && r.trajectory[0].feasible && r.trajectory[0].work > plain.trajectory[0].work,
              "a repair is charged to the point");
    qb_run_result_clear(&plain);
    qb_run_result_clear(&r);
    qb_problem_free(&problem);
}

Test(lowered, a_repair_beyond_the_limit_is_not_credited)
{
    qb_problem problem = make_knapsack();
    const qb_lowering_options options = {.penalty = QB_PENALTY_FACTOR, .factor = 1e-6, .repair = true};
    uint64_t late = 0;
    for (double work = 500; work < 4e3; work *= 1.2) {
        qb_run_result r = execute("greedy", &problem, options, work);
        for (uint32_t k = 0; k < r.points; k++)
            cr_assert((double)r.trajectory[k].work <= work);
        late += r.repair.late;
        qb_run_result_clear(&r);
    }
    cr_assert(late > 0);
    qb_problem_free(&problem);
}

/* x1 + x2 >= least, x1 - x2 = 0, x1 + x2 <= 1. */
static qb_problem make_infeasible(double least)
{
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, -1}, {2, 0, 1}, {2, 1, 1}};
    const double lower[] = {least, 0, -INFINITY}, upper[] = {INFINITY, 0, 1};
    qb_draft draft = {.kind = QB_KIND_MIP,
                      .name = "infeasible",
                      .format = "test",
                      .columns = 2,
                      .rows = 3,
                      .entries = 6,
                      .entry = entry,
                      .row_lower = lower,
                      .row_upper = upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&draft, &problem, NULL) == QB_OK);
    return problem;
}

Test(lowered, a_lowering_that_finds_no_solution_has_proven_it)
{
    static const char *const solvers[] = {"tabu", "greedy", "exhaustive", "glpk"};
    qb_problem problem = make_infeasible(3);
    for (size_t k = 0; k < sizeof solvers / sizeof *solvers; k++) {
        qb_run_result r = execute(solvers[k], &problem, (qb_lowering_options){0}, 1e5);
        bool lowered = k < 3;
        cr_assert(r.outcome == QB_RUN_INFEASIBLE && !r.has_solution, "%s: %s", solvers[k], r.reason);
        cr_assert(!lowered || strcmp(r.reason, "constraint 'r1' cannot be satisfied within the bounds of its "
                                               "variables") == 0);
        cr_assert(r.wall_s > 0 && r.setup_s > 0 && r.setup_s <= r.wall_s, "its time is the run's");
        qb_run_result_clear(&r);
    }
    qb_problem_free(&problem);
}

/* No row alone is at fault: sufficient penalties and an optimum that is infeasible prove it; without such
 * penalties, or without the optimum, nothing does. */
Test(lowered, an_infeasible_optimum_of_an_exact_lowering_is_a_proof)
{
    qb_problem problem = make_infeasible(1);
    const qb_lowering_options weak = {.penalty = QB_PENALTY_FACTOR, .factor = 0.5};
    qb_run_result r = execute("exhaustive", &problem, (qb_lowering_options){0}, 1e5);
    cr_assert(r.outcome == QB_RUN_INFEASIBLE && !r.score.feasible, "%s", qb_outcome_name(r.outcome));
    qb_run_result_clear(&r);
    r = execute("exhaustive", &problem, weak, 1e5);
    cr_assert(r.outcome == QB_RUN_EXHAUSTED, "%s", qb_outcome_name(r.outcome));
    qb_run_result_clear(&r);
    r = execute("greedy", &problem, (qb_lowering_options){0}, 1e5);
    cr_assert(r.outcome == QB_RUN_BUDGET, "%s", qb_outcome_name(r.outcome));
    qb_run_result_clear(&r);
    qb_problem_free(&problem);
}

Test(lowered, a_warm_start_is_credited_only_where_it_is_beaten)
{
    static const char *const solvers[] = {"glpk", "tabu", "anneal"};
    const double nothing[ITEMS] = {0};
    double all[ITEMS];
    const qb_lowering_options options = {0};
    qb_problem problem = make_knapsack();
    qb_run_result r, best = execute("glpk", &problem, options, 1e7);
    cr_assert(best.outcome == QB_RUN_OPTIMAL && best.points > 0);
    for (int k = 0; k < ITEMS; k++)
        all[k] = 1;
    for (size_t k = 0; k < sizeof solvers / sizeof *solvers; k++) {
        cr_assert(execute_from(nothing, solvers[k], &problem, options, 1e6, &r) == QB_OK);
        cr_assert(r.points && r.trajectory[0].objective > 0, "%s", solvers[k]);
        qb_run_result_clear(&r);
        cr_assert(execute_from(best.solution, solvers[k], &problem, options, 1e6, &r) == QB_OK);
        cr_assert(r.points == 0 && r.has_solution && r.score.feasible, "%s", solvers[k]);
        cr_assert(r.score.objective == best.score.objective);
        cr_assert(k || r.outcome == QB_RUN_OPTIMAL, "a proof counts without an improvement");
        qb_run_result_clear(&r);
        cr_assert(execute_from(all, solvers[k], &problem, options, 1e6, &r) == QB_BAD_INPUT);
    }
    qb_run_result_clear(&best);
    qb_problem_free(&problem);
}
