/* cvrp-slots: the capacitated routes of a TSPLIB file by vehicle and position, asked for with --format.
 *
 * Column (v T + t) m + c is "customer c is the t-th stop of vehicle v", for the m nodes but the depot in the
 * file's order, all of the file's vehicles and T positions, as many as the smallest demands fit a vehicle:
 *
 *   min sum_c (d_0c + d_c0) - sum_{v,t} sum_{c != c'} s_cc' x_vtc x_v(t+1)c'     s_cc' = d_c0 + d_0c' - d_cc'
 *
 * A customer alone costs a way out and a way back, two in a row save s (an empty position between stops is a
 * call at the depot).  Rows: every customer has exactly one stop; a position has at most one customer; no
 * vehicle carries more than its capacity.  No big constants and only the loads need slack, so penalties keep
 * what is cheap visible: the form for QUBO solvers, where tsplib's arcs and loads suit MIP solvers.
 *
 * Source: G. Clarke and J. W. Wright, "Scheduling of vehicles from a central depot to a number of delivery
 * points", Operations Research 12 (1964) 568, for the savings.
 */
#include "harness/base/memory.h"
#include "instances/entries.h"
#include "instances/sketch.h"
#include "instances/tsplib.h"

#include <math.h>
#include <stdlib.h>

static const char *const extensions[] = {NULL};

/* The file is tsplib's as well, and taken for that unless this form is asked for. */
static int recognise(const char *text, size_t size)
{
    (void)text;
    (void)size;
    return QB_FORMAT_NO;
}

/* What is counted: customers m, vehicles, positions. */
typedef struct slots {
    const qb_tsplib *file;
    uint32_t m, vehicles, positions;
    uint32_t *node; /* [m] of a customer */
} slots;

static uint32_t column(const slots *s, uint32_t v, uint32_t t, uint32_t c)
{
    return (v * s->positions + t) * s->m + c;
}

static double distance(const slots *s, uint32_t from, uint32_t to)
{
    return s->file->distance[(size_t)from * s->file->n + to];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The most customers that one vehicle can serve: the smallest demands together. */
static qb_status count_positions(slots *s)
{
    double *demand = QB_NEW(double, s->m), load = 0;
    if (!demand)
        return QB_NO_MEMORY;
    for (uint32_t c = 0; c < s->m; c++)
        demand[c] = s->file->demand[s->node[c]];
    qsort(demand, s->m, sizeof *demand, by_value);
    while (s->positions < s->m && (load += demand[s->positions]) <= s->file->capacity)
        s->positions++;
    qb_free(demand);
    return QB_OK;
}

static qb_status count(const qb_tsplib *f, qb_scan *scan, slots *s)
{
    if (f->type != QB_TSPLIB_CVRP)
        return qb_scan_fail(scan, "only a file of type CVRP has routes by vehicle and position");
    if (!f->vehicles)
        return qb_scan_fail(scan, "the number of VEHICLES is missing, which routes by position need");
    for (uint32_t i = 0; i < f->n; i++) {
        if (!(f->demand[i] >= 0 && f->demand[i] <= f->capacity))
            return qb_scan_fail(scan, "the demand of node %u is outside 0 to the capacity", i + 1);
        if (i != f->depot)
            s->node[s->m++] = i;
    }
    s->vehicles = f->vehicles < s->m ? f->vehicles : s->m;
    return count_positions(s);
}

static void write_objective(const slots *s, qb_sketch *sketch)
{
    uint32_t depot = s->file->depot, m = s->m;
    for (uint32_t v = 0; v < s->vehicles; v++)
        for (uint32_t t = 0; t < s->positions; t++)
            for (uint32_t c = 0; c < m; c++) {
                uint32_t a = s->node[c];
                double back = distance(s, a, depot);
                qb_sketch_linear(sketch, column(s, v, t, c), distance(s, depot, a) + back);
                for (uint32_t e = 0; e < m && t + 1 < s->positions; e++) {
                    double saved = back + distance(s, depot, s->node[e]) - distance(s, a, s->node[e]);
                    if (e != c && saved != 0)
                        qb_sketch_pair(sketch, column(s, v, t, c), column(s, v, t + 1, e), -saved);
                }
            }
}

static void write_rows(const slots *s, qb_sketch *sketch)
{
    uint32_t m = s->m;
    for (uint32_t c = 0; c < m; c++) {
        qb_sketch_row(sketch, 1, 1);
        for (uint32_t v = 0; v < s->vehicles; v++)
            for (uint32_t t = 0; t < s->positions; t++)
                qb_sketch_entry(sketch, column(s, v, t, c), 1);
    }
    for (uint32_t v = 0; v < s->vehicles; v++)
        for (uint32_t t = 0; t < s->positions; t++) {
            qb_sketch_row(sketch, -INFINITY, 1);
            for (uint32_t c = 0; c < m; c++)
                qb_sketch_entry(sketch, column(s, v, t, c), 1);
        }
    for (uint32_t v = 0; v < s->vehicles; v++) {
        qb_sketch_row(sketch, -INFINITY, s->file->capacity);
        for (uint32_t t = 0; t < s->positions; t++)
            for (uint32_t c = 0; c < m; c++)
                qb_sketch_entry(sketch, column(s, v, t, c), s->file->demand[s->node[c]]);
    }
}

static qb_status write_routes(const slots *s, const qb_read_source *source, qb_scan *scan,
                              qb_problem *problem)
{
    uint64_t columns = (uint64_t)s->vehicles * s->positions * s->m;
    qb_status status = qb_entries_check(source, scan, columns, columns * (s->m + 3));
    if (status != QB_OK)
        return status;
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, (uint32_t)columns);
    write_objective(s, &sketch);
    write_rows(s, &sketch);
    return qb_sketch_finish(&sketch, source->name, source->format, problem, scan->diag);
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_tsplib file = {0};
    qb_status status = qb_tsplib_read(source, &scan, &file);
    slots s = {.file = &file, .node = status ? NULL : QB_NEW(uint32_t, file.n)};
    if (status == QB_OK && !s.node)
        status = QB_NO_MEMORY;
    if (status == QB_OK)
        status = count(&file, &scan, &s);
    if (status == QB_OK)
        status = write_routes(&s, source, &scan, problem);
    qb_free(s.node);
    qb_tsplib_free(&file);
    return status;
}

extern const qb_format qb_format_cvrp_slots;
const qb_format qb_format_cvrp_slots = {
    .name = "cvrp-slots",
    .summary = "capacitated routes of TSPLIB (.vrp) for QUBO solvers; only by --format",
    .convention = "minimise; by vehicle and position, savings as products",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
