/* The solver contract (solvers/solver.h), for every registered solver and the template. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "harness/model/referee.h"
#include "solvers/solver.h"
#include "tests/solvers/cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define TOLERANCE     1e-9 /* of the sum of |terms|, for real-valued data */
#define SHORT_WORK    20000
#define PROOF_WORK    20000000
#define SEARCH_WORK   2000000
#define ALLOCATIONS   48 /* how many requests are made to fail in turn */
#define SEED          20260101
#define FAKE_STEP_NS  1000000 /* each reading of the clock moves it by a millisecond */
#define FAKE_SECONDS  0.05
#define FAKE_BACKSTOP 10
#define FEW_SAMPLES   3
#define KEPT_SAMPLES  8
#define MODEL_COLUMNS 1024 /* of a lowered small case, at most */

extern const qb_solver qb_solver_template;

static uint32_t solver_count(void)
{
    uint32_t count = 0;
    while (qb_solvers[count])
        count++;
    return count + 1;
}

static const qb_solver *solver_at(uint32_t k)
{
    return k + 1 < solver_count() ? qb_solvers[k] : &qb_solver_template;
}

/* Programs outside keep their own time and memory: tests/external runs them in the ring. */
static bool is_outside(const qb_solver *solver)
{
    return solver->find != NULL;
}

/* A solver before its model: everything that one run needs. */
typedef struct bench {
    const qb_solver *solver;
    qb_lowering *lowering;
    qb_model model;
    void *params;
    qb_budget_probe probe;
    qb_budget_probe_record record;
    qb_status status; /* of init or solve */
    qb_diag diag;
} bench;

static uint32_t model_variables(const qb_model *model)
{
    return model->qubo ? model->qubo->n : model->mip->columns;
}

static bool model_maximises(const qb_model *model)
{
    return (model->qubo ? model->qubo->sense : model->mip->sense) == QB_MAXIMISE;
}

/* false when the lowering refuses, and for programs outside. */
static bool bench_open(bench *b, const qb_solver *solver, const qb_problem *problem)
{
    *b = (bench){.solver = solver};
    if (is_outside(solver))
        return false;
    qb_lowering_options options = {.penalty = QB_PENALTY_BOUND, .factor = 1};
    qb_status status = qb_lowering_open(problem, solver->takes, &options, &b->lowering, &b->diag);
    cr_assert(status == QB_OK || status == QB_REFUSED, "%s: %s", solver->name, b->diag.text);
    if (status)
        return false;
    b->model = qb_lowering_model(b->lowering);
    b->model.threads = 1;
    b->model.memory_bytes = UINT64_C(1) << 30;
    b->params = qb_alloc(1, solver->params_size + 1);
    cr_assert(b->params);
    qb_params_default(solver, b->params);
    return true;
}

static qb_budget_setup bench_setup(const bench *b, qb_budget_kind kind, double limit)
{
    qb_budget_setup setup = qb_budget_probe_setup(kind, limit, model_variables(&b->model),
                                                  b->model.mip != NULL, model_maximises(&b->model));
    setup.tells_limit = b->solver->needs_deadline;
    return setup;
}

static void bench_run(bench *b, const qb_budget_setup *setup, int64_t allocations)
{
    cr_assert_eq(qb_budget_probe_open(setup, KEPT_SAMPLES, &b->probe, &b->diag), QB_OK, "%s", b->diag.text);
    if (allocations >= 0)
        qb_memory_fail_after(allocations);
    void *state = NULL;
    b->diag.text[0] = 0;
    b->status = b->solver->init(&b->model, b->params, SEED, b->probe.budget, &state, &b->diag);
    qb_budget_mark_setup(b->probe.budget);
    if (!b->status)
        b->status = b->solver->solve(state, b->probe.budget, &b->diag);
    qb_budget_finish(b->probe.budget, b->status, b->diag.text);
    b->solver->free(state);
    qb_memory_fail_never();
    qb_budget_probe_read(&b->probe, &b->record);
}

static void bench_close(bench *b)
{
    qb_budget_probe_close(&b->probe);
    qb_lowering_free(b->lowering);
    qb_free(b->params);
}

static bool run_case(bench *b, const qb_solver *solver, const small_case *c, qb_budget_kind kind,
                     double limit)
{
    if (!bench_open(b, solver, &c->problem))
        return false;
    qb_budget_setup setup = bench_setup(b, kind, limit);
    bench_run(b, &setup, -1);
    return true;
}

/* Where a solver may end without having run out of memory. */
static void check_ending(const bench *b, const small_case *c)
{
    const char *who = b->solver->name, *what = c->problem.name;
    cr_assert(b->status == QB_OK || b->status == QB_STOPPED || b->status == QB_REFUSED,
              "%s on %s: status %d: %s", who, what, b->status, b->diag.text);
    cr_assert(b->status != QB_REFUSED || b->diag.text[0], "%s on %s: refused without a reason", who, what);
    cr_assert_eq(b->record.damaged, 0, "%s on %s", who, what);
    cr_assert_not(b->record.summary.asked_limit, "%s on %s: needs_deadline is not declared", who, what);
}

static void decode(const bench *b, const qb_channel_point *point, double *source)
{
    if (b->model.mip) {
        qb_lowering_decode_columns(b->lowering, point->columns, source);
        return;
    }
    uint8_t bits[MODEL_COLUMNS];
    cr_assert_leq(b->model.qubo->n, MODEL_COLUMNS);
    for (uint32_t i = 0; i < b->model.qubo->n; i++)
        bits[i] = point->bits[i / 64] >> (i % 64) & 1;
    qb_lowering_decode_bits(b->lowering, bits, source);
}

/* Incumbents improve strictly, are worth what they claim, and none is better than the best. */
static double check_points(const bench *b, const small_case *c)
{
    double objective = NAN, tolerance = TOLERANCE * c->magnitude;
    for (uint32_t k = 0; k < b->record.count; k++) {
        const char *who = b->solver->name, *what = c->problem.name;
        const qb_channel_point *point = &b->record.points[k];
        double source[CASE_VARIABLES], before = objective;
        qb_score score;
        decode(b, point, source);
        cr_assert_eq(qb_referee_score(&c->problem, source, &score, NULL), QB_OK);
        objective = score.objective;
        double claim = qb_lowering_value_of(b->lowering, point->claimed);
        if (score.exact && b->model.qubo)
            cr_assert_eq(claim, objective, "%s on %s: claims %.17g for %.17g", who, what, claim, objective);
        cr_assert(fabs(claim - objective) <= tolerance, "%s on %s: claims %.17g for %.17g", who, what, claim,
                  objective);
        cr_assert(k == 0 || qb_referee_better(&c->problem, objective, before) ||
                      fabs(objective - before) <= tolerance,
                  "%s on %s: point %u does not improve", who, what, k);
        cr_assert(k == 0 || point->work >= b->record.points[k - 1].work);
        cr_assert(objective == c->optimum || qb_referee_better(&c->problem, c->optimum, objective) ||
                      fabs(objective - c->optimum) <= tolerance,
                  "%s on %s: %.17g beats the optimum %.17g", who, what, objective, c->optimum);
    }
    return objective;
}

typedef void check_run(const qb_solver *solver, const small_case *c);

static void for_all(check_run *check)
{
    for (uint32_t k = 0; k < case_count; k++) {
        small_case c = case_build(k);
        for (uint32_t s = 0; s < solver_count(); s++)
            check(solver_at(s), &c);
        case_clear(&c);
    }
}

static void stops_on_work(const qb_solver *solver, const small_case *c)
{
    bench b;
    if (!run_case(&b, solver, c, QB_BUDGET_WORK, SHORT_WORK))
        return;
    check_ending(&b, c);
    check_points(&b, c);
    if (b.status == QB_STOPPED)
        cr_assert_geq(b.record.summary.work, SHORT_WORK, "%s on %s: stopped early", solver->name,
                      c->problem.name);
    for (uint32_t k = 0; k < b.record.count; k++)
        cr_assert_leq(b.record.points[k].work, SHORT_WORK);
    /* a simulated circuit has no shot before it has been simulated once */
    if (!solver->proves_optimality && solver->execution != QB_SIMULATED && b.status != QB_REFUSED)
        cr_assert_gt(b.record.count, 0, "%s on %s: found nothing", solver->name, c->problem.name);
    bench_close(&b);
}

Test(contract, stops_on_a_work_limit_and_claims_what_is_true)
{
    for_all(stops_on_work);
}

static void stops_on_time(const qb_solver *solver, const small_case *c)
{
    static const qb_budget_kind kinds[] = {QB_BUDGET_CPU_TIME, QB_BUDGET_WALL_TIME};
    for (uint32_t k = 0; k < 2; k++) {
        bench b;
        if (!bench_open(&b, solver, &c->problem))
            return;
        qb_clock_fake fake = {.step_ns = FAKE_STEP_NS};
        qb_budget_setup setup = bench_setup(&b, kinds[k], FAKE_SECONDS);
        setup.clock = qb_clock_from_fake(&fake);
        bench_run(&b, &setup, -1);
        check_ending(&b, c);
        check_points(&b, c);
        for (uint32_t p = 0; p < b.record.count; p++)
            cr_assert_leq(kinds[k] == QB_BUDGET_CPU_TIME ? b.record.points[p].cpu_s
                                                         : b.record.points[p].wall_s,
                          FAKE_SECONDS);
        bench_close(&b);
    }
}

Test(contract, stops_on_cpu_and_wall_limits)
{
    for_all(stops_on_time);
}

/* What is kept is worth what it claims. */
static void check_samples(const bench *b, const small_case *c)
{
    qb_channel_sample kept[KEPT_SAMPLES];
    const char *who = b->solver->name, *what = c->problem.name;
    uint32_t n = model_variables(&b->model);
    uint32_t count = qb_channel_read_samples(b->probe.block, n, false, KEPT_SAMPLES, kept);
    cr_assert_gt(count, 0, "%s on %s keeps none", who, what); /* (the shots of a hybrid step are not whole) */
    for (uint32_t k = 0; k < count; k++) {
        uint8_t x[MODEL_COLUMNS];
        for (uint32_t i = 0; i < n; i++)
            x[i] = kept[k].bits[i / 64] >> (i % 64) & 1;
        double energy = qb_qubo_energy(b->model.qubo, x);
        cr_assert(fabs(energy - kept[k].claimed) <= TOLERANCE * b->model.qubo->magnitude,
                  "%s on %s: a sample claims %.17g for %.17g", who, what, kept[k].claimed, energy);
    }
}

/* What searches without an end returns samples, and stops when it has returned enough. */
static void stops_on_samples(const qb_solver *solver, const small_case *c)
{
    bench b;
    if (solver->proves_optimality || !bench_open(&b, solver, &c->problem))
        return;
    qb_clock_fake fake = {.step_ns = FAKE_STEP_NS};
    qb_budget_setup setup = bench_setup(&b, QB_BUDGET_SAMPLES, FEW_SAMPLES);
    setup.clock = qb_clock_from_fake(&fake);
    setup.wall_backstop = FAKE_BACKSTOP;
    bench_run(&b, &setup, -1);
    check_ending(&b, c);
    check_points(&b, c);
    if (b.status == QB_STOPPED)
        cr_assert_geq(b.record.summary.samples, FEW_SAMPLES, "%s on %s: returned %llu samples", solver->name,
                      c->problem.name, (unsigned long long)b.record.summary.samples);
    for (uint32_t k = 0; k < b.record.count; k++)
        cr_assert_leq(b.record.points[k].samples, FEW_SAMPLES);
    if (b.status == QB_STOPPED)
        check_samples(&b, c);
    bench_close(&b);
}

Test(contract, stops_on_a_limit_of_samples)
{
    for_all(stops_on_samples);
}

static bool same_point(const bench *b, const qb_channel_point *p, const qb_channel_point *q)
{
    uint32_t n = model_variables(&b->model);
    bool same = p->work == q->work && p->samples == q->samples && p->claimed == q->claimed;
    if (p->bits)
        return same && !memcmp(p->bits, q->bits, (n / 64 + (n % 64 != 0)) * sizeof *p->bits);
    return same && !memcmp(p->columns, q->columns, n * sizeof *p->columns);
}

static void repeats(const qb_solver *solver, const small_case *c)
{
    bench a, b;
    if (!solver->deterministic || !run_case(&a, solver, c, QB_BUDGET_WORK, SHORT_WORK))
        return;
    cr_assert(run_case(&b, solver, c, QB_BUDGET_WORK, SHORT_WORK));
    const char *who = solver->name, *what = c->problem.name;
    cr_assert_eq(a.status, b.status, "%s on %s", who, what);
    cr_assert_eq(a.record.count, b.record.count, "%s on %s", who, what);
    cr_assert_eq(a.record.summary.work, b.record.summary.work, "%s on %s", who, what);
    for (uint32_t k = 0; k < a.record.count; k++)
        cr_assert(same_point(&a, &a.record.points[k], &b.record.points[k]), "%s on %s: point %u differs", who,
                  what, k);
    bench_close(&a);
    bench_close(&b);
}

Test(contract, same_seed_gives_the_same_trace)
{
    for_all(repeats);
}

static void proves(const qb_solver *solver, const small_case *c)
{
    bench b;
    if (!solver->proves_optimality || !run_case(&b, solver, c, QB_BUDGET_WORK, PROOF_WORK))
        return;
    check_ending(&b, c);
    double found = check_points(&b, c);
    if (b.status == QB_OK)
        cr_assert(fabs(found - c->optimum) <= TOLERANCE * c->magnitude,
                  "%s on %s: proved %.17g, optimum %.17g", solver->name, c->problem.name, found, c->optimum);
    if (b.record.summary.has_bound) {
        double bound = qb_lowering_value_of(b.lowering, b.record.summary.bound);
        cr_assert(!qb_referee_better(&c->problem, c->optimum, bound) ||
                      fabs(bound - c->optimum) <= TOLERANCE * c->magnitude,
                  "%s on %s: bound %.17g, optimum %.17g", solver->name, c->problem.name, bound, c->optimum);
    }
    bench_close(&b);
}

Test(contract, what_is_proved_is_optimal)
{
    for_all(proves);
}

/* A local search that cannot solve twelve variables in this much work is broken, whatever its finesse. */
static void finds(const qb_solver *solver, const small_case *c)
{
    bench b;
    bool searches = !strcmp(solver->family, "tabu search") || !strcmp(solver->family, "simulated annealing");
    if (!searches || !run_case(&b, solver, c, QB_BUDGET_WORK, SEARCH_WORK))
        return;
    double found = check_points(&b, c);
    cr_assert(fabs(found - c->optimum) <= TOLERANCE * c->magnitude, "%s on %s: %.17g, optimum %.17g",
              solver->name, c->problem.name, found, c->optimum);
    bench_close(&b);
}

Test(contract, searches_solve_small_cases)
{
    for_all(finds);
}

static void stops_at_target(const qb_solver *solver, const small_case *c)
{
    bench b;
    if (!bench_open(&b, solver, &c->problem))
        return;
    double target = qb_lowering_claim_of(b.lowering, c->optimum);
    qb_budget_setup setup = bench_setup(&b, QB_BUDGET_WORK, 10 * SHORT_WORK);
    setup.targets = &target;
    setup.target_count = 1;
    setup.stop_at_target = true;
    bench_run(&b, &setup, -1);
    check_ending(&b, c);
    if (b.record.summary.target_reached)
        cr_assert_neq(b.status, QB_REFUSED, "%s on %s", solver->name, c->problem.name);
    bench_close(&b);
}

Test(contract, stops_at_a_target)
{
    for_all(stops_at_target);
}

static void starts_warm(const qb_solver *solver, const small_case *c)
{
    bench b;
    if (!(solver->takes & QB_TAKES_QUBO) || !bench_open(&b, solver, &c->problem) || !b.model.qubo)
        return;
    uint8_t warm[CASE_VARIABLES];
    for (uint32_t i = 0; i < b.model.qubo->n; i++)
        warm[i] = i % 2;
    b.model.warm_bits = warm;
    qb_budget_setup setup = bench_setup(&b, QB_BUDGET_WORK, SHORT_WORK);
    bench_run(&b, &setup, -1);
    check_ending(&b, c);
    check_points(&b, c);
    bench_close(&b);
}

Test(contract, takes_a_warm_start)
{
    for_all(starts_warm);
}

/* Each of the first requests for memory fails in turn, and with it all that follow. */
static void survives(const qb_solver *solver, const qb_problem *problem)
{
    for (int64_t successes = 0; successes < ALLOCATIONS; successes++) {
        bench b;
        if (!bench_open(&b, solver, problem))
            return;
        qb_budget_setup setup = bench_setup(&b, QB_BUDGET_WORK, SHORT_WORK);
        bench_run(&b, &setup, successes);
        cr_assert(b.status == QB_OK || b.status == QB_STOPPED || b.status == QB_REFUSED ||
                      b.status == QB_NO_MEMORY,
                  "%s without request %lld: status %d: %s", solver->name, (long long)successes, b.status,
                  b.diag.text);
        cr_assert(successes > 0 || b.status == QB_NO_MEMORY || b.status == QB_REFUSED,
                  "%s runs without any memory", solver->name);
        bench_close(&b);
    }
}

Test(contract, survives_the_failure_of_every_allocation)
{
    qb_problem problem = random_qubo(12, QB_MINIMISE, 7);
    for (uint32_t s = 0; s < solver_count(); s++)
        survives(solver_at(s), &problem);
    qb_problem_free(&problem);
}

/* Too large for simulators, and too little memory for anybody: a refusal has its reason. */
static void is_polite(const qb_solver *solver, const qb_problem *problem, uint64_t memory)
{
    bench b;
    if (!bench_open(&b, solver, problem))
        return;
    b.model.memory_bytes = memory;
    qb_budget_setup setup = bench_setup(&b, QB_BUDGET_WORK, SHORT_WORK);
    bench_run(&b, &setup, -1);
    bool turned_down = b.status == QB_REFUSED || b.status == QB_NO_MEMORY;
    cr_assert(turned_down || b.status == QB_OK || b.status == QB_STOPPED, "%s: status %d: %s", solver->name,
              b.status, b.diag.text);
    cr_assert(!turned_down || b.diag.text[0], "%s: turned down without a reason", solver->name);
    bench_close(&b);
}

Test(contract, refuses_politely_what_it_cannot_take)
{
    qb_problem problem = random_qubo(70, QB_MAXIMISE, 8);
    for (uint32_t s = 0; s < solver_count(); s++) {
        is_polite(solver_at(s), &problem, UINT64_C(1) << 30);
        is_polite(solver_at(s), &problem, 4096);
    }
    qb_problem_free(&problem);
}

Test(contract, every_solver_introduces_itself)
{
    for (uint32_t s = 0; s < solver_count(); s++) {
        const qb_solver *solver = solver_at(s);
        cr_assert_eq(solver->version, QB_SOLVER_VERSION);
        cr_assert(solver->name &&
                  strspn(solver->name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(solver->name));
        cr_assert(solver->family && solver->summary && solver->source, "%s", solver->name);
        cr_assert(solver->takes & (QB_TAKES_QUBO | QB_TAKES_MIP), "%s", solver->name);
        cr_assert(solver->init && solver->solve && solver->free, "%s", solver->name);
        solver->free(NULL);
        cr_assert(solver == &qb_solver_template || qb_solver_find(solver->name) == solver, "%s",
                  solver->name);
    }
    cr_assert_null(qb_solver_find("no-such-solver"));
}
