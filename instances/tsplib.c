/* tsplib: tours of TSPLIB (TSP, ATSP) and capacitated routes (CVRP), as programs.
 *
 * A tour starts in city 1 and puts every other city into one position: with k = n - 1, column a k + t is
 * "city a + 2 is the (t + 2)nd".  Each city has one position and each position one city; the length is
 * quadratic. (Pure binary with one-hot rows, no big constants: this is the form that QUBO solvers and QAOA
 * want.)
 *
 * Routes are arcs: column i (n - 1) + j', with j' = j for j < i and j - 1 for j > i, is "a vehicle drives
 * from node i + 1 to node j + 1"; behind them stand the loads u of the customers in the file's order, integer
 * from demand to capacity.  Every customer is left and reached once, the depot at most `vehicles` times and
 * left as often as reached, and x_ij = 1 makes u_j >= u_i + demand_j.
 *
 * Source: Miller, Tucker and Zemlin, "Integer programming formulation of traveling salesman problems",
 * Journal of the ACM 7 (1960), for the loads.
 */
#include "instances/tsplib.h"

#include "instances/entries.h"
#include "instances/sketch.h"

#include <math.h>

static const char *const extensions[] = {".tsp", ".atsp", ".vrp", NULL};

/* A line `TYPE : TSP` or the like before any section. */
static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size, .comment = '#'};
    qb_token word;
    while (qb_scan_line(&scan) && qb_scan_token(&scan, &word)) {
        if (!qb_token_is(word, "TYPE") && !qb_token_is(word, "TYPE:"))
            continue;
        if (word.length == 4 && (!qb_scan_token(&scan, &word) || !qb_token_is(word, ":")))
            return QB_FORMAT_NO;
        bool known = qb_scan_token(&scan, &word) &&
                     (qb_token_is(word, "TSP") || qb_token_is(word, "ATSP") || qb_token_is(word, "CVRP"));
        return known ? QB_FORMAT_SURE : QB_FORMAT_NO;
    }
    return QB_FORMAT_NO;
}

static qb_status write_tour(const qb_tsplib *f, const qb_read_source *source, qb_scan *scan,
                            qb_problem *problem)
{
    uint32_t n = f->n, k = n - 1;
    qb_status status = qb_entries_check(source, scan, (uint64_t)k * k, (uint64_t)k * k * k);
    if (status != QB_OK)
        return status;
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, k * k);
    const double *d = f->distance;
    for (uint32_t a = 0; a < k; a++) {
        qb_sketch_linear(&sketch, a * k, d[a + 1]);
        qb_sketch_linear(&sketch, a * k + k - 1, d[(size_t)(a + 1) * n]);
        for (uint32_t b = 0; b < k; b++)
            for (uint32_t t = 0; a != b && t + 1 < k; t++)
                qb_sketch_pair(&sketch, a * k + t, b * k + t + 1, d[(size_t)(a + 1) * n + b + 1]);
    }
    for (uint32_t a = 0; a < k; a++) {
        qb_sketch_row(&sketch, 1, 1);
        for (uint32_t t = 0; t < k; t++)
            qb_sketch_entry(&sketch, a * k + t, 1);
    }
    for (uint32_t t = 0; t < k; t++) {
        qb_sketch_row(&sketch, 1, 1);
        for (uint32_t a = 0; a < k; a++)
            qb_sketch_entry(&sketch, a * k + t, 1);
    }
    return qb_sketch_finish(&sketch, source->name, source->format, problem, scan->diag);
}

static uint32_t arc(const qb_tsplib *f, uint32_t i, uint32_t j)
{
    return i * (f->n - 1) + (j < i ? j : j - 1);
}

/* The arcs that leave node i (out) or reach it. */
static void write_degree(const qb_tsplib *f, qb_sketch *sketch, uint32_t i, bool out, double sign)
{
    for (uint32_t j = 0; j < f->n; j++)
        if (j != i)
            qb_sketch_entry(sketch, out ? arc(f, i, j) : arc(f, j, i), sign);
}

static void write_loads(const qb_tsplib *f, qb_sketch *sketch, const uint32_t *load)
{
    for (uint32_t i = 0; i < f->n; i++) {
        if (i == f->depot)
            continue;
        qb_sketch_integer(sketch, load[i], f->demand[i], f->capacity);
        for (uint32_t j = 0; j < f->n; j++) {
            if (j == i || j == f->depot)
                continue;
            qb_sketch_row(sketch, -INFINITY, f->capacity - f->demand[j]);
            qb_sketch_entry(sketch, load[i], 1);
            qb_sketch_entry(sketch, load[j], -1);
            qb_sketch_entry(sketch, arc(f, i, j), f->capacity);
        }
    }
}

static qb_status write_routes(const qb_tsplib *f, const qb_read_source *source, qb_scan *scan,
                              qb_problem *problem)
{
    uint32_t n = f->n, arcs = n * (n - 1), load[QB_TSPLIB_LARGEST], next = arcs;
    qb_status status = qb_entries_check(source, scan, (uint64_t)n * n, 5 * (uint64_t)n * n);
    for (uint32_t i = 0; i < n && status == QB_OK; i++) {
        load[i] = i == f->depot ? 0 : next++;
        if (!(f->demand[i] >= 0 && f->demand[i] <= f->capacity))
            status = qb_scan_fail(scan, "the demand of node %u is outside 0 to the capacity", i + 1);
    }
    if (status != QB_OK)
        return status;
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, arcs + n - 1);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (i != j)
                qb_sketch_linear(&sketch, arc(f, i, j), f->distance[(size_t)i * n + j]);
    for (uint32_t i = 0; i < n; i++)
        for (int out = 0; out < 2 && i != f->depot; out++) {
            qb_sketch_row(&sketch, 1, 1);
            write_degree(f, &sketch, i, out, 1);
        }
    qb_sketch_row(&sketch, 0, 0);
    write_degree(f, &sketch, f->depot, true, 1);
    write_degree(f, &sketch, f->depot, false, -1);
    if (f->vehicles) {
        qb_sketch_row(&sketch, -INFINITY, f->vehicles);
        write_degree(f, &sketch, f->depot, true, 1);
    }
    write_loads(f, &sketch, load);
    return qb_sketch_finish(&sketch, source->name, source->format, problem, scan->diag);
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    qb_tsplib file = {0};
    qb_status status = qb_tsplib_read(source, &scan, &file);
    if (status == QB_OK)
        status = file.type == QB_TSPLIB_CVRP ? write_routes(&file, source, &scan, problem)
                                             : write_tour(&file, source, &scan, problem);
    qb_tsplib_free(&file);
    return status;
}

extern const qb_format qb_format_tsplib;
const qb_format qb_format_tsplib = {
    .name = "tsplib",
    .summary = "tours and capacitated routes of TSPLIB (.tsp, .atsp, .vrp)",
    .convention = "minimise; tours by position, routes by arcs and loads",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
};
