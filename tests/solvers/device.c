/* Device budgets: every shot costs modelled seconds before it is looked at, in training too. */
#include "harness/base/budget_probe.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "solvers/solver.h"
#include "tests/solvers/cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

typedef struct spent {
    qb_status status;
    uint32_t points;
    double device_s, shots, training_shots, shot_s, layers;
    uint64_t samples;
    bool told_circuit;
    qb_device_use use; /* what was said beforehand */
} spent;

static double number_of(const qb_json *details, const char *key)
{
    double value = 0;
    (void)qb_json_number(qb_json_get(details, key), &value);
    return value;
}

static spent run(const char *name, const char *params, double limit)
{
    const qb_solver *solver = qb_solver_find(name);
    qb_problem problem = random_qubo(12, QB_MINIMISE, 6);
    qb_lowering *lowering;
    void *values = qb_alloc(1, solver->params_size), *state = NULL;
    qb_params_default(solver, values);
    cr_assert_eq(qb_params_parse(solver, values, params, NULL), QB_OK, "%s", params);
    cr_assert_eq(qb_lowering_open(&problem, solver->takes, NULL, &lowering, NULL), QB_OK);
    qb_model model = qb_lowering_model(lowering);
    model.memory_bytes = UINT64_C(1) << 30;
    model.threads = 1;
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_DEVICE, limit, model.qubo->n, false, false);
    qb_budget_probe probe;
    qb_budget_probe_record record;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    qb_status status = solver->init(&model, values, 3, probe.budget, &state, NULL);
    if (!status)
        status = solver->solve(state, probe.budget, NULL);
    qb_budget_finish(probe.budget, status, "");
    solver->free(state);
    qb_budget_probe_read(&probe, &record);
    const char *text = qb_budget_probe_details(&probe);
    qb_json *details = NULL;
    cr_assert_eq(qb_json_parse("details", text, strlen(text), &details, NULL), QB_OK);
    spent s = {.status = status,
               .points = record.count,
               .device_s = record.summary.device_s,
               .shots = number_of(details, "shots"),
               .training_shots = number_of(details, "training_shots"),
               .shot_s = number_of(details, "modelled_shot_s"),
               .layers = number_of(details, "depth"),
               .samples = record.summary.samples,
               .told_circuit = qb_json_get(details, "qubits") != NULL,
               .use = solver->device_use(values)};
    qb_json_free(details);
    qb_budget_probe_close(&probe);
    qb_lowering_free(lowering);
    qb_free(values);
    qb_problem_free(&problem);
    return s;
}

/* The whole circuit's time for each of them, whatever they are drawn for. */
Test(device_budget, charges_every_shot)
{
    static const char *const cases[][2] = {
        {"qaoa", "angles=fixed,shots=100"},
        {"qaoa", "angles=uniform,shots=100,device=ionq-aria"},
        {"qaoa", "angles=spsa,shots=50,training_shots=20,evaluations=8"},
        {"qaoa", "angles=fixed,shots=100,depolarising_2q=0.01,trajectories=7"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        spent s = run(cases[k][0], cases[k][1], 1000);
        double want = (s.shots + s.training_shots) * s.shot_s;
        cr_assert_eq(s.status, QB_OK, "%s", cases[k][1]);
        cr_assert_gt(s.shots, 0);
        cr_assert_gt(s.shot_s, 0);
        cr_assert(fabs(s.device_s - want) <= 1e-6 * want, "%s: %g s of %g", cases[k][1], s.device_s, want);
        cr_assert(k != 2 || s.training_shots > 0);
    }
}

/* 100 shots of this ion trap take longer than the budget: none of them may be answered with. */
Test(device_budget, credits_nothing_that_came_late)
{
    spent s = run("qaoa", "angles=fixed,shots=100,device=ionq-aria", 0.05);
    cr_assert_eq(s.status, QB_STOPPED);
    cr_assert_eq(s.points, 0);
}

/* The hybrid's proposals are the host's; its shots the device's. */
Test(device_budget, ends_a_hybrid)
{
    spent s = run("hybrid", "k=8,shots=64", 0.3);
    cr_assert_eq(s.status, QB_STOPPED);
    cr_assert_gt(s.points, 0);
    cr_assert_gt(s.shots, 0);
    cr_assert_gt(s.device_s, 0);
    cr_assert_leq(s.device_s, 0.3 + 64 * s.shot_s);
}

/* What a registration is held to: runs that are not cut short draw what was announced. */
Test(device_budget, says_beforehand_how_many_shots_it_draws)
{
    static const char *const cases[][2] = {
        {"qaoa", "angles=fixed,shots=100"},
        {"qaoa", "angles=uniform,shots=100"},
        {"qaoa", "angles=lbfgs,shots=70,evaluations=5"},
        {"qaoa", "angles=spsa,shots=50,training_shots=20,evaluations=8"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        spent s = run(cases[k][0], cases[k][1], 1000);
        cr_assert_eq(s.use.shots, (uint64_t)(s.shots + s.training_shots), "%s: %llu announced", cases[k][1],
                     (unsigned long long)s.use.shots);
        cr_assert_eq(s.use.shots, s.samples);
    }
    cr_assert_eq(run("random", "shots=123", 1000).samples, 123);
    cr_assert_eq(run("random", "shots=123", 1000).use.shots, 123);
}

Test(device_budget, says_beforehand_what_it_is)
{
    static const struct {
        const char *name, *params;
        bool circuit, sham, optimistic, oracle;
    } cases[] = {
        {"qaoa", "angles=fixed", true, false, false, false},
        {"qaoa", "angles=spsa", true, false, false, false},
        {"qaoa", "angles=cobyla,device=optimistic,evaluations=3", true, false, true, true},
        {"qaoa", "angles=fourier,device=ionq-aria,evaluations=3", true, false, false, true},
        {"qaoa", "angles=fixed,device=optimistic,over_rotation=0.01", true, false, false, false},
        {"qaoa", "angles=uniform,device=optimistic", true, true, true, false},
        {"hybrid", "k=6,device=optimistic", true, false, true, false},
        {"hybrid", "k=6,angles=lbfgs,evaluations=3", true, false, false, true},
        {"hybrid", "k=6,refine=uniform,angles=lbfgs", true, true, false, false},
        {"hybrid", "k=6,refine=exhaustive", false, false, false, false},
        {"hybrid", "k=6,steps=0", false, false, false, false},
        {"random", "shots=10", false, false, false, false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        spent s = run(cases[k].name, cases[k].params, 0.02);
        qb_device_use u = s.use;
        cr_assert(u.circuit == cases[k].circuit && u.sham == cases[k].sham && u.oracle == cases[k].oracle &&
                      u.optimistic == cases[k].optimistic,
                  "%s:%s", cases[k].name, cases[k].params);
        cr_assert_eq(s.told_circuit, u.circuit, "what a run tells agrees: %s:%s", cases[k].name,
                     cases[k].params);
        cr_assert(!u.circuit || (s.layers == 0) == u.sham, "%s:%s", cases[k].name, cases[k].params);
    }
}
