/* robustness: the score that noise on the coefficients costs, by its strength. */
#include "harness/report/queries.h"
#include "harness/report/robustness.h"

#include <math.h>
#include <stdio.h>

static void put_lines(qb_figure *f, const qb_robustness *r)
{
    double dodge = r->entries > 1 ? 0.5 / (r->entries - 1) : 0;
    qb_figure_open(f, "loss"); /* per entry: position, mean, lower and upper quartile in percentage points */
    for (uint32_t place = 0; place < r->entries; place++) {
        for (uint32_t l = 0; l < r->levels; l++) {
            const qb_robustness_cell *cell = qb_robustness_at(r, f->order[place], l);
            qb_figure_put(f, l + 1 + dodge * ((double)place - (r->entries - 1) / 2.0));
            qb_figure_put(f, 100 * cell->mean);
            qb_figure_put(f, 100 * cell->lower_quartile);
            qb_figure_put(f, 100 * cell->upper_quartile);
            qb_figure_end_row(f);
        }
        qb_figure_gap(f);
    }
    qb_figure_close(f);
}

qb_status qb_query_robustness(qb_figure *figure, qb_diag *diag)
{
    qb_robustness r;
    qb_status status = qb_robustness_make(figure->digest, &r, diag);
    if (status != QB_OK)
        return status;
    qb_figure_number(figure, "levels", r.levels);
    put_lines(figure, &r);
    figure->runs = figure->digest->evidence->runs;
    qb_figure_put_key(figure, figure->order, r.entries);
    qb_figure_open(figure, "level");
    for (uint32_t l = 0; l < r.levels; l++) {
        char text[32];
        snprintf(text, sizeof text, "± %.3g %%", 100 * r.level[l]);
        qb_figure_put(figure, l + 1);
        qb_figure_put_text(figure, text);
        qb_figure_end_row(figure);
    }
    qb_figure_close(figure);
    qb_robustness_clear(&r);
    return QB_OK;
}
