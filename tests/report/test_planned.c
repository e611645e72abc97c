/* What a registration can come to: claims about devices. */
#include "harness/report/planned.h"
#include "tests/report/synthetic.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BOUND   "  - {name: qaoa, label: bound, params: {device: optimistic, shots: 100}}\n"
#define HERON   "  - {name: qaoa, label: heron, params: {angles: fixed}}\n"
#define SHAM    "  - {name: qaoa, label: sham, role: control, params: {angles: uniform, shots: 200}}\n"
#define SAMPLER "  - {name: random, role: control, params: {shots: 200}}\n"

static qb_planned plan(const char *claim, const char *solvers, const qb_evidence *evidence)
{
    char text[2048];
    qb_diag diag = {{0}};
    const qb_experiment *x = NULL;
    int length = snprintf(text, sizeof text,
                          "experiment: synthetic\nclaim: %s\n"
                          "instances: [{generate: {family: maxcut-regular, size: 12, count: 12}}]\n"
                          "solvers:\n%s  - {name: tabu, role: baseline}\nbudget: {device_time: 1s}\n"
                          "decision: {minimum_effect: 0.01}\n",
                          claim, solvers);
    cr_assert_eq(qb_experiment_parse("test.yaml", text, (size_t)length, &x, &diag), QB_OK, "%s", diag.text);
    qb_planned planned = qb_plan_decision(x, evidence);
    qb_experiment_free(x);
    return planned;
}

Test(planned, a_claim_about_a_device_needs_what_decides_it)
{
    static const struct {
        const char *solvers, *why; /* "": decidable */
    } cases[] = {
        {BOUND HERON SHAM SAMPLER, ""},
        {HERON SHAM SAMPLER, "no challenger is one"},
        {BOUND SAMPLER, "as many shots as 'bound' (200) from a circuit without layers"},
        {BOUND SHAM, "as many shots as 'bound' (200) without a device"},
        {BOUND SHAM "  - {name: random, role: control}\n", "without a device"},
        {BOUND SHAM "  - {name: random, role: baseline, params: {shots: 200}}\n", "without a device"},
        {BOUND SHAM SAMPLER "  - {name: qaoa, label: dream}\n", "'dream' trains its angles on exact expect"},
        {BOUND SHAM SAMPLER "  - {name: qaoa, label: dream, params: {device: optimistic, readout: 0.01}}\n",
         "'dream' trains its angles on exact expectations, which no device offers"},
        {BOUND SHAM SAMPLER "  - {name: hybrid, label: dream, params: {angles: lbfgs}}\n", "'dream' trains"},
        {BOUND SHAM SAMPLER "  - {name: hybrid, params: {angles: fixed}}\n", ""},
        {"  - {name: hybrid, label: bound, params: {device: optimistic}}\n" SAMPLER,
         "as many shots as 'bound' (as many as fit)"},
        {"  - {name: hybrid, label: bound, params: {device: optimistic}}\n"
         "  - {name: hybrid, label: sham, role: control, params: {refine: uniform, device: optimistic}}\n"
         "  - {name: random, role: control}\n",
         ""},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_planned p = plan("device", cases[k].solvers, NULL);
        cr_assert(*cases[k].why ? strstr(p.why, cases[k].why) != NULL : !*p.why, "case %zu: '%s'", k, p.why);
        cr_assert_str_eq(plan("software", cases[k].solvers, NULL).why, "", "software may use an oracle");
    }
}

Test(planned, hardware_needs_no_bound)
{
    static const synthetic_entry entry[] = {{"heron", "qaoa", QB_EVIDENCE_CHALLENGER, 0.05},
                                            {"tabu", "tabu", QB_EVIDENCE_BASELINE, 0.10}};
    const synthetic_options o = {
        .instances = 12, .repeats = 4, .families = 1, .entry = entry, .entries = 2, .spec = "", .seed = 1};
    qb_evidence *e = synthetic_make(&o);
    cr_assert(*plan("device", HERON, e).why);
    ((qb_evidence_entry *)(uintptr_t)&e->entry[0])->execution = "hardware";
    cr_assert_str_eq(plan("device", HERON, e).why, "");
    synthetic_free(e);
}
