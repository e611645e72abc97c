#include "harness/store/merge.h"

#include "harness/store/sql.h"

/* What identifies a row decides whether it is new; the numbers of the other file are translated by temporary
 * maps. */
static const char *const copies[] = {
    "INSERT OR IGNORE INTO experiment (name, identity, decision, sha256, spec, registered_at, version)"
    " SELECT name, identity, decision, sha256, spec, registered_at, version FROM other.experiment ORDER BY "
    "id",
    "INSERT OR IGNORE INTO machine (fingerprint, cpu, system, cores, threads, memory_bytes, facts)"
    " SELECT fingerprint, cpu, system, cores, threads, memory_bytes, facts FROM other.machine ORDER BY id",
    "INSERT OR IGNORE INTO build (version, revision, compiler, flags, simd)"
    " SELECT version, revision, compiler, flags, simd FROM other.build ORDER BY id",
    "INSERT OR IGNORE INTO instance"
    " (name, family, sha256, format, kind, sense, variables, nonzeros, constraints, anchor)"
    " SELECT name, family, sha256, format, kind, sense, variables, nonzeros, constraints, anchor"
    " FROM other.instance ORDER BY id",
    "INSERT OR IGNORE INTO solver (name, params, family, source, execution, version)"
    " SELECT name, params, family, source, execution, version FROM other.solver ORDER BY id",

    "CREATE TEMP TABLE experiment_map AS SELECT o.id AS old, m.id AS new"
    " FROM other.experiment o JOIN experiment m USING (identity)",
    "UPDATE experiment SET parent_id = (SELECT p.new FROM experiment_map e JOIN other.experiment o ON o.id = "
    "e.old"
    "  JOIN experiment_map p ON p.old = o.parent_id WHERE e.new = experiment.id)"
    " WHERE parent_id IS NULL AND id IN (SELECT e.new FROM experiment_map e JOIN other.experiment o"
    "  ON o.id = e.old WHERE o.parent_id IS NOT NULL)",
    "CREATE TEMP TABLE machine_map AS SELECT o.id AS old, m.id AS new"
    " FROM other.machine o JOIN machine m USING (fingerprint)",
    "CREATE TEMP TABLE build_map AS SELECT o.id AS old, m.id AS new"
    " FROM other.build o JOIN build m USING (version, revision, compiler, flags, simd)",
    "CREATE TEMP TABLE instance_map AS SELECT o.id AS old, m.id AS new"
    " FROM other.instance o JOIN instance m USING (name, sha256)",
    "CREATE TEMP TABLE solver_map AS SELECT o.id AS old, m.id AS new"
    " FROM other.solver o JOIN solver m USING (name, params, version)",
    "CREATE TEMP TABLE run_map AS SELECT o.id AS old,"
    " (SELECT coalesce(max(id), 0) FROM run) + row_number() OVER (ORDER BY o.id) AS new"
    " FROM other.run o WHERE o.run_key NOT IN (SELECT run_key FROM run)",
    "CREATE UNIQUE INDEX temp.run_map_old ON run_map (old)",

    "INSERT INTO selftest (machine_id, measured_at, body)"
    " SELECT m.new, s.measured_at, s.body FROM other.selftest s JOIN machine_map m ON m.old = s.machine_id"
    " WHERE NOT EXISTS (SELECT 1 FROM selftest t WHERE t.machine_id = m.new AND t.measured_at = "
    "s.measured_at)"
    " ORDER BY s.id",
    "INSERT OR IGNORE INTO amendment (experiment_id, decision, sha256, spec, why, amended_at, version)"
    " SELECT e.new, decision, sha256, spec, why, amended_at, version FROM other.amendment a"
    " JOIN experiment_map e ON e.old = a.experiment_id ORDER BY a.id",
    "INSERT OR IGNORE INTO reference (instance_id, value, kind, source, added_at)"
    " SELECT i.new, value, kind, source, added_at FROM other.reference r"
    " JOIN instance_map i ON i.old = r.instance_id ORDER BY r.id",
    "INSERT OR IGNORE INTO target (experiment_id, instance_id, position, value)"
    " SELECT e.new, i.new, position, value FROM other.target t JOIN experiment_map e ON e.old = "
    "t.experiment_id"
    " JOIN instance_map i ON i.old = t.instance_id",
    "INSERT INTO run (id, run_key, experiment_id, instance_id, solver_id, machine_id, build_id, label, role,"
    " seed, budget_kind, budget, memory_bytes, threads, penalty, perturbation, noise, copy, repeat, position,"
    " simd, status, reason, objective, feasible, violations, bound, cpu_s, wall_s, setup_s, teardown_s,"
    " overshoot_s, overshoot_threads, peak_rss_kib, work, samples, modelled_s, simulator_s, offered, late, "
    "late_objective, "
    "lowering,"
    " containment, memory_way, cpu_way, flags, attempts, reading_s, started_at, details)"
    " SELECT n.new, run_key, e.new, i.new, s.new, m.new, b.new, label, role,"
    " seed, budget_kind, budget, memory_bytes, threads, penalty, perturbation, noise, copy, repeat, position,"
    " simd, status, reason, objective, feasible, violations, bound, cpu_s, wall_s, setup_s, teardown_s,"
    " overshoot_s, overshoot_threads, peak_rss_kib, work, samples, modelled_s, simulator_s, offered, late, "
    "late_objective, "
    "lowering,"
    " containment, memory_way, cpu_way, flags, attempts, reading_s, started_at, details"
    " FROM other.run r JOIN run_map n ON n.old = r.id JOIN experiment_map e ON e.old = r.experiment_id"
    " JOIN instance_map i ON i.old = r.instance_id JOIN solver_map s ON s.old = r.solver_id"
    " JOIN machine_map m ON m.old = r.machine_id JOIN build_map b ON b.old = r.build_id ORDER BY n.new",
    "INSERT INTO incumbent (run_id, point, wall_s, cpu_s, work, samples, modelled_s, simulator_s, objective,"
    " feasible)"
    " SELECT n.new, point, wall_s, cpu_s, work, samples, modelled_s, simulator_s, objective, feasible"
    " FROM other.incumbent JOIN run_map n ON n.old = run_id",
    "INSERT INTO stage (run_id, stage, wall_s, cpu_s, modelled_s, simulator_s)"
    " SELECT n.new, stage, wall_s, cpu_s, modelled_s, simulator_s"
    " FROM other.stage JOIN run_map n ON n.old = run_id",
    "INSERT INTO circuit SELECT n.new, qubits, layers, gates_1q, gates_2q, depth, noisy, angles_from,"
    "  angles_fitted_on, executions, shots, training_executions, training_shots, device, coupling, routing,"
    "  device_gates_2q, swaps, device_depth, modelled_shot_s, modelled_overhead_s, all_to_all_gates_2q,"
    "  line_gates_2q, grid_gates_2q, heavy_hex_gates_2q, all_to_all_depth, line_depth, grid_depth,"
    "  heavy_hex_depth"
    " FROM other.circuit JOIN run_map n ON n.old = run_id",
    "INSERT INTO solution (run_id, x) SELECT n.new, x FROM other.solution JOIN run_map n ON n.old = run_id",
    "INSERT INTO sample (run_id, point, x, objective, feasible, count)"
    " SELECT n.new, point, x, objective, feasible, count FROM other.sample JOIN run_map n ON n.old = run_id",
    "INSERT INTO summary (run_id, first_s, last_s, points, primal_integral, crossings)"
    " SELECT n.new, first_s, last_s, points, primal_integral, crossings"
    " FROM other.summary JOIN run_map n ON n.old = run_id",
};

static const char *const maps =
    "DROP TABLE IF EXISTS temp.experiment_map; DROP TABLE IF EXISTS temp.machine_map;"
    "DROP TABLE IF EXISTS temp.build_map; DROP TABLE IF EXISTS temp.instance_map;"
    "DROP TABLE IF EXISTS temp.solver_map; DROP TABLE IF EXISTS temp.run_map";

static qb_status count(qb_store *store, const char *text, uint64_t *value, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, text, diag);
    if (qb_sql_step(&q))
        *value = qb_sql_count(&q, 0);
    return qb_sql_end(&q);
}

/* The same run has the same seed; two different outcomes of it cannot both be the run. */
static qb_status check_conflicts(qb_store *store, const char *path, qb_diag *diag)
{
    uint64_t runs = 0, decisions = 0;
    qb_status status = count(store,
                             "SELECT count(*) FROM other.run o JOIN run m USING (run_key)"
                             " WHERE (o.seed, o.status, o.objective, o.work, o.started_at, o.wall_s)"
                             " IS NOT (m.seed, m.status, m.objective, m.work, m.started_at, m.wall_s)",
                             &runs, diag);
    if (status == QB_OK)
        status = count(store,
                       "SELECT count(*) FROM other.experiment o JOIN experiment m USING (identity)"
                       " WHERE o.decision <> m.decision",
                       &decisions, diag);
    if (status != QB_OK)
        return status;
    if (runs)
        return qb_fail(diag, QB_BAD_INPUT, "%llu runs of '%s' are stored already with other results",
                       (unsigned long long)runs, path);
    if (decisions)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' registers another decision rule for the same experiment",
                       path);
    return QB_OK;
}

static qb_status copy_all(qb_store *store, const char *path, qb_merge_counts *counts, qb_diag *diag)
{
    uint64_t before = 0, after = 0, offered = 0;
    qb_status status = check_conflicts(store, path, diag);
    if (status == QB_OK)
        status = count(store, "SELECT count(*) FROM run", &before, diag);
    for (size_t k = 0; status == QB_OK && k < sizeof copies / sizeof *copies; k++)
        status = qb_sql_exec(store, copies[k], diag);
    if (status == QB_OK)
        status = count(store, "SELECT count(*) FROM run", &after, diag);
    if (status == QB_OK)
        status = count(store, "SELECT count(*) FROM other.run", &offered, diag);
    if (status == QB_OK)
        *counts = (qb_merge_counts){.added = after - before, .present = offered - (after - before)};
    return status;
}

static qb_status attach(qb_store *store, const char *path, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, "ATTACH ? AS other", diag);
    qb_sql_bind_text(&q, path);
    return qb_sql_run(&q);
}

/* Statements on the attached file must be gone before it can be detached. */
static void forget_statements(qb_store *store)
{
    for (uint32_t k = 0; k < store->cached; k++)
        sqlite3_finalize(store->statement[k]);
    store->cached = 0;
}

qb_status qb_store_merge(qb_store *store, const char *path, qb_merge_counts *counts, qb_diag *diag)
{
    qb_store *other = NULL;
    /* opened by itself first: the checks of a file that may be foreign, damaged or of another version */
    qb_status status = qb_store_open(path, QB_STORE_READ, &other, diag);
    if (status == QB_OK)
        status = qb_store_check(other, diag);
    qb_store_close(other);
    if (status == QB_OK)
        status = attach(store, path, diag);
    if (status != QB_OK)
        return status;
    status = qb_sql_transaction(store, diag);
    if (status == QB_OK)
        status = qb_sql_finish(store, copy_all(store, path, counts, diag), diag);
    forget_statements(store);
    qb_sql_exec(store, maps, NULL);
    qb_sql_exec(store, "DETACH other", NULL);
    return status;
}
