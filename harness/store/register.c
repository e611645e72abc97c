/* What stands in the store before the first run: experiment, machine, build, instances, solvers.
 *
 * Every registration is "find, else insert" in one transaction, so that two processes (shards, a resumed run)
 * may register the same thing.
 */
#include "harness/base/memory.h"
#include "harness/store/sql.h"

#include <math.h>
#include <string.h>

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* Ends q, a statement that gives an id; 0 when there is no such row.  Steps to its end: that is where an
 * insert is committed, and where a full disk is noticed. */
static qb_status found(qb_sql *q, int64_t *id)
{
    int64_t value = 0;
    while (qb_sql_step(q))
        value = qb_sql_int(q, 0);
    qb_status status = qb_sql_end(q);
    if (status == QB_OK)
        *id = value;
    return status;
}

static qb_status inserted(qb_sql *q, int64_t *id)
{
    qb_store *store = q->store;
    qb_status status = qb_sql_run(q);
    if (status == QB_OK)
        *id = sqlite3_last_insert_rowid(store->db);
    return status;
}

/* ---- experiment */

static qb_status insert_experiment(qb_store *store, const qb_store_experiment *e, int64_t *id, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(
        store,
        "INSERT INTO experiment (name, identity, decision, sha256, spec, version,"
        " parent_id, registered_at) VALUES (?, ?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
        diag);
    qb_sql_bind_text(&q, e->name);
    qb_sql_bind_text(&q, e->identity);
    qb_sql_bind_text(&q, or_empty(e->decision));
    qb_sql_bind_text(&q, e->sha256);
    qb_sql_bind_text(&q, e->spec);
    qb_sql_bind_text(&q, or_empty(e->version));
    if (e->parent)
        qb_sql_bind_int(&q, e->parent);
    else
        qb_sql_bind_null(&q);
    return inserted(&q, id);
}

static qb_status insert_amendment(qb_store *store, int64_t id, const qb_store_experiment *e, const char *why,
                                  qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO amendment (experiment_id, decision, sha256, spec, why, version,"
                            " amended_at) VALUES (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
                            " ON CONFLICT (experiment_id, sha256) DO NOTHING",
                            diag);
    qb_sql_bind_int(&q, id);
    qb_sql_bind_text(&q, or_empty(e->decision));
    qb_sql_bind_text(&q, e->sha256);
    qb_sql_bind_text(&q, e->spec);
    qb_sql_bind_text(&q, why);
    qb_sql_bind_text(&q, or_empty(e->version));
    return qb_sql_run(&q);
}

/* A known experiment: is this text one we have, a harmless extension, or a changed decision? */
static qb_status resume_experiment(qb_store *store, int64_t id, const qb_store_experiment *e, const char *why,
                                   qb_diag *diag)
{
    qb_sql q =
        qb_sql_begin(store,
                     "SELECT e.sha256 = ?1 OR EXISTS (SELECT 1 FROM amendment WHERE experiment_id = e.id"
                     " AND sha256 = ?1), coalesce((SELECT a.decision FROM amendment a WHERE"
                     " a.experiment_id = e.id ORDER BY a.id DESC LIMIT 1), e.decision)"
                     " FROM experiment e WHERE e.id = ?2",
                     diag);
    qb_sql_bind_text(&q, e->sha256);
    qb_sql_bind_int(&q, id);
    bool known = false, same_decision = false;
    if (qb_sql_step(&q)) {
        known = qb_sql_int(&q, 0) != 0;
        same_decision = !strcmp(qb_sql_text(&q, 1), or_empty(e->decision));
    }
    qb_status status = qb_sql_end(&q);
    if (status != QB_OK || (known && same_decision))
        return status;
    if (!same_decision && !why)
        return qb_fail(diag, QB_REFUSED,
                       "the decision of '%s' was registered differently: change it with --amend WHY",
                       e->name);
    return insert_amendment(store, id, e, why, diag);
}

qb_status qb_store_register_experiment(qb_store *store, const qb_store_experiment *experiment,
                                       const char *why, int64_t *id, qb_diag *diag)
{
    int64_t known = 0;
    qb_status status = qb_sql_transaction(store, diag);
    if (status != QB_OK)
        return status;
    qb_sql q = qb_sql_begin(store, "SELECT id FROM experiment WHERE identity = ?", diag);
    qb_sql_bind_text(&q, experiment->identity);
    status = found(&q, &known);
    if (status == QB_OK)
        status = known ? resume_experiment(store, known, experiment, why, diag)
                       : insert_experiment(store, experiment, &known, diag);
    status = qb_sql_finish(store, status, diag);
    if (status == QB_OK)
        *id = known;
    return status;
}

qb_status qb_store_find_tuning(qb_store *store, int64_t experiment, int64_t *id, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, "SELECT id FROM experiment WHERE parent_id = ?", diag);
    qb_sql_bind_int(&q, experiment);
    *id = 0;
    return found(&q, id);
}

/* ---- machine, build, instance, solver */

qb_status qb_store_register_machine(qb_store *store, const qb_store_machine *machine, int64_t *id,
                                    qb_diag *diag)
{
    qb_sql q =
        qb_sql_begin(store,
                     "INSERT INTO machine (fingerprint, cpu, system, cores, threads, memory_bytes, facts)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET"
                     " facts = excluded.facts RETURNING id",
                     diag);
    qb_sql_bind_text(&q, machine->fingerprint);
    qb_sql_bind_text(&q, machine->cpu);
    qb_sql_bind_text(&q, machine->system);
    qb_sql_bind_int(&q, machine->cores);
    qb_sql_bind_int(&q, machine->threads);
    qb_sql_bind_count(&q, machine->memory_bytes);
    qb_sql_bind_text(&q, machine->facts);
    return found(&q, id);
}

qb_status qb_store_add_selftest(qb_store *store, int64_t machine, const char *body, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO selftest (machine_id, measured_at, body)"
                            " VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?)",
                            diag);
    qb_sql_bind_int(&q, machine);
    qb_sql_bind_text(&q, body);
    return qb_sql_run(&q);
}

qb_status qb_store_register_build(qb_store *store, const qb_store_build *build, int64_t *id, qb_diag *diag)
{
    qb_sql q =
        qb_sql_begin(store,
                     "INSERT INTO build (version, revision, compiler, flags, simd) VALUES (?, ?, ?, ?, ?)"
                     " ON CONFLICT DO UPDATE SET version = version RETURNING id",
                     diag);
    qb_sql_bind_text(&q, or_empty(build->version));
    qb_sql_bind_text(&q, or_empty(build->revision));
    qb_sql_bind_text(&q, or_empty(build->compiler));
    qb_sql_bind_text(&q, or_empty(build->flags));
    qb_sql_bind_text(&q, or_empty(build->simd));
    return found(&q, id);
}

qb_status qb_store_register_instance(qb_store *store, const qb_store_instance *instance, int64_t *id,
                                     qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO instance (name, family, sha256, format, kind, sense, variables,"
                            " nonzeros, constraints, anchor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                            " ON CONFLICT (name, sha256) DO UPDATE SET anchor = coalesce(anchor,"
                            " excluded.anchor) RETURNING id",
                            diag);
    qb_sql_bind_text(&q, instance->name);
    qb_sql_bind_text(&q, instance->family);
    qb_sql_bind_text(&q, instance->sha256);
    qb_sql_bind_text(&q, instance->format);
    qb_sql_bind_text(&q, qb_kind_name(instance->kind));
    qb_sql_bind_text(&q, qb_sense_name(instance->sense));
    qb_sql_bind_count(&q, instance->variables);
    qb_sql_bind_count(&q, instance->nonzeros);
    qb_sql_bind_count(&q, instance->constraints);
    qb_sql_bind_real(&q, instance->anchor);
    return found(&q, id);
}

qb_status qb_store_register_solver(qb_store *store, const qb_store_solver *solver, int64_t *id, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO solver (name, params, family, source, execution, version)"
                            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name, params, version) DO UPDATE SET"
                            " family = excluded.family, source = excluded.source RETURNING id",
                            diag);
    qb_sql_bind_text(&q, solver->name);
    qb_sql_bind_text(&q, solver->params ? solver->params : "{}");
    qb_sql_bind_text(&q, solver->family);
    qb_sql_bind_text(&q, solver->source);
    qb_sql_bind_text(&q, solver->execution ? solver->execution : "native");
    qb_sql_bind_text(&q, or_empty(solver->version));
    return found(&q, id);
}

/* ---- references and targets */

qb_status qb_store_add_reference(qb_store *store, int64_t instance, double value, const char *kind,
                                 const char *source, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO reference (instance_id, value, kind, source, added_at)"
                            " VALUES (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
                            " ON CONFLICT (instance_id, value, kind, source) DO NOTHING",
                            diag);
    qb_sql_bind_int(&q, instance);
    qb_sql_bind_real(&q, value);
    qb_sql_bind_text(&q, kind);
    qb_sql_bind_text(&q, or_empty(source));
    return qb_sql_run(&q);
}

qb_status qb_store_add_known(qb_store *store, const char *sha256, double value, const char *kind,
                             const char *source, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO reference (instance_id, value, kind, source, added_at)"
                            " SELECT id, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%SZ', 'now') FROM instance"
                            " WHERE sha256 = ?1 ON CONFLICT (instance_id, value, kind, source) DO NOTHING",
                            diag);
    qb_sql_bind_text(&q, sha256);
    qb_sql_bind_real(&q, value);
    qb_sql_bind_text(&q, kind);
    qb_sql_bind_text(&q, or_empty(source));
    return qb_sql_run(&q);
}

qb_status qb_store_targets(qb_store *store, int64_t experiment, int64_t instance, double **values,
                           uint32_t *count, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT value, count(*) OVER () FROM target WHERE experiment_id = ? AND"
                            " instance_id = ? ORDER BY position",
                            diag);
    qb_sql_bind_int(&q, experiment);
    qb_sql_bind_int(&q, instance);
    double *list = NULL;
    uint32_t read = 0;
    while (qb_sql_step(&q)) {
        if (!list && !(list = QB_NEW(double, qb_sql_count(&q, 1)))) {
            qb_sql_end(&q);
            return qb_fail(diag, QB_NO_MEMORY, "no memory for targets");
        }
        list[read++] = qb_sql_real(&q, 0);
    }
    qb_status status = qb_sql_end(&q);
    if (status != QB_OK) {
        qb_free(list);
        return status;
    }
    *values = list;
    *count = read;
    return QB_OK;
}

static qb_status insert_targets(qb_store *store, int64_t experiment, int64_t instance, const double *values,
                                uint32_t count, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO target (experiment_id, instance_id, position, value)"
                            " VALUES (?, ?, ?, ?)",
                            diag);
    for (uint32_t k = 0; k < count && q.status == QB_OK; k++) {
        qb_sql_bind_int(&q, experiment);
        qb_sql_bind_int(&q, instance);
        qb_sql_bind_int(&q, k);
        qb_sql_bind_real(&q, values[k]);
        qb_sql_again(&q);
    }
    return qb_sql_end(&q);
}

qb_status qb_store_set_targets(qb_store *store, int64_t experiment, int64_t instance, const double *values,
                               uint32_t count, qb_diag *diag)
{
    double *known = NULL;
    uint32_t known_count = 0;
    qb_status status = qb_sql_transaction(store, diag);
    if (status != QB_OK)
        return status;
    status = qb_store_targets(store, experiment, instance, &known, &known_count, diag);
    if (status == QB_OK && known_count == 0)
        status = insert_targets(store, experiment, instance, values, count, diag);
    else if (status == QB_OK && (known_count != count || memcmp(known, values, count * sizeof *values) != 0))
        status = qb_fail(diag, QB_BAD_INPUT, "the experiment registered other targets for this instance");
    qb_free(known);
    return qb_sql_finish(store, status, diag);
}
