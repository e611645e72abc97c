/* The schema, as a list of steps forward: a file at user_version k has had the first k steps.  And its views.
 */
#include "harness/store/circuit.h"

#include <stdio.h>

#define APPLICATION_ID 0x51424f55 /* "QBOU" in the file's header: how a foreign database is told apart */

/* 1: the tables of DESIGN.md. */
static const char *const step_1[] = {
    "CREATE TABLE experiment ("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, identity TEXT NOT NULL UNIQUE, decision TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL, spec TEXT NOT NULL, registered_at TEXT NOT NULL, version TEXT NOT NULL) STRICT",
    "CREATE TABLE amendment ("
    "  id INTEGER PRIMARY KEY, experiment_id INTEGER NOT NULL REFERENCES experiment, decision TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL, spec TEXT NOT NULL, why TEXT, amended_at TEXT NOT NULL, version TEXT NOT NULL,"
    "  UNIQUE (experiment_id, sha256)) STRICT",
    "CREATE TABLE machine ("
    "  id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, cpu TEXT, system TEXT, cores INTEGER,"
    "  threads INTEGER, memory_bytes INTEGER, facts TEXT) STRICT",
    "CREATE TABLE build ("
    "  id INTEGER PRIMARY KEY, version TEXT NOT NULL, revision TEXT NOT NULL, compiler TEXT NOT NULL,"
    "  flags TEXT NOT NULL, simd TEXT NOT NULL, UNIQUE (version, revision, compiler, flags, simd)) STRICT",
    "CREATE TABLE instance ("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, family TEXT, sha256 TEXT NOT NULL, format TEXT,"
    "  kind TEXT NOT NULL, sense TEXT NOT NULL CHECK (sense IN ('min', 'max')), variables INTEGER NOT NULL,"
    "  nonzeros INTEGER NOT NULL, constraints INTEGER NOT NULL, anchor REAL, UNIQUE (name, sha256)) STRICT",
    "CREATE TABLE reference ("
    "  id INTEGER PRIMARY KEY, instance_id INTEGER NOT NULL REFERENCES instance, value REAL NOT NULL,"
    "  kind TEXT NOT NULL CHECK (kind IN ('proven', 'planted', 'best-known')), source TEXT NOT NULL,"
    "  added_at TEXT NOT NULL, UNIQUE (instance_id, value, kind, source)) STRICT",
    "CREATE TABLE target ("
    "  experiment_id INTEGER NOT NULL REFERENCES experiment, instance_id INTEGER NOT NULL REFERENCES "
    "instance,"
    "  position INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (experiment_id, instance_id, position))"
    "  STRICT, WITHOUT ROWID",
    "CREATE TABLE solver ("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, params TEXT NOT NULL, family TEXT, source TEXT,"
    "  execution TEXT NOT NULL, version TEXT NOT NULL, UNIQUE (name, params, version)) STRICT",
    "CREATE TABLE run ("
    "  id INTEGER PRIMARY KEY, run_key TEXT NOT NULL UNIQUE,"
    "  experiment_id INTEGER NOT NULL REFERENCES experiment, instance_id INTEGER NOT NULL REFERENCES "
    "instance,"
    "  solver_id INTEGER NOT NULL REFERENCES solver, machine_id INTEGER NOT NULL REFERENCES machine,"
    "  build_id INTEGER NOT NULL REFERENCES build, label TEXT NOT NULL,"
    "  role TEXT NOT NULL CHECK (role IN ('challenger', 'baseline', 'control')),"
    "  seed INTEGER NOT NULL, budget_kind TEXT NOT NULL, budget REAL NOT NULL, memory_bytes INTEGER,"
    "  threads INTEGER NOT NULL, penalty TEXT NOT NULL, perturbation TEXT, noise REAL NOT NULL,"
    "  copy INTEGER NOT NULL, repeat INTEGER NOT NULL, position INTEGER NOT NULL, simd TEXT,"
    "  status TEXT NOT NULL, reason TEXT, objective REAL, feasible INTEGER, violations INTEGER, bound REAL,"
    "  cpu_s REAL NOT NULL, wall_s REAL NOT NULL, setup_s REAL NOT NULL, teardown_s REAL NOT NULL,"
    "  overshoot_s REAL NOT NULL, peak_rss_kib INTEGER NOT NULL, work INTEGER NOT NULL,"
    "  samples INTEGER NOT NULL, modelled_s REAL NOT NULL, offered INTEGER NOT NULL, late INTEGER NOT NULL,"
    "  late_objective REAL, lowering TEXT, containment TEXT, memory_way TEXT, flags TEXT,"
    "  started_at TEXT NOT NULL, details TEXT) STRICT",
    "CREATE INDEX run_by_experiment ON run (experiment_id, label, instance_id)",
    "CREATE TABLE incumbent ("
    "  run_id INTEGER NOT NULL REFERENCES run, point INTEGER NOT NULL, wall_s REAL NOT NULL,"
    "  cpu_s REAL NOT NULL, work INTEGER NOT NULL, samples INTEGER NOT NULL, modelled_s REAL NOT NULL,"
    "  objective REAL NOT NULL, feasible INTEGER NOT NULL, PRIMARY KEY (run_id, point))"
    "  STRICT, WITHOUT ROWID",
    "CREATE TABLE solution (run_id INTEGER PRIMARY KEY REFERENCES run, x TEXT NOT NULL) STRICT",
    "CREATE TABLE sample ("
    "  run_id INTEGER NOT NULL REFERENCES run, point INTEGER NOT NULL, x TEXT NOT NULL,"
    "  objective REAL NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (run_id, point)) STRICT, WITHOUT ROWID",
    "CREATE TABLE summary ("
    "  run_id INTEGER PRIMARY KEY REFERENCES run, first_s REAL, last_s REAL, points INTEGER NOT NULL,"
    "  primal_integral REAL, crossings TEXT NOT NULL) STRICT",
    "CREATE TABLE verdict ("
    "  id INTEGER PRIMARY KEY, experiment_id INTEGER NOT NULL REFERENCES experiment, decision TEXT NOT NULL,"
    "  reason TEXT NOT NULL, body TEXT NOT NULL, references_sha256 TEXT NOT NULL, computed_at TEXT NOT NULL,"
    "  version TEXT NOT NULL) STRICT",
    NULL,
};

/* 2: how well each machine keeps a budget, as `qubout doctor --db` measures it. */
static const char *const step_2[] = {
    "CREATE TABLE selftest ("
    "  id INTEGER PRIMARY KEY, machine_id INTEGER NOT NULL REFERENCES machine, measured_at TEXT NOT NULL,"
    "  body TEXT NOT NULL) STRICT",
    NULL,
};

/* 3: what simulating a device took, which a device budget does not count; the stages of a run. */
static const char *const step_3[] = {
    "ALTER TABLE run ADD COLUMN simulator_s REAL NOT NULL DEFAULT 0",
    "ALTER TABLE incumbent ADD COLUMN simulator_s REAL NOT NULL DEFAULT 0",
    "CREATE TABLE stage ("
    "  run_id INTEGER NOT NULL REFERENCES run, stage TEXT NOT NULL, wall_s REAL NOT NULL,"
    "  cpu_s REAL NOT NULL, modelled_s REAL NOT NULL, simulator_s REAL NOT NULL,"
    "  PRIMARY KEY (run_id, stage)) STRICT, WITHOUT ROWID",
    NULL,
};

/* 4: how a CPU limit was watched. */
static const char *const step_4[] = {
    "ALTER TABLE run ADD COLUMN cpu_way TEXT",
    NULL,
};

/* 5: which experiment another one tunes. */
static const char *const step_5[] = {
    "ALTER TABLE experiment ADD COLUMN parent_id INTEGER REFERENCES experiment",
    NULL,
};

/* 6: the views best_value and score. */
static const char *const step_6[] = {NULL};

/* 7: circuits in columns of their own. */
static const char *const step_7[] = {qb_circuit_table, qb_circuit_lift, NULL};

/* 8: how often a run was executed, because other load disturbed it. */
static const char *const step_8[] = {"ALTER TABLE run ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1", NULL};

/* 9: how many threads ran up an overshoot of CPU time. */
static const char *const step_9[] = {
    "ALTER TABLE run ADD COLUMN overshoot_threads INTEGER NOT NULL DEFAULT 1",
    NULL,
};

/* 10: what reading the instance took, which no run is charged. */
static const char *const step_10[] = {"ALTER TABLE run ADD COLUMN reading_s REAL", NULL};

/* 11: a sample of a constrained instance may be infeasible. */
static const char *const step_11[] = {"ALTER TABLE sample ADD COLUMN feasible INTEGER NOT NULL DEFAULT 1",
                                      NULL};

static const char *const *const steps[] = {step_1, step_2, step_3, step_4,  step_5, step_6,
                                           step_7, step_8, step_9, step_10, step_11};

/* A solution counts: feasible, and not from a run that failed (the report's qb_run_counts). */
#define COUNTS                                                                 \
    "(r.objective IS NOT NULL AND coalesce(r.feasible, 0) AND r.status NOT IN" \
    " ('crashed', 'out-of-memory', 'lied', 'refused'))"

/* The views hold nothing, so every migration makes them anew; each stands on those before it. */
static const char *const views[] = {
    "DROP VIEW IF EXISTS sampling",
    "DROP VIEW IF EXISTS tuning",
    "DROP VIEW IF EXISTS score",
    "DROP VIEW IF EXISTS best_value",
    "DROP VIEW IF EXISTS standing",
    "DROP VIEW IF EXISTS trajectory",
    "DROP VIEW IF EXISTS result",
    "DROP VIEW IF EXISTS best_reference",
    /* the strongest reference of each instance */
    "CREATE VIEW best_reference AS SELECT instance_id, value, kind, source FROM ("
    "  SELECT r.*, row_number() OVER (PARTITION BY instance_id ORDER BY"
    "    CASE i.sense WHEN 'min' THEN r.value ELSE -r.value END,"
    "    CASE r.kind WHEN 'proven' THEN 0 WHEN 'planted' THEN 1 ELSE 2 END, r.id) AS place"
    "  FROM reference r JOIN instance i ON i.id = r.instance_id) WHERE place = 1",
    /* one row a run with every name spelt out and the gap that the report uses */
    "CREATE VIEW result AS SELECT"
    "  r.id AS run, e.name AS experiment, i.name AS instance, i.family, i.sense, r.label, r.role,"
    "  s.name AS solver, s.params, r.penalty, r.perturbation, r.noise, r.copy, r.repeat, r.seed,"
    "  r.budget_kind, r.budget, r.threads, r.status, r.reason, r.objective, r.feasible, r.bound,"
    "  b.value AS reference, b.kind AS reference_kind, i.anchor,"
    "  CASE i.sense WHEN 'min' THEN r.objective - b.value ELSE b.value - r.objective END /"
    "    CASE WHEN i.anchor IS NULL OR i.anchor = b.value THEN max(abs(b.value), 1.0)"
    "      ELSE abs(i.anchor - b.value) END AS gap,"
    "  r.reading_s, r.cpu_s, r.wall_s, r.setup_s, r.teardown_s, r.overshoot_s, r.overshoot_threads, "
    "r.modelled_s, "
    "r.simulator_s,"
    "  r.peak_rss_kib, r.work, r.samples, r.offered, r.late, r.late_objective, m.first_s, m.last_s,"
    /* found: when the answer came, proved: when it was known to be optimal, both as the budget counts */
    "  CASE WHEN r.feasible THEN m.last_s END AS found_s, CASE WHEN r.status = 'optimal' THEN"
    "   CASE r.budget_kind WHEN 'cpu-time' THEN r.cpu_s WHEN 'wall-time' THEN r.wall_s WHEN 'work' THEN "
    "r.work"
    "    WHEN 'samples' THEN r.samples ELSE r.modelled_s + r.cpu_s - r.simulator_s END END AS proved_s,"
    "  m.primal_integral, r.simd, r.containment, r.memory_way, r.cpu_way, r.flags, r.attempts, r.position, "
    "r.started_at, "
    "r.lowering, r.details, r.run_key, c.qubits, c.layers, c.gates_1q, c.gates_2q, c.depth AS circuit_depth,"
    "  c.angles_from, c.angles_fitted_on, c.device, c.device_gates_2q, c.swaps, c.device_depth,"
    "  c.modelled_shot_s"
    " FROM run r JOIN experiment e ON e.id = r.experiment_id JOIN instance i ON i.id = r.instance_id"
    "  JOIN solver s ON s.id = r.solver_id LEFT JOIN best_reference b ON b.instance_id = i.id"
    "  LEFT JOIN summary m ON m.run_id = r.id LEFT JOIN circuit c ON c.run_id = r.id",
    /* every incumbent with the names of its run */
    "CREATE VIEW trajectory AS SELECT r.id AS run, e.name AS experiment, i.name AS instance, r.label,"
    "  r.penalty, r.noise, r.copy, r.repeat, t.point, t.cpu_s, t.wall_s, t.work, t.samples, t.modelled_s,"
    "  t.simulator_s, t.objective, t.feasible"
    " FROM incumbent t JOIN run r ON r.id = t.run_id JOIN experiment e ON e.id = r.experiment_id"
    "  JOIN instance i ON i.id = r.instance_id",
    /* solver by instance, unperturbed runs */
    "CREATE VIEW standing AS SELECT experiment, instance, label, penalty, count(*) AS runs,"
    "  coalesce(sum(feasible), 0) AS feasible_runs,"
    "  CASE sense WHEN 'min' THEN min(CASE WHEN feasible THEN objective END)"
    "    ELSE max(CASE WHEN feasible THEN objective END) END AS best,"
    "  avg(CASE WHEN feasible THEN objective END) AS mean, reference, avg(cpu_s) AS mean_cpu_s,"
    "  avg(wall_s) AS mean_wall_s FROM result WHERE noise = 0"
    " GROUP BY experiment, instance, label, penalty",
    /* the ledger: what tuning a label has cost (its configurations are LABEL#NUMBER) */
    "CREATE VIEW tuning AS SELECT p.name AS experiment,"
    "  substr(rtrim(r.label, '0123456789'), 1, length(rtrim(r.label, '0123456789')) - 1) AS label,"
    "  count(DISTINCT r.label) AS configurations, count(*) AS runs, sum(r.cpu_s) AS cpu_s,"
    "  sum(r.wall_s) AS wall_s, sum(r.modelled_s) AS modelled_s"
    " FROM run r JOIN experiment c ON c.id = r.experiment_id JOIN experiment p ON p.id = c.parent_id"
    " GROUP BY p.id, 2",
    /* what an experiment's gaps are measured from: the better of the reference and the best of its own runs
     */
    "CREATE VIEW best_value AS SELECT experiment_id, instance_id, CASE sense"
    "    WHEN 'min' THEN min(coalesce(least, reference), coalesce(reference, least))"
    "    ELSE max(coalesce(greatest, reference), coalesce(reference, greatest)) END AS value, reference"
    " FROM (SELECT r.experiment_id, r.instance_id, i.sense, b.value AS reference,"
    "   min(CASE WHEN " COUNTS " THEN r.objective END) AS least,"
    "   max(CASE WHEN " COUNTS " THEN r.objective END) AS greatest"
    "  FROM run r JOIN instance i ON i.id = r.instance_id LEFT JOIN best_reference b ON b.instance_id = i.id"
    "  GROUP BY r.experiment_id, r.instance_id)",
    /* what a run's kept samples are: how many, how different, how good, and how often the best known came */
    "CREATE VIEW sampling AS SELECT r.id AS run, e.name AS experiment, i.name AS instance, r.label, "
    "r.penalty,"
    "  r.noise, r.copy, r.repeat, sum(s.count) AS samples, count(DISTINCT s.x) AS different,"
    "  sum(s.count * s.feasible) AS feasible,"
    "  1.0 * sum(s.count * s.objective) FILTER (WHERE s.feasible) / sum(s.count * s.feasible) AS mean,"
    "  coalesce(sum(s.count) FILTER (WHERE s.feasible AND s.objective = v.value), 0) AS at_best,"
    "  count(DISTINCT s.x) FILTER (WHERE s.feasible AND s.objective = v.value) AS different_at_best"
    " FROM sample s JOIN run r ON r.id = s.run_id JOIN experiment e ON e.id = r.experiment_id"
    "  JOIN instance i ON i.id = r.instance_id"
    "  JOIN best_value v ON v.experiment_id = r.experiment_id AND v.instance_id = r.instance_id"
    " GROUP BY r.id",
    /* one row a run: the score of tables, figures and the verdict, with 1 for a run that does not count */
    "CREATE VIEW score AS SELECT r.id AS run, r.experiment_id, e.name AS experiment, i.name AS instance,"
    "  i.family, i.variables, r.label, r.penalty, r.role, r.noise, r.copy, r.repeat, r.status, r.objective,"
    "  v.value AS best, " COUNTS " AS counts,"
    "  CASE WHEN v.value IS NULL THEN NULL WHEN NOT " COUNTS " THEN 1.0 ELSE min(1.0,"
    "    CASE i.sense WHEN 'min' THEN r.objective - v.value ELSE v.value - r.objective END /"
    "    CASE WHEN i.anchor IS NULL OR i.anchor = v.value THEN max(abs(v.value), 1.0)"
    "      ELSE abs(i.anchor - v.value) END) END AS score"
    " FROM run r JOIN experiment e ON e.id = r.experiment_id JOIN instance i ON i.id = r.instance_id"
    "  JOIN best_value v ON v.experiment_id = r.experiment_id AND v.instance_id = r.instance_id",
    NULL,
};

#define VERSION ((int64_t)(sizeof steps / sizeof *steps))

static qb_status pragma(qb_store *store, const char *text, int64_t *value, qb_diag *diag)
{
    sqlite3_stmt *statement = NULL;
    qb_status status = QB_OK;
    if (sqlite3_prepare_v2(store->db, text, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        status = qb_sql_error(store, diag);
    else
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static qb_status exec_all(qb_store *store, const char *const *statement, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (; status == QB_OK && *statement; statement++)
        status = qb_sql_exec(store, *statement, diag);
    return status;
}

static qb_status migrate(qb_store *store, int64_t from, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (int64_t k = from; status == QB_OK && k < VERSION; k++)
        status = exec_all(store, steps[k], diag);
    if (status == QB_OK)
        status = exec_all(store, views, diag);
    if (status == QB_OK) {
        char text[96];
        snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
                 (int)VERSION);
        status = qb_sql_exec(store, text, diag);
    }
    return status;
}

/* Reads what the file says it is; QB_BAD_INPUT for a database that is not ours or from the future. */
static qb_status identify(qb_store *store, const char *path, int64_t *version, bool *empty, qb_diag *diag)
{
    int64_t application = 0, objects = 0;
    qb_status status = pragma(store, "SELECT count(*) FROM sqlite_schema", &objects, diag);
    if (status == QB_OK)
        status = pragma(store, "PRAGMA application_id", &application, diag);
    if (status == QB_OK)
        status = pragma(store, "PRAGMA user_version", version, diag);
    if (status == QB_BAD_INPUT)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is not a qubout database, or it is damaged", path);
    if (status != QB_OK)
        return status;
    *empty = objects == 0 && application == 0 && *version == 0;
    if (!*empty && application != APPLICATION_ID)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is a database of another program", path);
    if (*version > VERSION)
        return qb_fail(diag, QB_BAD_INPUT,
                       "'%s' was written by a newer qubout (schema %lld, this one knows %lld)", path,
                       (long long)*version, (long long)VERSION);
    return QB_OK;
}

qb_status qb_schema_ensure(qb_store *store, const char *path, qb_diag *diag)
{
    int64_t version = 0;
    bool empty = false;
    qb_status status = identify(store, path, &version, &empty, diag);
    if (status != QB_OK || version == VERSION)
        return status;
    if (!store->writable)
        return empty ? qb_fail(diag, QB_BAD_INPUT, "'%s' holds no experiment", path)
                     : qb_fail(diag, QB_REFUSED, "'%s' has the older schema %lld", path, (long long)version);
    status = qb_sql_transaction(store, diag);
    if (status != QB_OK)
        return status;
    status = identify(store, path, &version, &empty, diag); /* another process may have been faster */
    if (status == QB_OK)
        status = migrate(store, version, diag);
    return qb_sql_finish(store, status, diag);
}
