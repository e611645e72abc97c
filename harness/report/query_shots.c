/* shots: success against the samples drawn.  In simulation shots are nearly free; on a device they are the
 * price. */
#include "harness/base/memory.h"
#include "harness/report/curves.h"
#include "harness/report/queries.h"

#include <math.h>

#define RUNS      20000 /* an entry: more are thinned, evenly */
#define TOLERANCE 1e-12

typedef struct counter {
    const qb_digest *digest;
    bool *take;      /* [runs] */
    double *samples; /* [runs] when the best known value was reached; NaN: never */
} counter;

static bool has_trial(const qb_digest *d, const qb_evidence_run *run)
{
    return run->noise == 0 && !isnan(d->best[run->instance]);
}

/* Entries that draw samples, at most RUNS runs each; returns how many runs. */
static uint64_t choose_runs(counter *c)
{
    const qb_evidence *e = c->digest->evidence;
    uint64_t chosen = 0;
    for (uint64_t first = 0, end; first < e->runs; first = end) {
        uint64_t trials = 0, seen = 0;
        bool draws = false;
        for (end = first; end < e->runs && e->run[end].entry == e->run[first].entry; end++) {
            trials += has_trial(c->digest, &e->run[end]);
            draws = draws || e->run[end].samples > 0;
        }
        uint64_t stride = trials / RUNS + 1;
        for (uint64_t k = first; k < end; k++) {
            c->samples[k] = NAN;
            c->take[k] = draws && has_trial(c->digest, &e->run[k]) && seen++ % stride == 0;
            chosen += c->take[k];
        }
    }
    return chosen;
}

static qb_status look(void *context, const qb_evidence_point *point)
{
    counter *c = context;
    const qb_evidence_run *run = &c->digest->evidence->run[point->run];
    if (point->feasible && qb_run_counts(run) && isnan(c->samples[point->run]) &&
        qb_digest_score(c->digest, run->instance, point->objective) <= TOLERANCE)
        c->samples[point->run] = fmax((double)point->samples, 1);
    return QB_OK;
}

static void gather(const counter *c, qb_curves *curves)
{
    const qb_evidence *e = c->digest->evidence;
    uint64_t count = 0, k = 0;
    for (uint32_t entry = 0; entry < e->entries; entry++) {
        uint64_t total = 0;
        for (; k < e->runs && e->run[k].entry == entry; k++) {
            total += c->take[k];
            if (c->take[k] && !isnan(c->samples[k]))
                curves->value[count++] = c->samples[k];
        }
        qb_curves_end_entry(curves, entry, count, total);
    }
}

static double most_samples(const counter *c)
{
    const qb_evidence *e = c->digest->evidence;
    double most = 2;
    for (uint64_t k = 0; k < e->runs; k++)
        if (c->take[k])
            most = fmax(most, (double)e->run[k].samples);
    return most;
}

qb_status qb_query_shots(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    counter c = {figure->digest, QB_NEW(bool, e->runs), QB_NEW(double, e->runs)};
    qb_curves curves = {0};
    double least, greatest;
    qb_status status = QB_OK;
    if (!c.take || !c.samples)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'shots'");
    else if (!(figure->runs = choose_runs(&c)))
        status = qb_fail(diag, QB_REFUSED, "no solver drew samples on an instance with a known value");
    if (status == QB_OK)
        status = qb_evidence_points(figure->store, e, c.take, look, &c, diag);
    if (status == QB_OK)
        status = qb_curves_open(e->entries, figure->runs, &curves, diag);
    if (status == QB_OK) {
        gather(&c, &curves);
        if (!qb_curves_range(&curves, &least, &greatest))
            status = qb_fail(diag, QB_REFUSED, "no solver that draws samples reached a best known value");
        else
            status = qb_curves_put(figure, &curves, 1, fmax(most_samples(&c), greatest), diag);
    }
    qb_curves_close(&curves);
    qb_free(c.take);
    qb_free(c.samples);
    return status;
}
