/* The verdict on evidence whose truth is known. */
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/report/verdict.h"
#include "tests/report/synthetic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One instance, so that "planned" is entries * repeats; the evidence has more and is complete. */
#define SPEC(claim, extra) SPEC_ON("{name: labs005}", claim, extra)
#define SPEC_ON(instances, claim, extra)                                                      \
    "experiment: synthetic\nquestion: which?\nclaim: " claim "\ninstances: [" instances "]\n" \
    "solvers:\n  - {name: anneal, role: challenger}\n  - {name: tabu, role: baseline}\n"      \
    "budget: {cpu_time: 1s}\nrepeats: 4\n" extra
#define REASON   sizeof((qb_verdict *)0)->reason[0]
#define DECISION "decision: {metric: gap, minimum_effect: 0.01, confidence: 0.95, deadline: 2030-01-01}\n"

static qb_diag diag;

static const synthetic_entry usual[] = {{"new", "anneal", QB_EVIDENCE_CHALLENGER, 0.05},
                                        {"old", "tabu", QB_EVIDENCE_BASELINE, 0.10},
                                        {"older", "glpk", QB_EVIDENCE_BASELINE, 0.20},
                                        {"random", "random", QB_EVIDENCE_CONTROL, 0.60}};

static const synthetic_options fair = {.instances = 20,
                                       .repeats = 8,
                                       .families = 4,
                                       .entry = usual,
                                       .entries = 4,
                                       .between = 0.005,
                                       .within = 0.005,
                                       .spec = SPEC("software", DECISION),
                                       .seed = 1};

static qb_decision judge_on(const synthetic_options *o, const char *today, qb_verdict *verdict)
{
    qb_evidence *e = synthetic_make(o);
    cr_assert(e);
    cr_assert_eq(qb_verdict_compute(e, today, verdict, &diag), QB_OK, "%s", diag.text);
    qb_decision decision = verdict->decision;
    cr_assert(verdict->sentence[0][0] && verdict->sentence[1][0]);
    qb_text json = {0};
    qb_json *root = NULL;
    qb_verdict_json(verdict, &json);
    cr_assert_eq(qb_json_parse("verdict", qb_text_get(&json), json.length, &root, &diag), QB_OK, "%s",
                 diag.text);
    cr_assert_str_eq(qb_json_text(qb_json_get(root, "decision")), qb_decision_name(decision));
    qb_json_free(root);
    qb_text_clear(&json);
    qb_verdict_clear(verdict);
    synthetic_free(e);
    return decision;
}

static qb_decision judge(const synthetic_options *o)
{
    qb_verdict v;
    return judge_on(o, "2026-01-01", &v);
}

/* The same with the challenger's true gap set. */
static synthetic_options with_challenger(double mean, synthetic_entry entry[4])
{
    synthetic_options o = fair;
    memcpy(entry, usual, sizeof usual);
    entry[0].mean = mean;
    o.entry = entry;
    return o;
}

/* Does any reason hold this word?  Computes once more. */
static bool gives_reason(const synthetic_options *o, const char *today, const char *word)
{
    qb_verdict v;
    qb_evidence *e = synthetic_make(o);
    bool found = false;
    cr_assert_eq(qb_verdict_compute(e, today, &v, &diag), QB_OK, "%s", diag.text);
    for (uint32_t k = 0; k < v.reasons; k++)
        found = found || strstr(v.reason[k], word);
    qb_verdict_clear(&v);
    synthetic_free(e);
    return found;
}

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

Test(verdict, does_not_scale_a_device_from_simulation)
{
    synthetic_options o = fair;
    o.spec = SPEC("device", DECISION);
    cr_assert_eq(judge(&o), QB_PAUSE);
    cr_assert(gives_reason(&o, "2026-01-01", "hardware"));
}

static const qb_evidence_circuit bound = {.layers = 2,
                                          .angles_from = "oracle-trained",
                                          .fitted_on = "this instance",
                                          .device = "optimistic",
                                          .device_depth = 10,
                                          .shot_s = 3e-6,
                                          .overhead_s = 1e-6},
                                 uniform = {
                                     .angles_from = "uniform", .fitted_on = "none", .device = "optimistic"};

/* Two controls more than usual: a sham and a sampler. */
enum { NEW, OLD, OLDER, RANDOM, SHAM, SAMPLER, ENTRIES };
static const synthetic_entry with_shots[ENTRIES] = {
    [NEW] = {"new", "qaoa", QB_EVIDENCE_CHALLENGER, 0.05},
    [OLD] = {"old", "tabu", QB_EVIDENCE_BASELINE, 0.10},
    [OLDER] = {"older", "glpk", QB_EVIDENCE_BASELINE, 0.20},
    [RANDOM] = {"random", "random", QB_EVIDENCE_CONTROL, 0.60},
    [SHAM] = {"sham", "circuit", QB_EVIDENCE_CONTROL, 0.70},
    [SAMPLER] = {"sampler", "shots", QB_EVIDENCE_CONTROL, 0.70}};

/* The challenger simulates a device: 1000 shots of `circuit`, 2 ms modelled, as many by sham and sampler;
 * everybody's best comes at 0.5 s. */
static qb_evidence *simulated(const synthetic_entry entry[ENTRIES], const qb_evidence_circuit *circuit)
{
    synthetic_options o = fair;
    o.spec = SPEC("device", DECISION);
    o.entry = entry;
    o.entries = ENTRIES;
    qb_evidence *e = synthetic_make(&o);
    ((qb_evidence_entry *)(uintptr_t)&e->entry[NEW])->execution = "simulated";
    for (uint64_t k = 0; k < e->runs; k++) {
        qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)&e->run[k];
        run->last_s = 0.5;
        run->samples = run->entry == RANDOM ? 500000 : run->entry == OLD || run->entry == OLDER ? 0 : 1000;
        run->modelled_s = run->entry == NEW ? 2e-3 : 0;
        run->circuit = run->entry == NEW ? circuit : run->entry == SHAM ? &uniform : NULL;
    }
    return e;
}

static const char *find_reason(const qb_verdict *v, const char *word)
{
    for (uint32_t k = 0; k < v->reasons; k++)
        if (strstr(v->reason[k], word))
            return v->reason[k];
    return NULL;
}

Test(verdict, the_optimistic_bound_stops_a_device_or_does_not)
{
    qb_evidence_circuit heron = bound;
    heron.device = "ibm-heron";
    heron.angles_from = "shot-trained";
    const struct {
        double mean;
        const qb_evidence_circuit *circuit;
        const char *says;
        qb_decision decision;
    } cases[] = {
        {0.05, &bound, "no baseline was as good", QB_PAUSE},
        {0.20, &bound, "'new', an optimistic bound", QB_STOP},
        {0.20, &heron, "no optimistic bound ran", QB_PAUSE},
        {0.60, &bound, "'new', an optimistic bound", QB_STOP},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        synthetic_entry entry[ENTRIES];
        memcpy(entry, with_shots, sizeof entry);
        entry[NEW].mean = cases[k].mean;
        qb_verdict v;
        qb_evidence *e = simulated(entry, cases[k].circuit);
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert_eq(v.decision, cases[k].decision, "case %zu: %s", k, v.sentence[0]);
        cr_assert(find_reason(&v, cases[k].says), "case %zu", k);
        const qb_break_even *b = &v.challenger[0].break_even;
        cr_assert_eq(b->instances + b->unmatched, 20);
        if (cases[k].mean > 0.1) { /* 0.5 s for 1000 shots of 2 layers */
            cr_assert_eq(b->instances, 20);
            cr_assert_float_eq(b->layer_s, 2.5e-4, 1e-9);
            cr_assert_float_eq(b->modelled_s, 1e-6, 1e-12);
            cr_assert_float_eq(b->gate_s, 5e-5, 1e-9); /* 10 gates on the longest path */
            cr_assert_float_eq(b->modelled_gate_s, 2e-7, 1e-12);
            cr_assert_float_eq(b->classical_s, 0.5, 1e-9);
            cr_assert_float_eq(b->modelled_run_s, 2e-3, 1e-9);
            cr_assert(cases[k].decision == QB_STOP || find_reason(&v, "break even"));
        }
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
}

Test(verdict, angles_of_an_oracle_serve_the_bound_alone)
{
    qb_evidence_circuit oracle = bound, noisy = bound;
    oracle.device = "ibm-heron";
    noisy.noisy = true;
    const qb_evidence_circuit *cases[] = {&oracle, &noisy};
    for (size_t k = 0; k < 2; k++) {
        qb_verdict v;
        qb_evidence *e = simulated(with_shots, cases[k]);
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert_eq(v.decision, QB_PAUSE, "however good it looks");
        cr_assert(find_reason(&v, "'new' counts for nothing: its angles were trained on exact expectations"));
        cr_assert(!find_reason(&v, "break even"));
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
}

Test(verdict, a_bound_that_beats_not_every_control_of_as_many_shots_stops)
{
    for (int control = RANDOM; control < ENTRIES; control++) {
        synthetic_entry entry[ENTRIES];
        memcpy(entry, with_shots, sizeof entry);
        entry[control].mean = entry[NEW].mean; /* better than every baseline, but so is the control */
        qb_verdict v;
        qb_evidence *e = simulated(entry, &bound);
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert_str_eq(v.challenger[0].sham, "sham");
        cr_assert_str_eq(v.challenger[0].sampler, "sampler");
        if (control == RANDOM) { /* with 500 times the shots that proves nothing */
            cr_assert_null(v.challenger[0].unbeaten);
            cr_assert_eq(v.decision, QB_PAUSE);
        } else {
            cr_assert_str_eq(v.challenger[0].unbeaten, entry[control].name);
            cr_assert_eq(v.decision, QB_STOP);
        }
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
}

Test(verdict, a_bound_without_controls_of_as_many_shots_says_so)
{
    static const struct {
        uint32_t entry;
        const char *says;
    } cases[] = {{SAMPLER, "as many shots as 'new' without a device"},
                 {SHAM, "as many shots as 'new' from a circuit without layers:"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_verdict v;
        qb_evidence *e = simulated(with_shots, &bound);
        for (uint64_t r = 0; r < e->runs; r++)
            if (e->run[r].entry == cases[k].entry)
                ((qb_evidence_run *)(uintptr_t)&e->run[r])->samples = 1020;
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert(find_reason(&v, cases[k].says), "case %zu", k);
        cr_assert_eq(v.decision, QB_PAUSE);
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
}

/* Runs that the simulator ended are not counted, however bad what they have found; they are told of, and what
 * is left cannot scale. */
Test(verdict, runs_that_the_simulator_ended_are_neither_win_nor_loss)
{
    double estimate[2];
    for (int limited = 0; limited < 2; limited++) {
        qb_verdict v;
        qb_evidence *e = synthetic_make(&fair);
        for (uint64_t k = 0; k < e->runs; k++) {
            qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)&e->run[k];
            if (run->entry != NEW || run->repeat != 1)
                continue;
            run->objective = e->run[k - 1].objective; /* without it, the mean of the others is the same */
            if (limited && run->instance % 2) {
                run->outcome = QB_RUN_SIMULATOR_LIMITED;
                run->objective = 1;
            }
        }
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        estimate[limited] = v.challenger[0].against_best.effect.estimate;
        cr_assert_eq(v.decision, limited ? QB_PAUSE : QB_SCALE);
        cr_assert_eq(find_reason(&v, "10 runs of 'new' were ended by the limit on simulating") != NULL,
                     limited);
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
    cr_assert_float_eq(estimate[0], estimate[1], 2e-3);
}

Test(verdict, runs_that_the_simulator_ended_do_not_move_the_break_even)
{
    synthetic_entry entry[ENTRIES];
    memcpy(entry, with_shots, sizeof entry);
    entry[NEW].mean = 0.20;
    double layer_s[2], classical_s[2];
    for (int limited = 0; limited < 2; limited++) {
        qb_verdict v;
        qb_evidence *e = simulated(entry, &bound);
        for (uint64_t k = 0; k < e->runs && limited; k++) {
            qb_evidence_run *run = (qb_evidence_run *)(uintptr_t)&e->run[k];
            if (run->entry != NEW || run->repeat % 2)
                continue;
            run->outcome = QB_RUN_SIMULATOR_LIMITED;
            run->objective = 1;
            run->samples = 1;
        }
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert_eq(v.challenger[0].break_even.instances, 20);
        layer_s[limited] = v.challenger[0].break_even.layer_s;
        classical_s[limited] = v.challenger[0].break_even.classical_s;
        qb_verdict_clear(&v);
        synthetic_free(e);
    }
    cr_assert_float_eq(layer_s[0], layer_s[1], 1e-12);
    cr_assert_float_eq(classical_s[0], classical_s[1], 1e-12);
}

/* The challenger wins by 0.05 everywhere; its angles are given. */
Test(verdict, leaves_out_instances_that_angles_were_fitted_on)
{
    static const struct {
        const char *fitted_on, *says;
        uint32_t left_out;
        qb_decision decision;
    } cases[] = {
        {"instance-003;instance-017, instance-0011", "2 instances left out: angles were fitted", 2, QB_SCALE},
        {"not stated", "does not say what they were fitted on", 0, QB_PAUSE},
        {"instance-00", NULL, 0, QB_SCALE},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_evidence_circuit given = bound;
        given.angles_from = "given";
        given.fitted_on = cases[k].fitted_on;
        qb_verdict v;
        qb_evidence *e = simulated(with_shots, &given);
        e->experiment.spec = SPEC("software", DECISION);
        cr_assert_eq(qb_verdict_compute(e, "2026-01-01", &v, &diag), QB_OK, "%s", diag.text);
        cr_assert_eq(v.fitted_instances, cases[k].left_out);
        cr_assert_eq(v.instances, 20 - cases[k].left_out);
        cr_assert_eq(v.decision, cases[k].decision, "case %zu: %s", k, v.sentence[0]);
        cr_assert(!cases[k].says || find_reason(&v, cases[k].says), "case %zu", k);
        qb_verdict_clear(&v);
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
