/* The verdict on evidence whose truth is known. */
#include "harness/base/memory.h"
#include "harness/report/verdict.h"
#include "tests/report/judging.h"
#include "tests/report/synthetic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

Test(verdict, scales_a_clear_win)
{
    cr_assert_eq(judge(&fair), QB_SCALE);
}

Test(verdict, stops_what_is_worse_or_too_little)
{
    synthetic_entry entry[4];
    synthetic_options worse = with_challenger(0.15, entry);
    cr_assert_eq(judge(&worse), QB_STOP);
    synthetic_options equal = with_challenger(0.10, entry);
    cr_assert_eq(judge(&equal), QB_STOP, "0.000 +- 0.003 stays below 0.010");
}

Test(verdict, pauses_on_the_edge)
{
    synthetic_entry entry[4];
    synthetic_options o = with_challenger(0.09, entry);
    o.between = 0.02;
    qb_verdict v;
    qb_evidence *e = synthetic_make(&o);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK);
    cr_assert_eq(v.decision, QB_PAUSE);
    cr_assert_gt(v.challenger[0].instances_needed, 20);
    qb_verdict_clear(&v);
    synthetic_free(e);
    cr_assert_eq(judge_on(&o, "2030-01-01", &v), QB_PAUSE, "the day itself is not past");
    cr_assert_eq(judge_on(&o, "2030-01-02", &v), QB_STOP);
    cr_assert(gives_reason(&o, "2030-01-02", "deadline"));
}

Test(verdict, needs_ten_instances_to_scale)
{
    synthetic_options o = fair;
    o.instances = 9;
    cr_assert_eq(judge(&o), QB_PAUSE);
    cr_assert(gives_reason(&o, "2026-01-01", "at least 10"));
}

/* Whoever chooses instances may choose those that suit; what the identity draws speaks for its family. */
Test(verdict, reaches_as_far_as_its_instances)
{
    static const struct {
        const char *spec, *scope;
    } cases[] = {
        {SPEC("software", DECISION), "on this suite of instances"},
        {SPEC_ON("{generate: {family: sk, size: 9, count: 12}}", "software", DECISION),
         "on the families that its instances were drawn from"},
        {SPEC_ON("{generate: {family: sk, size: 9, count: 12, seed: 1}}", "software", DECISION),
         "on this suite of instances"},
        {SPEC_ON("{generate: {family: sk, size: 9, count: 12}}, {name: labs005}", "software", DECISION),
         "on this suite of instances"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        synthetic_options o = fair;
        o.spec = cases[k].spec;
        qb_evidence *e = synthetic_make(&o);
        qb_verdict v;
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert(strstr(v.sentence[1], cases[k].scope), "case %zu: %s", k, v.sentence[1]);
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
}

Test(verdict, says_that_a_registration_was_forced)
{
    synthetic_options o = fair;
    cr_assert(gives_reason(&o, "2026-01-01", "by force, as it cannot be decided: fewer than ten"));
    o.spec = SPEC_ON("{generate: {family: sk, size: 9, count: 12}}", "software", DECISION);
    cr_assert(!gives_reason(&o, "2026-01-01", "by force"));
}

Test(verdict, picks_the_best_baseline_on_other_seeds)
{
    qb_verdict v;
    qb_evidence *e = synthetic_make(&fair);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK);
    cr_assert_str_eq(v.baseline, "old");
    cr_assert_str_eq(v.baseline_chosen_by, "even repeats");
    cr_assert_float_eq(v.challenger[0].against_best.effect.estimate, 0.05, 0.01);
    cr_assert_leq(v.virtual_best, v.best_baseline_score + 1e-12);
    qb_verdict_clear(&v);
    synthetic_free(e);
}

Test(verdict, sets_tuning_instances_apart)
{
    synthetic_options o = fair;
    o.spec = SPEC("software", DECISION "tuning: {instances: 5, budget: 1s}\n");
    qb_verdict v;
    qb_evidence *e = synthetic_make(&o);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(v.tuning_instances, 5);
    cr_assert_eq(v.instances, 15);
    cr_assert_str_eq(v.baseline_chosen_by, "tuning split");
    qb_verdict_clear(&v);
    synthetic_free(e);
}

Test(verdict, stops_what_loses_to_a_control)
{
    synthetic_entry entry[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.30},
                               {"old", "tabu", QB_EVIDENCE_BASELINE, 0.35},
                               {"greedy", "greedy", QB_EVIDENCE_CONTROL, 0.20},
                               {"random", "random", QB_EVIDENCE_CONTROL, 0.60}};
    synthetic_options o = fair;
    o.entry = entry;
    cr_assert_eq(judge(&o), QB_STOP);
    cr_assert(gives_reason(&o, "2026-01-01", "'greedy'"));
}

Test(verdict, is_void_when_twins_differ)
{
    synthetic_entry entry[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.05},
                               {"old", "tabu", QB_EVIDENCE_BASELINE, 0.10},
                               {"old-twin", "tabu", QB_EVIDENCE_BASELINE, 0.12},
                               {"random", "random", QB_EVIDENCE_CONTROL, 0.60}};
    synthetic_options o = fair;
    o.entry = entry;
    cr_assert_eq(judge(&o), QB_VOID);
    entry[2].mean = 0.10;
    cr_assert_eq(judge(&o), QB_SCALE);
}

Test(verdict, is_void_when_the_machine_was_busy)
{
    synthetic_options o = fair;
    o.flagged = 0.2;
    cr_assert_eq(judge(&o), QB_VOID);
    o.flagged = 0.05;
    cr_assert_eq(judge(&o), QB_SCALE);
}

Test(verdict, leaves_instances_without_headroom_out)
{
    for (uint32_t solved = 3; solved <= 20; solved += 17) { /* random solves these in every other run */
        qb_verdict v;
        qb_evidence *e = synthetic_make(&fair);
        for (uint64_t k = 0; k < e->runs; k++) {
            qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)&e->run[k];
            if (run->entry == 3 && run->instance < solved && run->repeat % 2)
                run->objective = 0;
        }
        qb_status status = qb_verdict_compute(e, "2026-01-01", &v, &diag);
        if (solved == 20) {
            cr_assert_eq(status, QB_REFUSED, "nothing is left to judge");
        } else {
            cr_assert_eq(status, QB_OK, "%s", diag.text);
            cr_assert_eq(v.without_headroom, solved);
            cr_assert_eq(v.instances, 20 - solved);
            qb_verdict_clear(&v);
        }
        synthetic_free(e);
    }
}

Test(verdict, pauses_when_one_family_decides)
{
    synthetic_options o = fair;
    qb_verdict v;
    qb_evidence *e = synthetic_make(&o);
    for (uint64_t k = 0; k < e->runs; k++) { /* a win on the last family only, large enough for the mean */
        qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)&e->run[k];
        bool last = !strcmp(e->instance[run->instance].family, "family-3");
        if (run->entry == 0)
            run->objective += last ? -0.03 : 0.05;
        if (run->entry == 1 && last)
            run->objective += 0.08;
    }
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK);
    cr_assert_str_eq(v.challenger[0].family, "family-3");
    cr_assert_eq(v.decision, QB_PAUSE);
    qb_verdict_clear(&v);
    synthetic_free(e);
}

Test(verdict, waits_for_the_whole_plan)
{
    synthetic_options o = fair;
    o.spec = "experiment: synthetic\nclaim: software\n"
             "instances: [{generate: {family: prompt-routing, size: [6, 8], count: 400, seed: 1}}]\n"
             "solvers:\n  - {name: anneal, role: challenger}\n  - {name: tabu, role: baseline}\n"
             "budget: {cpu_time: 1s}\nrepeats: 8\n" DECISION;
    cr_assert_eq(judge(&o), QB_PAUSE);
    cr_assert(gives_reason(&o, "2026-01-01", "planned runs"));
}

/* The whole plan of `fair`: 20 instances of 32 runs each, one after another. */
#define SEQUENTIAL                                                                             \
    "experiment: synthetic\nquestion: which?\nclaim: software\ninstances: [{name: labs005}]\n" \
    "solvers:\n  - {name: anneal, role: challenger}\n  - {name: tabu, role: baseline}\n"       \
    "  - {name: glpk, role: baseline}\n  - {name: random, role: control}\n"                    \
    "budget: {cpu_time: 1s}\nrepeats: 8\ndecision: {minimum_effect: 0.01, sequential: yes}\n"
#define EACH 32

/* Without the runs at the positions from <= p < end. */
static qb_verdict look_without(uint64_t from, uint64_t end)
{
    synthetic_options o = fair;
    o.spec = SEQUENTIAL;
    qb_verdict v;
    qb_evidence *e = synthetic_make(&o);
    cr_assert(e);
    synthetic_drop(e, from, end);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
    v.baseline = NULL; /* names belong to the evidence */
    synthetic_free(e);
    return v;
}

Test(verdict, may_be_looked_at_early_where_that_was_registered)
{
    qb_verdict once, always = look_without(0, 0), early = look_without(18 * EACH - 1, 20 * EACH);
    qb_evidence *e = synthetic_make(&fair);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &once, &diag), QB_OK, "%s", diag.text);
    const qb_effect *a = &once.challenger[0].against_best.effect;
    const qb_effect *b = &always.challenger[0].against_best.effect;
    const qb_effect *c = &early.challenger[0].against_best.effect;
    cr_assert_eq(b->instances, 20);
    cr_assert_eq(always.waiting, 0);
    cr_assert_gt(b->interval.high - b->interval.low, a->interval.high - a->interval.low);
    cr_assert_eq(c->instances, 17, "the last run of the 18th is missing");
    cr_assert_eq(early.waiting, 3);
    cr_assert_eq(early.decision, QB_SCALE);
    qb_verdict_clear(&once);
    qb_verdict_clear(&always);
    qb_verdict_clear(&early);
    synthetic_free(e);
}

/* Whoever leaves a run of one instance out gets nothing that comes after it: else instances could be chosen
 * by what is finished. */
Test(verdict, waits_for_the_first_missing_run_of_a_sequence)
{
    qb_verdict v = look_without(12 * EACH + 3, 12 * EACH + 4);
    cr_assert_eq(v.challenger[0].against_best.effect.instances, 12);
    cr_assert_eq(v.instances, 12);
    cr_assert_eq(v.waiting, 8);
    cr_assert(strstr(v.reason[0], "on the first 12 instances") && strstr(v.reason[0], "8 more wait"), "%s",
              v.reason[0]);
    qb_verdict_clear(&v);
    v = look_without(3 * EACH, 4 * EACH); /* of a whole instance there is nothing */
    cr_assert_eq(v.instances, 3);
    cr_assert_eq(v.decision, QB_PAUSE, "3 instances cannot scale");
    qb_verdict_clear(&v);
    synthetic_options o = fair;
    o.spec = SEQUENTIAL;
    qb_evidence *e = synthetic_make(&o);
    synthetic_drop(e, 0, 1);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "no instance of the sequence is complete"), "%s", diag.text);
    synthetic_free(e);
}

/* Else the baseline could change from one look to the next. */
Test(verdict, waits_for_the_whole_tuning_split_of_a_sequence)
{
    synthetic_options o = fair;
    o.spec = SEQUENTIAL "tuning: {instances: 10, budget: 60s}\n";
    qb_verdict v;
    qb_evidence *e = synthetic_make(&o);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(v.instances, 10);
    cr_assert_str_eq(v.baseline_chosen_by, "tuning split");
    qb_verdict_clear(&v);
    synthetic_drop(e, 10 * EACH,
                   10 * EACH + 1); /* ten instances are complete, and not only those of the split */
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "the tuning split"), "%s", diag.text);
    synthetic_free(e);
}

/* What `fair` decides when entries were tuned and ran with these parameters. */
static qb_decision judge_tuned(const char *challenger, const char *baseline, const char *given,
                               char reason[REASON])
{
    char spec[1024];
    synthetic_options o = fair;
    snprintf(
        spec, sizeof spec,
        "experiment: synthetic\nclaim: software\ninstances: [{name: labs005}]\nsolvers:\n"
        "  - {name: anneal, label: new, role: challenger%s}\n  - {name: tabu, label: old, role: baseline}\n"
        "budget: {cpu_time: 1s}\nrepeats: 4\ntuning: {instances: 5, budget: 60s}\n" DECISION,
        given);
    o.spec = spec;
    qb_evidence *e = synthetic_make(&o);
    qb_evidence_entry *entry = (qb_evidence_entry *)(uintptr_t)e->entry;
    qb_verdict v;
    entry[0].params = challenger;
    entry[1].params = baseline;
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
    qb_decision decision = v.decision;
    snprintf(reason, REASON, "%s", v.reasons ? v.reason[0] : "");
    qb_verdict_clear(&v);
    synthetic_free(e);
    return decision;
}

/* Sweeps are tried from 1 to 4^7 = 16384, tenures likewise. */
Test(verdict, does_not_scale_on_the_edge_of_what_tuning_tried)
{
    char reason[REASON];
    cr_assert_eq(judge_tuned("{\"sweeps\": \"4096\"}", "{\"tenure\": \"64\"}", "", reason), QB_SCALE, "%s",
                 reason);
    cr_assert_eq(judge_tuned("{\"sweeps\": \"16384\"}", "{}", "", reason), QB_PAUSE);
    cr_assert_str_eq(reason, "tuning left 'sweeps' of 'new' on the edge of its grid: that forbids scale");
    cr_assert_eq(judge_tuned("{}", "{\"tenure\": \"16384\"}", "", reason), QB_PAUSE,
                 "a baseline that was tuned too little flatters the challenger");
    cr_assert_str_eq(reason, "tuning left 'tenure' of 'old' on the edge of its grid: that forbids scale");
    cr_assert_eq(judge_tuned("{\"sweeps\": \"16384\"}", "{}", ", params: {sweeps: 16384}", reason), QB_SCALE,
                 "what was given was not tuned");
}

/* Leaving out where the challenger failed would turn its loss into a gain. */
Test(verdict, counts_failures_in_the_business_metric)
{
    synthetic_options o = fair;
    o.spec = SPEC("software", "kpi: {name: cost, unit: EUR, per_objective_unit: 200}\n" DECISION);
    qb_evidence *e = synthetic_make(&o);
    for (uint64_t k = 0; k < e->runs; k++)
        if (e->run[k].entry == 0 && e->run[k].instance < 5) {
            qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)&e->run[k];
            run->has_solution = run->feasible = false;
            run->objective = NAN;
        }
    qb_verdict v;
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
    const qb_challenger_verdict *c = &v.challenger[0];
    /* a gap of 1 is 1 of the objective here: 15 instances of about +0.05, 5 of about 0.1 - 1 */
    cr_assert(fabs(c->kpi - 200 * c->against_best.effect.estimate) < 1e-9);
    cr_assert(fabs(c->kpi / 200 - (15 * 0.05 + 5 * (0.1 - 1)) / 20) < 0.01, "%g", c->kpi);
    qb_verdict_clear(&v);
    synthetic_free(e);
}

Test(verdict, keeps_to_registered_thresholds)
{
    synthetic_options o = fair;
    o.flagged = 0.2;
    o.spec = SPEC("software", "decision: {minimum_effect: 0.01, flagged: 0.5}\n");
    cr_assert_eq(judge(&o), QB_SCALE);
    o.spec = SPEC("software", "decision: {minimum_effect: 0.01, flagged: 0.01}\n");
    cr_assert_eq(judge(&o), QB_VOID);
}

Test(verdict, prints_what_was_changed)
{
    qb_verdict v;
    qb_evidence *e = synthetic_make(&fair);
    qb_evidence_amendment change = {"2026-02-03T00:00:00Z", "the minimum was a typing error", "", fair.spec};
    e->amendment = &change;
    e->amendments = 1;
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
    bool found = false;
    for (uint32_t k = 0; k < v.reasons; k++)
        found = found || (strstr(v.reason[k], "2026-02-03") && strstr(v.reason[k], "typing error"));
    cr_assert(found);
    qb_verdict_clear(&v);
    synthetic_free(e);
}

Test(verdict, counts_failures_against_the_challenger)
{
    qb_verdict v;
    qb_evidence *e = synthetic_make(&fair);
    for (uint64_t k = 0; k < e->runs; k++)
        if (e->run[k].entry == 0 && e->run[k].instance < 6)
            ((qb_evidence_run *)(uintptr_t)&e->run[k])->outcome = QB_RUN_REFUSED;
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK);
    cr_assert_neq(v.decision, QB_SCALE, "a third of the instances refused");
    cr_assert_lt(v.challenger[0].against_best.effect.estimate, 0);
    qb_verdict_clear(&v);
    synthetic_free(e);
}

Test(verdict, refuses_what_cannot_be_judged)
{
    qb_verdict v;
    synthetic_options o = fair;
    o.spec = SPEC("software", "");
    qb_evidence *e = synthetic_make(&o);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "decision"));
    synthetic_free(e);
    e = synthetic_make(&fair);
    e->budget_kind = QB_BUDGET_WORK;
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_REFUSED);
    synthetic_free(e);
    o = fair;
    o.entry = usual + 1;
    o.entries = 3;
    e = synthetic_make(&o);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "challenger"));
    synthetic_free(e);
}

Test(verdict, is_the_same_twice_and_survives_failed_allocations)
{
    qb_evidence *e = synthetic_make(&fair);
    qb_verdict a, b;
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &a, &diag), QB_OK);
    cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &b, &diag), QB_OK);
    cr_assert_str_eq(a.sentence[0], b.sentence[0]);
    qb_verdict_clear(&a);
    qb_verdict_clear(&b);
    for (int64_t successes = 0; successes < 30;
         successes++) { /* each of the first thirty, one after another */
        qb_memory_fail_after(successes);
        qb_status status = qb_verdict_compute(e, "2026-01-01", &a, &diag);
        qb_memory_fail_never();
        cr_assert(status != QB_OK || a.sentence[0][0]);
        if (status == QB_OK)
            qb_verdict_clear(&a);
    }
    synthetic_free(e);
}
