/* maxcut-regular: Max-Cut of a random d-regular graph, unit weights.
 *
 * Points of the vertices are joined one pair at a time, pairs that would make a loop or a double edge are
 * drawn again; when only such pairs are left the graph is drawn anew.
 *
 * Source: Steger and Wormald, "Generating random regular graphs quickly", Combinatorics, Probability and
 * Computing 8 (1999).
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

enum { SIZE, DEGREE };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 100, 2, 1e6, true, "vertices", "number of vertices"},
    [DEGREE] = {"degree", 3, 1, 64, true, "", "edges of a vertex"},
};

typedef struct graph {
    uint32_t n, degree;
    uint32_t *neighbour; /* [n * degree] */
    uint32_t *used;      /* [n] */
    uint32_t *point;     /* [n * degree] vertices whose points are free, each as often as it has one */
} graph;

static bool are_joined(const graph *g, uint32_t a, uint32_t b)
{
    for (uint32_t k = 0; k < g->used[a]; k++)
        if (g->neighbour[(size_t)a * g->degree + k] == b)
            return true;
    return false;
}

static void join(graph *g, uint32_t a, uint32_t b)
{
    g->neighbour[(size_t)a * g->degree + g->used[a]++] = b;
    g->neighbour[(size_t)b * g->degree + g->used[b]++] = a;
}

/* Is there a pair of free points left that may be joined? */
static bool has_suitable_pair(const graph *g, uint32_t left)
{
    for (uint32_t p = 0; p < left; p++)
        for (uint32_t q = p + 1; q < left; q++)
            if (g->point[p] != g->point[q] && !are_joined(g, g->point[p], g->point[q]))
                return true;
    return false;
}

static bool draw(graph *g, qb_rng *rng)
{
    uint32_t left = g->n * g->degree, misses = 0;
    for (uint32_t p = 0; p < left; p++)
        g->point[p] = p / g->degree;
    for (uint32_t v = 0; v < g->n; v++)
        g->used[v] = 0;
    while (left > 0) {
        uint32_t p = (uint32_t)qb_rng_below(rng, left), q = (uint32_t)qb_rng_below(rng, left);
        uint32_t a = g->point[p], b = g->point[q];
        if (a == b || are_joined(g, a, b)) {
            if (++misses % 64 == 0 && !has_suitable_pair(g, left))
                return false;
            continue;
        }
        misses = 0;
        join(g, a, b);
        uint32_t high = p > q ? p : q, low = p > q ? q : p;
        g->point[high] = g->point[--left];
        g->point[low] = g->point[--left];
    }
    return true;
}

static void draw_edges(graph *g, uint64_t seed, qb_sketch *sketch)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    while (!draw(g, &rng))
        continue;
    for (uint32_t v = 0; v < g->n; v++)
        for (uint32_t k = 0; k < g->degree; k++) {
            uint32_t w = g->neighbour[(size_t)v * g->degree + k];
            if (w > v)
                qb_sketch_pair(sketch, v, w, 1);
        }
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    graph g = {.n = (uint32_t)value[SIZE], .degree = (uint32_t)value[DEGREE]};
    if (g.degree >= g.n || (g.n % 2 && g.degree % 2))
        return qb_fail(diag, QB_BAD_INPUT, "there is no %u-regular graph of %u vertices", g.degree, g.n);
    size_t points = (size_t)g.n * g.degree;
    g.neighbour = QB_NEW(uint32_t, points);
    g.point = QB_NEW(uint32_t, points);
    g.used = QB_NEW(uint32_t, g.n);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MAXCUT, QB_MAXIMISE, g.n);
    if (g.neighbour && g.point && g.used)
        draw_edges(&g, seed, &sketch);
    else
        sketch.status = QB_NO_MEMORY;
    qb_free(g.neighbour);
    qb_free(g.point);
    qb_free(g.used);
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_regular_maxcut;
const qb_generator qb_generator_regular_maxcut = {
    .name = "maxcut-regular",
    .summary = "Max-Cut of a random regular graph",
    .source = "Steger and Wormald, Combinatorics, Probability and Computing 8 (1999)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
