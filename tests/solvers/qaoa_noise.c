/* The QAOA solver's noise: every parameter reaches its channel, and a device brings its own. */
#include "solvers/kernels/device.h"
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#define ANGLES "depth=2,angles=given,gammas=0.5;0.9,betas=0.55;0.3,shots=200"

/* The cut of a prism of 12 vertices: two rings of six, joined. */
static qb_problem prism(void)
{
    qb_pair pair[18];
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t next = (i + 1) % 6, a = i < next ? i : next, b = i < next ? next : i;
        pair[3 * i] = (qb_pair){a, b, 1};
        pair[3 * i + 1] = (qb_pair){6 + a, 6 + b, 1};
        pair[3 * i + 2] = (qb_pair){i, 6 + i, 1};
    }
    qb_draft draft = {.kind = QB_KIND_MAXCUT,
                      .name = "prism",
                      .format = "test",
                      .sense = QB_MAXIMISE,
                      .columns = 12,
                      .pairs = 18,
                      .pair = pair};
    return problem_of(&draft);
}

static solving solve(const char *params)
{
    qb_problem problem = prism();
    solving r = solving_run("qaoa", params, &problem,
                            (solving_limits){QB_BUDGET_WORK, 1e12, UINT64_C(1) << 30, 2, 1});
    cr_assert_eq(r.status, QB_OK, "%s: %s", params, r.diag.text);
    qb_problem_free(&problem);
    return r;
}

/* <C> and its standard error; 0 where it is exact. */
typedef struct expected {
    double value, error;
} expected;

static expected expectation(const char *params)
{
    solving r = solve(params);
    double error = solving_detail(&r, "expectation_error");
    expected e = {solving_detail(&r, "expectation"), isnan(error) ? 0 : error};
    solving_clear(&r);
    return e;
}

/* A coupling's mean shrinks by 1 - 2 r a bit that may be flipped; half of the edges are cut where it is 0. */
Test(qaoa_noise, readout_flips_and_over_rotation_are_exact)
{
    double quiet = expectation(ANGLES).value;
    expected flipped = expectation(ANGLES ",readout=0.1");
    cr_assert_gt(quiet, 12);
    cr_assert_float_eq(flipped.value, 9 + 0.64 * (quiet - 9), 1e-10);
    double turned = expectation(ANGLES ",over_rotation=0.1").value,
           further = expectation("depth=2,angles=given,gammas=0.55;0.99,betas=0.605;0.33").value;
    cr_assert_float_eq(turned, further, 1e-10);
    cr_assert_lt(turned, quiet);
}

/* Errors after every gate that leave nothing of a qubit, or of a pair, leave half of the edges cut. */
Test(qaoa_noise, depolarising_takes_everything_in_the_end)
{
    static const char *const channel[] = {"depolarising_1q", "depolarising_2q"};
    static const double all[] = {0.75, 15.0 / 16};
    double quiet = expectation(ANGLES).value;
    for (int k = 0; k < 2; k++) {
        double before = quiet;
        for (int strength = 1; strength <= 3; strength++) {
            char params[256];
            double rate = strength == 3 ? all[k] : strength * 0.03;
            snprintf(params, sizeof params, ANGLES ",trajectories=400,%s=%.17g", channel[k], rate);
            expected e = expectation(params);
            cr_assert_gt(e.error, 0);
            cr_assert_lt(e.value, before - 3 * e.error, "%s: %g +- %g after %g", params, e.value, e.error,
                         before);
            before = e.value;
            cr_assert(strength < 3 || fabs(e.value - 9) < 5 * e.error, "%s: %g +- %g", params, e.value,
                      e.error);
        }
    }
}

Test(qaoa_noise, damping_ends_in_zero)
{
    solving r = solve(ANGLES ",damping=1,trajectories=4");
    cr_assert_eq(solving_detail(&r, "expectation"), 0); /* all vertices on one side */
    for (uint32_t i = 0; i < 12; i++)
        cr_assert_eq(r.x[i], 0);
    solving_clear(&r);
}

/* What a run tells of its channels is what it was given, and nothing else. */
Test(qaoa_noise, every_parameter_is_told)
{
    static const char *const channel[] = {"depolarising_1q", "depolarising_2q", "damping", "readout",
                                          "over_rotation"};
    for (int on = 0; on < 5; on++) {
        char params[256], key[64];
        snprintf(params, sizeof params, ANGLES ",trajectories=3,%s=0.02", channel[on]);
        solving r = solve(params);
        for (int k = 0; k < 5; k++) {
            snprintf(key, sizeof key, "noise_%s", channel[k]);
            cr_assert_eq(solving_detail(&r, key), k == on ? 0.02 : 0, "%s: %s", params, key);
        }
        cr_assert_eq(solving_detail(&r, "trajectories"),
                     on < 3 ? 3 : 1); /* the last two leave nothing to chance */
        solving_clear(&r);
    }
}

/* The device's rates, in place of those that are zero.  A coupling errs with all native gates that it and its
 * share of the SWAPs take, damping follows from T1 and the gates' time. */
Test(qaoa_noise, a_device_brings_its_own)
{
    qb_device heron;
    cr_assert_eq(qb_device_find("ibm-heron", &heron, NULL), QB_OK);
    solving r = solve(ANGLES ",device_noise=on,readout=0.2,trajectories=5");
    double gates = solving_detail(&r, "device_gates_2q") / (2 * 18),
           busy = solving_detail(&r, "modelled_shot_s") - heron.reset_s - heron.readout_s;
    cr_assert_eq(solving_detail(&r, "noise_depolarising_1q"), heron.error_1q);
    cr_assert_float_eq(solving_detail(&r, "noise_depolarising_2q"), -expm1(-gates * heron.error_2q), 1e-12);
    cr_assert_float_eq(solving_detail(&r, "noise_damping"), -expm1(-busy / 2 / heron.t1_s), 1e-12);
    cr_assert_eq(solving_detail(&r, "noise_readout"), 0.2);
    cr_assert_geq(gates, 2);
    solving_clear(&r);
    solving bound = solve(ANGLES ",device_noise=on,device=optimistic");
    cr_assert(isnan(solving_detail(&bound, "trajectories")), "a device without errors adds none");
    solving_clear(&bound);
}
