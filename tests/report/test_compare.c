/* Two entries side by side, and the nightly gate. */
#include "harness/base/json.h"
#include "harness/report/compare.h"
#include "tests/report/synthetic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_diag diag;

static const synthetic_entry entries[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.05},
                                          {"old", "tabu", QB_EVIDENCE_BASELINE, 0.10}};

static const synthetic_options fair = {.instances = 12,
                                       .repeats = 6,
                                       .families = 3,
                                       .entry = entries,
                                       .entries = 2,
                                       .between = 0.005,
                                       .within = 0.005,
                                       .spec = "",
                                       .seed = 5};

Test(compare, tells_the_better_from_the_worse)
{
    qb_evidence *e = synthetic_make(&fair);
    qb_compared there, back;
    cr_assert_eq(qb_compare(e, "new", "old", 0.95, &there, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_compare(e, "old", "new", 0.95, &back, &diag), QB_OK);
    cr_assert_float_eq(there.effect.estimate, 0.05, 0.01);
    cr_assert_float_eq(there.effect.estimate, -back.effect.estimate, 1e-12);
    cr_assert_float_eq(there.hodges_lehmann, -back.hodges_lehmann, 1e-12);
    cr_assert_float_eq(there.a12, 1 - back.a12, 1e-12);
    cr_assert_eq(there.wilcoxon_p, back.wilcoxon_p);
    cr_assert(there.wins == 12 && there.ties == 0 && there.losses == 0 && back.losses == 12);
    cr_assert_gt(there.a12, 0.95);
    cr_assert_lt(there.wilcoxon_p, 0.001);
    qb_text text = {0}, json = {0};
    qb_compare_say(e, &there, &text);
    for (const char *at = qb_text_get(&text); *at; at += strcspn(at, "\n") + 1)
        cr_assert_leq(strcspn(at, "\n"), 80, "%s", at);
    qb_compare_json(&there, &json);
    qb_json *root = NULL;
    cr_assert_eq(qb_json_parse("compare", qb_text_get(&json), json.length, &root, &diag), QB_OK, "%s",
                 diag.text);
    qb_json_free(root);
    cr_assert(strstr(qb_text_get(&text), "A won 12, tied 0, lost 0"), "%s", qb_text_get(&text));
    for (size_t k = 1; k < there.effect.instances; k++)
        cr_assert_geq(fabs(there.instance[k - 1].a - there.instance[k - 1].b),
                      fabs(there.instance[k].a - there.instance[k].b), "the largest difference first");
    qb_text_clear(&text);
    qb_text_clear(&json);
    qb_compared_clear(&there);
    qb_compared_clear(&back);
    synthetic_free(e);
}

Test(compare, names_the_nearest_label)
{
    qb_evidence *e = synthetic_make(&fair);
    qb_compared c;
    cr_assert_eq(qb_compare(e, "new", "odl", 0.95, &c, &diag), QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "'old'"), "%s", diag.text);
    synthetic_free(e);
}

static bool gate(qb_evidence *before, qb_evidence *after, qb_text *text)
{
    qb_regress_options options = {.margin = 0.001, .slow_down = 0.1, .confidence = 0.95};
    bool regressed = false;
    cr_assert_eq(qb_regress(before, after, &options, text, &regressed, &diag), QB_OK, "%s", diag.text);
    return regressed;
}

static qb_evidence_run *run_of(qb_evidence *e, uint64_t k)
{
    return (qb_evidence_run *)(uintptr_t)&e->run[k];
}

Test(regress, lets_the_same_pass)
{
    qb_evidence *a = synthetic_make(&fair), *b = synthetic_make(&fair);
    qb_text text = {0};
    cr_assert_not(gate(a, b, &text));
    cr_assert(strstr(qb_text_get(&text), "fine"));
    qb_text_clear(&text);
    synthetic_free(a);
    synthetic_free(b);
}

Test(regress, finds_what_got_worse)
{
    qb_evidence *a = synthetic_make(&fair), *b = synthetic_make(&fair);
    qb_text text = {0};
    for (uint64_t k = 0; k < b->runs; k++)
        if (b->run[k].entry == 1)
            run_of(b, k)->objective += 0.004;
    cr_assert(gate(a, b, &text));
    cr_assert(strstr(qb_text_get(&text), "worse"), "%s", qb_text_get(&text));
    qb_text_reset(&text);
    cr_assert_not(gate(b, a, &text), "better is no regression");
    qb_text_clear(&text);
    synthetic_free(a);
    synthetic_free(b);
}

Test(regress, finds_new_crashes)
{
    qb_evidence *a = synthetic_make(&fair), *b = synthetic_make(&fair);
    qb_text text = {0};
    run_of(b, 3)->outcome = QB_RUN_CRASHED;
    cr_assert(gate(a, b, &text));
    cr_assert(strstr(qb_text_get(&text), "failed runs: 0 before, 1 after"), "%s", qb_text_get(&text));
    qb_text_clear(&text);
    synthetic_free(a);
    synthetic_free(b);
}

Test(regress, finds_a_slow_down_under_a_work_budget)
{
    qb_evidence *a = synthetic_make(&fair), *b = synthetic_make(&fair);
    qb_text text = {0};
    qb_rng rng;
    qb_rng_init(&rng, 1, 0);
    a->budget_kind = b->budget_kind = QB_BUDGET_WORK;
    for (uint64_t k = 0; k < b->runs; k++) {
        run_of(a, k)->cpu_s = 1 + 0.02 * qb_rng_normal(&rng);
        run_of(b, k)->cpu_s = (b->run[k].entry ? 1.2 : 1.05) + 0.02 * qb_rng_normal(&rng);
    }
    cr_assert(gate(a, b, &text));
    const char *slow = strstr(qb_text_get(&text), "slower");
    cr_assert(slow && !strstr(slow + 1, "slower"), "one of the two:\n%s", qb_text_get(&text));
    qb_text_clear(&text);
    synthetic_free(a);
    synthetic_free(b);
}

/* A machine that is up to twice as slow for a while is so for both labels of a block; one run in ten is an
 * outlier. */
Test(regress, compares_two_labels_of_one_store_within_blocks)
{
    qb_evidence *e = synthetic_make(&fair);
    qb_rng rng;
    double moment[12][6];
    qb_rng_init(&rng, 2, 0);
    for (uint32_t i = 0; i < 12; i++)
        for (uint32_t r = 0; r < 6; r++)
            moment[i][r] = 1 + qb_rng_uniform(&rng);
    e->budget_kind = QB_BUDGET_WORK;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        double own = (run->entry == 0 ? 1.05 : 1) * (1 + 0.01 * qb_rng_normal(&rng));
        double hit = qb_rng_uniform(&rng) < 0.1 ? 5 : 1;
        run_of(e, k)->cpu_s = own * hit * moment[run->instance][run->repeat];
    }
    qb_regress_options options = {.margin = 1,
                                  .slow_down = 0.02,
                                  .confidence = 0.99,
                                  .baseline_label = "old",
                                  .candidate_label = "new"};
    qb_text text = {0};
    bool regressed = false;
    cr_assert_eq(qb_regress(e, e, &options, &text, &regressed, &diag), QB_OK, "%s", diag.text);
    cr_assert(regressed, "%s", qb_text_get(&text));
    options.candidate_label = "old";
    cr_assert_eq(qb_regress(e, e, &options, &text, &regressed, &diag), QB_OK, "%s", diag.text);
    cr_assert_not(regressed, "%s", qb_text_get(&text));
    options.candidate_label = "else";
    cr_assert_eq(qb_regress(e, e, &options, &text, &regressed, &diag), QB_REFUSED);
    qb_text_clear(&text);
    synthetic_free(e);
}

Test(regress, refuses_other_budgets)
{
    qb_evidence *a = synthetic_make(&fair), *b = synthetic_make(&fair);
    qb_text text = {0};
    bool regressed;
    qb_regress_options options = {.confidence = 0.95};
    b->budget = 2 * a->budget;
    cr_assert_eq(qb_regress(a, b, &options, &text, &regressed, &diag), QB_REFUSED);
    qb_text_clear(&text);
    synthetic_free(a);
    synthetic_free(b);
}

Test(regress, refuses_strangers)
{
    synthetic_entry other[] = {{"else", "anneal", QB_EVIDENCE_CHALLENGER, 0.05}};
    synthetic_options o = fair;
    o.entry = other;
    o.entries = 1;
    qb_evidence *a = synthetic_make(&fair), *b = synthetic_make(&o);
    qb_text text = {0};
    bool regressed;
    qb_regress_options options = {.confidence = 0.95};
    cr_assert_eq(qb_regress(a, b, &options, &text, &regressed, &diag), QB_REFUSED);
    qb_text_clear(&text);
    synthetic_free(a);
    synthetic_free(b);
}
