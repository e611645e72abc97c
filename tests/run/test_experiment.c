#include "harness/base/memory.h"
#include "harness/run/experiment.h"
#include "harness/run/seed.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Every key of the documented example. */
static const char everything[] =
    "experiment: pilot-routing\n"
    "question: Does QAOA-guided search beat the best classical solver on prompt routing?\n"
    "claim: software\n"
    "workload: constrained-optimisation\n"
    "kpi: {name: cost per 1000 requests, unit: USD, per_objective_unit: 0.01}\n"
    "instances:\n"
    "  - name: labs007\n"
    "  - file: mine/depot.mps\n"
    "  - generate: {family: random-qubo, size: [20, 40], count: 5, seed: 1}\n"
    "solvers:\n"
    "  - {name: anneal, role: challenger, params: {sweeps: 10000, angles: [0.5, -1]}}\n"
    "  - {name: anneal, label: anneal-default, role: baseline}\n"
    "  - {name: exact, role: control}\n"
    "budget: {cpu_time: 2s, memory: 1GiB, threads: 2}\n"
    "repeats: 20\n"
    "seed: 2026\n"
    "perturbations: [{kind: coefficient-noise, relative: 0.02, copies: 5}]\n"
    "tuning: {instances: 5, budget: 60s}\n"
    "lowering: {penalty: [bound, tight, 0.5], encoding: one-hot}\n"
    "targets: [0.05, 0]\n"
    "decision: {metric: gap, minimum_effect: 0.01, confidence: 0.9, deadline: 2026-12-31}\n";

static const char minimal[] = "experiment: small\n"
                              "instances: [{name: labs007}]\n"
                              "solvers: [{name: anneal}]\n"
                              "budget: {work: 1000000}\n";

static const qb_experiment *parse(const char *text)
{
    const qb_experiment *x = NULL;
    qb_diag diag = {""};
    qb_status status = qb_experiment_parse("folder/x.yaml", text, strlen(text), &x, &diag);
    cr_assert_eq(status, QB_OK, "%s", diag.text);
    return x;
}

/* `base` with the first occurrence of `old` replaced. */
static const qb_experiment *parse_changed(const char *base, const char *old, const char *new)
{
    qb_text text = {0};
    const char *at = strstr(base, old);
    cr_assert_not_null(at, "%s", old);
    qb_text_append_bytes(&text, base, (size_t)(at - base));
    qb_text_append(&text, new);
    qb_text_append(&text, at + strlen(old));
    const qb_experiment *x = parse(text.data);
    qb_text_clear(&text);
    return x;
}

Test(experiment, reads_every_key_of_the_example)
{
    const qb_experiment *x = parse(everything);
    cr_expect_str_eq(x->name, "pilot-routing");
    cr_expect_eq(x->claim, QB_CLAIM_SOFTWARE);
    cr_expect_str_eq(x->workload, "constrained-optimisation");
    cr_expect_str_eq(x->kpi.unit, "USD");
    cr_expect(x->kpi.per_objective_unit == 0.01);
    cr_expect_eq(x->budget.kind, QB_BUDGET_CPU_TIME);
    cr_expect(x->budget.limit == 2);
    cr_expect_eq(x->budget.memory_bytes, (uint64_t)1 << 30);
    cr_expect_eq(x->budget.threads, 2);
    cr_expect_eq(x->repeats, 20);
    cr_expect_eq(x->seed, 2026);
    cr_assert_eq(x->perturbations, 1);
    cr_expect_eq(x->perturbation[0].copies, 5);
    cr_expect(x->perturbation[0].relative == 0.02);
    cr_expect_eq(x->tuning.instances, 5);
    cr_expect(x->tuning.budget_s == 60);
    cr_assert_eq(x->lowerings, 3);
    cr_expect_eq(x->lowering[1].options.penalty, QB_PENALTY_TIGHT);
    cr_expect_str_eq(x->lowering[2].name, "0.5");
    cr_expect(x->lowering[2].options.factor == 0.5);
    cr_expect_eq(x->lowering[2].options.encoding, QB_ENCODE_ONE_HOT);
    cr_expect_eq(x->targets, 2);
    cr_expect(x->decision.given && x->decision.minimum_effect == 0.01 && x->decision.confidence == 0.9);
    cr_expect_str_eq(x->decision.deadline, "2026-12-31");
    cr_expect_str_eq(x->text, everything);
    qb_experiment_free(x);
}

Test(experiment, instances_come_from_library_files_and_generators)
{
    const qb_experiment *x = parse(everything);
    cr_assert_eq(x->instances, 12);
    cr_expect_eq(x->instance[0].origin, QB_FROM_LIBRARY);
    cr_expect_str_eq(x->instance[0].name, "labs007");
    cr_expect_eq(x->instance[1].origin, QB_FROM_FILE);
    cr_expect_str_eq(x->instance[1].name, "folder/mine/depot.mps");
    cr_expect_str_eq(x->instance[1].written, "mine/depot.mps");
    cr_expect_str_eq(x->instance[2].name, "random-qubo-20-1");
    cr_expect_str_eq(x->instance[6].name, "random-qubo-20-5");
    cr_expect_str_eq(x->instance[7].name, "random-qubo-40-1");
    cr_expect(x->instance[7].value[0] == 40 && x->instance[7].value[1] == 0.5);
    cr_expect_eq(x->instance[11].seed, 5);
    qb_experiment_free(x);
}

Test(experiment, solvers_have_labels_roles_and_checked_parameters)
{
    const qb_experiment *x = parse(everything);
    cr_assert_eq(x->entries, 3);
    cr_expect_str_eq(x->entry[0].label, "anneal");
    cr_expect_eq(x->entry[0].role, QB_ROLE_CHALLENGER);
    cr_expect(x->entry[0].params_given && !x->entry[1].params_given);
    cr_expect_str_eq(x->entry[0].params_json, "{\"sweeps\": \"10000\", \"beta\": \"0.5\", \"schedule\": "
                                              "\"geometric\", \"angles\": \"0.5;-1\", \"restart\": \"on\"}");
    cr_expect_str_eq(x->entry[1].label, "anneal-default");
    cr_expect_str_eq(x->entry[2].params_json, "{}");
    cr_expect_eq(x->entry[2].role, QB_ROLE_CONTROL);
    qb_experiment_free(x);
}

Test(experiment, defaults)
{
    const qb_experiment *x = parse(minimal);
    cr_expect_eq(x->repeats, 1);
    cr_expect_eq(x->seed, 0);
    cr_expect_eq(x->budget.kind, QB_BUDGET_WORK);
    cr_expect_eq(x->budget.memory_bytes, UINT64_MAX);
    cr_expect_eq(x->budget.threads, 1);
    cr_expect_eq(x->lowerings, 1);
    cr_expect_str_eq(x->lowering[0].name, "bound");
    cr_assert_eq(x->targets, 4);
    cr_expect(x->target[0] == 0.1 && x->target[3] == 0);
    cr_expect(!x->decision.given);
    cr_expect_eq(x->tuning.instances, 0);
    cr_expect_str_eq(x->question, "");
    cr_expect(isnan(x->kpi.per_objective_unit));
    cr_expect_str_eq(x->canonical,
                     "{\"experiment\": \"small\", \"question\": \"\", \"claim\": \"software\", \"workload\": "
                     "\"\", \"kpi\": {\"name\": \"\", \"unit\": \"\", \"per_objective_unit\": null}, "
                     "\"instances\": [{\"name\": \"labs007\"}], \"solvers\": [{\"name\": \"anneal\", "
                     "\"label\": \"anneal\", \"role\": \"challenger\", \"params\": {\"sweeps\": \"1000\", "
                     "\"beta\": \"0.5\", \"schedule\": \"geometric\", \"angles\": \"\", \"restart\": "
                     "\"on\"}}], \"budget\": {\"kind\": \"work\", \"limit\": 1000000, \"memory\": null, "
                     "\"threads\": 1}, \"repeats\": 1, \"seed\": 0, \"perturbations\": [], \"lowering\": "
                     "{\"penalty\": [\"bound\"], \"linearisation\": \"auto\", \"encoding\": \"binary\", "
                     "\"coefficient_limit\": \"8\", \"inequality\": \"slack\", \"resolution\": \"0\", "
                     "\"triangles\": \"auto\", \"repair\": \"off\", \"integer_step\": \"0\"}, "
                     "\"tuning\": null, \"targets\": [0.1, 0.01, 0.001, 0], \"decision\": null}");
    qb_experiment_free(x);
}

/* What is wrong, and the one message it must get. */
Test(experiment, errors_name_line_and_nearest_key)
{
    static const struct {
        const char *old, *new, *message;
    } cases[] = {
        {"repeats: 20", "repeat: 20", "x.yaml:15: unknown key 'repeat' (did you mean 'repeats'?)"},
        {"cpu_time: 2s", "cpu-time: 2s", "x.yaml:14: unknown key 'cpu-time' (did you mean 'cpu_time'?)"},
        {"repeats: 20", "colour: red", "x.yaml:15: unknown key 'colour'"},
        {"{name: exact, role", "{name: exakt, role",
         "x.yaml:13: unknown solver 'exakt' (did you mean 'exact'?)"},
        {"role: control", "role: controls",
         "x.yaml:13: 'role' cannot be 'controls' (did you mean 'control'?)"},
        {"sweeps: 10000", "sweps: 10000",
         "x.yaml:11: solver 'anneal' has no parameter 'sweps' (did you mean 'sweeps'?)"},
        {"sweeps: 10000", "sweeps: 0",
         "x.yaml:11: parameter 'sweeps': expected a whole number from 1 to 1000000000, got '0'"},
        {"label: anneal-default", "label: anneal",
         "x.yaml:12: the label 'anneal' is taken by line 11: give this entry one of its own"},
        {"label: anneal-default", "label: a b",
         "x.yaml:12: 'label' is a name of at most 64 letters, digits, '.', '_' and '-', got 'a b'"},
        {"workload: constrained-optimisation", "workload: constraint-optimisation",
         "x.yaml:4: unknown workload 'constraint-optimisation' (did you mean 'constrained-optimisation'?)"},
        {"family: random-qubo", "family: random-qbo",
         "x.yaml:9: unknown family 'random-qbo' (did you mean 'random-qubo'?)"},
        {"count: 5, seed: 1}", "count: 5, densty: 1}",
         "x.yaml:9: unknown key 'densty' (did you mean 'density'?)"},
        {"size: [20, 40]", "size: [20, 4000]", "x.yaml:9: 'size' out of range"},
        {"  - name: labs007", "  - {name: labs007, file: x}",
         "x.yaml:7: an instance has exactly one of 'name', 'file' and 'generate'"},
        {"  - file: mine/depot.mps", "  - name: labs007",
         "x.yaml:8: the instance 'labs007' stands in the list already"},
        {"cpu_time: 2s", "cpu_time: 2",
         "x.yaml:14: 'cpu_time' is a time such as 500ms, 2s, 10min or 1h, got '2'"},
        {"cpu_time: 2s", "cpu_time: 0s",
         "x.yaml:14: 'cpu_time' is a time such as 500ms, 2s, 10min or 1h, got '0s'"},
        {"cpu_time: 2s", "cpu_time: 2s, work: 10",
         "x.yaml:14: the budget has exactly one of cpu_time, wall_time, work, samples and device_time"},
        {"cpu_time: 2s, ", "",
         "x.yaml:14: the budget has none of cpu_time, wall_time, work, samples and device_time"},
        {"cpu_time: 2s", "cpu_time: 2s, simulator_time: 60s",
         "x.yaml:14: 'simulator_time' caps what a budget of device_time does not charge"},
        {"memory: 1GiB", "memory: 1GB", "x.yaml:14: 'memory' is an amount such as 512MiB or 1GiB, got '1GB'"},
        {"threads: 2", "threads: 0", "x.yaml:14: 'threads' is a whole number from 1 to 4096, got '0'"},
        {"seed: 2026", "seed: -1",
         "x.yaml:16: 'seed' is a whole number from 0 to 1.8446744073709552e19, got '-1'"},
        {"relative: 0.02, ", "", "x.yaml:17: a perturbation needs 'kind' and 'relative'"},
        {"relative: 0.02", "relative: 2", "x.yaml:17: 'relative' is a number from 0 to 1, got '2'"},
        {"coefficient-noise", "coefficient-nose",
         "x.yaml:17: 'kind' cannot be 'coefficient-nose' (did you mean 'coefficient-noise'?)"},
        {"[bound, tight, 0.5]", "[bound, bound]",
         "x.yaml:19: the penalty 'bound' stands in the list already"},
        {"[bound, tight, 0.5]", "bond",
         "x.yaml:19: penalty needs bound, tight, search or a positive factor, got 'bond'"},
        {"[bound, tight, 0.5]", "[0.5, 0.50]", "x.yaml:19: the penalty '0.5' stands in the list already"},
        {"encoding: one-hot", "encoding: one-hat",
         "x.yaml:19: unknown encoding 'one-hat' (did you mean 'one-hot'?)"},
        {"encoding: one-hot", "encodng: one-hot",
         "x.yaml:19: unknown key 'encodng' (did you mean 'encoding'?)"},
        {"[0.05, 0]", "[0, 0.05]", "x.yaml:20: 'targets' go from the easiest (largest) to the hardest"},
        {"2026-12-31", "2026-02-29", "x.yaml:21: 'deadline' is a date such as 2026-12-31, got '2026-02-29'"},
        {"confidence: 0.9", "confidence: 95",
         "x.yaml:21: 'confidence' is a number from 0.5 to 0.999999, got '95'"},
        {"claim: software", "claim: hardware", "x.yaml:3: 'claim' cannot be 'hardware'"},
        {"experiment: pilot-routing", "experiment: ../evil",
         "x.yaml:1: 'experiment' is a name of at most 64 letters, digits, '.', '_' and '-', got '../evil'"},
        {"experiment: pilot-routing\n", "", "x.yaml:1: an experiment needs 'experiment'"},
        {"tuning: {instances: 5, budget: 60s}", "tuning: {instances: 5}",
         "x.yaml:18: the tuning needs 'instances' and 'budget'"},
        {"  - name: labs007", "  - labs007", "x.yaml:7: an instance is a mapping of keys and values"},
        {"role: control}", "role: control, params: [1]}",
         "x.yaml:13: 'params' is a mapping of parameters and values"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const qb_experiment *x = NULL;
        qb_diag diag = {""};
        qb_text text = {0};
        const char *at = strstr(everything, cases[k].old);
        cr_assert_not_null(at, "%s", cases[k].old);
        qb_text_append_bytes(&text, everything, (size_t)(at - everything));
        qb_text_append(&text, cases[k].new);
        qb_text_append(&text, at + strlen(cases[k].old));
        cr_expect_eq(qb_experiment_parse("x.yaml", text.data, text.length, &x, &diag), QB_BAD_INPUT, "%s",
                     cases[k].new);
        cr_expect_str_eq(diag.text, cases[k].message);
        cr_expect_null(x);
        qb_text_clear(&text);
    }
}

Test(experiment, nothing_and_the_wrong_thing)
{
    static const char *const wrong[] = {"", "just text", "- a\n- list\n", "experiment: x\n", "{}"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        const qb_experiment *x = NULL;
        cr_expect_eq(qb_experiment_parse("x.yaml", wrong[k], strlen(wrong[k]), &x, NULL), QB_BAD_INPUT, "%s",
                     wrong[k]);
    }
}

/* More repeats, instances or solvers resume; anything else is another experiment; the decision stands apart.
 */
Test(experiment, identity_ignores_what_may_grow)
{
    static const struct {
        const char *old, *new;
        bool same_identity, same_decision;
    } cases[] = {
        {"repeats: 20", "repeats: 30", true, true},
        {"  - name: labs007", "  - name: labs007\n  - name: labs011", true, true},
        {"  - {name: exact", "  - {name: exact, label: twin}\n  - {name: exact", true, true},
        {"confidence: 0.9", "confidence: 0.95", true, false},
        {"confidence: 0.9", "confidence: 0.9, sequential: yes", true, false},
        {"confidence: 0.9", "confidence: 0.9, sequential: no, flagged: 0.1, headroom: 0.5", true, true},
        {"confidence: 0.9", "confidence: 0.9, flagged: 0.2", true, false},
        {"confidence: 0.9", "confidence: 0.9, headroom: 0.9", true, false},
        {"seed: 2026", "seed: 2027", false, true},
        {"cpu_time: 2s", "cpu_time: 3s", false, true},
        {"cpu_time: 2s", "cpu_time: 2000ms", true, true},
        {"cpu_time: 2s", "device_time: 2s, simulator_time: 60s", false, true},
        {"copies: 5", "copies: 6", false, true},
        {"[bound, tight, 0.5]", "[bound, tight]", false, true},
        {"{penalty:", "{resolution: 0.5, penalty:", false, true},
        {"{penalty:", "{linearisation: auto, penalty:", true, true},
        {"claim: software", "claim: device", false, true},
    };
    const qb_experiment *x = parse(everything);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const qb_experiment *y = parse_changed(everything, cases[k].old, cases[k].new);
        cr_expect_eq(!strcmp(x->identity, y->identity), cases[k].same_identity, "%s", cases[k].new);
        cr_expect_eq(!strcmp(x->decision_sha256, y->decision_sha256), cases[k].same_decision, "%s",
                     cases[k].new);
        qb_experiment_free(y);
    }
    qb_experiment_free(x);
}

Test(experiment, comments_and_order_do_not_matter)
{
    const qb_experiment *x = parse(minimal);
    const qb_experiment *y = parse("# a comment\nbudget: {work: 1e6}\nexperiment: 'small'\n"
                                   "solvers:\n- name: anneal\n  params: {sweeps: 1000}\n"
                                   "instances:\n- name: labs007\n");
    cr_expect_str_eq(x->canonical, y->canonical);
    cr_expect_str_eq(x->sha256, y->sha256);
    qb_experiment_free(x);
    qb_experiment_free(y);
}

/* Without a seed of its own a generated instance derives it from the identity: nobody picks the instances. */
Test(experiment, generated_seeds_follow_the_identity)
{
    const qb_experiment *x = parse_changed(everything, "count: 5, seed: 1", "count: 5");
    const qb_experiment *more = parse_changed(everything, "count: 5, seed: 1", "count: 7");
    cr_expect_eq(x->instance[2].seed, more->instance[2].seed, "a larger count keeps the first ones");
    cr_expect_eq(x->instance[7].seed, more->instance[9].seed);
    cr_expect_neq(x->instance[2].seed, x->instance[3].seed);
    cr_expect_neq(x->instance[2].seed, x->instance[7].seed);
    qb_experiment_free(x);
    qb_experiment_free(more);
}

Test(experiment, survives_every_failed_allocation)
{
    for (int64_t successes = 0;; successes++) {
        const qb_experiment *x = NULL;
        qb_memory_fail_after(successes);
        qb_status status = qb_experiment_parse("x.yaml", everything, sizeof everything - 1, &x, NULL);
        qb_memory_fail_never();
        if (status == QB_OK) {
            cr_expect_gt(successes, 3);
            qb_experiment_free(x);
            break;
        }
        cr_assert_eq(status, QB_NO_MEMORY, "after %d", (int)successes);
        cr_assert_null(x);
    }
}

static const qb_run_identity identity = {.experiment = "e",
                                         .instance = "i",
                                         .copy = "",
                                         .label = "anneal",
                                         .params = "{}",
                                         .lowering = "bound",
                                         .repeat = 0,
                                         .experiment_seed = 1,
                                         .budget_kind = QB_BUDGET_WORK,
                                         .budget = 1000,
                                         .memory_bytes = UINT64_MAX,
                                         .threads = 1};

static uint64_t seed_of(qb_run_identity i)
{
    uint64_t seed = 0;
    cr_assert_eq(qb_seed_run(&i, &seed), QB_OK);
    return seed;
}

/* The derivation is a promise: changing it would orphan every stored run.  The expected values were worked
 * out apart, by another implementation of SHA-256 over the fields as hash.h lays them out. */
Test(seed, derivations_are_fixed)
{
    char key[QB_SHA256_HEX], copy[QB_COPY_TEXT];
    uint64_t seed = 0;
    cr_expect_eq(seed_of(identity), 5784829119030384286u);
    cr_assert_eq(qb_seed_key(&identity, key), QB_OK);
    cr_expect_str_eq(key, "93e47f9d9aeffb05d5ce28eeb0b60c7a85481665f40cfc97f6e3560cd1616d9b");
    cr_expect_str_eq(qb_seed_copy_name("coefficient-noise", 0.02, 3, copy), "coefficient-noise:0.02:3");
    cr_assert_eq(qb_seed_copy(1, "i", "coefficient-noise", 0.02, 3, &seed), QB_OK);
    cr_expect_eq(seed, 2484801976322376625u);
}

/* A seed depends on seed, instance, label, copy and repeat, and on nothing else. */
Test(seed, what_a_seed_depends_on)
{
    qb_run_identity i = identity;
    uint64_t seed = seed_of(i);
    i.params = "{\"sweeps\": \"2\"}";
    i.lowering = "tight";
    i.budget = 2000;
    i.experiment = "another";
    cr_expect_eq(seed_of(i), seed);
#define DIFFERS(member, value)               \
    do {                                     \
        qb_run_identity other = identity;    \
        other.member = value;                \
        cr_expect_neq(seed_of(other), seed); \
    } while (0)
    DIFFERS(experiment_seed, 2);
    DIFFERS(instance, "j");
    DIFFERS(label, "anneal-twin");
    DIFFERS(copy, "coefficient-noise:0.02:1");
    DIFFERS(repeat, 1);
}

/* A key differs in every one of its parts. */
Test(seed, what_a_key_depends_on)
{
    char key[QB_SHA256_HEX], other_key[QB_SHA256_HEX];
    cr_assert_eq(qb_seed_key(&identity, key), QB_OK);
#undef DIFFERS
#define DIFFERS(member, value)                               \
    do {                                                     \
        qb_run_identity other = identity;                    \
        other.member = value;                                \
        cr_assert_eq(qb_seed_key(&other, other_key), QB_OK); \
        cr_expect_str_neq(key, other_key, #member);          \
    } while (0)
    DIFFERS(experiment, "f");
    DIFFERS(instance, "j");
    DIFFERS(copy, "coefficient-noise:0.02:1");
    DIFFERS(label, "twin");
    DIFFERS(params, "{\"x\": \"1\"}");
    DIFFERS(lowering, "tight");
    DIFFERS(repeat, 1);
    DIFFERS(budget_kind, QB_BUDGET_SAMPLES);
    DIFFERS(budget, 1001);
    DIFFERS(memory_bytes, 1);
    DIFFERS(threads, 2);
}
