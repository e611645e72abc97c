/* gap: per solver a box over instances of the mean score, a point for each instance. */
#include "harness/base/memory.h"
#include "harness/report/queries.h"
#include "harness/stats/sample.h"

#include <math.h>

static double jitter(uint32_t k)
{
    double golden = 0.6180339887498949 * (k + 1);
    return 0.5 * (golden - floor(golden)) - 0.25;
}

/* The scores of an entry, instances without one left out; returns how many. */
static uint32_t collect(const qb_digest *d, uint32_t entry, double *score)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        double mean = qb_digest_cell(d, entry, i)->mean_score;
        if (!isnan(mean))
            score[count++] = mean;
    }
    return count;
}

static double least_positive(const qb_digest *d, double *scratch)
{
    double least = 1;
    for (uint32_t e = 0; e < d->evidence->entries; e++)
        least = fmin(least, qb_figure_floor(scratch, collect(d, e, scratch)));
    return least;
}

static void put_boxes(qb_figure *f, double floor, double *score)
{
    const qb_digest *d = f->digest;
    qb_figure_open(f, "box"); /* row, low, lower quartile, median, upper quartile, high, name, colour, dash */
    for (uint32_t place = 0; place < d->evidence->entries; place++) {
        uint32_t count = collect(d, f->order[place], score);
        qb_sort(score, count);
        qb_box box = qb_box_of(score, count);
        const double edge[] = {box.low, box.lower_quartile, box.median, box.upper_quartile, box.high};
        qb_figure_put(f, place + 1);
        for (int k = 0; k < 5; k++)
            qb_figure_put(f, qb_figure_log_score(edge[k], floor));
        qb_figure_put_entry(f, f->order[place]);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
}

static void put_points(qb_figure *f, double floor)
{
    const qb_digest *d = f->digest;
    qb_figure_open(f, "points"); /* row with jitter, score, colour */
    for (uint32_t place = 0; place < d->evidence->entries; place++)
        for (uint32_t i = 0; i < d->evidence->instances; i++) {
            double mean = qb_digest_cell(d, f->order[place], i)->mean_score;
            if (isnan(mean))
                continue;
            qb_figure_put(f, place + 1 + jitter(i));
            qb_figure_put(f, qb_figure_log_score(mean, floor));
            qb_figure_put(f, qb_figure_colour(f->order[place]));
            qb_figure_end_row(f);
        }
    qb_figure_close(f);
}

qb_status qb_query_gap(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    double *score = QB_NEW(double, e->instances);
    if (!score)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'gap'");
    uint32_t scored = 0;
    for (uint32_t k = 0; k < e->entries; k++)
        scored += collect(figure->digest, k, score);
    if (scored) {
        double floor = least_positive(figure->digest, score);
        qb_figure_number(figure, "rows", e->entries);
        qb_figure_number(figure, "floor_exponent", log10(floor));
        put_boxes(figure, floor, score);
        put_points(figure, floor);
        figure->height = 150 + 38 * (e->entries < 60 ? e->entries : 60);
    }
    qb_free(score);
    return scored ? QB_OK
                  : qb_fail(diag, QB_REFUSED, "no instance has a known or found value to compare with");
}
