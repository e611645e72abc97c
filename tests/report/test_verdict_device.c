/* The verdict on devices: what simulation says of them, bounds, and angles. */
#include "tests/report/judging.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

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
