/* controls, business: what equal solvers seem to differ by, and what a gap costs in the unit of the business.
 */
#include "harness/base/memory.h"
#include "harness/report/paired.h"
#include "harness/report/queries.h"
#include "harness/stats/decision.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- controls: A/A */

/* Rows of one figure: what is compared, its difference with interval. */
typedef struct rows {
    qb_figure *figure;
    double *difference; /* [instances] */
    uint32_t count;
} rows;

static void put_pair(rows *r, qb_side a, qb_side b, const char *name)
{
    uint32_t count = qb_paired_differences(r->figure->digest, a, b, NULL, r->difference, NULL);
    if (count < 2)
        return;
    qb_effect effect = qb_effect_of(r->difference, count, QB_MOST_DIFFERENCE, 0.95, 1);
    qb_figure_put(r->figure, ++r->count);
    qb_figure_put(r->figure, 100 * effect.estimate);
    qb_figure_put(r->figure, 100 * effect.interval.low);
    qb_figure_put(r->figure, 100 * effect.interval.high);
    qb_figure_put_text(r->figure, name);
    qb_figure_put(r->figure, qb_figure_colour(a.entry));
    qb_figure_end_row(r->figure);
}

static bool are_twins(const qb_evidence_entry *a, const qb_evidence_entry *b)
{
    return !strcmp(a->solver, b->solver) && !strcmp(a->params, b->params) &&
           !strcmp(a->version, b->version) && !strcmp(a->penalty, b->penalty);
}

static void put_twins(rows *r)
{
    const qb_evidence *e = r->figure->digest->evidence;
    for (uint32_t a = 0; a < e->entries; a++)
        for (uint32_t b = a + 1; b < e->entries; b++)
            if (are_twins(&e->entry[a], &e->entry[b])) {
                char name[160];
                snprintf(name, sizeof name, "%.70s and %.70s", e->entry[a].name, e->entry[b].name);
                put_pair(r, (qb_side){a, QB_SEEDS_ALL}, (qb_side){b, QB_SEEDS_ALL}, name);
            }
}

qb_status qb_query_controls(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    const qb_experiment *x = figure->plots->experiment;
    rows r = {.figure = figure, .difference = QB_NEW(double, e->instances)};
    if (!r.difference)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'controls'");
    qb_figure_open(figure, "pair"); /* row, difference, low, high in points, name, colour */
    put_twins(&r);
    for (uint32_t place = 0; place < e->entries; place++) {
        uint32_t k = figure->order[place];
        put_pair(&r, (qb_side){k, QB_SEEDS_EVEN}, (qb_side){k, QB_SEEDS_ODD}, e->entry[k].name);
    }
    qb_figure_close(figure);
    qb_figure_number(figure, "rows", r.count);
    qb_figure_number(figure, "minimum", x && x->decision.given ? 100 * x->decision.minimum_effect : NAN);
    figure->height = 160 + 34 * (r.count < 60 ? r.count : 60);
    qb_free(r.difference);
    return r.count ? QB_OK
                   : qb_fail(diag, QB_REFUSED,
                             "it takes a twin or two repeats, on two instances with known values");
}

/* ---- business: what the gap costs */

qb_status qb_query_business(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    const qb_experiment *x = figure->plots->experiment;
    if (!x || isnan(x->kpi.per_objective_unit))
        return qb_fail(diag, QB_REFUSED, "the experiment registered no KPI");
    double *loss = QB_NEW(double, e->instances);
    if (!loss)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'business'");
    uint32_t row = 0;
    qb_figure_open(figure, "loss"); /* row, mean, low, high in the KPI's unit, name, colour, dash */
    for (uint32_t place = 0; place < e->entries; place++) {
        uint32_t count = 0, k = figure->order[place];
        double most = 0; /* when every run fails: no mean is larger, whatever the interval's tail says */
        for (uint32_t i = 0; i < e->instances; i++) {
            double score = qb_mean_score(figure->digest, k, i, QB_SEEDS_ALL);
            if (isnan(score))
                continue;
            double whole = qb_digest_worth(figure->digest, i) * fabs(x->kpi.per_objective_unit);
            loss[count++] = score * whole;
            most += whole;
        }
        if (count < 2)
            continue;
        qb_effect mean = qb_effect_of(loss, count, INFINITY, 0.95, 1);
        qb_figure_put(figure, ++row);
        qb_figure_put(figure, mean.estimate);
        qb_figure_put(figure, fmax(mean.interval.low, 0));
        qb_figure_put(figure, fmin(mean.interval.high, most / count));
        qb_figure_put_entry(figure, k);
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    qb_figure_text(figure, "metric", *x->kpi.name ? x->kpi.name : "business metric");
    qb_figure_text(figure, "unit", x->kpi.unit);
    qb_figure_number(figure, "rows", row);
    figure->height = 160 + 38 * (row < 60 ? row : 60);
    qb_free(loss);
    return row ? QB_OK : qb_fail(diag, QB_REFUSED, "it takes two instances with known values");
}
