/* Loading an experiment into memory: a few small queries for the names, one pass over the runs. */
#include "harness/store/evidence.h"
#include "harness/base/arena.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/store/sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct evidence {
    qb_evidence public; /* first: the caller's pointer is ours */
    qb_arena arena;
} evidence;

typedef struct loader {
    qb_store *store;
    evidence *e;
    qb_diag *diag;
    qb_status status; /* sticky */
} loader;

static void *keep(loader *l, size_t count, size_t size)
{
    void *block = l->status == QB_OK ? qb_arena_alloc(&l->e->arena, count, size) : NULL;
    if (!block && l->status == QB_OK)
        l->status = qb_fail(l->diag, QB_NO_MEMORY, "no memory for the experiment's runs");
    return block;
}

static const char *keep_text(loader *l, const char *text)
{
    char *copy = l->status == QB_OK ? qb_arena_copy(&l->e->arena, text, strlen(text)) : NULL;
    if (!copy && l->status == QB_OK)
        l->status = qb_fail(l->diag, QB_NO_MEMORY, "no memory for the experiment's runs");
    return copy ? copy : "";
}

static qb_sql ask(loader *l, const char *text)
{
    qb_sql q = qb_sql_begin(l->store, text, l->diag);
    qb_sql_bind_int(&q, l->e->public.experiment.id);
    return q;
}

/* Ends a query; whichever failed first counts. */
static void done(loader *l, qb_sql *q)
{
    qb_status status = qb_sql_end(q);
    if (l->status == QB_OK)
        l->status = status;
}

static bool next(loader *l, qb_sql *q)
{
    return l->status == QB_OK && qb_sql_step(q);
}

/* Room for as many rows as a COUNT query says. */
static uint64_t count_rows(loader *l, const char *text)
{
    qb_sql q = ask(l, text);
    uint64_t count = next(l, &q) ? qb_sql_count(&q, 0) : 0;
    done(l, &q);
    return count;
}

static qb_status nonsense(loader *l, const char *what, const char *value)
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

static void load_experiment(loader *l, const char *selector)
{
    qb_store_experiment *x = &l->e->public.experiment;
    if (l->status == QB_OK)
        l->status = qb_store_find_experiment(l->store, selector, &x->id, l->diag);
    qb_sql q = ask(
        l, "SELECT name, identity, decision, sha256, spec, version, registered_at, parent_id FROM experiment"
           " WHERE id = ?");
    if (next(l, &q)) {
        x->name = keep_text(l, qb_sql_text(&q, 0));
        x->identity = keep_text(l, qb_sql_text(&q, 1));
        x->decision = keep_text(l, qb_sql_text(&q, 2));
        x->sha256 = keep_text(l, qb_sql_text(&q, 3));
        x->spec = keep_text(l, qb_sql_text(&q, 4));
        x->version = keep_text(l, qb_sql_text(&q, 5));
        x->registered_at = keep_text(l, qb_sql_text(&q, 6));
        x->parent = qb_sql_int(&q, 7);
    }
    done(l, &q);
}

/* ---- names */

static void load_amendments(loader *l)
{
    uint64_t count = count_rows(l, "SELECT count(*) FROM amendment WHERE experiment_id = ?");
    qb_evidence_amendment *row = keep(l, count, sizeof *row);
    qb_sql q =
        ask(l, "SELECT amended_at, why, sha256, spec FROM amendment WHERE experiment_id = ? ORDER BY id");
    uint32_t k = 0;
    for (; k < count && next(l, &q); k++)
        row[k] = (qb_evidence_amendment){.at = keep_text(l, qb_sql_text(&q, 0)),
                                         .why = keep_text(l, qb_sql_text(&q, 1)),
                                         .sha256 = keep_text(l, qb_sql_text(&q, 2)),
                                         .spec = keep_text(l, qb_sql_text(&q, 3))};
    done(l, &q);
    l->e->public.amendment = row;
    l->e->public.amendments = k;
}

static qb_kind parse_kind(loader *l, const char *text)
{
    for (qb_kind kind = QB_KIND_QUBO; kind <= QB_KIND_MIP; kind++)
        if (!strcmp(qb_kind_name(kind), text))
            return kind;
    nonsense(l, "kind of problem", text);
    return QB_KIND_QUBO;
}

static void load_targets(loader *l, qb_evidence_instance *instance)
{
    double *values = NULL;
    uint32_t count = 0;
    if (l->status == QB_OK)
        l->status =
            qb_store_targets(l->store, l->e->public.experiment.id, instance->id, &values, &count, l->diag);
    double *kept = keep(l, count, sizeof *kept);
    if (l->status == QB_OK && count) {
        memcpy(kept, values, count * sizeof *kept);
        instance->target = kept;
        instance->targets = count;
    }
    qb_free(values);
}

static void load_instances(loader *l)
{
    uint64_t count = count_rows(l, "SELECT count(DISTINCT instance_id) FROM run WHERE experiment_id = ?");
    qb_evidence_instance *row = keep(l, count, sizeof *row);
    qb_sql q = ask(l, "SELECT i.id, i.name, i.family, i.sha256, i.kind, i.sense, i.variables, i.nonzeros,"
                      " i.constraints, i.anchor, b.value, b.kind, b.source"
                      " FROM instance i LEFT JOIN best_reference b ON b.instance_id = i.id"
                      " WHERE i.id IN (SELECT DISTINCT instance_id FROM run WHERE experiment_id = ?)"
                      " ORDER BY i.family, i.variables, i.name, i.id");
    uint32_t k = 0;
    for (; k < count && next(l, &q); k++)
        row[k] = (qb_evidence_instance){
            .id = qb_sql_int(&q, 0),
            .name = keep_text(l, qb_sql_text(&q, 1)),
            .family = keep_text(l, qb_sql_text(&q, 2)),
            .sha256 = keep_text(l, qb_sql_text(&q, 3)),
            .kind = parse_kind(l, qb_sql_text(&q, 4)),
            .sense = strcmp(qb_sql_text(&q, 5), "max") ? QB_MINIMISE : QB_MAXIMISE,
            .variables = qb_sql_count(&q, 6),
            .nonzeros = qb_sql_count(&q, 7),
            .constraints = qb_sql_count(&q, 8),
            .anchor = qb_sql_real(&q, 9),
            .reference = qb_sql_real(&q, 10),
            .reference_kind = keep_text(l, qb_sql_text(&q, 11)),
            .reference_source = keep_text(l, qb_sql_text(&q, 12)),
        };
    done(l, &q);
    for (uint32_t i = 0; i < k; i++)
        load_targets(l, &row[i]);
    l->e->public.instance = row;
    l->e->public.instances = k;
}

static qb_evidence_role parse_role(const char *text)
{
    return !strcmp(text, "challenger") ? QB_EVIDENCE_CHALLENGER
           : !strcmp(text, "baseline") ? QB_EVIDENCE_BASELINE
                                       : QB_EVIDENCE_CONTROL;
}

static void load_entries(loader *l)
{
    uint64_t count = count_rows(
        l, "SELECT count(*) FROM (SELECT DISTINCT label, penalty FROM run WHERE experiment_id = ?)");
    qb_evidence_entry *row = keep(l, count, sizeof *row);
    qb_sql q =
        ask(l, "SELECT label, penalty, role, s.name, s.params, s.family, s.source, s.execution, s.version,"
               " CASE WHEN count(*) OVER (PARTITION BY label) > 1 THEN label || ' (' || penalty || ')'"
               "  ELSE label END"
               " FROM (SELECT label, penalty, role, solver_id, max(id) FROM run WHERE experiment_id = ?"
               "  GROUP BY label, penalty) JOIN solver s ON s.id = solver_id"
               " ORDER BY CASE role WHEN 'challenger' THEN 0 WHEN 'baseline' THEN 1 ELSE 2 END, label,"
               "  penalty");
    uint32_t k = 0;
    for (; k < count && next(l, &q); k++)
        row[k] = (qb_evidence_entry){
            .label = keep_text(l, qb_sql_text(&q, 0)),
            .penalty = keep_text(l, qb_sql_text(&q, 1)),
            .role = parse_role(qb_sql_text(&q, 2)),
            .solver = keep_text(l, qb_sql_text(&q, 3)),
            .params = keep_text(l, qb_sql_text(&q, 4)),
            .family = keep_text(l, qb_sql_text(&q, 5)),
            .source = keep_text(l, qb_sql_text(&q, 6)),
            .execution = keep_text(l, qb_sql_text(&q, 7)),
            .version = keep_text(l, qb_sql_text(&q, 8)),
            .name = keep_text(l, qb_sql_text(&q, 9)),
        };
    done(l, &q);
    l->e->public.entry = row;
    l->e->public.entries = k;
}

static void load_machines(loader *l)
{
    uint64_t count = count_rows(l, "SELECT count(DISTINCT machine_id) FROM run WHERE experiment_id = ?");
    qb_evidence_machine *row = keep(l, count, sizeof *row);
    qb_sql q = ask(l, "SELECT m.cpu, m.system, m.facts, m.fingerprint, m.cores, m.threads, m.memory_bytes, n"
                      " FROM (SELECT machine_id, count(*) AS n FROM run WHERE experiment_id = ?"
                      "  GROUP BY machine_id) JOIN machine m ON m.id = machine_id ORDER BY n DESC, m.id");
    uint32_t k = 0;
    for (; k < count && next(l, &q); k++)
        row[k] = (qb_evidence_machine){
            .cpu = keep_text(l, qb_sql_text(&q, 0)),
            .system = keep_text(l, qb_sql_text(&q, 1)),
            .facts = keep_text(l, qb_sql_text(&q, 2)),
            .fingerprint = keep_text(l, qb_sql_text(&q, 3)),
            .cores = (uint32_t)qb_sql_count(&q, 4),
            .threads = (uint32_t)qb_sql_count(&q, 5),
            .memory_bytes = qb_sql_count(&q, 6),
            .runs = qb_sql_count(&q, 7),
        };
    done(l, &q);
    l->e->public.machine = row;
    l->e->public.machines = k;
}

static void load_builds(loader *l)
{
    uint64_t count = count_rows(l, "SELECT count(DISTINCT build_id) FROM run WHERE experiment_id = ?");
    qb_evidence_build *row = keep(l, count, sizeof *row);
    qb_sql q = ask(l, "SELECT b.version, b.revision, b.compiler, b.flags, b.simd, n"
                      " FROM (SELECT build_id, count(*) AS n FROM run WHERE experiment_id = ?"
                      "  GROUP BY build_id) JOIN build b ON b.id = build_id ORDER BY n DESC, b.id");
    uint32_t k = 0;
    for (; k < count && next(l, &q); k++)
        row[k] = (qb_evidence_build){
            .version = keep_text(l, qb_sql_text(&q, 0)),
            .revision = keep_text(l, qb_sql_text(&q, 1)),
            .compiler = keep_text(l, qb_sql_text(&q, 2)),
            .flags = keep_text(l, qb_sql_text(&q, 3)),
            .simd = keep_text(l, qb_sql_text(&q, 4)),
            .runs = qb_sql_count(&q, 5),
        };
    done(l, &q);
    l->e->public.build = row;
    l->e->public.builds = k;
}

static void load_budget(loader *l)
{
    qb_evidence *e = &l->e->public;
    qb_sql q = ask(l, "SELECT budget_kind, budget, threads, memory_bytes FROM run WHERE experiment_id = ?"
                      " ORDER BY id DESC LIMIT 1");
    if (next(l, &q)) {
        const char *name = qb_sql_text(&q, 0);
        qb_budget_kind kind = QB_BUDGET_CPU_TIME;
        while (kind <= QB_BUDGET_DEVICE && strcmp(qb_budget_kind_name(kind), name))
            kind++;
        if (kind > QB_BUDGET_DEVICE)
            nonsense(l, "kind of budget", name);
        e->budget_kind = kind;
        e->budget = qb_sql_real(&q, 1);
        e->threads = (uint32_t)qb_sql_count(&q, 2);
        e->memory_bytes = isnan(qb_sql_real(&q, 3)) ? UINT64_MAX : qb_sql_count(&q, 3);
    }
    done(l, &q);
}

/* ---- runs */

static uint32_t find_entry(const qb_evidence *e, const char *label, const char *penalty, uint32_t guess)
{
    for (uint32_t step = 0; step < e->entries; step++) {
        uint32_t k = (guess + step) % e->entries;
        if (!strcmp(e->entry[k].label, label) && !strcmp(e->entry[k].penalty, penalty))
            return k;
    }
    return UINT32_MAX;
}

typedef struct id_index {
    int64_t id;
    uint32_t index;
} id_index;

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const id_index *)a)->id, y = ((const id_index *)b)->id;
    return (x > y) - (x < y);
}

static qb_outcome parse_outcome(loader *l, const char *text, qb_outcome guess)
{
    for (int step = 0; step < QB_OUTCOME_COUNT; step++) {
        qb_outcome outcome = (qb_outcome)(((int)guess + step) % QB_OUTCOME_COUNT);
        if (!strcmp(qb_outcome_name(outcome), text))
            return outcome;
    }
    nonsense(l, "status", text);
    return guess;
}

/* "[0.25, null, ...]" of exactly `count` numbers; anything else leaves the rest at "never". */
static const double *parse_crossings(loader *l, const char *text, uint32_t count)
{
    double *crossing = keep(l, count, sizeof *crossing);
    if (!crossing)
        return NULL;
    for (uint32_t k = 0; k < count; k++)
        crossing[k] = NAN;
    for (uint32_t k = 0; k < count && (*text == '[' || *text == ','); k++) {
        text += 1 + strspn(text + 1, " ");
        size_t length = strcspn(text, ",]");
        double value;
        if (qb_parse_double(text, length, &value))
            crossing[k] = value;
        text += length;
    }
    return crossing;
}

/* (The plus keeps the index out: reading in the order of the file is several times faster.) */
static const char run_query[] =
    "SELECT r.id, r.instance_id, r.label, r.penalty, r.copy, r.repeat, r.noise, r.status, r.objective,"
    " r.feasible, r.bound, r.late_objective, r.cpu_s, r.wall_s, r.setup_s, r.overshoot_s, r.modelled_s, "
    "r.work,"
    " r.samples, r.peak_rss_kib, r.late, r.position, r.flags IS NOT NULL, m.first_s, m.last_s,"
    " m.primal_integral, m.crossings, r.simulator_s"
    " FROM run r LEFT JOIN summary m ON m.run_id = r.id WHERE +r.experiment_id = ?";

static void read_run(loader *l, qb_sql *q, const id_index *instances, qb_evidence_run *run, uint32_t *entry,
                     qb_outcome *outcome)
{
    qb_evidence *e = &l->e->public;
    id_index key = {.id = qb_sql_int(q, 1)};
    const id_index *instance = bsearch(&key, instances, e->instances, sizeof key, by_id);
    *entry = find_entry(e, qb_sql_text(q, 2), qb_sql_text(q, 3), *entry);
    *outcome = parse_outcome(l, qb_sql_text(q, 7), *outcome);
    if (!instance || *entry == UINT32_MAX) { /* a writer came between two of our queries */
        *entry = 0;
        l->status = qb_fail(l->diag, QB_ENVIRONMENT, "the store changed while it was read: try again");
        return;
    }
    *run = (qb_evidence_run){
        .id = qb_sql_int(q, 0),
        .instance = instance->index,
        .entry = *entry,
        .copy = (uint32_t)qb_sql_count(q, 4),
        .repeat = (uint32_t)qb_sql_count(q, 5),
        .noise = qb_sql_real(q, 6),
        .outcome = *outcome,
        .objective = qb_sql_real(q, 8),
        .feasible = qb_sql_int(q, 9) != 0,
        .bound = qb_sql_real(q, 10),
        .late_objective = qb_sql_real(q, 11),
        .cpu_s = qb_sql_real(q, 12),
        .wall_s = qb_sql_real(q, 13),
        .setup_s = qb_sql_real(q, 14),
        .overshoot_s = qb_sql_real(q, 15),
        .modelled_s = qb_sql_real(q, 16),
        .work = qb_sql_count(q, 17),
        .samples = qb_sql_count(q, 18),
        .peak_rss_kib = qb_sql_count(q, 19),
        .late = qb_sql_count(q, 20),
        .position = qb_sql_count(q, 21),
        .flagged = qb_sql_int(q, 22) != 0,
        .first_s = qb_sql_real(q, 23),
        .last_s = qb_sql_real(q, 24),
        .primal_integral = qb_sql_real(q, 25),
        .simulator_s = qb_sql_real(q, 27),
        .crossing = parse_crossings(l, qb_sql_text(q, 26), e->instance[instance->index].targets),
    };
    run->has_solution = !isnan(run->objective);
}

static int by_design(const void *a, const void *b)
{
    const qb_evidence_run *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    if (x->instance != y->instance)
        return x->instance < y->instance ? -1 : 1;
    if (x->noise != y->noise)
        return x->noise < y->noise ? -1 : 1;
    if (x->copy != y->copy)
        return x->copy < y->copy ? -1 : 1;
    if (x->repeat != y->repeat)
        return x->repeat < y->repeat ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void load_runs(loader *l)
{
    qb_evidence *e = &l->e->public;
    uint64_t count = count_rows(l, "SELECT count(*) FROM run WHERE experiment_id = ?"), k = 0;
    qb_evidence_run *run = keep(l, count, sizeof *run);
    id_index *instances = keep(l, e->instances, sizeof *instances);
    if (l->status != QB_OK)
        return;
    for (uint32_t i = 0; i < e->instances; i++)
        instances[i] = (id_index){.id = e->instance[i].id, .index = i};
    qsort(instances, e->instances, sizeof *instances, by_id);
    uint32_t entry = 0;
    qb_outcome outcome = QB_RUN_BUDGET;
    qb_sql q = ask(l, run_query);
    for (; k < count && next(l, &q); k++)
        read_run(l, &q, instances, &run[k], &entry, &outcome);
    done(l, &q);
    if (k)
        qsort(run, k, sizeof *run, by_design);
    e->run = run;
    e->runs = k;
}

qb_status qb_evidence_load(qb_store *store, const char *selector, const qb_evidence **out, qb_diag *diag)
{
    loader l = {.store = store, .diag = diag, .e = QB_NEW(evidence, 1)};
    if (!l.e)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the experiment's runs");
    qb_status snapshot = qb_sql_exec(store, "SAVEPOINT evidence", diag); /* all queries see one state */
    l.status = snapshot;
    load_experiment(&l, selector);
    load_amendments(&l);
    load_budget(&l);
    load_instances(&l);
    load_entries(&l);
    load_machines(&l);
    load_builds(&l);
    load_runs(&l);
    if (snapshot == QB_OK)
        (void)qb_sql_exec(store, "RELEASE evidence", NULL);
    if (l.status != QB_OK) {
        qb_evidence_free(&l.e->public);
        return l.status;
    }
    *out = &l.e->public;
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
