/* Every run of an experiment into memory, in one pass; machines and builds are counted on the way. */
#include "harness/base/text.h"
#include "harness/store/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- machines and builds: counted while the runs are read */

typedef struct tally {
    int64_t id;
    uint64_t runs;
} tally;

/* The list is short, and runs of one machine and build stand together. */
static void count_one(tally *list, uint32_t count, int64_t id)
{
    for (uint32_t k = 0; k < count; k++)
        if (list[k].id == id) {
            list[k].runs++;
            return;
        }
}

static int by_runs(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    if (x->runs != y->runs)
        return x->runs > y->runs ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Every number that the query gives, with no runs yet. */
static tally *list_numbers(qb_loader *l, const char *text, uint32_t *count)
{
    tally *list = NULL;
    qb_sql q = qb_sql_begin(l->store, text, l->diag);
    for (*count = 0; qb_loader_next_of(l, &q, 1, (void **)&list, sizeof *list); ++*count)
        list[*count] = (tally){.id = qb_sql_int(&q, 0)};
    qb_loader_done(l, &q);
    return list;
}

/* Those with runs come first, most runs first; returns how many. */
static uint32_t sort_used(tally *list, uint32_t count)
{
    uint32_t used = 0;
    if (count)
        qsort(list, count, sizeof *list, by_runs);
    while (used < count && list[used].runs)
        used++;
    return used;
}

static void load_machines(qb_loader *l, tally *list, uint32_t count)
{
    count = sort_used(list, count);
    qb_evidence_machine *row = qb_loader_keep(l, count, sizeof *row);
    for (uint32_t k = 0; k < count && l->status == QB_OK; k++) {
        qb_sql q = qb_sql_begin(l->store,
                                "SELECT cpu, system, facts, fingerprint, cores, threads, memory_bytes"
                                " FROM machine WHERE id = ?",
                                l->diag);
        qb_sql_bind_int(&q, list[k].id);
        if (qb_loader_next(l, &q))
            row[k] = (qb_evidence_machine){
                .cpu = qb_loader_keep_text(l, qb_sql_text(&q, 0)),
                .system = qb_loader_keep_text(l, qb_sql_text(&q, 1)),
                .facts = qb_loader_keep_text(l, qb_sql_text(&q, 2)),
                .fingerprint = qb_loader_keep_text(l, qb_sql_text(&q, 3)),
                .cores = (uint32_t)qb_sql_count(&q, 4),
                .threads = (uint32_t)qb_sql_count(&q, 5),
                .memory_bytes = qb_sql_count(&q, 6),
                .runs = list[k].runs,
            };
        qb_loader_done(l, &q);
    }
    l->e->machine = row;
    l->e->machines = count;
}

static void load_builds(qb_loader *l, tally *list, uint32_t count)
{
    count = sort_used(list, count);
    qb_evidence_build *row = qb_loader_keep(l, count, sizeof *row);
    for (uint32_t k = 0; k < count && l->status == QB_OK; k++) {
        qb_sql q = qb_sql_begin(
            l->store, "SELECT version, revision, compiler, flags, simd FROM build WHERE id = ?", l->diag);
        qb_sql_bind_int(&q, list[k].id);
        if (qb_loader_next(l, &q))
            row[k] = (qb_evidence_build){
                .version = qb_loader_keep_text(l, qb_sql_text(&q, 0)),
                .revision = qb_loader_keep_text(l, qb_sql_text(&q, 1)),
                .compiler = qb_loader_keep_text(l, qb_sql_text(&q, 2)),
                .flags = qb_loader_keep_text(l, qb_sql_text(&q, 3)),
                .simd = qb_loader_keep_text(l, qb_sql_text(&q, 4)),
                .runs = list[k].runs,
            };
        qb_loader_done(l, &q);
    }
    l->e->build = row;
    l->e->builds = count;
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

static qb_outcome parse_outcome(qb_loader *l, const char *text, qb_outcome guess)
{
    for (int step = 0; step < QB_OUTCOME_COUNT; step++) {
        qb_outcome outcome = (qb_outcome)(((int)guess + step) % QB_OUTCOME_COUNT);
        if (!strcmp(qb_outcome_name(outcome), text))
            return outcome;
    }
    qb_loader_nonsense(l, "status", text);
    return guess;
}

/* "[0.25, null, ...]" of exactly `count` numbers; anything else leaves the rest at "never". */
static const double *parse_crossings(qb_loader *l, const char *text, uint32_t count)
{
    double *crossing = qb_loader_keep(l, count, sizeof *crossing);
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

static const char run_query[] =
    "SELECT r.id, r.instance_id, r.label, r.penalty, r.copy, r.repeat, r.noise, r.status, r.objective,"
    " r.feasible, r.bound, r.late_objective, r.cpu_s, r.wall_s, r.setup_s, r.overshoot_s / "
    "r.overshoot_threads, r.modelled_s, "
    "r.work,"
    " r.samples, r.peak_rss_kib, r.late, r.position, r.flags IS NOT NULL, m.first_s, m.last_s,"
    " m.primal_integral, m.crossings, r.simulator_s, r.machine_id, r.build_id, "
    "r.attempts, " QB_CIRCUIT_COLUMNS
    " FROM run r LEFT JOIN summary m ON m.run_id = r.id LEFT JOIN circuit c ON c.run_id = r.id WHERE "
    "+r.experiment_id = ?";

static void read_run(qb_loader *l, qb_sql *q, const id_index *instances, qb_evidence_run *run,
                     uint32_t *entry, qb_outcome *outcome, const qb_evidence_circuit **circuit)
{
    qb_evidence *e = l->e;
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
        .attempts = (uint32_t)qb_sql_int(q, 30),
        .crossing = parse_crossings(l, qb_sql_text(q, 26), e->instance[instance->index].targets),
    };
    run->has_solution = !isnan(run->objective);
    run->circuit = qb_circuit_read(l, q, 31, *circuit);
    *circuit = run->circuit ? run->circuit : *circuit;
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

void qb_loader_runs(qb_loader *l)
{
    qb_evidence *e = l->e;
    uint64_t count = qb_loader_count(l, "SELECT count(*) FROM run WHERE experiment_id = ?"), k = 0;
    qb_evidence_run *run = qb_loader_keep(l, count, sizeof *run);
    id_index *instances = qb_loader_keep(l, e->instances, sizeof *instances);
    if (l->status != QB_OK)
        return;
    for (uint32_t i = 0; i < e->instances; i++)
        instances[i] = (id_index){.id = e->instance[i].id, .index = i};
    qsort(instances, e->instances, sizeof *instances, by_id);
    uint32_t entry = 0;
    qb_outcome outcome = QB_RUN_BUDGET;
    const qb_evidence_circuit *circuit = NULL;
    uint32_t machines, builds;
    tally *machine = list_numbers(l, "SELECT id, count(*) OVER () FROM machine ORDER BY id", &machines);
    tally *build = list_numbers(l, "SELECT id, count(*) OVER () FROM build ORDER BY id", &builds);
    qb_sql q = qb_loader_ask(l, run_query);
    for (; k < count && qb_loader_next(l, &q); k++) {
        read_run(l, &q, instances, &run[k], &entry, &outcome, &circuit);
        count_one(machine, machines, qb_sql_int(&q, 28));
        count_one(build, builds, qb_sql_int(&q, 29));
    }
    qb_loader_done(l, &q);
    if (k)
        qsort(run, k, sizeof *run, by_design);
    e->run = run;
    e->runs = k;
    load_machines(l, machine, machines);
    load_builds(l, build, builds);
}
