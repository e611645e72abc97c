#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/store/evidence.h"
#include "harness/store/merge.h"
#include "tests/store/fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];
static qb_diag diag;

static void set_up(void)
{
    cr_assert(fixture_folder(folder));
    snprintf(path, sizeof path, "%s/runs.db", folder);
}

static void tear_down(void)
{
    chmod(folder, 0700);
    fixture_remove_folder(folder);
}

TestSuite(store, .init = set_up, .fini = tear_down);

static const fixture_options small = {.instances = 3, .entries = 4, .repeats = 2, .points = 8, .copies = 1};

static qb_store *filled(const fixture_options *options)
{
    qb_store *store = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(fixture_fill(store, options, NULL, &diag), QB_OK, "%s", diag.text);
    return store;
}

/* One number from the file by plain SQL, past the code under test. */
static double ask(const char *file, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    cr_assert_eq(sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(q), SQLITE_ROW, "%s", sqlite3_errmsg(db));
    double value = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

static void execute(const char *file, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(file, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void write_bytes(const char *file, const char *bytes, size_t size)
{
    FILE *f = fopen(file, "wb");
    cr_assert(f && fwrite(bytes, 1, size, f) == size);
    fclose(f);
}

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

static void expect_refused(const char *file, qb_status expected)
{
    qb_store *store = (qb_store *)0x1;
    qb_status status = qb_store_open(file, QB_STORE_WRITE, &store, &diag);
    cr_assert_eq(status, expected, "%s: %s", file, diag.text);
    cr_assert_eq(store, (qb_store *)0x1, "outputs are untouched");
    cr_assert(strstr(diag.text, file), "%s", diag.text);
    status = qb_store_open(file, QB_STORE_READ, &store, &diag);
    cr_assert_eq(status, expected, "%s: %s", file, diag.text);
}

Test(store, refuses_what_is_not_a_qubout_database)
{
    write_bytes(path, "experiment: this is YAML, thousands of it\n", 42);
    expect_refused(path, QB_BAD_INPUT);
    unlink(path);
    execute(path, "CREATE TABLE cookies (id INTEGER)");
    expect_refused(path, QB_BAD_INPUT);
    cr_assert_eq(ask(path, "SELECT count(*) FROM sqlite_schema"), 1, "and is left alone");
}

Test(store, refuses_a_newer_schema)
{
    qb_store_close(filled(&small));
    execute(path, "PRAGMA user_version = 99");
    expect_refused(path, QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "newer"));
}

Test(store, migrates_an_older_file)
{
    qb_store_close(filled(&small));
    execute(
        path,
        "DROP VIEW sampling; ALTER TABLE sample DROP COLUMN feasible;"
        " DROP VIEW tuning; DROP VIEW standing; DROP VIEW result; DROP VIEW trajectory; DROP TABLE selftest;"
        " ALTER TABLE experiment DROP COLUMN parent_id;"
        " DROP TABLE stage; ALTER TABLE run DROP COLUMN simulator_s;"
        " ALTER TABLE incumbent DROP COLUMN simulator_s; ALTER TABLE run DROP COLUMN cpu_way;"
        " ALTER TABLE run DROP COLUMN attempts; ALTER TABLE run DROP COLUMN reading_s; ALTER TABLE run DROP "
        "COLUMN overshoot_threads;"
        " DROP VIEW score; DROP VIEW best_value; DROP VIEW best_reference; DROP TABLE circuit;"
        " CREATE VIEW result AS SELECT id FROM run;"
        " PRAGMA user_version = 1"); /* as the first version left it */
    qb_store *store = NULL;
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_READ, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(e->runs, 60);
    qb_evidence_free(e);
    qb_store_close(store);
    cr_assert_eq(ask(path, "SELECT count(*) FROM selftest"), 0);
    cr_assert_eq(ask(path, "SELECT count(*) FROM circuit"), 60, "circuits of older runs are lifted");
    cr_assert_gt(ask(path, "PRAGMA user_version"), 1);
}

Test(store, refuses_a_truncated_file)
{
    qb_store_close(filled(&fixture_default));
    cr_assert_eq(truncate(path, 5000), 0);
    qb_store *store = NULL;
    qb_status status = qb_store_open(path, QB_STORE_READ, &store, &diag);
    if (status == QB_OK)
        status = qb_store_check(store, &diag);
    cr_assert_eq(status, QB_BAD_INPUT, "%s", diag.text);
    qb_store_close(store);
}

static qb_status pass(void *context, const qb_evidence_point *point)
{
    (void)context;
    (void)point;
    return QB_OK;
}

Test(store, survives_random_damage)
{
    qb_store_close(filled(&small));
    FILE *f = fopen(path, "rb");
    static char bytes[1 << 20], damaged[1 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    cr_assert_gt(size, 10000);
    for (uint32_t k = 0; k < 60; k++) {
        memcpy(damaged, bytes, size);
        for (uint32_t hit = 0; hit < 20; hit++)
            damaged[(k * 7919 + hit * 104729 + 100) % size] = (char)(k * 31 + hit);
        write_bytes(path, damaged, size);
        qb_store *store = NULL;
        const qb_evidence *e = NULL;
        if (qb_store_open(path, QB_STORE_READ, &store, &diag) == QB_OK &&
            qb_evidence_load(store, NULL, &e, &diag) == QB_OK)
            (void)qb_evidence_points(store, e, NULL, pass, NULL, &diag);
        qb_evidence_free(e);
        qb_store_close(store);
    }
}

Test(store, says_so_when_the_file_is_missing_or_the_folder_is_closed)
{
    qb_store *store = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_READ, &store, &diag), QB_BAD_INPUT);
    cr_assert_eq(access(path, F_OK), -1, "reading makes nothing");
    cr_assert_eq(qb_store_open("/nonexistent/folder/runs.db", QB_STORE_WRITE, &store, &diag), QB_ENVIRONMENT);
    cr_assert_eq(qb_store_open(folder, QB_STORE_WRITE, &store, &diag), QB_ENVIRONMENT);
    cr_assert_eq(qb_store_open("", QB_STORE_WRITE, &store, &diag), QB_BAD_INPUT);
}

Test(store, reads_from_a_folder_that_cannot_be_written)
{
    qb_store_close(filled(&small));
    if (geteuid() == 0) { /* root writes everywhere: the child tries as somebody else, who may read here */
        cr_assert_eq(chown(path, 65534, 65534), 0);
        cr_assert_eq(chown(folder, 65534, 65534), 0);
    }
    chmod(path, 0400);
    chmod(folder, 0500);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        qb_store *store = NULL;
        const qb_evidence *e = NULL;
        qb_status status = qb_store_open(path, QB_STORE_READ, &store, &diag);
        if (status == QB_OK)
            status = qb_evidence_load(store, NULL, &e, &diag);
        bool right = status == QB_OK && e->runs == 60;
        if (right)
            right = qb_store_open(path, QB_STORE_WRITE, &(qb_store *){NULL}, &diag) == QB_ENVIRONMENT;
        qb_evidence_free(e);
        qb_store_close(store);
        _exit(right ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}

/* ---- killed, full */

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (in >= 0 && out >= 0)
        for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
            cr_assert_eq(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

Test(store, opens_whole_after_a_kill_at_any_instant)
{
    for (unsigned delay = 1; delay <= 12; delay++) {
        char copy[96], log[104], copied_log[104];
        snprintf(path, sizeof path, "%s/killed-%u.db", folder, delay);
        snprintf(copy, sizeof copy, "%s/copy-%u.db", folder, delay);
        snprintf(log, sizeof log, "%s-wal", path);
        snprintf(copied_log, sizeof copied_log, "%s-wal", copy);
        int acknowledged[2];
        cr_assert_eq(pipe(acknowledged), 0);
        pid_t child = fork();
        if (child == 0) { /* one experiment after another; each run that record has accepted is announced */
            qb_store *store = NULL;
            if (qb_store_open(path, QB_STORE_WRITE, &store, NULL) != QB_OK)
                _exit(1);
            fixture_options tiny = {.instances = 1, .entries = 1, .repeats = 1, .points = 8};
            for (unsigned n = 0;; n++) {
                char name[16];
                snprintf(name, sizeof name, "x%u", n);
                tiny.name = name;
                if (fixture_fill(store, &tiny, NULL, NULL) != QB_OK || write(acknowledged[1], "+", 1) != 1)
                    _exit(1);
            }
        }
        close(acknowledged[1]);
        char byte;
        unsigned seen = 0;
        while (seen < 3 * delay && read(acknowledged[0], &byte, 1) == 1)
            seen++;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(acknowledged[0], &byte, 1) == 1)
            seen++;
        close(acknowledged[0]);
        copy_file(path, copy); /* what a power cut leaves: the file and its log, no shared memory */
        copy_file(log, copied_log);

        qb_store *store = NULL;
        cr_assert_eq(qb_store_open(copy, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
        cr_assert_eq(qb_store_check(store, &diag), QB_OK, "%s", diag.text);
        qb_store_close(store);
        double runs = ask(copy, "SELECT count(*) FROM run");
        cr_assert(runs >= seen && runs <= seen + 1, "%g runs in the file, %u announced", runs, seen);
        cr_assert_eq(ask(copy, "SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM summary)"), 0);
    }
}

Test(store, keeps_what_it_has_when_the_disk_is_full)
{
    qb_store *store = filled(&small);
    double runs = ask(path, "SELECT count(*) FROM run");
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    pid_t child = fork();
    if (child == 0) {
        qb_store *full = NULL;
        if (qb_store_open(path, QB_STORE_WRITE, &full, NULL) != QB_OK)
            _exit(1);
        struct stat file;
        stat(path, &file);
        /* a limit on the size of files stands for the disk's end: the log cannot grow beyond it */
        struct rlimit limit = {(rlim_t)file.st_size, (rlim_t)file.st_size};
        setrlimit(RLIMIT_FSIZE, &limit);
        fixture_options more = fixture_default;
        more.name = "more";
        qb_status status = fixture_fill(full, &more, NULL, &diag);
        qb_store_close(full);
        _exit(status == QB_ENVIRONMENT ? 0 : 2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    qb_store_close(store);
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_store_check(store, &diag), QB_OK, "%s", diag.text);
    qb_store_close(store);
    cr_assert_geq(ask(path, "SELECT count(*) FROM run"), runs);
    cr_assert_eq(ask(path, "SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM summary)"), 0);
}

Test(store, survives_every_failed_allocation)
{
    qb_store_close(filled(&small));
    for (int64_t successes = 0;; successes++) {
        qb_store *store = NULL;
        const qb_evidence *e = NULL;
        qb_memory_fail_after(successes);
        qb_status status = qb_store_open(path, QB_STORE_READ, &store, &diag);
        if (status == QB_OK)
            status = qb_evidence_load(store, NULL, &e, &diag);
        qb_memory_fail_never();
        qb_evidence_free(e);
        qb_store_close(store);
        if (status == QB_OK)
            break;
        cr_assert_eq(status, QB_NO_MEMORY, "%s", diag.text);
        cr_assert_lt(successes, 1000);
    }
}

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
