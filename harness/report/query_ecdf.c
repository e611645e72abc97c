/* ecdf and profile: how soon targets are reached, absolutely and relative to the fastest solver. */
#include "harness/base/memory.h"
#include "harness/report/crossings.h"
#include "harness/report/queries.h"
#include "harness/stats/curve.h"
#include "harness/stats/sample.h"

#include <math.h>
#include <string.h>

#define GRID 400

/* Times below this share of the budget are noise of the clock. */
#define RESOLUTION 1e-5

typedef struct curves {
    const qb_digest *digest;
    qb_crossings crossings;
    double *value;           /* [sum over entries of count] times or ratios, ascending an entry */
    uint64_t *start, *total; /* [entries + 1], [entries]: where an entry's begin, and out of how many */
} curves;

static void curves_clear(curves *c)
{
    qb_crossings_clear(&c->crossings);
    qb_free(c->value);
    qb_free(c->start);
    qb_free(c->total);
}

/* At most one value a run and target. */
static qb_status curves_open(qb_store *store, const qb_digest *digest, curves *c, qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    *c = (curves){.digest = digest};
    qb_status status = qb_crossings_make(store, digest, &c->crossings, diag);
    if (status != QB_OK)
        return status;
    c->value = QB_NEW(double, e->runs * c->crossings.width);
    c->start = QB_NEW(uint64_t, (size_t)e->entries + 1);
    c->total = QB_NEW(uint64_t, e->entries);
    if (c->value && c->start && c->total)
        return QB_OK;
    curves_clear(c);
    return qb_fail(diag, QB_NO_MEMORY, "no memory for the times to target");
}

/* ---- every run and target */

/* hardest: the last target of each instance only. */
static void gather_times(curves *c, bool hardest)
{
    const qb_evidence *e = c->digest->evidence;
    uint64_t count = 0;
    for (uint32_t entry = 0; entry < e->entries; entry++) {
        c->start[entry] = count;
        for (uint32_t i = 0; i < e->instances; i++) {
            const qb_cell_digest *cell = qb_digest_cell(c->digest, entry, i);
            uint32_t targets = c->crossings.targets[i], first = hardest && targets ? targets - 1 : 0;
            c->total[entry] += cell->runs * (targets - first);
            for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
                for (uint32_t t = first; t < targets; t++) {
                    double time = c->crossings.time[k * c->crossings.width + t];
                    if (!isnan(time))
                        c->value[count++] = fmax(time, RESOLUTION * e->budget);
                }
        }
        qb_sort(c->value + c->start[entry], count - c->start[entry]);
    }
    c->start[e->entries] = count;
}

/* ---- every instance and target: the median run's time over the fastest median */

static double median_time(const curves *c, const qb_cell_digest *cell, uint32_t target, double *scratch)
{
    for (uint64_t k = 0; k < cell->runs; k++) {
        double time = c->crossings.time[(cell->first + k) * c->crossings.width + target];
        scratch[k] = isnan(time) ? INFINITY : fmax(time, RESOLUTION * c->digest->evidence->budget);
    }
    return cell->runs ? qb_median(scratch, cell->runs) : INFINITY;
}

/* matrix [entries * problems] of ratios; scratch [runs], cost and ratio [entries] */
static void fill_ratios(const curves *c, double *matrix, uint64_t problems, double *scratch, double *cost,
                        double *ratio)
{
    const qb_evidence *e = c->digest->evidence;
    uint64_t problem = 0;
    for (uint32_t i = 0; i < e->instances; i++)
        for (uint32_t t = 0; t < c->crossings.targets[i]; t++, problem++) {
            for (uint32_t entry = 0; entry < e->entries; entry++)
                cost[entry] = median_time(c, qb_digest_cell(c->digest, entry, i), t, scratch);
            qb_performance_ratios(cost, e->entries, ratio);
            for (uint32_t entry = 0; entry < e->entries; entry++)
                matrix[entry * problems + problem] = ratio[entry];
        }
}

static qb_status gather_ratios(curves *c, qb_diag *diag)
{
    const qb_evidence *e = c->digest->evidence;
    uint64_t problems = 0, count = 0;
    for (uint32_t i = 0; i < e->instances; i++)
        problems += c->crossings.targets[i];
    double *matrix = QB_NEW(double, problems * e->entries), *scratch = QB_NEW(double, e->runs);
    double *cost = QB_NEW(double, e->entries), *ratio = QB_NEW(double, e->entries);
    qb_status status = QB_OK;
    if (!matrix || !scratch || !cost || !ratio) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for the performance profile");
    } else {
        fill_ratios(c, matrix, problems, scratch, cost, ratio);
        for (uint32_t entry = 0; entry < e->entries; entry++) {
            c->start[entry] = count;
            c->total[entry] = problems;
            for (uint64_t p = 0; p < problems; p++)
                if (isfinite(matrix[entry * problems + p]))
                    c->value[count++] = matrix[entry * problems + p];
            qb_sort(c->value + c->start[entry], count - c->start[entry]);
        }
        c->start[e->entries] = count;
    }
    qb_free(matrix);
    qb_free(scratch);
    qb_free(cost);
    qb_free(ratio);
    return status;
}

/* ---- what both figures draw */

static double share(const curves *c, uint32_t entry, double at)
{
    return qb_ecdf(c->value + c->start[entry], c->start[entry + 1] - c->start[entry], c->total[entry], at);
}

/* Entries in the order in which their lines end, so that the key reads from top to bottom as the lines do. */
static void order_by_end(const curves *c, const uint32_t *order, double last, uint32_t *by_end)
{
    uint32_t entries = c->digest->evidence->entries;
    for (uint32_t k = 0; k < entries; k++) {
        uint32_t place = k;
        for (; place > 0 && share(c, by_end[place - 1], last) < share(c, order[k], last); place--)
            by_end[place] = by_end[place - 1];
        by_end[place] = order[k];
    }
}

static void put_step(qb_figure *f, double at, double height)
{
    qb_figure_put(f, at);
    qb_figure_put(f, 100 * height);
    qb_figure_end_row(f);
}

/* Corners only, from the first share above zero on: lines along the axis would hide each other. */
static void put_stairs(qb_figure *f, const curves *c, uint32_t entry, const double *grid)
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

static void put_curves(qb_figure *f, const curves *c, double first, double last, const uint32_t *by_end)
{
    uint32_t entries = c->digest->evidence->entries;
    double grid[GRID];
    qb_log_grid(first, last, grid, GRID);
    qb_figure_number(f, "entries", entries);
    qb_figure_number(f, "first", first);
    qb_figure_number(f, "last", last);
    qb_figure_open(f, "curve");
    for (uint32_t k = 0; k < entries; k++)
        put_stairs(f, c, by_end[k], grid);
    qb_figure_close(f);
    qb_figure_open(f, "entry");
    for (uint32_t k = 0; k < entries; k++) {
        qb_figure_put_entry(f, by_end[k]);
        qb_figure_end_row(f);
    }
    qb_figure_close(f);
}

static qb_status finish(qb_figure *f, curves *c, double first, double last, qb_diag *diag)
{
    uint32_t *by_end = QB_NEW(uint32_t, c->digest->evidence->entries);
    if (!by_end)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the curves");
    order_by_end(c, f->order, last, by_end);
    put_curves(f, c, first, last, by_end);
    qb_free(by_end);
    return QB_OK;
}

/* The least and greatest of all values; false without any. */
static bool range(const curves *c, double *least, double *greatest)
{
    uint64_t count = c->start[c->digest->evidence->entries];
    *least = INFINITY;
    *greatest = 0;
    for (uint64_t k = 0; k < count; k++) {
        *least = fmin(*least, c->value[k]);
        *greatest = fmax(*greatest, c->value[k]);
    }
    return count > 0;
}

static qb_status query_times(qb_figure *figure, bool hardest, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    curves c;
    double least, greatest;
    const char *unit;
    qb_status status = curves_open(figure->store, figure->digest, &c, diag);
    if (status != QB_OK)
        return status;
    gather_times(&c, hardest);
    if (!range(&c, &least, &greatest))
        status = qb_fail(diag, QB_REFUSED, "no run reached a target");
    else
        status = finish(figure, &c, fmin(least, e->budget / 2), e->budget, diag);
    qb_figure_text(figure, "quantity", qb_say_quantity(e, &unit));
    qb_figure_text(figure, "unit", unit);
    curves_clear(&c);
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

qb_status qb_query_profile(qb_figure *figure, qb_diag *diag)
{
    curves c;
    double least, greatest;
    qb_status status = curves_open(figure->store, figure->digest, &c, diag);
    if (status != QB_OK)
        return status;
    status = gather_ratios(&c, diag);
    if (status == QB_OK && !range(&c, &least, &greatest))
        status = qb_fail(diag, QB_REFUSED, "no target was reached in half of the runs of any solver");
    if (status == QB_OK)
        status = finish(figure, &c, 1, fmax(greatest, 2), diag);
    qb_figure_text(figure, "quantity", qb_say_quantity(figure->digest->evidence, NULL));
    curves_clear(&c);
    return status;
}
