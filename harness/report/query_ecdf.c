/* ecdf, success, profile, data: how soon targets are reached, absolutely, relative to the fastest solver, and
 * relative to the size of the instance. */
#include "harness/base/memory.h"
#include "harness/report/curves.h"
#include "harness/report/queries.h"
#include "harness/stats/curve.h"
#include "harness/stats/sample.h"

#include <math.h>

/* ---- every run and target: when */

/* hardest: the last target of each instance only. */
static void gather_times(const qb_figure *f, const qb_crossings *x, bool hardest, qb_curves *c)
{
    const qb_evidence *e = f->digest->evidence;
    uint64_t count = 0;
    for (uint32_t entry = 0; entry < e->entries; entry++) {
        uint64_t total = 0;
        for (uint32_t i = 0; i < e->instances; i++) {
            const qb_cell_digest *cell = qb_digest_cell(f->digest, entry, i);
            uint32_t targets = x->targets[i], first = hardest && targets ? targets - 1 : 0;
            total += cell->runs * (targets - first);
            for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
                for (uint32_t t = first; t < targets; t++) {
                    double time = x->time[k * x->width + t];
                    if (!isnan(time))
                        c->value[count++] = fmax(time, QB_CURVE_RESOLUTION * e->budget);
                }
        }
        qb_curves_end_entry(c, entry, count, total);
    }
}

static qb_status query_times(qb_figure *figure, bool hardest, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_curves c = {0};
    double least, greatest;
    qb_status status = QB_OK;
    const qb_crossings *x = qb_figure_crossings(figure, &status, diag);
    if (!x)
        return status;
    status = qb_curves_open(e->entries, e->runs * x->width, &c, diag);
    if (status != QB_OK)
        return status;
    gather_times(figure, x, hardest, &c);
    if (!qb_curves_range(&c, &least, &greatest))
        status = qb_fail(diag, QB_REFUSED, "no run reached a target");
    else
        status = qb_curves_put(figure, &c, fmin(least, e->budget / 2), e->budget, diag);
    qb_figure_put_quantity(figure);
    qb_curves_close(&c);
    return status;
}

qb_status qb_query_ecdf(qb_figure *figure, qb_diag *diag)
{
    return query_times(figure, false, diag);
}

qb_status qb_query_success(qb_figure *figure, qb_diag *diag)
{
    return query_times(figure, true, diag);
}

/* ---- every instance and target: the median run's cost, turned into a ratio */

/* What cost [entries] of one instance and target is divided by. */
typedef void (*make_ratios)(const qb_evidence *e, uint32_t instance, const double *cost, double *ratio);

static void to_the_fastest(const qb_evidence *e, uint32_t instance, const double *cost, double *ratio)
{
    (void)instance;
    qb_performance_ratios(cost, e->entries, ratio);
}

static void to_the_size(const qb_evidence *e, uint32_t instance, const double *cost, double *ratio)
{
    for (uint32_t entry = 0; entry < e->entries; entry++)
        ratio[entry] = cost[entry] / (double)(e->instance[instance].variables + 1);
}

static double median_time(const qb_figure *f, const qb_crossings *x, const qb_cell_digest *cell,
                          uint32_t target, double *scratch)
{
    for (uint64_t k = 0; k < cell->runs; k++) {
        double time = x->time[(cell->first + k) * x->width + target];
        scratch[k] = isnan(time) ? INFINITY : fmax(time, QB_CURVE_RESOLUTION * f->digest->evidence->budget);
    }
    return cell->runs ? qb_median(scratch, cell->runs) : INFINITY;
}

typedef struct ratios {
    double *matrix; /* [entries * problems], entry-major; +inf: not reached in half of the runs */
    double *scratch, *cost, *ratio;
    uint64_t problems;
} ratios;

static void ratios_close(ratios *r)
{
    qb_free(r->matrix);
    qb_free(r->scratch);
    qb_free(r->cost);
    qb_free(r->ratio);
}

static qb_status ratios_open(const qb_evidence *e, const qb_crossings *x, ratios *r, qb_diag *diag)
{
    *r = (ratios){0};
    for (uint32_t i = 0; i < e->instances; i++)
        r->problems += x->targets[i];
    r->matrix = QB_NEW(double, r->problems * e->entries);
    r->scratch = QB_NEW(double, e->runs);
    r->cost = QB_NEW(double, e->entries);
    r->ratio = QB_NEW(double, e->entries);
    if (r->matrix && r->scratch && r->cost && r->ratio)
        return QB_OK;
    ratios_close(r);
    return qb_fail(diag, QB_NO_MEMORY, "no memory for the profile");
}

static void ratios_fill(const qb_figure *f, const qb_crossings *x, make_ratios make, ratios *r)
{
    const qb_evidence *e = f->digest->evidence;
    uint64_t problem = 0;
    for (uint32_t i = 0; i < e->instances; i++)
        for (uint32_t t = 0; t < x->targets[i]; t++, problem++) {
            for (uint32_t entry = 0; entry < e->entries; entry++)
                r->cost[entry] = median_time(f, x, qb_digest_cell(f->digest, entry, i), t, r->scratch);
            make(e, i, r->cost, r->ratio);
            for (uint32_t entry = 0; entry < e->entries; entry++)
                r->matrix[entry * r->problems + problem] = r->ratio[entry];
        }
}

static void ratios_gather(const ratios *r, qb_curves *c)
{
    uint64_t count = 0;
    for (uint32_t entry = 0; entry < c->entries; entry++) {
        for (uint64_t p = 0; p < r->problems; p++)
            if (isfinite(r->matrix[entry * r->problems + p]))
                c->value[count++] = r->matrix[entry * r->problems + p];
        qb_curves_end_entry(c, entry, count, r->problems);
    }
}

/* from_one: ratios begin at 1, else at the least there is. */
static qb_status query_ratios(qb_figure *figure, make_ratios make, bool from_one, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_curves c = {0};
    ratios r;
    double least, greatest;
    qb_status status = QB_OK;
    const qb_crossings *x = qb_figure_crossings(figure, &status, diag);
    if (!x)
        return status;
    status = ratios_open(e, x, &r, diag);
    if (status != QB_OK)
        return status;
    status = qb_curves_open(e->entries, r.problems * e->entries, &c, diag);
    if (status == QB_OK) {
        ratios_fill(figure, x, make, &r);
        ratios_gather(&r, &c);
        if (!qb_curves_range(&c, &least, &greatest))
            status = qb_fail(diag, QB_REFUSED, "no target was reached in half of the runs of any solver");
        else
            status = qb_curves_put(figure, &c, from_one ? 1 : least,
                                   fmax(greatest, 2 * (from_one ? 1 : least)), diag);
    }
    qb_figure_put_quantity(figure);
    qb_curves_close(&c);
    ratios_close(&r);
    return status;
}

qb_status qb_query_profile(qb_figure *figure, qb_diag *diag)
{
    return query_ratios(figure, to_the_fastest, true, diag);
}

/* More and Wild, "Benchmarking derivative-free optimization algorithms", SIAM J. Optimization 20 (2009), with
 * the budget's quantity in place of function evaluations. */
qb_status qb_query_data(qb_figure *figure, qb_diag *diag)
{
    return query_ratios(figure, to_the_size, false, diag);
}
