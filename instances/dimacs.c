/* gph and col: graphs of the DIMACS challenges, as two problems.
 *
 *   c comment
 *   p edge n m       or p col
 *   n i w            weight of vertex i, 1 where there is none (gph)
 *   e i j            m lines, 1-based
 *
 * gph is the maximum (weight) independent set of the graph as given: maximise sum w_i x_i with
 * x_i + x_j <= 1 for every edge; x_i is column i.
 *
 * col is its colouring with the fewest colours: minimise sum y_c, where column v K + c is x_vc ("vertex v has
 * colour c") and column n K + c is y_c ("colour c is used").  sum_c x_vc = 1, x_vc + x_wc <= y_c for every
 * edge, y_c >= y_c+1.  K is what a greedy colouring by falling degree needs.
 *
 * An edge that is listed twice, in either direction, counts once, as the challenge's own files have it.
 */
#include "harness/base/memory.h"
#include "instances/entries.h"
#include "instances/sketch.h"

#include <math.h>
#include <stdlib.h>

static const char *const gph_extensions[] = {".gph", NULL}, *const col_extensions[] = {".col", NULL};

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    qb_token word, kind;
    while (qb_scan_line(&scan) && qb_scan_token(&scan, &word)) {
        if (qb_token_is(word, "p"))
            return qb_scan_token(&scan, &kind) && (qb_token_is(kind, "edge") || qb_token_is(kind, "col"))
                       ? QB_FORMAT_MAYBE
                       : QB_FORMAT_NO;
        if (!qb_token_is(word, "c"))
            return QB_FORMAT_NO;
    }
    return QB_FORMAT_NO;
}

typedef struct graph {
    uint32_t n, m;
    double *weight;  /* [n] */
    bool *joined;    /* [n]: has an edge */
    qb_entries edge; /* [m], later each once */
} graph;

static qb_status take_header(graph *g, const qb_read_source *source, qb_scan *scan)
{
    qb_token kind;
    qb_status status;
    if (g->weight)
        return qb_scan_fail(scan, "a second line `p`");
    if (!qb_scan_token(scan, &kind) || (!qb_token_is(kind, "edge") && !qb_token_is(kind, "col")))
        return qb_scan_fail(scan, "expected `p edge n m`");
    if ((status = qb_scan_count(scan, "a number of vertices", &g->n)) != QB_OK ||
        (status = qb_scan_count(scan, "a number of edges", &g->m)) != QB_OK ||
        (status = qb_entries_check(source, scan, g->n, g->m)) != QB_OK ||
        (status = qb_entries_reserve(&g->edge, scan, g->m)) != QB_OK)
        return status;
    g->weight = QB_NEW(double, g->n);
    g->joined = QB_NEW(bool, g->n);
    for (uint32_t v = 0; g->weight && v < g->n; v++)
        g->weight[v] = 1;
    return g->weight && g->joined ? QB_OK
                                  : qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", scan->file);
}

static qb_status take_edge(graph *g, qb_scan *scan)
{
    uint32_t i, j;
    qb_status status = qb_scan_index(scan, "a vertex", 1, g->n, &i);
    if (status == QB_OK)
        status = qb_scan_index(scan, "a vertex", 1, g->n, &j);
    if (status != QB_OK)
        return status;
    if (i == j)
        return qb_scan_fail(scan, "an edge joins %u to itself", i + 1);
    g->joined[i] = g->joined[j] = true;
    return qb_entries_add(&g->edge, scan, i, j, 1);
}

static qb_status take_weight(graph *g, qb_scan *scan)
{
    uint32_t v;
    qb_status status = qb_scan_index(scan, "a vertex", 1, g->n, &v);
    return status == QB_OK ? qb_scan_real(scan, "a weight", &g->weight[v]) : status;
}

static qb_status take_line(graph *g, const qb_read_source *source, qb_scan *scan)
{
    qb_token word;
    char quote[QB_QUOTE_TEXT];
    (void)qb_scan_token(scan, &word);
    qb_status status;
    if (qb_token_is(word, "c")) {
        (void)qb_scan_rest(scan);
        return QB_OK;
    }
    if (qb_token_is(word, "p"))
        status = take_header(g, source, scan);
    else if (!g->weight)
        return qb_scan_fail(scan, "expected `p edge n m`, got '%s'", qb_scan_quote(word, quote));
    else if (qb_token_is(word, "e"))
        status = take_edge(g, scan);
    else if (qb_token_is(word, "n"))
        status = take_weight(g, scan);
    else
        return qb_scan_fail(scan, "unknown line '%s'", qb_scan_quote(word, quote));
    return status == QB_OK ? qb_scan_line_end(scan) : status;
}

static int by_ends(const void *a, const void *b)
{
    const qb_pair *p = a, *q = b;
    return p->i != q->i ? (p->i < q->i ? -1 : 1) : p->j != q->j ? (p->j < q->j ? -1 : 1) : 0;
}

static qb_status read_graph(const qb_read_source *source, qb_scan *scan, graph *g)
{
    qb_status status = qb_scan_first_line(scan);
    for (bool more = status == QB_OK; more; more = status == QB_OK && qb_scan_line(scan))
        status = take_line(g, source, scan);
    if (status != QB_OK)
        return status;
    if (!g->weight)
        return qb_scan_fail(scan, "the line `p edge n m` is missing");
    if (g->edge.count != g->m)
        return qb_scan_fail(scan, "the header promises %u edges, there are %llu", g->m,
                            (unsigned long long)g->edge.count);
    if (g->edge.count)
        qsort(g->edge.pair, g->edge.count, sizeof *g->edge.pair, by_ends);
    uint64_t kept = 0;
    for (uint64_t k = 0; k < g->edge.count; k++)
        if (k == 0 || by_ends(&g->edge.pair[k - 1], &g->edge.pair[k]) != 0)
            g->edge.pair[kept++] = g->edge.pair[k];
    g->edge.count = kept;
    return QB_OK;
}

static void free_graph(graph *g)
{
    qb_free(g->weight);
    qb_free(g->joined);
    qb_entries_free(&g->edge);
}

static qb_status read_independent_set(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    graph g = {0};
    qb_status status = read_graph(source, &scan, &g);
    if (status == QB_OK) {
        qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MAXIMISE, g.n);
        for (uint32_t v = 0; v < g.n; v++)
            qb_sketch_linear(&sketch, v, g.weight[v]);
        for (uint64_t k = 0; k < g.edge.count; k++) {
            qb_sketch_row(&sketch, -INFINITY, 1);
            qb_sketch_entry(&sketch, g.edge.pair[k].i, 1);
            qb_sketch_entry(&sketch, g.edge.pair[k].j, 1);
        }
        status = qb_sketch_finish(&sketch, source->name, source->format, problem, diag);
    }
    free_graph(&g);
    return status;
}

/* ---- Colouring ----------------------------------------------------------------------------------------- */

/* Neighbours of v: neighbour[start[v] .. start[v + 1]). */
typedef struct adjacency {
    uint64_t *start;
    uint32_t *neighbour;
} adjacency;

static bool list_neighbours(const graph *g, adjacency *a)
{
    *a = (adjacency){QB_NEW(uint64_t, (size_t)g->n + 2), QB_NEW(uint32_t, 2 * g->edge.count)};
    if (!a->start || !a->neighbour)
        return false;
    uint64_t *next = a->start + 1; /* next[v] moves from the start of v to its end */
    for (uint64_t k = 0; k < g->edge.count; k++) {
        next[g->edge.pair[k].i + 1]++;
        next[g->edge.pair[k].j + 1]++;
    }
    for (uint32_t v = 0; v < g->n; v++)
        next[v + 1] += next[v];
    for (uint64_t k = 0; k < g->edge.count; k++) {
        qb_pair p = g->edge.pair[k];
        a->neighbour[next[p.i]++] = p.j;
        a->neighbour[next[p.j]++] = p.i;
    }
    return true;
}

typedef struct ranked {
    uint64_t degree;
    uint32_t vertex;
} ranked;

static int by_falling_degree(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    return p->degree != q->degree ? (p->degree > q->degree ? -1 : 1) : p->vertex < q->vertex ? -1 : 1;
}

/* Colours that the greedy colouring needs; 0 when memory is out. */
static uint32_t greedy_colours(const graph *g)
{
    adjacency a;
    uint32_t most = 0;
    bool ready = list_neighbours(g, &a);
    ranked *order = QB_NEW(ranked, g->n);
    uint32_t *colour = QB_NEW(uint32_t, g->n);            /* from 1; 0: none yet */
    uint32_t *taken = QB_NEW(uint32_t, (size_t)g->n + 2); /* by colour: the last vertex + 1 that met it */
    if (ready && order && colour && taken) {
        for (uint32_t v = 0; v < g->n; v++)
            order[v] = (ranked){a.start[v + 1] - a.start[v], v};
        qsort(order, g->n, sizeof *order, by_falling_degree);
        for (uint32_t k = 0; k < g->n; k++) {
            uint32_t v = order[k].vertex, c = 1;
            for (uint64_t e = a.start[v]; e < a.start[v + 1]; e++)
                taken[colour[a.neighbour[e]]] = v + 1;
            while (taken[c] == v + 1)
                c++;
            colour[v] = c;
            most = c > most ? c : most;
        }
    }
    qb_free(a.start);
    qb_free(a.neighbour);
    qb_free(order);
    qb_free(colour);
    qb_free(taken);
    return most;
}

static void write_colouring(const graph *g, uint32_t colours, qb_sketch *sketch)
{
    uint32_t used = g->n * colours; /* column of y_0 */
    for (uint32_t v = 0; v < g->n; v++) {
        qb_sketch_row(sketch, 1, 1);
        for (uint32_t c = 0; c < colours; c++)
            qb_sketch_entry(sketch, v * colours + c, 1);
    }
    for (uint64_t k = 0; k < g->edge.count; k++)
        for (uint32_t c = 0; c < colours; c++) {
            qb_sketch_row(sketch, -INFINITY, 0);
            qb_sketch_entry(sketch, g->edge.pair[k].i * colours + c, 1);
            qb_sketch_entry(sketch, g->edge.pair[k].j * colours + c, 1);
            qb_sketch_entry(sketch, used + c, -1);
        }
    for (uint32_t v = 0; v < g->n; v++) /* a vertex without an edge uses its colour too */
        for (uint32_t c = 0; !g->joined[v] && c < colours; c++) {
            qb_sketch_row(sketch, -INFINITY, 0);
            qb_sketch_entry(sketch, v * colours + c, 1);
            qb_sketch_entry(sketch, used + c, -1);
        }
    for (uint32_t c = 0; c < colours; c++) {
        qb_sketch_linear(sketch, used + c, 1);
        if (c + 1 < colours) {
            qb_sketch_row(sketch, 0, INFINITY);
            qb_sketch_entry(sketch, used + c, 1);
            qb_sketch_entry(sketch, used + c + 1, -1);
        }
    }
}

static qb_status read_colouring(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_scan scan = qb_scan_open(source, diag);
    graph g = {0};
    qb_status status = read_graph(source, &scan, &g);
    if (status == QB_OK && g.n == 0)
        status = qb_scan_fail(&scan, "the graph has no vertices");
    uint32_t colours = status == QB_OK ? greedy_colours(&g) : 0;
    if (status == QB_OK && colours == 0)
        status = qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", source->file);
    if (status == QB_OK)
        status = qb_entries_check(source, &scan, ((uint64_t)g.n + 1) * colours,
                                  (uint64_t)colours * (g.edge.count + g.n) * 3);
    if (status == QB_OK && ((uint64_t)g.n + 1) * colours > QB_COUNT_LIMIT)
        status = qb_scan_fail(&scan, "more than %u columns", QB_COUNT_LIMIT);
    if (status == QB_OK) {
        qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, (g.n + 1) * colours);
        write_colouring(&g, colours, &sketch);
        status = qb_sketch_finish(&sketch, source->name, source->format, problem, diag);
    }
    free_graph(&g);
    return status;
}

extern const qb_format qb_format_gph, qb_format_col;
const qb_format qb_format_gph = {
    .name = "gph",
    .summary = "DIMACS graph as a maximum independent set (.gph)",
    .convention = "maximise the set; 1-based; x_i is vertex i",
    .extensions = gph_extensions,
    .recognise = recognise,
    .read = read_independent_set,
};
const qb_format qb_format_col = {
    .name = "col",
    .summary = "DIMACS graph as a colouring (.col)",
    .convention = "minimise the colours; column v K + c says that vertex v has colour c",
    .extensions = col_extensions,
    .recognise = recognise,
    .read = read_colouring,
};
