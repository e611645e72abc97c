/* Loading an experiment into memory: a few small queries for the names, two passes over the runs.
 *
 * (A plus before experiment_id keeps the index out: reading in the order of the file is several times
 * faster.)
 */
#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/store/loader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void *qb_loader_keep(qb_loader *l, size_t count, size_t size)
{
    void *block = l->status == QB_OK ? qb_arena_alloc(l->arena, count, size) : NULL;
    if (!block && l->status == QB_OK)
        l->status = qb_fail(l->diag, QB_NO_MEMORY, "no memory for the experiment's runs");
    return block;
}

const char *qb_loader_keep_text(qb_loader *l, const char *text)
{
    char *copy = l->status == QB_OK ? qb_arena_copy(l->arena, text, strlen(text)) : NULL;
    if (!copy && l->status == QB_OK)
        l->status = qb_fail(l->diag, QB_NO_MEMORY, "no memory for the experiment's runs");
    return copy ? copy : "";
}

qb_sql qb_loader_ask(qb_loader *l, const char *text)
{
    qb_sql q = qb_sql_begin(l->store, text, l->diag);
    qb_sql_bind_int(&q, l->e->experiment.id);
    return q;
}

void qb_loader_done(qb_loader *l, qb_sql *q)
{
    qb_status status = qb_sql_end(q);
    if (l->status == QB_OK)
        l->status = status;
}

bool qb_loader_next(qb_loader *l, qb_sql *q)
{
    return l->status == QB_OK && qb_sql_step(q);
}

bool qb_loader_next_of(qb_loader *l, qb_sql *q, int column, void **rows, size_t size)
{
    bool more = qb_loader_next(l, q);
    if (more && !*rows)
        *rows = qb_loader_keep(l, qb_sql_count(q, column), size);
    return more && l->status == QB_OK;
}

uint64_t qb_loader_count(qb_loader *l, const char *text)
{
    qb_sql q = qb_loader_ask(l, text);
    uint64_t count = qb_loader_next(l, &q) ? qb_sql_count(&q, 0) : 0;
    qb_loader_done(l, &q);
    return count;
}

qb_status qb_loader_nonsense(qb_loader *l, const char *what, const char *value)
{
    return l->status = qb_fail(l->diag, QB_BAD_INPUT, "the store holds an unknown %s '%s'", what, value);
}

/* ---- which experiment */

static qb_status list_names(void *context, const qb_store_experiment *experiment, uint64_t runs)
{
    qb_text *names = context;
    (void)runs;
    if (names->length < 300)
        qb_text_appendf(names, "%s'%s'", names->length ? ", " : "", experiment->name);
    return names->status;
}

static qb_status refuse_selector(qb_store *store, const char *selector, qb_diag *diag)
{
    qb_text names = {0};
    qb_status status = qb_store_experiments(store, list_names, &names, diag);
    if (status == QB_OK && !names.length)
        status = qb_fail(diag, QB_BAD_INPUT, "the store holds no experiment");
    else if (status == QB_OK)
        status = qb_fail(diag, QB_BAD_INPUT, "no experiment '%s' in the store; it holds %s", selector,
                         qb_text_get(&names));
    qb_text_clear(&names);
    return status;
}

qb_status qb_store_find_experiment(qb_store *store, const char *selector, int64_t *id, qb_diag *diag)
{
    int64_t found = 0;
    qb_sql q = qb_sql_begin(
        store,
        "SELECT id FROM experiment e WHERE (?1 IS NULL AND parent_id IS NULL) OR name = ?1 OR '#' || id = ?1"
        "  OR (length(?1) >= 6 AND substr(identity, 1, length(?1)) = ?1)"
        " ORDER BY coalesce((SELECT max(id) FROM run WHERE experiment_id = e.id), 0) DESC, id DESC LIMIT 1",
        diag);
    qb_sql_bind_text(&q, selector);
    if (qb_sql_step(&q))
        found = qb_sql_int(&q, 0);
    qb_status status = qb_sql_end(&q);
    if (status == QB_OK && !found)
        status = refuse_selector(store, selector, diag);
    if (status == QB_OK)
        *id = found;
    return status;
}

static void load_experiment(qb_loader *l, const char *selector)
{
    qb_store_experiment *x = &l->e->experiment;
    if (l->status == QB_OK)
        l->status = qb_store_find_experiment(l->store, selector, &x->id, l->diag);
    qb_sql q = qb_loader_ask(
        l, "SELECT name, identity, decision, sha256, spec, version, registered_at, parent_id FROM experiment"
           " WHERE id = ?");
    if (qb_loader_next(l, &q)) {
        x->name = qb_loader_keep_text(l, qb_sql_text(&q, 0));
        x->identity = qb_loader_keep_text(l, qb_sql_text(&q, 1));
        x->decision = qb_loader_keep_text(l, qb_sql_text(&q, 2));
        x->sha256 = qb_loader_keep_text(l, qb_sql_text(&q, 3));
        x->spec = qb_loader_keep_text(l, qb_sql_text(&q, 4));
        x->version = qb_loader_keep_text(l, qb_sql_text(&q, 5));
        x->registered_at = qb_loader_keep_text(l, qb_sql_text(&q, 6));
        x->parent = qb_sql_int(&q, 7);
    }
    qb_loader_done(l, &q);
}

/* ---- names */

static void load_amendments(qb_loader *l)
{
    uint64_t count = qb_loader_count(l, "SELECT count(*) FROM amendment WHERE experiment_id = ?");
    qb_evidence_amendment *row = qb_loader_keep(l, count, sizeof *row);
    qb_sql q = qb_loader_ask(
        l, "SELECT amended_at, why, sha256, spec FROM amendment WHERE experiment_id = ? ORDER BY id");
    uint32_t k = 0;
    for (; k < count && qb_loader_next(l, &q); k++)
        row[k] = (qb_evidence_amendment){.at = qb_loader_keep_text(l, qb_sql_text(&q, 0)),
                                         .why = qb_loader_keep_text(l, qb_sql_text(&q, 1)),
                                         .sha256 = qb_loader_keep_text(l, qb_sql_text(&q, 2)),
                                         .spec = qb_loader_keep_text(l, qb_sql_text(&q, 3))};
    qb_loader_done(l, &q);
    l->e->amendment = row;
    l->e->amendments = k;
}

static qb_kind parse_kind(qb_loader *l, const char *text)
{
    for (qb_kind kind = QB_KIND_QUBO; kind <= QB_KIND_MIP; kind++)
        if (!strcmp(qb_kind_name(kind), text))
            return kind;
    qb_loader_nonsense(l, "kind of problem", text);
    return QB_KIND_QUBO;
}

static void load_targets(qb_loader *l, qb_evidence_instance *instance)
{
    double *values = NULL;
    uint32_t count = 0;
    if (l->status == QB_OK)
        l->status = qb_store_targets(l->store, l->e->experiment.id, instance->id, &values, &count, l->diag);
    double *kept = qb_loader_keep(l, count, sizeof *kept);
    if (l->status == QB_OK && count) {
        memcpy(kept, values, count * sizeof *kept);
        instance->target = kept;
        instance->targets = count;
    }
    qb_free(values);
}

static void load_instances(qb_loader *l)
{
    qb_evidence_instance *row = NULL;
    qb_sql q =
        qb_loader_ask(l, "SELECT i.id, i.name, i.family, i.sha256, i.kind, i.sense, i.variables, i.nonzeros,"
                         " i.constraints, i.anchor, b.value, b.kind, b.source, count(*) OVER ()"
                         " FROM instance i LEFT JOIN best_reference b ON b.instance_id = i.id"
                         " WHERE i.id IN (SELECT DISTINCT instance_id FROM run WHERE experiment_id = ?)"
                         " ORDER BY i.family, i.variables, i.name, i.id");
    uint32_t k = 0;
    for (; qb_loader_next_of(l, &q, 13, (void **)&row, sizeof *row); k++)
        row[k] = (qb_evidence_instance){
            .id = qb_sql_int(&q, 0),
            .name = qb_loader_keep_text(l, qb_sql_text(&q, 1)),
            .family = qb_loader_keep_text(l, qb_sql_text(&q, 2)),
            .sha256 = qb_loader_keep_text(l, qb_sql_text(&q, 3)),
            .kind = parse_kind(l, qb_sql_text(&q, 4)),
            .sense = strcmp(qb_sql_text(&q, 5), "max") ? QB_MINIMISE : QB_MAXIMISE,
            .variables = qb_sql_count(&q, 6),
            .nonzeros = qb_sql_count(&q, 7),
            .constraints = qb_sql_count(&q, 8),
            .anchor = qb_sql_real(&q, 9),
            .reference = qb_sql_real(&q, 10),
            .reference_kind = qb_loader_keep_text(l, qb_sql_text(&q, 11)),
            .reference_source = qb_loader_keep_text(l, qb_sql_text(&q, 12)),
        };
    qb_loader_done(l, &q);
    for (uint32_t i = 0; i < k; i++)
        load_targets(l, &row[i]);
    l->e->instance = row;
    l->e->instances = k;
}

static qb_evidence_role parse_role(const char *text)
{
    return !strcmp(text, "challenger") ? QB_EVIDENCE_CHALLENGER
           : !strcmp(text, "baseline") ? QB_EVIDENCE_BASELINE
                                       : QB_EVIDENCE_CONTROL;
}

/* An entry that ran with several versions of its solver goes by the newest.  (Distinct first: grouping would
 * sort all runs.) */
static void load_entries(qb_loader *l)
{
    qb_evidence_entry *row = NULL;
    qb_sql q = qb_loader_ask(
        l, "SELECT label, penalty, role, s.name, s.params, s.family, s.source, s.execution, s.version,"
           " CASE WHEN count(*) OVER (PARTITION BY label) > 1 THEN label || ' (' || penalty || ')'"
           "  ELSE label END, count(*) OVER ()"
           " FROM (SELECT label, penalty, role, max(solver_id) AS solver_id FROM"
           "   (SELECT DISTINCT label, penalty, role, solver_id FROM run WHERE +experiment_id = ?)"
           "  GROUP BY label, penalty) JOIN solver s ON s.id = solver_id"
           " ORDER BY CASE role WHEN 'challenger' THEN 0 WHEN 'baseline' THEN 1 ELSE 2 END, label,"
           "  penalty");
    uint32_t k = 0;
    for (; qb_loader_next_of(l, &q, 10, (void **)&row, sizeof *row); k++)
        row[k] = (qb_evidence_entry){
            .label = qb_loader_keep_text(l, qb_sql_text(&q, 0)),
            .penalty = qb_loader_keep_text(l, qb_sql_text(&q, 1)),
            .role = parse_role(qb_sql_text(&q, 2)),
            .solver = qb_loader_keep_text(l, qb_sql_text(&q, 3)),
            .params = qb_loader_keep_text(l, qb_sql_text(&q, 4)),
            .family = qb_loader_keep_text(l, qb_sql_text(&q, 5)),
            .source = qb_loader_keep_text(l, qb_sql_text(&q, 6)),
            .execution = qb_loader_keep_text(l, qb_sql_text(&q, 7)),
            .version = qb_loader_keep_text(l, qb_sql_text(&q, 8)),
            .name = qb_loader_keep_text(l, qb_sql_text(&q, 9)),
        };
    qb_loader_done(l, &q);
    l->e->entry = row;
    l->e->entries = k;
}

static void load_budget(qb_loader *l)
{
    qb_evidence *e = l->e;
    qb_sql q =
        qb_loader_ask(l, "SELECT budget_kind, budget, threads, memory_bytes FROM run WHERE +experiment_id = ?"
                         " ORDER BY id DESC LIMIT 1");
    if (qb_loader_next(l, &q)) {
        const char *name = qb_sql_text(&q, 0);
        qb_budget_kind kind = QB_BUDGET_CPU_TIME;
        while (kind <= QB_BUDGET_DEVICE && strcmp(qb_budget_kind_name(kind), name))
            kind++;
        if (kind > QB_BUDGET_DEVICE)
            qb_loader_nonsense(l, "kind of budget", name);
        e->budget_kind = kind;
        e->budget = qb_sql_real(&q, 1);
        e->threads = (uint32_t)qb_sql_count(&q, 2);
        e->memory_bytes = isnan(qb_sql_real(&q, 3)) ? UINT64_MAX : qb_sql_count(&q, 3);
    }
    qb_loader_done(l, &q);
}

/* The caller gets the public part; the arena behind it holds what that points to. */
typedef struct evidence {
    qb_evidence public; /* first: the caller's pointer is ours */
    qb_arena arena;
} evidence;

qb_status qb_evidence_load(qb_store *store, const char *selector, const qb_evidence **out, qb_diag *diag)
{
    evidence *e = QB_NEW(evidence, 1);
    if (!e)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the experiment's runs");
    qb_loader l = {.store = store, .diag = diag, .e = &e->public, .arena = &e->arena};
    qb_status snapshot = qb_sql_exec(store, "SAVEPOINT evidence", diag); /* all queries see one state */
    l.status = snapshot;
    load_experiment(&l, selector);
    load_amendments(&l);
    load_budget(&l);
    load_instances(&l);
    load_entries(&l);
    qb_loader_runs(&l);
    if (snapshot == QB_OK)
        (void)qb_sql_exec(store, "RELEASE evidence", NULL);
    if (l.status != QB_OK) {
        qb_evidence_free(&e->public);
        return l.status;
    }
    *out = &e->public;
    return QB_OK;
}

void qb_evidence_free(const qb_evidence *public)
{
    if (!public)
        return;
    evidence *e = (evidence *)(uintptr_t) public;
    qb_arena_clear(&e->arena);
    qb_free(e);
}
