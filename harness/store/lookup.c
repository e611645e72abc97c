/* The questions that a running experiment asks, and the verdicts that end it. */
#include "harness/store/sql.h"

#include <math.h>

int64_t qb_store_known_experiment(qb_store *store, const char *identity)
{
    qb_sql q = qb_sql_begin(store, "SELECT id FROM experiment WHERE identity = ?", NULL);
    qb_sql_bind_text(&q, identity);
    int64_t id = qb_sql_step(&q) ? qb_sql_int(&q, 0) : 0;
    (void)qb_sql_end(&q);
    return id;
}

int64_t qb_store_known_instance(qb_store *store, const char *name, const char *sha256)
{
    qb_sql q = qb_sql_begin(store, "SELECT id FROM instance WHERE name = ? AND sha256 = ?", NULL);
    qb_sql_bind_text(&q, name);
    qb_sql_bind_text(&q, sha256);
    int64_t id = qb_sql_step(&q) ? qb_sql_int(&q, 0) : 0;
    (void)qb_sql_end(&q);
    return id;
}

bool qb_store_is_done(qb_store *store, const char *key)
{
    qb_sql q = qb_sql_begin(store, "SELECT 1 FROM run WHERE run_key = ?", NULL);
    qb_sql_bind_text(&q, key);
    bool done = qb_sql_step(&q);
    (void)qb_sql_end(&q);
    return done;
}

double qb_store_expected_seconds(qb_store *store, int64_t experiment, int64_t instance, const char *label)
{
    /* the most telling of the three means that exists; a few recent runs tell enough, and keep this O(log) */
    qb_sql q = qb_sql_begin(store,
                            "SELECT coalesce("
                            " (SELECT avg(s) FROM (SELECT wall_s + teardown_s AS s FROM run WHERE "
                            "experiment_id = ?1 AND label = ?3"
                            "   AND instance_id = ?2 LIMIT 20)),"
                            " (SELECT avg(s) FROM (SELECT wall_s + teardown_s AS s FROM run WHERE "
                            "experiment_id = ?1 AND label = ?3"
                            "   LIMIT 100)),"
                            " (SELECT avg(s) FROM (SELECT wall_s + teardown_s AS s FROM run WHERE "
                            "experiment_id = ?1 LIMIT 100)))",
                            NULL);
    qb_sql_bind_int(&q, experiment);
    qb_sql_bind_int(&q, instance);
    qb_sql_bind_text(&q, label);
    double seconds = qb_sql_step(&q) ? qb_sql_real(&q, 0) : NAN;
    return qb_sql_end(&q) == QB_OK ? seconds : NAN;
}

qb_status qb_store_foreign_runs(qb_store *store, int64_t experiment, int64_t machine, int64_t build,
                                uint64_t *other_machine, uint64_t *other_build, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT coalesce(sum(machine_id <> ?2), 0), coalesce(sum(build_id <> ?3), 0)"
                            " FROM run WHERE experiment_id = ?1 AND machine_id NOT IN"
                            "  (SELECT id FROM machine WHERE fingerprint = '" QB_IMPORTED "')",
                            diag);
    qb_sql_bind_int(&q, experiment);
    qb_sql_bind_int(&q, machine);
    qb_sql_bind_int(&q, build);
    uint64_t machines = 0, builds = 0;
    if (qb_sql_step(&q)) {
        machines = qb_sql_count(&q, 0);
        builds = qb_sql_count(&q, 1);
    }
    qb_status status = qb_sql_end(&q);
    if (status == QB_OK) {
        *other_machine = machines;
        *other_build = builds;
    }
    return status;
}

qb_status qb_store_add_verdict(qb_store *store, int64_t experiment, const char *decision, const char *reason,
                               const char *body, const char *references_sha256, const char *version,
                               qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO verdict (experiment_id, decision, reason, body, references_sha256,"
                            " version, computed_at)"
                            " VALUES (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                            diag);
    qb_sql_bind_int(&q, experiment);
    qb_sql_bind_text(&q, decision);
    qb_sql_bind_text(&q, reason);
    qb_sql_bind_text(&q, body);
    qb_sql_bind_text(&q, references_sha256);
    qb_sql_bind_text(&q, version);
    return qb_sql_run(&q);
}
