/* Device budgets: every shot costs modelled seconds before it is looked at, in training too. */
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <math.h>

typedef struct spent {
    qb_status status;
    uint32_t points;
    double device_s, shots, training_shots, shot_s, layers;
    uint64_t samples;
    bool told_circuit;
    qb_device_use use; /* what was said beforehand */
} spent;

static double told(const solving *r, const char *key)
{
    double value = solving_detail(r, key);
    return isnan(value) ? 0 : value;
}

static spent run(const char *name, const char *params, double limit)
{
    qb_problem problem = random_qubo(12, QB_MINIMISE, 6);
    solving r = solving_run(name, params, &problem,
                            (solving_limits){QB_BUDGET_DEVICE, limit, UINT64_C(1) << 30, 3, 1});
    spent s = {.status = r.status,
               .points = r.record.count,
               .device_s = r.record.summary.device_s,
               .shots = told(&r, "shots"),
               .training_shots = told(&r, "training_shots"),
               .shot_s = told(&r, "modelled_shot_s"),
               .layers = told(&r, "depth"),
               .samples = r.record.summary.samples,
               .told_circuit = qb_json_get(r.details, "qubits") != NULL,
               .use = r.use};
    solving_clear(&r);
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
