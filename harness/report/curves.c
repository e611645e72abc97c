#include "harness/report/curves.h"
#include "harness/base/memory.h"
#include "harness/stats/curve.h"
#include "harness/stats/sample.h"

#include <math.h>

#define GRID 400 /* places on the axis: more corners than this nobody sees, however many trials there are */

void qb_curves_close(qb_curves *curves)
{
    qb_free(curves->value);
    qb_free(curves->start);
    qb_free(curves->total);
    *curves = (qb_curves){0};
}

qb_status qb_curves_open(uint32_t entries, uint64_t most, qb_curves *curves, qb_diag *diag)
{
    qb_curves c = {.entries = entries,
                   .value = QB_NEW(double, most),
                   .start = QB_NEW(uint64_t, (size_t)entries + 1),
                   .total = QB_NEW(uint64_t, entries)};
    if (!c.value || !c.start || !c.total) {
        qb_curves_close(&c);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the curves");
    }
    *curves = c;
    return QB_OK;
}

void qb_curves_end_entry(qb_curves *c, uint32_t entry, uint64_t end, uint64_t total)
{
    qb_sort(c->value + c->start[entry], end - c->start[entry]);
    c->start[entry + 1] = end;
    c->total[entry] = total;
}

bool qb_curves_range(const qb_curves *c, double *least, double *greatest)
{
    *least = INFINITY;
    *greatest = 0;
    for (uint32_t entry = 0; entry < c->entries; entry++)
        if (c->start[entry] < c->start[entry + 1]) {
            *least = fmin(*least, c->value[c->start[entry]]);
            *greatest = fmax(*greatest, c->value[c->start[entry + 1] - 1]);
        }
    return c->start[c->entries] > 0;
}

static double share(const qb_curves *c, uint32_t entry, double at)
{
    return qb_ecdf(c->value + c->start[entry], c->start[entry + 1] - c->start[entry], c->total[entry], at);
}

/* by_end [entries]; returns how many have trials. */
static uint32_t order_by_end(const qb_curves *c, const uint32_t *order, double last, uint32_t *by_end)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < c->entries; k++) {
        if (!c->total[order[k]])
            continue;
        uint32_t place = count++;
        for (; place > 0 && share(c, by_end[place - 1], last) < share(c, order[k], last); place--)
            by_end[place] = by_end[place - 1];
        by_end[place] = order[k];
    }
    return count;
}

static void put_step(qb_figure *f, double at, double height)
{
    qb_figure_put(f, at);
    qb_figure_put(f, 100 * height);
    qb_figure_end_row(f);
}

/* Corners only, from the first share above zero on: lines along the axis would hide each other. */
static void put_stairs(qb_figure *f, const qb_curves *c, uint32_t entry, const double *grid)
{
    double height = 0;
    for (uint32_t g = 0; g < GRID; g++) {
        double next = share(c, entry, grid[g]);
        if (next > height && g > 0)
            put_step(f, grid[g], height);
        if (next > height || (g + 1 == GRID && next > 0))
            put_step(f, grid[g], next);
        height = next;
    }
    if (height == 0) /* an empty block would shift those behind it */
        put_step(f, grid[GRID - 1], NAN);
    qb_figure_gap(f);
}

void qb_curves_put_lines(qb_figure *f, const qb_curves *c, const uint32_t *line, uint32_t count, double first,
                         double last)
{
    double grid[GRID];
    qb_log_grid(first, last, grid, GRID);
    qb_figure_number(f, "first", first);
    qb_figure_number(f, "last", last);
    qb_figure_open(f, "curve");
    for (uint32_t k = 0; k < count; k++)
        put_stairs(f, c, line ? line[k] : k, grid);
    qb_figure_close(f);
}

qb_status qb_curves_put(qb_figure *f, const qb_curves *c, double first, double last, qb_diag *diag)
{
    uint32_t *by_end = QB_NEW(uint32_t, c->entries);
    if (!by_end)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the curves");
    uint32_t count = order_by_end(c, f->order, last, by_end);
    qb_curves_put_lines(f, c, by_end, count, first, last);
    qb_figure_put_key(f, by_end, count);
    qb_free(by_end);
    return QB_OK;
}
