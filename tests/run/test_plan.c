#include "harness/base/memory.h"
#include "harness/run/cores.h"
#include "harness/run/machine.h"
#include "harness/run/plan.h"
#include "tests/run/fakes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INSTANCES = 3 };

/* Three instances, two solvers, one of them taking QUBOs only; the third instance is a MIP. */
static const char source[] = "experiment: plan\n"
                             "instances: [{name: a}, {name: b}, {name: c}]\n"
                             "solvers: [{name: anneal}, {name: exact, role: baseline}]\n"
                             "budget: {cpu_time: 2s}\n"
                             "repeats: 4\n"
                             "seed: 11\n"
                             "perturbations: [{kind: coefficient-noise, relative: 0.02, copies: 2},\n"
                             "                {kind: coefficient-noise, relative: 0.1, copies: 1}]\n"
                             "lowering: {penalty: [bound, tight]}\n";

/* (2 qubos * 2 solvers * 1 + mip * (anneal 2 + exact 1)) lowerings * 4 copies * 4 repeats */
enum { COPIES = 4, RUNS = (2 * 2 + 3) * COPIES * 4 };

typedef struct bench {
    const qb_experiment *x;
    qb_problem problem[INSTANCES];
    qb_plan_instance instance[INSTANCES];
    qb_plan *plan;
} bench;

static bench open_bench(const char *text)
{
    bench b = {0};
    qb_diag diag = {""};
    cr_assert_eq(qb_experiment_parse("x.yaml", text, strlen(text), &b.x, &diag), QB_OK, "%s", diag.text);
    for (uint32_t k = 0; k < INSTANCES; k++) {
        static const double linear[] = {1, -1};
        qb_draft draft = {.kind = k == 2 ? QB_KIND_MIP : QB_KIND_QUBO,
                          .name = "x",
                          .format = "generated",
                          .constant = k,
                          .columns = 2,
                          .linear = linear};
        cr_assert_eq(qb_problem_build(&draft, &b.problem[k], &diag), QB_OK, "%s", diag.text);
        snprintf(b.instance[k].sha256, QB_SHA256_HEX, "%064u", k);
    }
    return b;
}

/* Pointers into the bench are set here, where it has its final place. */
static void open_plan(bench *b, uint32_t shard, uint32_t shards)
{
    qb_diag diag = {""};
    for (uint32_t k = 0; k < INSTANCES; k++)
        b->instance[k].problem = &b->problem[k];
    cr_assert_eq(qb_plan_open(b->x, b->instance, shard, shards, &b->plan, &diag), QB_OK, "%s", diag.text);
}

static void close_bench(bench *b)
{
    qb_plan_close(b->plan);
    for (uint32_t k = 0; k < INSTANCES; k++)
        qb_problem_free(&b->problem[k]);
    qb_experiment_free(b->x);
}

static bool same_run(const qb_plan_run *a, const qb_plan_run *b)
{
    return a->instance == b->instance && a->entry == b->entry && a->lowering == b->lowering &&
           a->repeat == b->repeat && a->copy == b->copy && a->position == b->position;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* All keys of a plan, sorted. */
static char (*keys_of(const qb_plan *plan))[QB_SHA256_HEX]
{
    uint64_t count = qb_plan_count(plan);
    char(*keys)[QB_SHA256_HEX] = qb_alloc(count, QB_SHA256_HEX);
    for (uint64_t k = 0; k < count; k++)
        cr_assert_eq(qb_plan_key(plan, qb_plan_at(plan, k), keys[k]), QB_OK);
    qsort(keys, count, QB_SHA256_HEX, compare_keys);
    return keys;
}

Test(plan, finishes_instances_one_by_one_for_a_sequential_decision)
{
    char text[sizeof source + 100];
    snprintf(text, sizeof text, "%sdecision: {minimum_effect: 0.01, sequential: yes}\n", source);
    bench b = open_bench(text);
    open_plan(&b, 1, 1);
    uint64_t changes = 0, entry_changes = 0;
    cr_assert_eq(qb_plan_count(b.plan), RUNS);
    for (uint64_t k = 1; k < RUNS; k++) {
        const qb_plan_run *run = qb_plan_at(b.plan, k), *before = qb_plan_at(b.plan, k - 1);
        changes += run->instance != before->instance;
        entry_changes += run->entry != before->entry;
        cr_assert_eq(run->position, k);
    }
    cr_assert_eq(changes, INSTANCES - 1);
    cr_assert_gt(entry_changes, RUNS / 4, "interleaved within");
    close_bench(&b);
}

/* One repeat of all entries on an instance or copy comes together, and who goes first is chance. */
Test(plan, comes_in_randomised_blocks)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    uint32_t blocks = 1, first[2] = {0}, instance_changes = 0;
    for (uint64_t k = 0; k < RUNS; k++) {
        const qb_plan_run *run = qb_plan_at(b.plan, k), *before = k ? qb_plan_at(b.plan, k - 1) : NULL;
        bool opens = !before || run->instance != before->instance || run->copy != before->copy ||
                     run->repeat != before->repeat;
        blocks += before && opens;
        instance_changes += before && run->instance != before->instance;
        if (opens)
            first[run->entry]++;
    }
    cr_expect_eq(blocks, INSTANCES * COPIES * 4);
    cr_expect(first[0] > blocks / 4 && first[1] > blocks / 4, "%u, %u of %u", first[0], first[1], blocks);
    cr_expect_gt(instance_changes, blocks / 4, "instances follow one another in a row");
    close_bench(&b);
}

Test(plan, every_run_once)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    cr_assert_eq(qb_plan_count(b.plan), RUNS);
    char(*keys)[QB_SHA256_HEX] = keys_of(b.plan);
    for (int k = 1; k < RUNS; k++)
        cr_expect_str_neq(keys[k - 1], keys[k]);
    for (uint64_t k = 0; k < RUNS; k++) {
        const qb_plan_run *run = qb_plan_at(b.plan, k);
        cr_expect_eq(run->position, k);
        cr_expect(run->lowering == 0 || (run->instance == 2 && run->entry == 0),
                  "penalties matter there only");
    }
    qb_free(keys);
    close_bench(&b);
}

Test(plan, the_order_is_random_and_the_seed_decides)
{
    bench b = open_bench(source), again = open_bench(source);
    open_plan(&b, 1, 1);
    open_plan(&again, 1, 1);
    uint32_t changes = 0;
    for (uint64_t k = 0; k < RUNS; k++) {
        cr_expect(same_run(qb_plan_at(b.plan, k), qb_plan_at(again.plan, k)));
        if (k)
            changes += qb_plan_at(b.plan, k)->entry != qb_plan_at(b.plan, k - 1)->entry;
    }
    cr_expect_gt(changes, RUNS / 4, "solvers follow one another in blocks");
    close_bench(&b);
    close_bench(&again);
}

Test(plan, shards_are_a_partition)
{
    bench whole = open_bench(source);
    open_plan(&whole, 1, 1);
    uint64_t total = 0;
    for (uint32_t shard = 1; shard <= 5; shard++) {
        bench part = open_bench(source);
        open_plan(&part, shard, 5);
        for (uint64_t k = 0; k < qb_plan_count(part.plan); k++) {
            const qb_plan_run *run = qb_plan_at(part.plan, k);
            cr_expect_eq(run->position % 5, shard - 1);
            cr_expect(same_run(run, qb_plan_at(whole.plan, run->position)));
        }
        total += qb_plan_count(part.plan);
        close_bench(&part);
    }
    cr_expect_eq(total, RUNS);
    close_bench(&whole);
}

Test(plan, copies_have_their_perturbation)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static const double relative[COPIES] = {0, 0.02, 0.02, 0.1};
    static const uint32_t numbers[COPIES] = {0, 1, 2, 1};
    for (uint32_t copy = 0; copy < COPIES; copy++) {
        uint32_t number = 0;
        qb_plan_run run = {.copy = copy};
        const qb_experiment_perturbation *p = qb_plan_perturbation(b.plan, &run, &number);
        cr_expect_eq(p != NULL, copy > 0);
        cr_expect(!p || p->relative == relative[copy]);
        cr_expect_eq(number, numbers[copy]);
    }
    close_bench(&b);
}

/* More repeats and another entry keep every key and seed that was there. */
Test(plan, growing_keeps_what_is_there)
{
    static const char grown[] = "experiment: plan\n"
                                "instances: [{name: a}, {name: b}, {name: c}]\n"
                                "solvers: [{name: exact, role: control, label: new},\n"
                                "          {name: anneal}, {name: exact, role: baseline}]\n"
                                "budget: {cpu_time: 2s}\n"
                                "repeats: 6\n"
                                "seed: 11\n"
                                "perturbations: [{kind: coefficient-noise, relative: 0.02, copies: 2},\n"
                                "                {kind: coefficient-noise, relative: 0.1, copies: 1}]\n"
                                "lowering: {penalty: [bound, tight]}\n";
    bench b = open_bench(source), more = open_bench(grown);
    open_plan(&b, 1, 1);
    open_plan(&more, 1, 1);
    char(*old)[QB_SHA256_HEX] = keys_of(b.plan), (*new)[QB_SHA256_HEX] = keys_of(more.plan);
    for (int k = 0; k < RUNS; k++)
        cr_expect_not_null(bsearch(old[k], new, qb_plan_count(more.plan), QB_SHA256_HEX, compare_keys));
    qb_free(old);
    qb_free(new);
    close_bench(&b);
    close_bench(&more);
}

Test(plan, the_same_problem_twice_is_refused)
{
    bench b = open_bench(source);
    qb_diag diag = {""};
    memcpy(b.instance[2].sha256, b.instance[0].sha256, QB_SHA256_HEX);
    for (uint32_t k = 0; k < INSTANCES; k++)
        b.instance[k].problem = &b.problem[k];
    cr_expect_eq(qb_plan_open(b.x, b.instance, 1, 1, &b.plan, &diag), QB_BAD_INPUT);
    cr_expect_str_eq(diag.text, "the instances 'a' and 'c' are the same problem");
    cr_expect_eq(qb_plan_open(b.x, b.instance, 0, 1, &b.plan, &diag), QB_BAD_INPUT);
    cr_expect_eq(qb_plan_open(b.x, b.instance, 3, 2, &b.plan, &diag), QB_BAD_INPUT);
    close_bench(&b);
}

/* ---- Executing */

typedef struct ledger {
    char key[2 * RUNS][QB_SHA256_HEX];
    uint64_t recorded, begun, shown, asked, attempts, flagged;
    uint64_t refuse_at;
    qb_plan_progress last;
} ledger;

static bool is_done(void *context, const char *key)
{
    ledger *l = context;
    for (uint64_t k = 0; k < l->recorded; k++)
        if (!strcmp(l->key[k], key))
            return true;
    return false;
}

static double expected(void *context, const qb_plan_run *run)
{
    (void)run;
    ((ledger *)context)->asked++;
    return 3;
}

static qb_status record(void *context, const qb_plan_run *run, const char *key, uint64_t seed,
                        const qb_run_result *result, qb_diag *diag)
{
    ledger *l = context;
    (void)run;
    (void)seed;
    cr_assert_not_null(result->details);
    l->attempts += result->attempts;
    l->flagged += *result->flags != 0;
    if (l->recorded + 1 == l->refuse_at)
        return qb_fail(diag, QB_ENVIRONMENT, "disk full");
    memcpy(l->key[l->recorded++], key, QB_SHA256_HEX);
    return QB_OK;
}

static void show(void *context, const qb_plan_progress *progress)
{
    ledger *l = context;
    l->begun += progress->begun != NULL;
    l->shown += progress->finished != NULL;
    cr_assert(l->shown <= l->begun && !(progress->begun && progress->finished));
    l->last = *progress;
}

static qb_plan_hooks hooks_of(ledger *l)
{
    return (qb_plan_hooks){l, is_done, expected, record, show};
}

static void forget_runs(void)
{
    pthread_mutex_t lock = fake.lock;
    fake = (fake_runs){.lock = lock};
}

Test(execute, every_run_is_recorded_once_and_resuming_does_nothing)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_plan_hooks hooks = hooks_of(&l);
    qb_plan_options options = {.jobs = 1};
    qb_diag diag = {""};
    forget_runs();
    fake.crash_at = 5;
    cr_assert_eq(qb_plan_execute(b.plan, &options, &hooks, &diag), QB_OK, "%s", diag.text);
    cr_expect_eq(l.recorded, RUNS);
    cr_expect_eq(fake.runs, RUNS);
    cr_expect_eq(fake.most_running, 1);
    cr_expect(l.begun == RUNS && l.shown == RUNS);
    cr_expect_eq(l.last.done, RUNS);
    cr_expect_eq(l.last.failed, 1);
    cr_expect_eq(l.last.skipped, 0);
    cr_expect(l.last.eta_s == 0);
    cr_expect_eq(fake.copies_made, INSTANCES * (COPIES - 1), "each copy is made once");
    cr_expect_eq(fake.scored_on_nominal, RUNS * (COPIES - 1) / COPIES);
    cr_assert_eq(qb_plan_execute(b.plan, &options, &hooks, &diag), QB_OK);
    cr_expect_eq(fake.runs, RUNS);
    close_bench(&b);
}

/* Every fifth execution is disturbed, never twice in a row: one more attempt each, and nothing stays flagged.
 */
Test(execute, a_disturbed_run_is_repeated)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_plan_hooks hooks = hooks_of(&l);
    qb_diag diag = {""};
    forget_runs();
    fake.disturb_every = 5;
    fake.disturb_until = 50;
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1, .flagged_repeats = 2}, &hooks, &diag),
                 QB_OK, "%s", diag.text);
    cr_expect(l.recorded == RUNS && l.begun == RUNS && l.shown == RUNS);
    cr_expect_eq(fake.runs, RUNS + 10);
    cr_expect_eq(l.attempts, RUNS + 10);
    cr_expect_eq(l.flagged, 0);
    close_bench(&b);
}

/* Under load that does not end, repeats come to an end; a run that failed by itself is not tried again. */
Test(execute, repeats_are_limited_and_no_second_chance)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger loaded, crashing, never;
    qb_plan_hooks hooks = hooks_of(&loaded);
    forget_runs();
    fake.disturb_every = 1;
    fake.disturb_until = UINT64_MAX;
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1, .flagged_repeats = 2}, &hooks, NULL),
                 QB_OK);
    cr_expect_eq(fake.runs, RUNS + RUNS / 10 + 10);
    cr_expect(loaded.recorded == RUNS && loaded.flagged == RUNS && loaded.attempts == fake.runs);

    forget_runs();
    fake.disturb_every = 1;
    fake.disturb_until = UINT64_MAX;
    fake.disturb_crashes = true;
    hooks = hooks_of(&crashing);
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1, .flagged_repeats = 2}, &hooks, NULL),
                 QB_OK);
    cr_expect(fake.runs == RUNS && crashing.attempts == RUNS);

    forget_runs();
    fake.disturb_every = 1;
    fake.disturb_until = UINT64_MAX;
    hooks = hooks_of(&never);
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1}, &hooks, NULL), QB_OK);
    cr_expect(fake.runs == RUNS && never.flagged == RUNS);
    close_bench(&b);
}

Test(execute, the_seeds_are_those_of_the_plan)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_plan_hooks hooks = hooks_of(&l);
    uint64_t seeds = 0;
    for (uint64_t k = 0; k < RUNS; k++) {
        uint64_t seed;
        cr_assert_eq(qb_plan_seed(b.plan, qb_plan_at(b.plan, k), &seed), QB_OK);
        seeds ^= seed;
    }
    forget_runs();
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1}, &hooks, NULL), QB_OK);
    cr_expect_eq(fake.seeds, seeds);
    close_bench(&b);
}

/* As many jobs as this machine has cores: each has cores of its own, nothing is lost or doubled. */
Test(execute, parallel_jobs_have_cores_of_their_own)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_plan_hooks hooks = hooks_of(&l);
    uint32_t count = 0, unheld = 0;
    cr_assert_eq(qb_cores_count(false, &count, &unheld, NULL), QB_OK);
    forget_runs();
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = count}, &hooks, NULL), QB_OK);
    cr_expect_eq(l.recorded, RUNS);
    cr_expect_leq(fake.most_running, count);
    qb_diag diag = {""};
    cr_expect_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = count + 1}, &hooks, &diag), QB_BAD_INPUT);
    cr_expect_not_null(strstr(diag.text, "cannot each have cores of their own"));
    close_bench(&b);
}

Test(execute, stopping_keeps_what_is_finished)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    volatile sig_atomic_t stop = 0;
    qb_plan_hooks hooks = hooks_of(&l);
    qb_plan_options options = {.jobs = 1, .stop = &stop};
    forget_runs();
    fake.stop = &stop;
    fake.stop_at = 7;
    cr_assert_eq(qb_plan_execute(b.plan, &options, &hooks, NULL), QB_STOPPED);
    cr_expect_eq(fake.runs, 7);
    cr_expect_eq(l.recorded, 7);
    stop = 0;
    fake.stop_at = 0;
    cr_assert_eq(qb_plan_execute(b.plan, &options, &hooks, NULL), QB_OK);
    cr_expect_eq(fake.runs, RUNS);
    cr_expect_eq(l.recorded, RUNS);
    cr_expect_eq(l.last.skipped, 7);
    close_bench(&b);
}

Test(execute, a_recording_that_fails_ends_it)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_diag diag = {""};
    qb_plan_hooks hooks = hooks_of(&l);
    forget_runs();
    l.refuse_at = 4;
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1}, &hooks, &diag), QB_ENVIRONMENT);
    cr_expect_str_eq(diag.text, "disk full");
    cr_expect_eq(l.recorded, 3);
    close_bench(&b);
}

Test(execute, a_harness_that_fails_ends_it)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_diag diag = {""};
    qb_plan_hooks hooks = hooks_of(&l);
    forget_runs();
    fake.fail_at = 3;
    cr_assert_eq(qb_plan_execute(b.plan, &(qb_plan_options){.jobs = 1}, &hooks, &diag), QB_ENVIRONMENT);
    cr_expect_str_eq(diag.text, "no more processes");
    cr_expect_eq(l.recorded, 2);
    cr_expect_eq(fake.runs, 3);
    close_bench(&b);
}

Test(execute, the_estimate_asks_once_an_instance_and_entry)
{
    bench b = open_bench(source);
    open_plan(&b, 1, 1);
    static ledger l;
    qb_plan_hooks hooks = hooks_of(&l);
    uint64_t left = 0;
    double seconds = 0;
    cr_assert_eq(qb_plan_estimate(b.plan, &hooks, 2, &left, &seconds, NULL), QB_OK);
    cr_expect_eq(left, RUNS);
    cr_expect(seconds == 3.0 * RUNS / 2);
    cr_expect_eq(l.asked, 6);
    hooks.expected = NULL;
    cr_assert_eq(qb_plan_estimate(b.plan, &hooks, 1, &left, &seconds, NULL), QB_OK);
    cr_expect(seconds == 2.0 * RUNS, "a time limit stands in");
    close_bench(&b);
}

Test(machine, facts_and_fingerprint)
{
    qb_machine m, again;
    qb_text facts = {0};
    cr_assert_eq(qb_machine_capture(&m, NULL), QB_OK);
    cr_assert_eq(qb_machine_capture(&again, NULL), QB_OK);
    cr_expect_str_eq(m.fingerprint, again.fingerprint);
    cr_expect(m.cores >= 1 && m.threads >= m.cores && m.memory_bytes > 0);
    cr_expect_eq(strlen(m.host), 16);
    qb_machine_facts(&m, &facts);
    cr_expect_not_null(strstr(qb_text_get(&facts), "\"memory_bytes\": "));
    qb_text_clear(&facts);
    qb_build build = qb_build_capture();
    cr_expect(*build.version && *build.revision && *build.compiler && *build.flags && *build.simd);
}
