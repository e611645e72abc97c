/* profile, data, pairs: how soon the median run reaches each target of each instance, relative to the fastest
 * solver, to the size of the instance, and to the faster of two. */
#include "harness/base/memory.h"
#include "harness/report/curves.h"
#include "harness/report/queries.h"
#include "harness/stats/curve.h"
#include "harness/stats/sample.h"

#include <math.h>
#include <string.h>

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

static void as_it_is(const qb_evidence *e, uint32_t instance, const double *cost, double *ratio)
{
    (void)instance;
    memcpy(ratio, cost, e->entries * sizeof *ratio);
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

/* Of the times to target that the figure looks up.  Free with ratios_close. */
static qb_status ratios_open(qb_figure *figure, make_ratios make, ratios *r, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_status status = QB_OK;
    const qb_crossings *x = qb_figure_crossings(figure, &status, diag);
    *r = (ratios){0};
    if (!x)
        return status;
    for (uint32_t i = 0; i < e->instances; i++)
        r->problems += x->targets[i];
    r->matrix = QB_NEW(double, r->problems * e->entries);
    r->scratch = QB_NEW(double, e->runs);
    r->cost = QB_NEW(double, e->entries);
    r->ratio = QB_NEW(double, e->entries);
    if (!r->matrix || !r->scratch || !r->cost || !r->ratio) {
        ratios_close(r);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the profile");
    }
    ratios_fill(figure, x, make, r);
    return QB_OK;
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
    qb_status status = ratios_open(figure, make, &r, diag);
    if (status != QB_OK)
        return status;
    status = qb_curves_open(e->entries, r.problems * e->entries, &c, diag);
    if (status == QB_OK) {
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

/* ---- two at a time */

/* Lines 2k and 2k + 1 of c: an entry and the opponent, relative to the faster of the two. */
static void gather_pair(const ratios *costs, uint32_t entry, uint32_t opponent, uint32_t line, qb_curves *c)
{
    uint64_t count = c->start[line];
    for (uint32_t who = 0; who < 2; who++) {
        for (uint64_t p = 0; p < costs->problems; p++) {
            const double cost[2] = {costs->matrix[entry * costs->problems + p],
                                    costs->matrix[opponent * costs->problems + p]};
            double ratio[2];
            qb_performance_ratios(cost, 2, ratio);
            if (isfinite(ratio[who]))
                c->value[count++] = ratio[who];
        }
        qb_curves_end_entry(c, line + who, count, costs->problems);
    }
}

static qb_status put_pairs(qb_figure *f, const ratios *costs, uint32_t opponent, qb_curves *c,
                           uint32_t *entry, qb_diag *diag)
{
    const qb_evidence *e = f->digest->evidence;
    uint32_t panels = 0;
    double least, greatest;
    for (uint32_t place = 0; place < e->entries; place++)
        if (f->order[place] != opponent) {
            gather_pair(costs, f->order[place], opponent, 2 * panels, c);
            entry[panels++] = f->order[place];
        }
    if (!qb_curves_range(c, &least, &greatest))
        return qb_fail(diag, QB_REFUSED, "no target was reached in half of the runs of any solver");
    qb_curves_put_lines(f, c, NULL, 2 * panels, 1, fmax(greatest, 2));
    qb_figure_put_key(f, entry, panels);
    qb_figure_text(f, "opponent", e->entry[opponent].name);
    qb_figure_put_quantity(f);
    f->height = 110 + 200 * qb_figure_put_panels(f, panels);
    return QB_OK;
}

/* Gould and Scott, "A note on performance profiles for benchmarking software", ACM TOMS 43 (2016): the order
 * of two solvers in a profile of many may change with a third; in one of two it cannot. */
qb_status qb_query_pairs(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    uint32_t opponent = qb_digest_best_baseline(figure->digest);
    qb_curves c = {0};
    ratios r;
    if (opponent == UINT32_MAX || e->entries < 2)
        return qb_fail(diag, QB_REFUSED, "there is no baseline to compare a solver with");
    qb_status status = ratios_open(figure, as_it_is, &r, diag);
    if (status != QB_OK)
        return status;
    uint32_t lines = 2 * (e->entries - 1), *entry = QB_NEW(uint32_t, e->entries);
    status = entry ? qb_curves_open(lines, r.problems * lines, &c, diag)
                   : qb_fail(diag, QB_NO_MEMORY, "no memory for the profile");
    if (status == QB_OK)
        status = put_pairs(figure, &r, opponent, &c, entry, diag);
    qb_free(entry);
    qb_curves_close(&c);
    ratios_close(&r);
    return status;
}
