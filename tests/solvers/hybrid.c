/* The hybrid solver: what it finds beside its controls, what it tells, and what happens when a step fails. */
#include "harness/base/memory.h"
#include "harness/model/referee.h"
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct outcome {
    qb_status status;
    bool found;
    double claimed, energy; /* energy: of the point, by the model */
    qb_score score;         /* of the point, in the source problem */
    double passes, steps, fallbacks, accepted, shots, executions;
    bool has_reason;
} outcome;

/* How the best point found does in the source problem, as the referee has it. */
static qb_score score_of(const qb_problem *problem, const solving *r)
{
    double *v = QB_NEW(double, problem->body.columns);
    qb_score score;
    qb_lowering_decode_bits(r->lowering, r->x, v);
    cr_assert_eq(qb_referee_score(problem, v, &score, NULL), QB_OK);
    qb_free(v);
    return score;
}

static outcome solve_within(const qb_problem *problem, const char *params, qb_budget_kind kind, double limit,
                            uint64_t memory, uint64_t seed)
{
    solving r = solving_run("hybrid", params, problem, (solving_limits){kind, limit, memory, seed, 1});
    outcome o = {.status = r.status,
                 .found = r.found,
                 .claimed = r.claimed,
                 .energy = qb_qubo_energy(qb_lowering_model(r.lowering).qubo, r.x),
                 .score = score_of(problem, &r),
                 .passes = solving_detail(&r, "passes"),
                 .steps = solving_detail(&r, "steps"),
                 .fallbacks = solving_detail(&r, "fallbacks"),
                 .accepted = solving_detail(&r, "accepted"),
                 .shots = solving_detail(&r, "shots"),
                 .executions = solving_detail(&r, "executions"),
                 .has_reason = qb_json_text(qb_json_get(r.details, "fallback_reason")) != NULL};
    solving_clear(&r);
    return o;
}

static outcome solve(const qb_problem *problem, const char *params, double work)
{
    return solve_within(problem, params, QB_BUDGET_WORK, work, UINT64_C(1) << 30, 9);
}

Test(hybrid, counts_its_steps_and_claims_what_is_true)
{
    qb_problem problem = random_qubo(60, QB_MAXIMISE, 4);
    static const char *const params[] = {
        "k=8,propose=descent",
        "k=8,propose=descent,select=neighbourhood,angles=ramp",
        "k=8,propose=descent,select=random,refine=uniform",
        "k=8,propose=descent,refine=exhaustive",
        "k=8,refine=uniform,steps=2,shots=16",
    };
    for (uint32_t p = 0; p < sizeof params / sizeof *params; p++) {
        outcome o = solve(&problem, params[p], 5e6);
        cr_assert_eq(o.status, QB_STOPPED);
        cr_assert(o.found);
        cr_assert_eq(o.claimed, o.energy);
        cr_assert_gt(o.steps, 0, "%s", params[p]);
        cr_assert_eq(o.fallbacks, 0, "%s", params[p]);
        if (strstr(params[p], "exhaustive")) {
            cr_assert_eq(o.shots, 0);
            cr_assert_gt(o.accepted, 0, "an exact step after a descent improves nothing");
        } else
            cr_assert_gt(o.shots, 8 * (o.executions - 1), "%s", params[p]);
    }
    qb_problem_free(&problem);
}

/* Beyond local optima of the classical pass, with as many shots each: the circuit finds more than its sham.
 */
Test(hybrid, improves_cuts_that_the_classical_pass_has_left)
{
    qb_problem cut = torus();
    static const char *const propose[] = {"descent", "tabu"};
    for (uint32_t p = 0; p < 2; p++) {
        double accepted[2] = {0, 0};
        for (uint32_t sham = 0; sham < 2; sham++) {
            char params[64];
            snprintf(params, sizeof params, "shots=16,propose=%s,refine=%s", propose[p],
                     sham ? "uniform" : "qaoa");
            for (uint64_t seed = 1; seed <= 4; seed++) {
                outcome o = solve_within(&cut, params, QB_BUDGET_SAMPLES, 4e4, UINT64_C(1) << 30, seed);
                cr_assert(o.found);
                cr_assert_eq(o.claimed, o.energy);
                accepted[sham] += o.accepted;
            }
        }
        cr_assert_gt(accepted[1], 0);
        cr_assert_gt(accepted[0], 1.1 * accepted[1], "%s: %g, %g", propose[p], accepted[0], accepted[1]);
    }
    qb_problem_free(&cut);
}

/* On a penalised model, where slack follows in proposals, parts and the check: one optimum, whatever the
 * seed. */
Test(hybrid, solves_lowered_mips)
{
    qb_problem problem = knapsack();
    static const char *const params[] = {"", "propose=descent", "select=chain", "refine=exhaustive"};
    double best = NAN;
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (uint32_t p = 0; p < sizeof params / sizeof *params; p++) {
            outcome o = solve_within(&problem, params[p], QB_BUDGET_WORK, 3e7, UINT64_C(1) << 30, seed);
            cr_assert(o.found);
            cr_assert_eq(o.claimed, o.energy);
            cr_assert(o.score.feasible, "%s, seed %u", params[p], (unsigned)seed);
            best = isnan(best) ? o.score.objective : best;
            cr_assert_eq(o.score.objective, best, "%s, seed %u: %g", params[p], (unsigned)seed,
                         o.score.objective);
        }
    qb_problem_free(&problem);
}

/* Where proposals leave nothing to refine, steps become rare: 16, 8, 4, 2, 1, and then one in two proposals,
 * one in four, but never none. */
Test(hybrid, steps_that_never_help_become_rare)
{
    qb_problem problem = random_qubo(12, QB_MAXIMISE, 4);
    outcome o = solve(&problem, "k=4,patience=500", 5e6);
    cr_assert_eq(o.accepted, 0);
    cr_assert_gt(o.passes, 100);
    cr_assert_geq(o.steps, 31 + floor((o.passes - 7) / 4) - 1);
    cr_assert_leq(o.steps, 32 + floor((o.passes - 7) / 4) + 1);
    qb_problem_free(&problem);
}

Test(hybrid, a_step_that_fails_falls_back_and_is_recorded)
{
    qb_problem problem = random_qubo(60, QB_MINIMISE, 4);
    outcome o = solve(&problem, "k=12,step_work=100", 2e6);
    cr_assert(o.found);
    cr_assert_gt(o.steps, 10);
    cr_assert_geq(o.fallbacks,
                  o.steps - 1); /* 2^12 amplitudes are more than 100 units; the last was cut short */
    cr_assert_eq(o.accepted, 0);
    cr_assert(o.has_reason);
    outcome alone = solve(&problem, "k=12,steps=0", 2e6);
    cr_assert(alone.found);
    cr_assert_eq(alone.steps, 0);
    qb_problem_free(&problem);
}

static qb_status solve_in_64_mib(const qb_problem *problem, const char *params)
{
    return solve_within(problem, params, QB_BUDGET_WORK, 1e4, UINT64_C(64) << 20, 9).status;
}

Test(hybrid, refuses_parts_whose_amplitudes_fit_no_memory)
{
    qb_problem problem = random_qubo(60, QB_MINIMISE, 4);
    cr_assert_eq(solve_in_64_mib(&problem, "k=22"), QB_REFUSED);
    cr_assert_eq(solve_in_64_mib(&problem, "k=22,refine=exhaustive"), QB_STOPPED);
    qb_problem_free(&problem);
}
