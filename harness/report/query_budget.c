/* overshoot, pareto, contribution: what was spent, and what it bought. */
#include "harness/base/memory.h"
#include "harness/report/paired.h"
#include "harness/report/queries.h"
#include "harness/stats/portfolio.h"
#include "harness/stats/sample.h"
#include "harness/stats/shapley.h"

#include <math.h>

/* ---- overshoot: milliseconds beyond the limit, a box an entry */

qb_status qb_query_overshoot(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    double *x = QB_NEW(double, e->runs);
    if (!x)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'overshoot'");
    qb_figure_number(figure, "rows", e->entries);
    qb_figure_open(figure, "box"); /* row, 5 %, quartiles, 99 %, largest in log10 ms, name, colour, dash */
    for (uint32_t place = 0; place < e->entries; place++) {
        uint64_t count = 0;
        for (uint64_t k = 0; k < e->runs; k++)
            if (e->run[k].entry == figure->order[place])
                x[count++] = log10(fmax(1000 * e->run[k].overshoot_s, 1e-3));
        qb_sort(x, count);
        qb_figure_put(figure, place + 1);
        static const double quantile[] = {0.05, 0.25, 0.5, 0.75, 0.99, 1};
        for (int q = 0; q < 6; q++)
            qb_figure_put(figure, qb_quantile_sorted(x, count, quantile[q]));
        qb_figure_put_entry(figure, figure->order[place]);
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    qb_free(x);
    figure->height = 150 + 38 * (e->entries < 60 ? e->entries : 60);
    figure->runs = e->runs;
    return QB_OK;
}

/* ---- pareto: mean gap against the mean time to the best solution found */

typedef struct dot {
    uint32_t entry;
    double spent, score, label; /* label: height of its name, on the score's axis */
    bool beaten;                /* somebody is better and cheaper */
} dot;

static double mean_spent(const qb_digest *d, uint32_t entry)
{
    double spent = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        double last = qb_digest_cell(d, entry, i)->median_last_s;
        spent += isnan(last) ? 0 : last;
        count += isnan(last) ? 0 : 1;
    }
    return count ? fmax(spent / count, 1e-5 * d->evidence->budget) : NAN;
}

/* Entries come best first, so names are pushed upwards, away from those already placed. */
static void place_labels(dot *p, uint32_t count, double span)
{
    double line = 0.055 * span;
    for (uint32_t k = 0; k < count; k++) {
        p[k].label = p[k].score;
        for (uint32_t other = 0; other < k; other++)
            if (fabs(log10(p[k].spent / p[other].spent)) < 0.5 && p[k].label < p[other].label + line &&
                p[k].label > p[other].label - line)
                p[k].label = p[other].label + line;
    }
}

static void find_front(dot *p, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t other = 0; other < count; other++)
            p[k].beaten = p[k].beaten || (p[other].spent <= p[k].spent && p[other].score <= p[k].score &&
                                          (p[other].spent < p[k].spent || p[other].score < p[k].score));
}

/* The front as stairs: entries come best first, so from bottom right to top left. */
static void put_front(qb_figure *f, const dot *p, uint32_t count)
{
    double before = NAN;
    qb_figure_open(f, "front");
    for (uint32_t k = 0; k < count; k++) {
        if (p[k].beaten)
            continue;
        if (!isnan(before)) {
            qb_figure_put(f, before);
            qb_figure_put(f, p[k].score);
            qb_figure_end_row(f);
        }
        qb_figure_put(f, before = p[k].spent);
        qb_figure_put(f, p[k].score);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
}

qb_status qb_query_pareto(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    dot *p = QB_NEW(dot, e->entries);
    double *mean = QB_NEW(double, e->entries);
    uint32_t count = 0;
    if (!p || !mean) {
        qb_free(p);
        qb_free(mean);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'pareto'");
    }
    for (uint32_t k = 0; k < e->entries; k++)
        mean[k] = qb_digest_mean(figure->digest, k);
    double floor = qb_figure_floor(mean, e->entries);
    for (uint32_t rank = 0; rank < e->entries; rank++) {
        uint32_t k = figure->order[rank];
        p[count] = (dot){
            .entry = k, .spent = mean_spent(figure->digest, k), .score = qb_figure_log_score(mean[k], floor)};
        count += isnan(p[count].spent) || isnan(p[count].score) ? 0 : 1;
    }
    place_labels(p, count, -log10(floor));
    find_front(p, count);
    put_front(figure, p, count);
    qb_figure_put_quantity(figure);
    qb_figure_number(figure, "floor_exponent", log10(floor));
    qb_figure_open(figure, "points"); /* mean spent, mean gap, height of the name, name, colour, dash */
    for (uint32_t k = 0; k < count; k++) {
        qb_figure_put(figure, p[k].spent);
        qb_figure_put(figure, p[k].score);
        qb_figure_put(figure, p[k].label);
        qb_figure_put_entry(figure, p[k].entry);
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    qb_free(p);
    qb_free(mean);
    return count ? QB_OK
                 : qb_fail(diag, QB_REFUSED, "no solver found anything with a known value to compare with");
}

/* ---- contribution: Shapley's value and the marginal contribution to the virtual best */

qb_status qb_query_contribution(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    double *score = QB_NEW(double, (size_t)e->instances * e->entries);
    double *shapley = QB_NEW(double, e->entries), *marginal = QB_NEW(double, e->entries);
    qb_status status = QB_OK;
    uint32_t problems = 0;
    for (uint32_t i = 0; score && i < e->instances; i++) {
        if (isnan(figure->digest->best[i]))
            continue;
        for (uint32_t place = 0; place < e->entries; place++)
            score[(size_t)problems * e->entries + place] =
                qb_mean_score(figure->digest, figure->order[place], i, QB_SEEDS_ALL);
        problems++;
    }
    if (!score || !shapley || !marginal) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'contribution'");
    } else if (!problems || e->entries < 2) {
        status = qb_fail(diag, QB_REFUSED, "it takes two solvers on an instance with a known value");
    } else {
        qb_shapley(score, problems, e->entries, QB_FALLBACK_SCORE, shapley);
        qb_marginal_contribution(score, problems, e->entries, QB_FALLBACK_SCORE, marginal);
        qb_figure_number(figure, "rows", e->entries);
        qb_figure_number(figure, "virtual_best",
                         100 * qb_virtual_best(score, problems, e->entries, QB_FALLBACK_SCORE));
        qb_figure_open(figure, "bar"); /* row, Shapley, marginal in points, name, colour, dash */
        for (uint32_t place = 0; place < e->entries; place++) {
            qb_figure_put(figure, place + 1);
            qb_figure_put(figure, 100 * shapley[place]);
            qb_figure_put(figure, 100 * marginal[place]);
            qb_figure_put_entry(figure, figure->order[place]);
            qb_figure_end_row(figure);
        }
        qb_figure_close(figure);
        figure->height = 160 + 38 * (e->entries < 60 ? e->entries : 60);
    }
    qb_free(score);
    qb_free(shapley);
    qb_free(marginal);
    return status;
}
