/* maxcut-erdos-renyi: Max-Cut of a random graph, every edge with the same probability, unit weights.
 *
 * Edges are found by skipping: the gap to the next is geometric, so the cost is O(n + edges).
 *
 * Source: Batagelj and Brandes, "Efficient generation of large random networks", Physical Review E 71 (2005).
 */
#include "instances/generators/draw.h"

#include <math.h>

enum { SIZE, PROBABILITY };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 100, 2, 1e6, true, "vertices", "number of vertices"},
    [PROBABILITY] = {"probability", 0.1, 0, 1, false, "", "of every edge"},
};

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    double n = value[SIZE], p = value[PROBABILITY];
    if (p * n * (n - 1) / 2 > 2e8)
        return qb_fail(diag, QB_BAD_INPUT, "%g edges are expected, more than 2e8", p * n * (n - 1) / 2);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MAXCUT, QB_MAXIMISE, (uint32_t)n);
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    double v = 1, w = -1; /* the edge {w, v}, w < v, in the order of v */
    while (p > 0 && v < n) {
        w += p < 1 ? 1 + floor(log1p(-qb_rng_uniform(&rng)) / log1p(-p)) : 1;
        while (w >= v && v < n) {
            w -= v;
            v++;
        }
        if (v < n)
            qb_sketch_pair(&sketch, (uint32_t)w, (uint32_t)v, 1);
    }
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_erdos_renyi;
const qb_generator qb_generator_erdos_renyi = {
    .name = "maxcut-erdos-renyi",
    .summary = "Max-Cut of a random graph",
    .source = "Batagelj and Brandes, Physical Review E 71 (2005)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
