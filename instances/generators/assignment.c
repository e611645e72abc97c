/* assignment: n workers to n tasks at least cost.
 *
 *   min sum c_ij x_ij   subject to   sum_j x_ij = 1,   sum_i x_ij = 1;   column i n + j is worker i on task j
 *
 * c is uniform in 1..range.  The optimum comes from shortest augmenting paths, O(n^3).
 *
 * Source: Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
 * problems", Computing 38 (1987).
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

#include <math.h>

enum { SIZE, RANGE };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 10, 1, 500, true, "workers", "number of workers and of tasks"},
    [RANGE] = {"range", 100, 1, 1e6, true, "", "greatest cost"},
};

/* Everything is counted from 1 and 0 means none; row_price and task_price are dual. */
typedef struct matching {
    uint32_t n;
    const double *cost; /* [n * n] */
    double *row_price, *task_price, *slack;
    uint32_t *worker; /* of a task */
    uint32_t *back;   /* the task before this one on the path */
    bool *done;
} matching;

/* Finds a cheapest way to give worker `row` a task, and shifts the others along it. */
static void augment(matching *m, uint32_t row)
{
    uint32_t at = 0;
    m->worker[0] = row;
    for (uint32_t j = 0; j <= m->n; j++) {
        m->slack[j] = INFINITY;
        m->done[j] = false;
    }
    do {
        uint32_t i = m->worker[at], next = 0;
        double least = INFINITY;
        m->done[at] = true;
        for (uint32_t j = 1; j <= m->n; j++) {
            if (m->done[j])
                continue;
            double reduced = m->cost[(size_t)(i - 1) * m->n + j - 1] - m->row_price[i] - m->task_price[j];
            if (reduced < m->slack[j]) {
                m->slack[j] = reduced;
                m->back[j] = at;
            }
            if (m->slack[j] < least) {
                least = m->slack[j];
                next = j;
            }
        }
        for (uint32_t j = 0; j <= m->n; j++)
            if (m->done[j]) {
                m->row_price[m->worker[j]] += least;
                m->task_price[j] -= least;
            } else {
                m->slack[j] -= least;
            }
        at = next;
    } while (m->worker[at] != 0);
    for (; at != 0; at = m->back[at])
        m->worker[at] = m->worker[m->back[at]];
}

/* The least cost; NAN when memory is out. */
static double solve(const double *cost, uint32_t n)
{
    size_t size = (size_t)n + 1;
    matching m = {n,
                  cost,
                  QB_NEW(double, size),
                  QB_NEW(double, size),
                  QB_NEW(double, size),
                  QB_NEW(uint32_t, size),
                  QB_NEW(uint32_t, size),
                  QB_NEW(bool, size)};
    double value = NAN;
    if (m.row_price && m.task_price && m.slack && m.worker && m.back && m.done) {
        for (uint32_t row = 1; row <= n; row++)
            augment(&m, row);
        value = 0;
        for (uint32_t j = 1; j <= n; j++)
            value += cost[(size_t)(m.worker[j] - 1) * n + j - 1];
    }
    qb_free(m.row_price);
    qb_free(m.task_price);
    qb_free(m.slack);
    qb_free(m.worker);
    qb_free(m.back);
    qb_free(m.done);
    return value;
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    uint32_t n = (uint32_t)value[SIZE];
    double *cost = QB_NEW(double, (size_t)n *n);
    qb_sketch sketch = qb_sketch_open(QB_KIND_MIP, QB_MINIMISE, n * n);
    if (cost) {
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        for (uint32_t k = 0; k < n * n; k++) {
            cost[k] = qb_draw_integer(&rng, 1, (int64_t)value[RANGE]);
            qb_sketch_linear(&sketch, k, cost[k]);
        }
        for (uint32_t i = 0; i < n; i++) {
            qb_sketch_row(&sketch, 1, 1);
            for (uint32_t j = 0; j < n; j++)
                qb_sketch_entry(&sketch, i * n + j, 1);
        }
        for (uint32_t j = 0; j < n; j++) {
            qb_sketch_row(&sketch, 1, 1);
            for (uint32_t i = 0; i < n; i++)
                qb_sketch_entry(&sketch, i * n + j, 1);
        }
        *generated = (qb_generated){.has_optimum = true, .optimum = solve(cost, n)};
    }
    if (!cost || isnan(generated->optimum))
        sketch.status = QB_NO_MEMORY;
    qb_free(cost);
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_assignment;
const qb_generator qb_generator_assignment = {
    .name = "assignment",
    .summary = "linear assignment, optimum known",
    .source = "Jonker and Volgenant, Computing 38 (1987)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
