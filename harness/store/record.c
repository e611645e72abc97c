/* Recording a run: one transaction for the run and all that belongs to it. */
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/model/solution.h"
#include "harness/store/circuit.h"

#include <math.h>
#include <string.h>

static const char *none_if_empty(const char *text)
{
    return text && *text ? text : NULL;
}

static qb_status insert_run(qb_store *store, const qb_store_run *run, int64_t *id, qb_diag *diag)
{
    const qb_run_result *r = run->result;
    qb_sql q = qb_sql_begin(
        store,
        "INSERT INTO run (run_key, experiment_id, instance_id, solver_id, machine_id, build_id, label, role,"
        " seed, budget_kind, budget, memory_bytes, threads, penalty, perturbation, noise, copy, repeat, "
        "position,"
        " simd, status, reason, objective, feasible, violations, bound, cpu_s, wall_s, setup_s, teardown_s,"
        " overshoot_s, overshoot_threads, peak_rss_kib, work, samples, modelled_s, simulator_s, offered, "
        "late, late_objective, "
        "lowering,"
        " containment, memory_way, cpu_way, flags, attempts, reading_s, started_at, details)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?,"
        " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        diag);
    qb_sql_bind_text(&q, run->key);
    qb_sql_bind_int(&q, run->experiment);
    qb_sql_bind_int(&q, run->instance);
    qb_sql_bind_int(&q, run->solver);
    qb_sql_bind_int(&q, run->machine);
    qb_sql_bind_int(&q, run->build);
    qb_sql_bind_text(&q, run->label);
    qb_sql_bind_text(&q, run->role);
    qb_sql_bind_int(&q, (int64_t)run->seed); /* the same 64 bits; SQLite has no unsigned */
    qb_sql_bind_text(&q, qb_budget_kind_name(run->budget_kind));
    qb_sql_bind_real(&q, run->budget);
    if (run->memory_bytes == UINT64_MAX)
        qb_sql_bind_null(&q);
    else
        qb_sql_bind_count(&q, run->memory_bytes);
    qb_sql_bind_int(&q, run->threads);
    qb_sql_bind_text(&q, run->penalty ? run->penalty : "bound");
    qb_sql_bind_text(&q, none_if_empty(run->perturbation));
    qb_sql_bind_real(&q, run->noise);
    qb_sql_bind_int(&q, run->copy);
    qb_sql_bind_int(&q, run->repeat);
    qb_sql_bind_count(&q, run->position);
    qb_sql_bind_text(&q, run->simd);
    qb_sql_bind_text(&q, qb_outcome_name(r->outcome));
    qb_sql_bind_text(&q, none_if_empty(r->reason));
    if (r->has_solution) {
        qb_sql_bind_real(&q, r->score.objective);
        qb_sql_bind_int(&q, r->score.feasible);
        qb_sql_bind_int(&q, r->score.violations);
    } else {
        for (int k = 0; k < 3; k++)
            qb_sql_bind_null(&q);
    }
    qb_sql_bind_real(&q, r->has_bound ? r->bound : NAN);
    qb_sql_bind_real(&q, r->cpu_s);
    qb_sql_bind_real(&q, r->wall_s);
    qb_sql_bind_real(&q, r->setup_s);
    qb_sql_bind_real(&q, r->teardown_s);
    qb_sql_bind_real(&q, r->overshoot_s);
    qb_sql_bind_int(&q, r->overshoot_threads ? r->overshoot_threads : 1);
    qb_sql_bind_count(&q, r->peak_rss_kib);
    qb_sql_bind_count(&q, r->work);
    qb_sql_bind_count(&q, r->samples);
    qb_sql_bind_real(&q, r->device_s);
    qb_sql_bind_real(&q, r->simulator_s);
    qb_sql_bind_count(&q, r->offered);
    qb_sql_bind_count(&q, r->late);
    qb_sql_bind_real(&q, r->has_late ? r->late_objective : NAN);
    qb_sql_bind_text(&q, none_if_empty(r->lowering));
    qb_sql_bind_text(&q, none_if_empty(r->containment));
    qb_sql_bind_text(&q, none_if_empty(r->memory_way));
    qb_sql_bind_text(&q, none_if_empty(r->cpu_way));
    qb_sql_bind_text(&q, none_if_empty(r->flags));
    qb_sql_bind_int(&q, r->attempts ? r->attempts : 1);
    qb_sql_bind_real(&q, run->reading_s > 0 ? run->reading_s : NAN);
    qb_sql_bind_text(&q, r->started_at);
    qb_sql_bind_text(&q, none_if_empty(r->details));
    qb_status status = qb_sql_run(&q);
    if (status == QB_BAD_INPUT && sqlite3_extended_errcode(store->db) == SQLITE_CONSTRAINT_UNIQUE)
        return qb_fail(diag, QB_BAD_INPUT, "run '%s' is stored already", run->key);
    if (status == QB_OK)
        *id = sqlite3_last_insert_rowid(store->db);
    return status;
}

static qb_status insert_circuit(qb_store *store, int64_t id, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, qb_circuit_lift, diag);
    qb_sql_bind_int(&q, id); /* the last one there is */
    return qb_sql_run(&q);
}

static qb_status insert_incumbents(qb_store *store, int64_t id, const qb_run_result *result, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT INTO incumbent (run_id, point, wall_s, cpu_s, work, samples, modelled_s,"
                            " simulator_s, objective, feasible) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            diag);
    for (uint32_t k = 0; k < result->points && q.status == QB_OK; k++) {
        const qb_run_point *p = &result->trajectory[k];
        qb_sql_bind_int(&q, id);
        qb_sql_bind_int(&q, k);
        qb_sql_bind_real(&q, p->wall_s);
        qb_sql_bind_real(&q, p->cpu_s);
        qb_sql_bind_count(&q, p->work);
        qb_sql_bind_count(&q, p->samples);
        qb_sql_bind_real(&q, p->device_s);
        qb_sql_bind_real(&q, p->simulator_s);
        qb_sql_bind_real(&q, p->objective);
        qb_sql_bind_int(&q, p->feasible);
        qb_sql_again(&q);
    }
    return qb_sql_end(&q);
}

static qb_status insert_stages(qb_store *store, int64_t id, const qb_run_result *result, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "INSERT OR IGNORE INTO stage (run_id, stage, wall_s, cpu_s, modelled_s,"
                            " simulator_s) VALUES (?, ?, ?, ?, ?, ?)",
                            diag);
    for (uint32_t k = 0; k < result->stages && q.status == QB_OK; k++) {
        const qb_stage_times *s = &result->stage[k];
        qb_sql_bind_int(&q, id);
        qb_sql_bind_text(&q, s->name);
        qb_sql_bind_real(&q, s->wall_s);
        qb_sql_bind_real(&q, s->cpu_s);
        qb_sql_bind_real(&q, s->device_s);
        qb_sql_bind_real(&q, s->simulator_s);
        qb_sql_again(&q);
    }
    return qb_sql_end(&q);
}

/* 0/1 text, or an object of the columns that are not zero. */
static void write_solution(const qb_problem *problem, const double *x, qb_text *text)
{
    if (qb_problem_is_binary(problem)) {
        for (uint32_t k = 0; k < problem->body.columns; k++)
            qb_text_append_char(text, x[k] > 0.5 ? '1' : '0');
        return;
    }
    qb_json_writer w = {.out = text};
    char name[16];
    qb_json_open(&w, '{');
    for (uint32_t k = 0; k < problem->body.columns; k++)
        if (x[k] != 0)
            qb_json_put_double(&w, qb_mip_column_name(&problem->body, k, name), x[k]);
    qb_json_close(&w, '}');
}

static qb_status insert_samples(qb_store *store, int64_t id, const qb_store_run *run, qb_diag *diag)
{
    const qb_run_result *r = run->result;
    uint32_t columns = run->nominal ? run->nominal->body.columns : 0;
    qb_text text = {0};
    qb_sql q = qb_sql_begin(
        store, "INSERT INTO sample (run_id, point, x, objective, feasible, count) VALUES (?, ?, ?, ?, ?, ?)",
        diag);
    for (uint32_t k = 0; k < r->kept && run->nominal && q.status == QB_OK; k++) {
        qb_text_reset(&text);
        write_solution(run->nominal, r->sample_x + (size_t)k * columns, &text);
        if (text.status != QB_OK)
            q.status = qb_fail(diag, QB_NO_MEMORY, "no memory to write a sample down");
        qb_sql_bind_int(&q, id);
        qb_sql_bind_int(&q, k);
        qb_sql_bind_text(&q, qb_text_get(&text));
        qb_sql_bind_real(&q, r->sample[k].objective);
        qb_sql_bind_int(&q, r->sample[k].feasible);
        qb_sql_bind_count(&q, r->sample[k].count);
        qb_sql_again(&q);
    }
    qb_text_clear(&text);
    return qb_sql_end(&q);
}

static qb_status insert_solution(qb_store *store, int64_t id, const qb_store_run *run, qb_diag *diag)
{
    if (!run->result->has_solution || !run->nominal)
        return QB_OK;
    qb_text text = {0};
    write_solution(run->nominal, run->result->solution, &text);
    if (text.status != QB_OK)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to write a solution down");
    qb_sql q = qb_sql_begin(store, "INSERT INTO solution (run_id, x) VALUES (?, ?)", diag);
    qb_sql_bind_int(&q, id);
    qb_sql_bind_text(&q, qb_text_get(&text));
    qb_status status = qb_sql_run(&q);
    qb_text_clear(&text);
    return status;
}

/* ---- the summary */

static double counted(const qb_run_point *p, qb_budget_kind kind)
{
    const qb_budget_spent spent = {p->wall_s, p->cpu_s, p->device_s, p->simulator_s, p->work, p->samples};
    return qb_budget_counted(kind, &spent);
}

/* What a summary is computed from, beside the trajectory; read inside the run's own transaction. */
static qb_status read_reference(qb_store *store, int64_t instance, qb_sense *sense, double *reference,
                                qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store,
                            "SELECT i.sense, CASE i.sense WHEN 'min' THEN min(r.value) ELSE max(r.value) END"
                            " FROM instance i LEFT JOIN reference r ON r.instance_id = i.id WHERE i.id = ?",
                            diag);
    qb_sql_bind_int(&q, instance);
    if (qb_sql_step(&q)) {
        *sense = strcmp(qb_sql_text(&q, 0), "max") ? QB_MINIMISE : QB_MAXIMISE;
        *reference = qb_sql_real(&q, 1);
    }
    return qb_sql_end(&q);
}

static qb_status insert_summary(qb_store *store, int64_t id, uint32_t points, const qb_summary *summary,
                                uint32_t targets, qb_diag *diag)
{
    qb_text text = {0};
    qb_json_writer w = {.out = &text};
    qb_json_open(&w, '[');
    for (uint32_t t = 0; t < targets; t++)
        qb_json_double(&w, summary->crossings[t]);
    qb_json_close(&w, ']');
    qb_sql q =
        qb_sql_begin(store,
                     "INSERT OR REPLACE INTO summary (run_id, first_s, last_s, points, primal_integral,"
                     " crossings) VALUES (?, ?, ?, ?, ?, ?)",
                     diag);
    qb_sql_bind_int(&q, id);
    qb_sql_bind_real(&q, summary->first_s);
    qb_sql_bind_real(&q, summary->last_s);
    qb_sql_bind_int(&q, points);
    qb_sql_bind_real(&q, summary->primal_integral);
    qb_sql_bind_text(&q, qb_text_get(&text));
    qb_status status = qb_sql_run(&q);
    if (status == QB_OK && text.status != QB_OK)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for a summary");
    qb_text_clear(&text);
    return status;
}

/* value, spent [points] and feasible [points] of a run on the nominal instance.  A perturbed copy's
 * trajectory is in the copy's own scale: it crosses no target and has no primal integral. */
static qb_status summarise(qb_store *store, int64_t id, int64_t experiment, int64_t instance, double budget,
                           bool nominal, const double *value, const bool *feasible, const double *at,
                           uint32_t points, qb_diag *diag)
{
    qb_sense sense = QB_MINIMISE;
    double reference = NAN, *target = NULL;
    uint32_t targets = 0;
    qb_summary summary = {0};
    qb_status status = read_reference(store, instance, &sense, &reference, diag);
    if (status == QB_OK && nominal)
        status = qb_store_targets(store, experiment, instance, &target, &targets, diag);
    if (status == QB_OK && !(summary.crossings = QB_NEW(double, targets)))
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for a summary");
    if (status == QB_OK) {
        qb_summary_compute(value, feasible, at, points, sense, budget, nominal ? reference : NAN, target,
                           targets, &summary);
        status = insert_summary(store, id, points, &summary, targets, diag);
    }
    qb_free(summary.crossings);
    qb_free(target);
    return status;
}

static qb_status summarise_result(qb_store *store, int64_t id, const qb_store_run *run, qb_diag *diag)
{
    const qb_run_result *r = run->result;
    double *value = QB_NEW(double, r->points), *at = QB_NEW(double, r->points);
    bool *feasible = QB_NEW(bool, r->points);
    qb_status status = QB_OK;
    if (!value || !at || !feasible) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for a summary");
    } else {
        for (uint32_t k = 0; k < r->points; k++) {
            value[k] = r->trajectory[k].objective;
            feasible[k] = r->trajectory[k].feasible;
            at[k] = counted(&r->trajectory[k], run->budget_kind);
        }
        status = summarise(store, id, run->experiment, run->instance, run->budget, run->noise == 0, value,
                           feasible, at, r->points, diag);
    }
    qb_free(value);
    qb_free(at);
    qb_free(feasible);
    return status;
}

qb_status qb_store_record(qb_store *store, const qb_store_run *run, int64_t *id, qb_diag *diag)
{
    int64_t row = 0;
    qb_status status = qb_sql_transaction(store, diag);
    if (status != QB_OK)
        return status;
    status = insert_run(store, run, &row, diag);
    if (status == QB_OK)
        status = insert_circuit(store, row, diag);
    if (status == QB_OK)
        status = insert_incumbents(store, row, run->result, diag);
    if (status == QB_OK)
        status = insert_stages(store, row, run->result, diag);
    if (status == QB_OK)
        status = insert_solution(store, row, run, diag);
    if (status == QB_OK)
        status = insert_samples(store, row, run, diag);
    if (status == QB_OK)
        status = summarise_result(store, row, run, diag);
    status = qb_sql_finish(store, status, diag);
    if (status == QB_OK && id)
        *id = row;
    return status;
}

/* ---- refresh: the same summaries, from the stored trajectories */

typedef struct trajectory {
    int64_t run, instance;
    double budget;
    bool nominal;
    uint32_t points, capacity;
    double *value, *at;
    bool *feasible;
} trajectory;

static bool make_room(trajectory *t)
{
    if (t->points < t->capacity)
        return true;
    uint32_t more = t->capacity ? 2 * t->capacity : 256;
    double *value = qb_realloc(t->value, t->points, more, sizeof *value);
    if (value)
        t->value = value;
    double *at = qb_realloc(t->at, t->points, more, sizeof *at);
    if (at)
        t->at = at;
    bool *feasible = qb_realloc(t->feasible, t->points, more, sizeof *feasible);
    if (feasible)
        t->feasible = feasible;
    if (!value || !at || !feasible)
        return false;
    t->capacity = more;
    return true;
}

static qb_status flush(qb_store *store, int64_t experiment, trajectory *t, qb_diag *diag)
{
    qb_status status = QB_OK;
    if (t->run)
        status = summarise(store, t->run, experiment, t->instance, t->budget, t->nominal, t->value,
                           t->feasible, t->at, t->points, diag);
    t->points = 0;
    return status;
}

qb_status qb_store_refresh(qb_store *store, int64_t experiment, qb_diag *diag)
{
    trajectory t = {0};
    qb_status status = qb_sql_transaction(store, diag);
    if (status != QB_OK)
        return status;
    qb_sql q = qb_sql_begin(store,
                            "SELECT r.id, r.instance_id, r.budget, r.noise, t.objective, t.feasible,"
                            " CASE r.budget_kind WHEN 'cpu-time' THEN t.cpu_s WHEN 'wall-time' THEN t.wall_s"
                            "  WHEN 'work' THEN t.work WHEN 'samples' THEN t.samples ELSE t.modelled_s"
                            "  + t.cpu_s - t.simulator_s END"
                            " FROM run r LEFT JOIN incumbent t ON t.run_id = r.id WHERE r.experiment_id = ?"
                            " ORDER BY r.id, t.point",
                            diag);
    qb_sql_bind_int(&q, experiment);
    while (status == QB_OK && qb_sql_step(&q)) {
        int64_t run = qb_sql_int(&q, 0);
        if (run != t.run) {
            status = flush(store, experiment, &t, diag);
            t.run = run;
            t.instance = qb_sql_int(&q, 1);
            t.budget = qb_sql_real(&q, 2);
            t.nominal = qb_sql_real(&q, 3) == 0;
        }
        if (isnan(qb_sql_real(&q, 4))) /* a run without incumbents */
            continue;
        if (!make_room(&t)) {
            status = qb_fail(diag, QB_NO_MEMORY, "no memory for a trajectory");
            break;
        }
        t.value[t.points] = qb_sql_real(&q, 4);
        t.feasible[t.points] = qb_sql_int(&q, 5) != 0;
        t.at[t.points++] = qb_sql_real(&q, 6);
    }
    qb_status read = qb_sql_end(&q);
    if (status == QB_OK)
        status = read;
    if (status == QB_OK)
        status = flush(store, experiment, &t, diag);
    qb_free(t.value);
    qb_free(t.at);
    qb_free(t.feasible);
    return qb_sql_finish(store, status, diag);
}
