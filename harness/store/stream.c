/* What is read row by row: trajectories, results for export, the list of experiments. */
#include "harness/base/memory.h"
#include "harness/store/evidence.h"
#include "harness/store/sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double qb_evidence_spent(const qb_evidence *evidence, const qb_evidence_point *point)
{
    const qb_budget_spent spent = {point->wall_s,      point->cpu_s, point->modelled_s,
                                   point->simulator_s, point->work,  point->samples};
    return qb_budget_counted(evidence->budget_kind, &spent);
}

/* Ends a query whose rows went to a visitor: what the visitor said comes first. */
static qb_status end_stream(qb_sql *q, qb_status visited)
{
    qb_status read = qb_sql_end(q);
    return visited == QB_OK ? read : visited;
}

typedef struct id_place {
    int64_t id;
    uint64_t place;
} id_place;

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const id_place *)a)->id, y = ((const id_place *)b)->id;
    return (x > y) - (x < y);
}

/* The runs that are asked for, by their number in the file. */
static uint64_t sort_by_id(const qb_evidence *evidence, const bool *take, id_place *run)
{
    uint64_t count = 0;
    for (uint64_t k = 0; k < evidence->runs; k++)
        if (!take || take[k])
            run[count++] = (id_place){.id = evidence->run[k].id, .place = k};
    if (count)
        qsort(run, count, sizeof *run, by_id);
    return count;
}

static qb_status visit_point(qb_sql *q, uint64_t place, qb_evidence_visit visit, void *context)
{
    return visit(context, &(qb_evidence_point){
                              .run = place,
                              .wall_s = qb_sql_real(q, 1),
                              .cpu_s = qb_sql_real(q, 2),
                              .modelled_s = qb_sql_real(q, 3),
                              .objective = qb_sql_real(q, 4),
                              .work = qb_sql_count(q, 5),
                              .samples = qb_sql_count(q, 6),
                              .feasible = qb_sql_int(q, 7) != 0,
                              .simulator_s = qb_sql_real(q, 8),
                          });
}

static const char points_query[] =
    "SELECT run_id, wall_s, cpu_s, modelled_s, objective, work, samples, feasible,"
    " simulator_s FROM incumbent WHERE run_id BETWEEN ? AND ? ORDER BY run_id, point";

/* Runs first .. last of the list, in the order of the file, without a join: what belongs to other experiments
 * or was not asked for is skipped. */
static qb_status stream_range(qb_store *store, const id_place *run, uint64_t count, qb_evidence_visit visit,
                              void *context, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, points_query, diag);
    qb_sql_bind_int(&q, run[0].id);
    qb_sql_bind_int(&q, run[count - 1].id);
    qb_status status = QB_OK;
    for (uint64_t k = 0; status == QB_OK && qb_sql_step(&q);) {
        int64_t id = qb_sql_int(&q, 0);
        while (k < count && run[k].id < id)
            k++;
        if (k < count && run[k].id == id) /* else recorded after the evidence was loaded, or not ours */
            status = visit_point(&q, run[k].place, visit, context);
    }
    return end_stream(&q, status);
}

/* Neighbours in the file are read in one go: a jump costs about as much as LEAP runs passed over. */
#define LEAP 8

qb_status qb_evidence_points(qb_store *store, const qb_evidence *evidence, const bool *take,
                             qb_evidence_visit visit, void *context, qb_diag *diag)
{
    id_place *run = QB_NEW(id_place, evidence->runs);
    if (!run)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to read trajectories");
    uint64_t count = sort_by_id(evidence, take, run);
    qb_status status = QB_OK;
    for (uint64_t k = 0, end; k < count && status == QB_OK; k = end) {
        end = k + 1;
        while (end < count && (!take || run[end].id - run[end - 1].id <= LEAP))
            end++;
        status = stream_range(store, run + k, end - k, visit, context, diag);
    }
    qb_free(run);
    return status;
}

qb_status qb_store_experiments(qb_store *store, qb_store_visit_experiment visit, void *context, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT e.id, e.name, e.identity, e.decision, e.sha256, e.spec, e.version,"
                            " e.registered_at, (SELECT count(*) FROM run WHERE experiment_id = e.id)"
                            " FROM experiment e ORDER BY e.id DESC",
                            diag);
    qb_status status = QB_OK;
    while (status == QB_OK && qb_sql_step(&q)) {
        qb_store_experiment experiment = {
            .id = qb_sql_int(&q, 0),
            .name = qb_sql_text(&q, 1),
            .identity = qb_sql_text(&q, 2),
            .decision = qb_sql_text(&q, 3),
            .sha256 = qb_sql_text(&q, 4),
            .spec = qb_sql_text(&q, 5),
            .version = qb_sql_text(&q, 6),
            .registered_at = qb_sql_text(&q, 7),
        };
        status = visit(context, &experiment, qb_sql_count(&q, 8));
    }
    return end_stream(&q, status);
}

qb_status qb_store_failures(qb_store *store, int64_t experiment, qb_store_visit_failure visit, void *context,
                            qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT r.label, i.name, r.status, coalesce(min(r.reason), ''), count(*)"
                            " FROM run r JOIN instance i ON i.id = r.instance_id WHERE r.experiment_id = ?"
                            " AND r.status NOT IN ('optimal', 'target', 'exhausted', 'budget')"
                            " GROUP BY r.label, i.id, r.status ORDER BY r.label, r.status, i.name",
                            diag);
    qb_sql_bind_int(&q, experiment);
    qb_status status = QB_OK;
    while (status == QB_OK && qb_sql_step(&q))
        status = visit(context, &(qb_store_failure){
                                    .label = qb_sql_text(&q, 0),
                                    .instance = qb_sql_text(&q, 1),
                                    .status = qb_sql_text(&q, 2),
                                    .reason = qb_sql_text(&q, 3),
                                    .runs = qb_sql_count(&q, 4),
                                });
    return end_stream(&q, status);
}

qb_status qb_store_stages(qb_store *store, int64_t experiment, qb_store_visit_stage visit, void *context,
                          qb_diag *diag)
{
    qb_sql q =
        qb_sql_begin(store,
                     "WITH first AS MATERIALIZED (SELECT id, label FROM run WHERE experiment_id = ?1 ORDER "
                     "BY id LIMIT ?2),"
                     " size AS (SELECT label, count(*) AS runs FROM first GROUP BY label)"
                     " SELECT label, stage, sum(cpu_s) / runs, sum(wall_s) / runs, sum(modelled_s) / runs,"
                     "  coalesce(sum(cpu_s) / sum(sum(cpu_s)) OVER (PARTITION BY label), 0)"
                     " FROM first JOIN stage ON run_id = id JOIN size USING (label) GROUP BY label, stage"
                     " ORDER BY label, sum(cpu_s) DESC, stage",
                     diag);
    qb_sql_bind_int(&q, experiment);
    qb_sql_bind_int(&q, QB_STAGE_RUNS);
    qb_status status = QB_OK;
    while (status == QB_OK && qb_sql_step(&q))
        status = visit(context, &(qb_store_stage){
                                    .label = qb_sql_text(&q, 0),
                                    .stage = qb_sql_text(&q, 1),
                                    .cpu_s = qb_sql_real(&q, 2),
                                    .wall_s = qb_sql_real(&q, 3),
                                    .modelled_s = qb_sql_real(&q, 4),
                                    .share = qb_sql_real(&q, 5),
                                });
    return end_stream(&q, status);
}

qb_status qb_store_reading_seconds(qb_store *store, int64_t experiment, double *seconds, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(
        store,
        "SELECT total(reading_s) FROM (SELECT avg(reading_s) AS reading_s FROM"
        "  (SELECT instance_id, reading_s FROM run WHERE experiment_id = ?1 ORDER BY id LIMIT ?2)"
        " GROUP BY instance_id)",
        diag);
    qb_sql_bind_int(&q, experiment);
    qb_sql_bind_int(&q, QB_STAGE_RUNS);
    if (qb_sql_step(&q))
        *seconds = qb_sql_real(&q, 0);
    return qb_sql_end(&q);
}

qb_status qb_store_details(qb_store *store, int64_t experiment, qb_store_visit_details visit, void *context,
                           qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT id, details FROM run WHERE +experiment_id = ? AND noise = 0"
                            " AND details IS NOT NULL ORDER BY id",
                            diag);
    qb_sql_bind_int(&q, experiment);
    qb_status status = QB_OK;
    while (status == QB_OK && qb_sql_step(&q))
        status = visit(context, qb_sql_int(&q, 0), qb_sql_text(&q, 1));
    return end_stream(&q, status);
}

static qb_cell read_cell(qb_sql *q, int column)
{
    switch (sqlite3_column_type(q->statement, column)) {
    case SQLITE_INTEGER:
        return (qb_cell){.type = QB_CELL_INTEGER, .integer = qb_sql_int(q, column)};
    case SQLITE_FLOAT:
        return (qb_cell){.type = QB_CELL_REAL, .real = qb_sql_real(q, column)};
    case SQLITE_NULL:
        return (qb_cell){.type = QB_CELL_NULL};
    default:
        return (qb_cell){.type = QB_CELL_TEXT, .text = qb_sql_text(q, column)};
    }
}

#define RESULT_COLUMNS 128 /* the view has fewer */

qb_status qb_store_results(qb_store *store, int64_t experiment, qb_store_visit_row visit, void *context,
                           qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT * FROM result WHERE run IN (SELECT id FROM run WHERE experiment_id = ?)"
                            " ORDER BY run",
                            diag);
    qb_sql_bind_int(&q, experiment);
    if (q.status != QB_OK)
        return qb_sql_end(&q);
    const char *name[RESULT_COLUMNS];
    qb_cell cell[RESULT_COLUMNS];
    int columns = sqlite3_column_count(q.statement);
    if (columns > RESULT_COLUMNS)
        columns = RESULT_COLUMNS;
    for (int k = 0; k < columns; k++)
        name[k] = sqlite3_column_name(q.statement, k);
    qb_status status = visit(context, name, NULL, (uint32_t)columns);
    while (status == QB_OK && qb_sql_step(&q)) {
        for (int k = 0; k < columns; k++)
            cell[k] = read_cell(&q, k);
        status = visit(context, name, cell, (uint32_t)columns);
    }
    return end_stream(&q, status);
}
