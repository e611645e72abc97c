#define _GNU_SOURCE
#include "harness/store/evidence.h"
#include "harness/store/merge.h"
#include "tests/store/filled.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(store, .init = set_up, .fini = tear_down);

/* ---- round trip */

Test(store, gives_back_what_was_recorded)
{
    qb_store *store = filled(&small);
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK, "%s", diag.text);
    cr_assert_str_eq(e->experiment.name, "head-to-head");
    cr_assert_eq(e->instances, 3);
    cr_assert_eq(e->entries, 4);
    cr_assert_eq(e->runs, 3 * 4 * (2 + 3 * 1));
    cr_assert_eq(e->budget_kind, QB_BUDGET_CPU_TIME);
    cr_assert_eq(e->budget, 2.0);
    cr_assert_eq(e->machines, 1);
    cr_assert_eq(e->machine[0].cores, 2);
    cr_assert_eq(e->build[0].runs, e->runs);
    cr_assert_str_eq(e->entry[0].name, "anneal-long", "challengers first, by name");
    cr_assert_str_eq(e->entry[2].name, "anneal");
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        const qb_evidence_instance *instance = &e->instance[run->instance];
        cr_assert(run->has_solution && run->feasible);
        cr_assert(!isnan(instance->reference));
        cr_assert_eq(instance->targets, 4);
        cr_assert(instance->sense == QB_MAXIMISE ? run->objective <= instance->reference
                                                 : run->objective >= instance->reference);
        cr_assert(run->noise > 0 ? isnan(run->primal_integral)
                                 : run->primal_integral > 0 && run->primal_integral < 1);
    }
    qb_evidence_free(e);
    qb_store_close(store);
    cr_assert_eq(access(path, F_OK), 0);
}

Test(store, keeps_the_stages_of_every_run)
{
    qb_store_close(filled(&small));
    cr_assert_eq(ask(path, "SELECT count(*) FROM stage"), 3 * 60);
    cr_assert_float_eq(ask(path, "SELECT max(wall_s) FROM stage WHERE stage = 'init'"), 0.002, 1e-12);
    cr_assert_float_eq(ask(path, "SELECT sum(cpu_s) FROM stage WHERE run_id = 1"), 2, 1e-12);
}

/* Entry 4 draws no shots; the others tell of a circuit. */
Test(store, keeps_circuits_in_columns_of_their_own)
{
    qb_store *store = filled(&(fixture_options){.instances = 2, .entries = 5, .repeats = 3, .points = 4});
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK, "%s", diag.text);
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_circuit *c = e->run[k].circuit;
        bool classical = !strcmp(e->entry[e->run[k].entry].name, "glpk");
        cr_assert_eq(c == NULL, classical);
        if (classical)
            continue;
        cr_assert_eq(c->qubits, e->instance[e->run[k].instance].variables);
        cr_assert_eq(c->layers, 1 + (e->run[k].repeat > 0));
        cr_assert_eq(c->noisy, e->run[k].repeat == 2);
        cr_assert_str_eq(c->angles_from, "ramp");
        cr_assert_str_eq(c->fitted_on, "none");
        cr_assert_str_eq(c->device, "optimistic");
        cr_assert_str_eq(c->routing, "", "not told");
        cr_assert(isnan(c->swaps), "not told");
        cr_assert_eq(c->device_depth, 13);
        cr_assert_eq(c->shot_s, 2e-6);
        cr_assert_eq(c->on_gates_2q[1], 60);
        cr_assert_eq(c->on_depth[3], 41);
    }
    qb_evidence_free(e);
    qb_store_close(store);
    cr_assert_eq(ask(path, "SELECT count(*) FROM result WHERE qubits = 10 AND circuit_depth IS NULL"), 12);
    cr_assert_eq(ask(path, "SELECT count(*) FROM result WHERE qubits IS NULL"), 6);
}

Test(store, merges_circuits_with_their_runs)
{
    char other[104];
    qb_store *store = NULL;
    qb_merge_counts counts;
    qb_store_close(filled(&small));
    snprintf(other, sizeof other, "%s/all.db", folder);
    cr_assert_eq(qb_store_open(other, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_store_merge(store, path, &counts, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(counts.added, 60);
    qb_store_close(store);
    const char *all = "SELECT count(*) FROM circuit JOIN run ON run.id = run_id WHERE heavy_hex_depth = 41"
                      " AND layers = json_extract(details, '$.depth')";
    cr_assert_eq(ask(path, all), 60);
    cr_assert_eq(ask(other, all), 60);
}

Test(store, leaves_an_entry_out_with_its_runs)
{
    qb_store *store = filled(&small);
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK, "%s", diag.text);
    const char *names[] = {e->entry[0].name, e->entry[2].name, e->entry[3].name};
    uint64_t runs = e->runs, gone = 0, last = 0;
    int64_t last_id = e->run[runs - 1].id;
    for (uint64_t k = 0; k < runs; k++)
        gone += e->run[k].entry == 1;
    qb_evidence_leave_out(e, 1);
    cr_assert(e->entries == 3 && gone > 0 && e->runs == runs - gone);
    for (uint32_t k = 0; k < 3; k++)
        cr_assert_str_eq(e->entry[k].name, names[k]);
    for (uint64_t k = 0; k < e->runs; k++) {
        cr_assert(e->run[k].entry < 3 && e->run[k].entry >= last, "still sorted");
        last = e->run[k].entry;
    }
    cr_assert_eq(e->run[e->runs - 1].id, last_id);
    qb_evidence_free(e);
    qb_store_close(store);
}

typedef struct walk {
    const qb_evidence *evidence;
    uint64_t points, last_run;
    double last_value;
} walk;

static qb_status step(void *context, const qb_evidence_point *point)
{
    walk *w = context;
    const qb_evidence_run *run = &w->evidence->run[point->run];
    double sign = w->evidence->instance[run->instance].sense == QB_MAXIMISE ? -1 : 1;
    if (w->points && point->run == w->last_run)
        cr_assert_lt(sign * point->objective, w->last_value, "a trajectory improves");
    w->last_run = point->run;
    w->last_value = sign * point->objective;
    w->points++;
    return QB_OK;
}

Test(store, streams_every_incumbent_once)
{
    qb_store *store = filled(&small);
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK);
    walk w = {.evidence = e};
    cr_assert_eq(qb_evidence_points(store, e, NULL, step, &w, &diag), QB_OK);
    qb_evidence_free(e);
    qb_store_close(store);
    cr_assert_eq((double)w.points, ask(path, "SELECT count(*) FROM incumbent"));
    cr_assert_gt(w.points, 0);
}

Test(store, knows_what_is_done_and_how_long_it_takes)
{
    qb_store *store = filled(&small);
    const qb_stored_run *run = NULL;
    cr_assert_eq(qb_store_run_by_id(store, 1, &run, &diag), QB_OK, "%s", diag.text);
    cr_assert(qb_store_is_done(store, run->key));
    cr_assert_not(qb_store_is_done(store, "no such key"));
    cr_assert_float_eq(qb_store_expected_seconds(store, run->experiment, 1, run->label), 2.02, 1e-9);
    cr_assert_float_eq(qb_store_expected_seconds(store, run->experiment, 999, "newcomer"), 2.02, 1e-9);
    cr_assert(isnan(qb_store_expected_seconds(store, 999, 1, run->label)));
    cr_assert_gt(run->points, 0);
    cr_assert_eq(run->trajectory[run->points - 1].objective, run->objective);
    uint64_t machines = 9, builds = 9;
    cr_assert_eq(qb_store_foreign_runs(store, run->experiment, 1, 1, &machines, &builds, &diag), QB_OK);
    cr_assert(machines == 0 && builds == 0);
    cr_assert_eq(qb_store_foreign_runs(store, run->experiment, 1, 2, &machines, &builds, &diag), QB_OK);
    cr_assert(machines == 0 && builds == 60);
    cr_assert_eq(qb_store_run_by_id(store, 12345, &(const qb_stored_run *){NULL}, &diag), QB_BAD_INPUT);
    qb_stored_run_free(run);
    qb_store_close(store);
}

/* ---- summaries, by hand */

static int64_t record_one(qb_store *store, qb_run_point *points, uint32_t count, const double *targets,
                          uint32_t target_count, double reference)
{
    int64_t experiment, machine, build, instance, solver, id = 0;
    qb_store_experiment x = {.name = "x", .identity = "i", .decision = "d", .sha256 = "s", .spec = "spec"};
    qb_store_instance i = {
        .name = "a", .sha256 = "1", .kind = QB_KIND_QUBO, .sense = QB_MAXIMISE, .anchor = 0};
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &experiment, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_store_register_machine(store, &(qb_store_machine){.fingerprint = "m"}, &machine, &diag),
                 QB_OK);
    cr_assert_eq(qb_store_register_build(store, &(qb_store_build){.version = "b"}, &build, &diag), QB_OK);
    cr_assert_eq(qb_store_register_instance(store, &i, &instance, &diag), QB_OK);
    cr_assert_eq(qb_store_register_solver(store, &(qb_store_solver){.name = "s"}, &solver, &diag), QB_OK);
    cr_assert_eq(qb_store_add_reference(store, instance, reference, "proven", "", &diag), QB_OK);
    cr_assert_eq(qb_store_set_targets(store, experiment, instance, targets, target_count, &diag), QB_OK);
    qb_run_result result = {.outcome = QB_RUN_BUDGET, .trajectory = points, .points = count};
    result.has_solution = count > 0;
    result.score.feasible = true;
    result.score.objective = count ? points[count - 1].objective : 0;
    qb_store_run run = {.key = "k",
                        .experiment = experiment,
                        .instance = instance,
                        .solver = solver,
                        .machine = machine,
                        .build = build,
                        .label = "s",
                        .role = "baseline",
                        .budget = 10,
                        .budget_kind = QB_BUDGET_WALL_TIME,
                        .threads = 1,
                        .result = &result};
    cr_assert_eq(qb_store_record(store, &run, &id, &diag), QB_OK, "%s", diag.text);
    return id;
}

Test(store, summarises_a_trajectory_by_hand)
{
    /* maximise to 100 in 10 s: gap 1 until 2 s, .5 until 5 s, .1 until the end: (2 + 1.5 + .5) / 10 */
    qb_run_point points[] = {{.wall_s = 1, .objective = 70, .feasible = false},
                             {.wall_s = 2, .objective = 50, .feasible = true},
                             {.wall_s = 5, .objective = 90, .feasible = true}};
    double targets[] = {40, 90, 95};
    qb_store *store = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    record_one(store, points, 3, targets, 3, 100);
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, "x", &e, &diag), QB_OK, "%s", diag.text);
    const qb_evidence_run *run = &e->run[0];
    cr_assert_float_eq(run->primal_integral, 0.4, 1e-12);
    cr_assert_eq(run->first_s, 2);
    cr_assert_eq(run->last_s, 5);
    cr_assert(run->crossing[0] == 2 && run->crossing[1] == 5 && isnan(run->crossing[2]));
    qb_evidence_free(e);

    cr_assert_eq(qb_store_add_reference(store, 1, 180, "best-known", "better", &diag), QB_OK);
    cr_assert_eq(qb_store_refresh(store, 1, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_evidence_load(store, "#1", &e, &diag), QB_OK, "%s", diag.text);
    cr_assert_float_eq(e->run[0].primal_integral, (2 + 3 * 130. / 180 + 5 * .5) / 10, 1e-12);
    cr_assert_str_eq(e->instance[0].reference_kind, "best-known");
    cr_assert(e->run[0].crossing[0] == 2 && isnan(e->run[0].crossing[2]));
    qb_evidence_free(e);
    qb_store_close(store);
    cr_assert_float_eq(ask(path, "SELECT gap FROM result"), 0.5, 1e-12, "(180 - 90) / (180 - 0)");
}

Test(store, records_a_run_that_found_nothing)
{
    qb_store *store = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    record_one(store, NULL, 0, NULL, 0, 100);
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK, "%s", diag.text);
    cr_assert(!e->run[0].has_solution && isnan(e->run[0].objective) && isnan(e->run[0].first_s));
    cr_assert_eq(e->run[0].primal_integral, 1);
    qb_evidence_free(e);
    cr_assert_eq(qb_store_refresh(store, 1, &diag), QB_OK, "%s", diag.text);
    qb_store_close(store);
    cr_assert_eq(ask(path, "SELECT primal_integral FROM summary"), 1);
}

/* ---- registration */

Test(store, keeps_an_experiment_and_its_amendments)
{
    qb_store *store = NULL;
    int64_t first = 0, again = 0, other = 0;
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    qb_store_experiment x = {.name = "x", .identity = "i", .decision = "d", .sha256 = "1", .spec = "one"};
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &first, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &again, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(first, again);
    x.sha256 = "2", x.spec = "one, more repeats";
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &again, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(first, again);
    x.sha256 = "3", x.spec = "another rule", x.decision = "e";
    again = -1;
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &again, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "--amend") && again == -1);
    cr_assert_eq(qb_store_register_experiment(store, &x, "the reviewer asked", &again, &diag), QB_OK);
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &again, &diag), QB_OK,
                 "the new rule now stands");
    x.identity = "j";
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &other, &diag), QB_OK);
    cr_assert_neq(first, other);
    qb_store_close(store);
    cr_assert_eq(ask(path, "SELECT count(*) FROM amendment"), 2);
    cr_assert_eq(ask(path, "SELECT count(*) FROM amendment WHERE why = 'the reviewer asked'"), 1);
    cr_assert_eq(ask(path, "SELECT count(*) FROM experiment WHERE spec = 'one'"), 1);
}

Test(store, finds_what_is_registered_already)
{
    qb_store *store = NULL;
    int64_t a = 0, b = 0, c = 0;
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    qb_store_solver solver = {.name = "tabu", .params = "{}"};
    cr_assert_eq(qb_store_register_solver(store, &solver, &a, &diag), QB_OK);
    cr_assert_eq(qb_store_register_solver(store, &solver, &b, &diag), QB_OK);
    solver.params = "{\"tenure\":\"9\"}";
    cr_assert_eq(qb_store_register_solver(store, &solver, &c, &diag), QB_OK);
    cr_assert(a == b && a != c);
    qb_store_build build = {.version = "1"};
    cr_assert_eq(qb_store_register_build(store, &build, &a, &diag), QB_OK);
    cr_assert_eq(qb_store_register_build(store, &build, &b, &diag), QB_OK);
    cr_assert_eq(a, b);
    qb_store_close(store);
}

Test(store, holds_targets_fast)
{
    qb_store *store = filled(&small);
    double other[4] = {1, 2, 3, 4};
    cr_assert_eq(qb_store_set_targets(store, 1, 1, other, 4, &diag), QB_BAD_INPUT);
    cr_assert_eq(qb_store_set_targets(store, 1, 1, other, 2, &diag), QB_BAD_INPUT);
    qb_store_close(store);
}

Test(store, refuses_a_key_twice_and_keeps_nothing_of_it)
{
    qb_store *store = filled(&small);
    double before = ask(path, "SELECT count(*) FROM incumbent");
    qb_run_point point = {.objective = 1};
    qb_run_result result = {.trajectory = &point, .points = 1};
    const qb_stored_run *known = NULL;
    cr_assert_eq(qb_store_run_by_id(store, 1, &known, &diag), QB_OK);
    qb_store_run run = {.key = known->key,
                        .experiment = 1,
                        .instance = 1,
                        .solver = 1,
                        .machine = 1,
                        .build = 1,
                        .label = "x",
                        .role = "baseline",
                        .budget = 1,
                        .result = &result};
    cr_assert_eq(qb_store_record(store, &run, NULL, &diag), QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "stored already"), "%s", diag.text);
    run.key = "fresh", run.instance = 4711;
    cr_assert_eq(qb_store_record(store, &run, NULL, &diag), QB_BAD_INPUT,
                 "an instance that is not registered");
    qb_stored_run_free(known);
    qb_store_close(store);
    cr_assert_eq(ask(path, "SELECT count(*) FROM incumbent"), before);
}

/* ---- files that are not ours, or no longer whole */
/* ---- selection, views */

Test(store, selects_experiments_by_name_number_and_identity)
{
    qb_store *store = filled(&small);
    fixture_options other = small;
    other.name = "pilot";
    cr_assert_eq(fixture_fill(store, &other, NULL, &diag), QB_OK);
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK);
    cr_assert_str_eq(e->experiment.name, "pilot", "the one that ran last");
    char prefix[9];
    snprintf(prefix, sizeof prefix, "%.8s", e->experiment.identity);
    qb_evidence_free(e);
    const char *selector[] = {"head-to-head", "#1", prefix};
    const char *expected[] = {"head-to-head", "head-to-head", "pilot"};
    for (int k = 0; k < 3; k++) {
        cr_assert_eq(qb_evidence_load(store, selector[k], &e, &diag), QB_OK, "%s", diag.text);
        cr_assert_str_eq(e->experiment.name, expected[k]);
        qb_evidence_free(e);
    }
    cr_assert_eq(qb_evidence_load(store, "polit", &e, &diag), QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "'pilot'") && strstr(diag.text, "'head-to-head'"), "%s", diag.text);
    qb_store_close(store);
}

typedef struct rows {
    uint64_t count;
    uint32_t columns;
    int gap, reference, anchor, objective, sense;
} rows;

static double real_of(qb_cell cell)
{
    return cell.type == QB_CELL_INTEGER ? (double)cell.integer : cell.type == QB_CELL_REAL ? cell.real : NAN;
}

static qb_status check_row(void *context, const char *const *names, const qb_cell *cells, uint32_t count)
{
    rows *r = context;
    if (!cells) {
        r->columns = count;
        for (uint32_t k = 0; k < count; k++) {
            r->gap = !strcmp(names[k], "gap") ? (int)k : r->gap;
            r->reference = !strcmp(names[k], "reference") ? (int)k : r->reference;
            r->anchor = !strcmp(names[k], "anchor") ? (int)k : r->anchor;
            r->objective = !strcmp(names[k], "objective") ? (int)k : r->objective;
        }
        return QB_OK;
    }
    r->count++;
    double objective = real_of(cells[r->objective]), reference = real_of(cells[r->reference]);
    double expected = (objective - reference) / (real_of(cells[r->anchor]) - reference);
    double gap = real_of(cells[r->gap]);
    cr_assert(isnan(expected) ? isnan(gap) : fabs(gap - expected) < 1e-12);
    return QB_OK;
}

Test(store, shows_results_with_their_gap)
{
    qb_store *store = filled(&fixture_default);
    rows r = {.gap = -1, .reference = -1, .anchor = -1, .objective = -1};
    cr_assert_eq(qb_store_results(store, 1, check_row, &r, &diag), QB_OK, "%s", diag.text);
    qb_store_close(store);
    cr_assert_eq((double)r.count, ask(path, "SELECT count(*) FROM run"));
    cr_assert_eq(ask(path, "SELECT sum(runs) FROM standing"), 16 * 8 * 10);
    cr_assert_eq(ask(path, "SELECT count(*) FROM trajectory"), ask(path, "SELECT count(*) FROM incumbent"));
}
