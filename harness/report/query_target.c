/* target: when each run reached the hardest target that was reached at all, instance by instance. */
#include "harness/base/memory.h"
#include "harness/report/queries.h"
#include "harness/stats/curve.h"

#include <math.h>
#include <stdlib.h>

#define PANELS 12
#define STEPS  120 /* corners of a line at most: thousands of runs are thinned to quantiles */

/* An instance and the share of runs that reached its hardest target. */
typedef struct panel {
    uint32_t instance;
    double share;
} panel;

static int by_share(const void *a, const void *b)
{
    const panel *x = a, *y = b;
    if (x->share != y->share)
        return x->share < y->share ? -1 : 1;
    return x->instance < y->instance ? -1 : 1;
}

static int by_instance(const void *a, const void *b)
{
    const panel *x = a, *y = b;
    return x->instance < y->instance ? -1 : 1;
}

static double reached_at(const qb_crossings *c, uint64_t run, uint32_t instance)
{
    return c->time[run * c->width + c->targets[instance] - 1];
}

/* The instances on which somebody got there; the hardest, as many as there are panels, come first, in their
 * usual order. */
static uint32_t choose_panels(const qb_figure *f, const qb_crossings *c, panel *chosen)
{
    const qb_evidence *e = f->digest->evidence;
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->instances; i++) {
        uint64_t reached = 0, runs = 0;
        for (uint32_t entry = 0; c->targets[i] && entry < e->entries; entry++) {
            const qb_cell_digest *cell = qb_digest_cell(f->digest, entry, i);
            runs += cell->runs;
            for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
                reached += isnan(reached_at(c, k, i)) ? 0 : 1;
        }
        if (reached)
            chosen[count++] = (panel){i, (double)reached / (double)runs};
    }
    qsort(chosen, count, sizeof *chosen, by_share);
    qsort(chosen, count < PANELS ? count : PANELS, sizeof *chosen, by_instance);
    return count;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One solver on one instance: its share over time.  scratch [runs of the cell] */
static void put_line(qb_figure *f, const qb_crossings *c, uint32_t entry, uint32_t instance, double *scratch,
                     double *first)
{
    const qb_cell_digest *cell = qb_digest_cell(f->digest, entry, instance);
    double budget = f->digest->evidence->budget, height = 0;
    uint64_t count = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        double time = reached_at(c, k, instance);
        if (!isnan(time))
            scratch[count++] = fmax(time, 1e-5 * budget);
    }
    qsort(scratch, count, sizeof *scratch, by_value);
    *first = count ? fmin(*first, scratch[0]) : *first;
    uint64_t stride = count / STEPS + 1;
    for (uint64_t k = stride - 1; k < count; k += stride) {
        qb_figure_put(f, scratch[k]);
        qb_figure_put(f, height);
        qb_figure_end_row(f);
        height = 100 * (double)(k + 1) / (double)cell->runs;
        qb_figure_put(f, scratch[k]);
        qb_figure_put(f, height);
        qb_figure_end_row(f);
    }
    qb_figure_put(f, count ? budget : NAN);
    qb_figure_put(f, count ? 100 * (double)count / (double)cell->runs : NAN);
    qb_figure_end_row(f);
    qb_figure_gap(f);
}

static void put_panels(qb_figure *f, const qb_crossings *c, const panel *chosen, uint32_t reached,
                       double *scratch)
{
    uint32_t panels = reached < PANELS ? reached : PANELS;
    const qb_evidence *e = f->digest->evidence;
    double first = e->budget / 10;
    qb_figure_open(f, "line"); /* a block a panel and solver: time, percent */
    for (uint32_t p = 0; p < panels; p++)
        for (uint32_t place = 0; place < e->entries; place++)
            put_line(f, c, f->order[place], chosen[p].instance, scratch, &first);
    qb_figure_close(f);
    qb_figure_open(f, "panel"); /* instance */
    for (uint32_t p = 0; p < panels; p++) {
        qb_figure_put_text(f, e->instance[chosen[p].instance].name);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
    qb_figure_put_quantity(f);
    uint32_t rows = qb_figure_put_panels(f, panels);
    qb_figure_put_shown(f, panels, reached, "hardest", "instances that were solved");
    qb_figure_number(f, "first", first);
    qb_figure_number(f, "last", e->budget);
    f->height = 0;
    qb_figure_put_key(f, f->order, e->entries);
    if (f->height < 110 + 190 * rows)
        f->height = 110 + 190 * rows;
    f->instances = panels;
}

qb_status qb_query_target(qb_figure *figure, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_status status = QB_OK;
    const qb_crossings *c = qb_figure_crossings(figure, &status, diag);
    if (!c)
        return status;
    panel *chosen = QB_NEW(panel, e->instances);
    double *scratch = QB_NEW(double, e->runs);
    if (!chosen || !scratch) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for figure 'target'");
    } else {
        uint32_t reached = choose_panels(figure, c, chosen);
        if (reached)
            put_panels(figure, c, chosen, reached, scratch);
        else
            status = qb_fail(diag, QB_REFUSED, "no run reached the hardest target of its instance");
    }
    qb_free(chosen);
    qb_free(scratch);
    return status;
}
