#include "harness/report/living.h"
#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/report/digest.h"
#include "harness/report/verdict.h"
#include "harness/run/machine.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EXPERIMENTS = 1024 };

/* What one experiment says, before or after. */
typedef struct opinion {
    bool concerned;  /* the instance is in it */
    double best_gap; /* the least mean gap of a solver on that instance; NaN: none */
    bool decided;
    qb_decision decision;
} opinion;

typedef struct survey {
    int64_t id[EXPERIMENTS];
    char name[EXPERIMENTS][64];
    uint32_t count;
    opinion before[EXPERIMENTS], after[EXPERIMENTS];
} survey;

static qb_status note(void *context, const qb_store_experiment *experiment, uint64_t runs)
{
    survey *s = context;
    if (!runs || s->count == EXPERIMENTS)
        return QB_OK;
    s->id[s->count] = experiment->id;
    (void)snprintf(s->name[s->count++], sizeof s->name[0], "%s", experiment->name);
    return QB_OK;
}

static void measure_gaps(const qb_digest *d, uint32_t instance, opinion *o)
{
    o->best_gap = NAN;
    for (uint32_t k = 0; k < d->evidence->entries; k++) {
        double gap = qb_digest_cell(d, k, instance)->mean_score;
        o->best_gap = fmin(o->best_gap, gap); /* fmin ignores a NaN */
    }
}

static qb_status keep_verdict(qb_store *store, int64_t experiment, const qb_verdict *v, qb_diag *diag)
{
    qb_text body = {0};
    qb_verdict_json(v, &body);
    qb_status status = body.status;
    if (status == QB_OK)
        status =
            qb_store_add_verdict(store, experiment, qb_decision_name(v->decision), v->sentence[1],
                                 qb_text_get(&body), v->references_sha256, qb_build_capture().version, diag);
    qb_text_clear(&body);
    return status;
}

/* old: what it said before, NULL the first time; a verdict that differs is kept. */
static qb_status ask(qb_store *store, int64_t id, const char *sha256, const opinion *old, opinion *o,
                     qb_diag *diag)
{
    char selector[32], day[16];
    const qb_evidence *e = NULL;
    qb_digest d;
    qb_verdict v;
    (void)snprintf(selector, sizeof selector, "#%" PRId64, id);
    qb_clock_today(day);
    *o = (opinion){0};
    qb_status status = qb_evidence_load(store, selector, &e, diag);
    if (status == QB_OK)
        status = qb_digest_make(e, &d, diag);
    if (status != QB_OK) {
        qb_evidence_free(e);
        return status;
    }
    for (uint32_t i = 0; i < e->instances; i++)
        if (!strcmp(e->instance[i].sha256, sha256)) {
            o->concerned = true;
            measure_gaps(&d, i, o);
        }
    if (o->concerned && qb_verdict_compute(e, day, &v, NULL) == QB_OK) {
        o->decided = true;
        o->decision = v.decision;
        if (old && (!old->decided || old->decision != v.decision))
            status = keep_verdict(store, id, &v, diag);
        qb_verdict_clear(&v);
    }
    qb_digest_clear(&d);
    qb_evidence_free(e);
    return status;
}

static const char *name_of(const opinion *o)
{
    return o->decided ? qb_decision_name(o->decision) : "none";
}

static void say(const survey *s, const char *path, qb_text *out)
{
    char a[QB_SAY], b[QB_SAY];
    uint32_t concerned = 0, changed = 0;
    for (uint32_t k = 0; k < s->count; k++) {
        const opinion *before = &s->before[k], *after = &s->after[k];
        if (!after->concerned)
            continue;
        concerned++;
        qb_text_appendf(out, "%s: %s: best gap there %s, was %s\n", path, s->name[k],
                        qb_say_percent(after->best_gap, a), qb_say_percent(before->best_gap, b));
        if (before->decided == after->decided && before->decision == after->decision)
            continue;
        changed++;
        qb_text_appendf(out, "%s: %s: the verdict changes from %s to %s\n", path, s->name[k], name_of(before),
                        name_of(after));
    }
    qb_text_appendf(out, "%s: %" PRIu32 " experiments have the instance, %" PRIu32 " verdicts change\n", path,
                    concerned, changed);
}

qb_status qb_living_update(const char *path, const char *sha256, double value, const char *kind,
                           const char *source, qb_text *out, qb_diag *diag)
{
    qb_store *store = NULL;
    survey *s = QB_NEW(survey, 1);
    qb_status status = s ? qb_store_open(path, QB_STORE_WRITE, &store, diag)
                         : qb_fail(diag, QB_NO_MEMORY, "no memory to look at '%s'", path);
    if (status == QB_OK)
        status = qb_store_experiments(store, note, s, diag);
    for (uint32_t k = 0; status == QB_OK && k < s->count; k++)
        status = ask(store, s->id[k], sha256, NULL, &s->before[k], diag);
    if (status == QB_OK)
        status = qb_store_add_known(store, sha256, value, kind, source, diag);
    for (uint32_t k = 0; status == QB_OK && k < s->count; k++)
        if (s->before[k].concerned) {
            status = qb_store_refresh(store, s->id[k], diag);
            if (status == QB_OK)
                status = ask(store, s->id[k], sha256, &s->before[k], &s->after[k], diag);
        }
    if (status == QB_OK)
        say(s, path, out);
    qb_store_close(store);
    qb_free(s);
    return status;
}
