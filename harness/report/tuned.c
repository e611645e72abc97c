#include "harness/report/tuned.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/run/experiment.h"
#include "harness/run/parameter_grid.h"
#include "harness/run/tuning.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct looker {
    const qb_evidence *child; /* of the tuning runs */
    qb_digest digest;
    qb_halving halving;
    uint32_t *place; /* [child->instances] of each instance by hash */
    qb_tuned *out;
    qb_diag *diag;
} looker;

/* ---- pairs */

static void place_instances(const qb_evidence *e, uint32_t *place)
{
    for (uint32_t i = 0; i < e->instances; i++) {
        place[i] = 0;
        for (uint32_t k = 0; k < e->instances; k++)
            place[i] += strcmp(e->instance[k].sha256, e->instance[i].sha256) < 0;
    }
}

static double mean_score(const qb_digest *d, const uint32_t *place, uint32_t entry, uint32_t from,
                         uint32_t upto)
{
    const qb_evidence *e = d->evidence;
    double total = 0;
    uint64_t count = 0;
    for (uint32_t i = 0; i < e->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(d, entry, i);
        for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
            uint64_t pair = (uint64_t)e->run[k].repeat * e->instances + place[i];
            if (pair < from || pair >= upto || isnan(d->score[k]))
                continue;
            total += d->score[k];
            count++;
        }
    }
    return count ? total / (double)count : NAN;
}

double qb_tuned_mean(const qb_digest *digest, const char *label, uint32_t from, uint32_t upto)
{
    uint32_t entry = 0;
    while (entry < digest->evidence->entries && strcmp(digest->evidence->entry[entry].label, label))
        entry++;
    if (entry == digest->evidence->entries)
        return NAN;
    uint32_t *place = QB_NEW(uint32_t, digest->evidence->instances);
    if (!place)
        return NAN;
    place_instances(digest->evidence, place);
    double mean = mean_score(digest, place, entry, from, upto);
    qb_free(place);
    return mean;
}

/* ---- which entries */

/* "qaoa#12": the label before, the number behind the last '#'. */
static bool split_label(const char *label, size_t *length, uint32_t *number)
{
    const char *mark = strrchr(label, '#');
    uint64_t n;
    if (!mark || !qb_parse_u64(mark + 1, strlen(mark + 1), &n) || n >= QB_CONFIGURATIONS)
        return false;
    *length = (size_t)(mark - label);
    *number = (uint32_t)n;
    return true;
}

static uint32_t find_configuration(const qb_evidence *e, const char *label, uint32_t number)
{
    for (uint32_t k = 0; k < e->entries; k++) {
        size_t length;
        uint32_t n;
        if (split_label(e->entry[k].label, &length, &n) && n == number && strlen(label) == length &&
            !memcmp(label, e->entry[k].label, length))
            return k;
    }
    return UINT32_MAX;
}

/* "KEY=VALUE,..." of what differs from `before`; both are objects of texts. */
static const char *say_changes(looker *l, const char *before, const char *after)
{
    qb_json *a = NULL, *b = NULL;
    qb_text text = {0};
    if (qb_json_parse("parameters", before, strlen(before), &a, NULL) == QB_OK &&
        qb_json_parse("parameters", after, strlen(after), &b, NULL) == QB_OK)
        for (const qb_json_member *m = qb_json_first(b); m; m = qb_json_next(b, m)) {
            const char *key = qb_json_member_key(m), *value = qb_json_text(qb_json_member_value(m));
            const char *old = qb_json_text(qb_json_get(a, key));
            if (value && (!old || strcmp(old, value)))
                qb_text_appendf(&text, "%s%s=%s", text.length ? "," : "", key, value);
        }
    const char *kept = qb_arena_copy(&l->out->arena, qb_text_get(&text), text.length);
    qb_text_clear(&text);
    qb_json_free(a);
    qb_json_free(b);
    return kept ? kept : "";
}

/* ---- when the tuned one is as good as the default */

typedef struct step {
    uint64_t run;
    double at, score;
} step;

typedef struct steps {
    const looker *l;
    uint32_t entry, from;
    step *step; /* [count] */
    size_t count, capacity;
} steps;

static bool is_fresh(const looker *l, const qb_evidence_run *run, uint32_t entry)
{
    uint64_t pair = (uint64_t)run->repeat * l->child->instances + l->place[run->instance];
    return run->entry == entry && pair >= l->halving.upto[l->halving.rungs - 1];
}

static qb_status collect(void *context, const qb_evidence_point *point)
{
    steps *s = context;
    const qb_evidence_run *run = &s->l->child->run[point->run];
    if (!point->feasible || !qb_run_counts(run) || !is_fresh(s->l, run, s->entry))
        return QB_OK;
    if (s->count == s->capacity) {
        size_t capacity = 2 * s->capacity + 256;
        step *grown = qb_realloc(s->step, s->capacity, capacity, sizeof *grown);
        if (!grown)
            return QB_NO_MEMORY;
        s->step = grown;
        s->capacity = capacity;
    }
    s->step[s->count++] = (step){point->run, qb_evidence_spent(s->l->child, point),
                                 qb_digest_score(&s->l->digest, run->instance, point->objective)};
    return QB_OK;
}

static int by_time(const void *a, const void *b)
{
    double x = ((const step *)a)->at, y = ((const step *)b)->at;
    return (x > y) - (x < y);
}

/* The first moment at which the mean over the fresh runs of the best so far is at most `goal`. */
static double first_reached(const looker *l, uint32_t entry, steps *s, double goal)
{
    uint64_t runs = 0;
    double *best = QB_NEW(double, l->child->runs), total = 0, reached = NAN;
    if (!best)
        return NAN;
    for (uint64_t k = 0; k < l->child->runs; k++)
        if (is_fresh(l, &l->child->run[k], entry)) {
            best[k] = QB_FALLBACK_SCORE;
            total += QB_FALLBACK_SCORE;
            runs++;
        }
    if (s->count)
        qsort(s->step, s->count, sizeof *s->step, by_time);
    for (size_t k = 0; k < s->count && isnan(reached); k++) {
        double *now = &best[s->step[k].run];
        if (s->step[k].score < *now) {
            total += s->step[k].score - *now;
            *now = s->step[k].score;
        }
        if (total <= goal * (double)runs + 1e-12 * (double)runs)
            reached = s->step[k].at;
    }
    qb_free(best);
    return reached;
}

static qb_status find_payback(qb_store *store, looker *l, uint32_t entry, qb_tuned_entry *t)
{
    steps s = {.l = l, .entry = entry};
    if (qb_sees_its_limit(&l->child->entry[entry]) || isnan(t->default_score))
        return QB_OK;
    qb_status status = qb_evidence_points(store, l->child, NULL, collect, &s, l->diag);
    if (status == QB_OK) {
        t->reached = first_reached(l, entry, &s, t->default_score);
        double saved = l->child->budget - t->reached;
        t->uses = saved > 0 ? ceil(t->spent / saved) : INFINITY; /* NaN: never reached */
    }
    qb_free(s.step);
    return status;
}

/* ---- one entry */

static void add_to_ledger(const looker *l, uint32_t entry, qb_tuned_entry *t)
{
    const qb_evidence *e = l->child;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        if (run->entry != entry)
            continue;
        t->runs++;
        t->cpu_s += run->cpu_s;
        t->wall_s += run->wall_s;
        t->spent += e->budget_kind == QB_BUDGET_WALL_TIME ? run->wall_s
                    : e->budget_kind == QB_BUDGET_DEVICE  ? run->modelled_s
                                                          : run->cpu_s;
    }
}

static qb_status look_at(qb_store *store, looker *l, const char *label, qb_tuned_entry *t)
{
    uint32_t from = l->halving.upto[l->halving.rungs - 1], upto = from + l->halving.check;
    uint32_t first = find_configuration(l->child, label, 0), won = UINT32_MAX;
    *t = (qb_tuned_entry){.label = label, .params = "", .reached = NAN, .uses = NAN, .tuned_score = NAN};
    t->default_score = first == UINT32_MAX ? NAN : mean_score(&l->digest, l->place, first, from, upto);
    for (uint32_t c = 0; c < l->halving.configurations; c++) {
        uint32_t k = find_configuration(l->child, label, c);
        if (k == UINT32_MAX)
            continue;
        t->tried++;
        add_to_ledger(l, k, t);
        double score = c ? mean_score(&l->digest, l->place, k, from, upto) : NAN;
        if (!isnan(score)) {
            t->tuned_score = score;
            won = k;
            t->winner = c;
        }
    }
    if (!(t->tuned_score < t->default_score)) /* on fresh seeds it was no better */
        t->winner = 0;
    if (!t->winner)
        return QB_OK;
    const qb_solver *solver = qb_solver_find(l->child->entry[won].solver);
    t->params = say_changes(l, l->child->entry[first].params, l->child->entry[won].params);
    t->edge = solver ? qb_grid_edge(solver, l->child->entry[won].params) : NULL;
    return find_payback(store, l, won, t);
}

static qb_status look(qb_store *store, looker *l, const qb_experiment *x)
{
    qb_tuned_entry *list = QB_ARENA_NEW(&l->out->arena, qb_tuned_entry, x->entries);
    qb_status status = list ? QB_OK : QB_NO_MEMORY;
    for (uint32_t k = 0; k < x->entries && status == QB_OK; k++) {
        const char *label = qb_arena_copy(&l->out->arena, x->entry[k].label, strlen(x->entry[k].label));
        if (!label)
            status = QB_NO_MEMORY;
        else if (find_configuration(l->child, label, 0) != UINT32_MAX)
            status = look_at(store, l, label, &list[l->out->entries++]);
    }
    l->out->entry = list;
    l->out->budget_s = x->tuning.budget_s;
    l->out->instances = l->child->instances;
    return status;
}

qb_status qb_tuned_load(qb_store *store, const qb_evidence *evidence, qb_tuned *tuned, qb_diag *diag)
{
    int64_t child = 0;
    const qb_experiment *x = NULL;
    const char *spec =
        evidence->amendments ? evidence->amendment[evidence->amendments - 1].spec : evidence->experiment.spec;
    qb_tuned t = {0};
    looker l = {.out = &t, .diag = diag};
    char selector[32];
    qb_status status = qb_store_find_tuning(store, evidence->experiment.id, &child, diag);
    if (status != QB_OK || !child) {
        *tuned = t;
        return status;
    }
    (void)snprintf(selector, sizeof selector, "#%" PRId64, child);
    status = qb_evidence_load(store, selector, &l.child, diag);
    if (status == QB_OK)
        status = qb_experiment_parse(evidence->experiment.name, spec, strlen(spec), &x, diag);
    if (status == QB_OK)
        status = qb_tuning_schedule(x, &l.halving, diag);
    if (status == QB_OK)
        status = qb_digest_make(l.child, &l.digest, diag);
    l.place = status == QB_OK ? QB_NEW(uint32_t, l.child->instances) : NULL;
    if (status == QB_OK && !l.place)
        status = QB_NO_MEMORY;
    if (status == QB_OK) {
        place_instances(l.child, l.place);
        status = look(store, &l, x);
    }
    if (status == QB_NO_MEMORY)
        qb_fail(diag, status, "no memory to read what tuning found");
    qb_free(l.place);
    qb_digest_clear(&l.digest);
    qb_experiment_free(x);
    qb_evidence_free(l.child);
    if (status != QB_OK)
        qb_tuned_clear(&t);
    else
        *tuned = t;
    return status;
}

void qb_tuned_clear(qb_tuned *tuned)
{
    qb_arena_clear(&tuned->arena);
    *tuned = (qb_tuned){0};
}
