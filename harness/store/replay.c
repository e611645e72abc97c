/* One run in full: everything it takes to run it again and compare. */
#include "harness/base/arena.h"
#include "harness/base/memory.h"
#include "harness/store/evidence.h"
#include "harness/store/sql.h"

#include <math.h>
#include <string.h>

typedef struct stored {
    qb_stored_run public; /* first: the caller's pointer is ours */
    qb_arena arena;
} stored;

static const char *keep(stored *s, qb_sql *q, int column)
{
    const char *text = qb_sql_text(q, column);
    char *copy = qb_arena_copy(&s->arena, text, strlen(text));
    if (!copy && q->status == QB_OK)
        q->status = qb_fail(q->diag, QB_NO_MEMORY, "no memory for a stored run");
    return copy ? copy : "";
}

static qb_status read_run(qb_store *store, int64_t id, stored *s, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(
        store,
        "SELECT r.run_key, r.label, i.name, i.sha256, s.name, s.params, r.penalty, r.perturbation, r.status,"
        " r.details, r.lowering, x.x, r.simd, e.spec, r.seed, r.memory_bytes, r.work, r.budget_kind, "
        "r.budget,"
        " r.noise, r.objective, r.cpu_s, r.wall_s, r.threads, r.copy, r.repeat, r.feasible, r.experiment_id,"
        " (SELECT count(*) FROM incumbent WHERE run_id = r.id)"
        " FROM run r JOIN instance i ON i.id = r.instance_id JOIN solver s ON s.id = r.solver_id"
        " JOIN experiment e ON e.id = r.experiment_id LEFT JOIN solution x ON x.run_id = r.id WHERE r.id = ?",
        diag);
    qb_sql_bind_int(&q, id);
    bool found = qb_sql_step(&q);
    if (found) {
        qb_stored_run *r = &s->public;
        *r = (qb_stored_run){
            .id = id,
            .key = keep(s, &q, 0),
            .label = keep(s, &q, 1),
            .instance = keep(s, &q, 2),
            .sha256 = keep(s, &q, 3),
            .solver = keep(s, &q, 4),
            .params = keep(s, &q, 5),
            .penalty = keep(s, &q, 6),
            .perturbation = keep(s, &q, 7),
            .status = keep(s, &q, 8),
            .details = keep(s, &q, 9),
            .lowering = keep(s, &q, 10),
            .solution = keep(s, &q, 11),
            .simd = keep(s, &q, 12),
            .spec = keep(s, &q, 13),
            .seed = (uint64_t)qb_sql_int(&q, 14),
            .memory_bytes = isnan(qb_sql_real(&q, 15)) ? UINT64_MAX : qb_sql_count(&q, 15),
            .work = qb_sql_count(&q, 16),
            .budget = qb_sql_real(&q, 18),
            .noise = qb_sql_real(&q, 19),
            .objective = qb_sql_real(&q, 20),
            .cpu_s = qb_sql_real(&q, 21),
            .wall_s = qb_sql_real(&q, 22),
            .threads = (uint32_t)qb_sql_count(&q, 23),
            .copy = (uint32_t)qb_sql_count(&q, 24),
            .repeat = (uint32_t)qb_sql_count(&q, 25),
            .feasible = qb_sql_int(&q, 26) != 0,
            .experiment = qb_sql_int(&q, 27),
            .points = (uint32_t)qb_sql_count(&q, 28),
        };
        r->has_solution = !isnan(r->objective);
        while (r->budget_kind < QB_BUDGET_DEVICE &&
               strcmp(qb_budget_kind_name(r->budget_kind), qb_sql_text(&q, 17)))
            r->budget_kind++;
    }
    qb_status status = qb_sql_end(&q);
    return status == QB_OK && !found ? qb_fail(diag, QB_BAD_INPUT, "no run %lld in the store", (long long)id)
                                     : status;
}

static qb_status read_points(qb_store *store, stored *s, qb_diag *diag)
{
    qb_run_point *point = QB_ARENA_NEW(&s->arena, qb_run_point, s->public.points);
    if (!point)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a stored run");
    qb_sql q =
        qb_sql_begin(store,
                     "SELECT wall_s, cpu_s, work, samples, modelled_s, simulator_s, objective, feasible"
                     " FROM incumbent WHERE run_id = ? ORDER BY point",
                     diag);
    qb_sql_bind_int(&q, s->public.id);
    uint32_t k = 0;
    for (; k < s->public.points && qb_sql_step(&q); k++)
        point[k] = (qb_run_point){
            .wall_s = qb_sql_real(&q, 0),
            .cpu_s = qb_sql_real(&q, 1),
            .work = qb_sql_count(&q, 2),
            .samples = qb_sql_count(&q, 3),
            .device_s = qb_sql_real(&q, 4),
            .simulator_s = qb_sql_real(&q, 5),
            .objective = qb_sql_real(&q, 6),
            .feasible = qb_sql_int(&q, 7) != 0,
        };
    s->public.trajectory = point;
    s->public.points = k;
    return qb_sql_end(&q);
}

qb_status qb_store_run_by_id(qb_store *store, int64_t id, const qb_stored_run **run, qb_diag *diag)
{
    stored *s = QB_NEW(stored, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a stored run");
    qb_status status = read_run(store, id, s, diag);
    if (status == QB_OK)
        status = read_points(store, s, diag);
    if (status != QB_OK) {
        qb_stored_run_free(&s->public);
        return status;
    }
    *run = &s->public;
    return QB_OK;
}

void qb_stored_run_free(const qb_stored_run *run)
{
    if (!run)
        return;
    stored *s = (stored *)(uintptr_t)run;
    qb_arena_clear(&s->arena);
    qb_free(s);
}
