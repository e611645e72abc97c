#include "harness/report/crossings.h"
#include "harness/base/memory.h"

#include <math.h>

static const double derived_gap[] = {0.1, 0.01, 0.001, 0};

#define DERIVED   ((uint32_t)(sizeof derived_gap / sizeof *derived_gap))
#define TOLERANCE 1e-12 /* a gap of 0.1 computed from a value may come out a rounding above it */

void qb_crossings_clear(qb_crossings *crossings)
{
    qb_free(crossings->targets);
    qb_free(crossings->time);
    *crossings = (qb_crossings){0};
}

typedef struct looker {
    const qb_digest *digest;
    qb_crossings *crossings;
} looker;

static bool is_derived(const qb_digest *d, uint32_t instance)
{
    return d->evidence->instance[instance].targets == 0 && !isnan(d->best[instance]);
}

static qb_status look(void *context, const qb_evidence_point *point)
{
    const looker *l = context;
    const qb_evidence_run *run = &l->digest->evidence->run[point->run];
    if (!point->feasible || run->noise != 0 || !qb_run_counts(run) || !is_derived(l->digest, run->instance))
        return QB_OK;
    double score = qb_digest_score(l->digest, run->instance, point->objective);
    double *time = l->crossings->time + point->run * l->crossings->width;
    for (uint32_t t = 0; t < DERIVED; t++)
        if (isnan(time[t]) && score <= derived_gap[t] + TOLERANCE)
            time[t] = qb_evidence_spent(l->digest->evidence, point);
    return QB_OK;
}

static void fill_registered(const qb_evidence *e, qb_crossings *c)
{
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        uint32_t registered = e->instance[run->instance].targets;
        for (uint32_t t = 0; t < c->width; t++)
            c->time[k * c->width + t] =
                t < registered && run->noise == 0 && qb_run_counts(run) ? run->crossing[t] : NAN;
    }
}

qb_status qb_crossings_make(qb_store *store, const qb_digest *digest, qb_crossings *crossings, qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    qb_crossings c = {.targets = QB_NEW(uint32_t, e->instances)};
    bool derived = false;
    qb_status status = QB_OK;
    for (uint32_t i = 0; c.targets && i < e->instances; i++) {
        c.targets[i] = is_derived(digest, i) ? DERIVED : e->instance[i].targets;
        derived = derived || is_derived(digest, i);
        if (c.targets[i] > c.width)
            c.width = c.targets[i];
    }
    c.time = QB_NEW(double, e->runs *c.width);
    if (!c.targets || !c.time) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for the times to target");
    } else if (!c.width) {
        status = qb_fail(diag, QB_REFUSED, "no instance has a target: no value is known, and none was found");
    } else {
        fill_registered(e, &c);
        if (derived)
            status = qb_evidence_points(store, e, NULL, look, &(looker){digest, &c}, diag);
    }
    if (status != QB_OK)
        qb_crossings_clear(&c);
    else
        *crossings = c;
    return status;
}
