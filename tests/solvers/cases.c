#include "tests/solvers/cases.h"

#include "harness/base/rng.h"
#include "harness/model/referee.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* How a case's coefficients are drawn: by hand, or each from -range..range with probability density. */
typedef struct recipe {
    const char *name;
    qb_kind kind;
    qb_sense sense;
    uint32_t n;
    double constant;
    double linear, heavy; /* all linear terms; the coupling of the first two variables */
    double density, range;
    bool real;      /* coefficients are not integers */
    uint32_t parts; /* couplings only within i % parts; 0: anywhere */
} recipe;

static const recipe recipes[] = {
    {.name = "one-max", .kind = QB_KIND_QUBO, .sense = QB_MAXIMISE, .n = 1, .linear = 3},
    {.name = "one-min", .kind = QB_KIND_QUBO, .sense = QB_MINIMISE, .n = 1, .linear = -2, .constant = 5},
    {.name = "two", .kind = QB_KIND_QUBO, .sense = QB_MINIMISE, .n = 2, .linear = -1, .heavy = 3},
    {.name = "no-couplings", .kind = QB_KIND_QUBO, .sense = QB_MAXIMISE, .n = 5, .linear = -4},
    {.name = "all-zero", .kind = QB_KIND_QUBO, .sense = QB_MINIMISE, .n = 4},
    {.name = "heavy-max", .kind = QB_KIND_QUBO, .sense = QB_MAXIMISE, .n = 7, .linear = -1, .heavy = 1e8},
    {.name = "heavy-min", .kind = QB_KIND_QUBO, .sense = QB_MINIMISE, .n = 7, .linear = -1, .heavy = -1e8},
    {.name = "dense-max", .kind = QB_KIND_QUBO, .sense = QB_MAXIMISE, .n = 12, .density = 1, .range = 50},
    {.name = "dense-min", .kind = QB_KIND_QUBO, .sense = QB_MINIMISE, .n = 12, .density = 1, .range = 2000},
    {.name = "sparse", .kind = QB_KIND_QUBO, .sense = QB_MINIMISE, .n = 13, .density = 0.2, .range = 3},
    {.name = "disconnected",
     .kind = QB_KIND_QUBO,
     .sense = QB_MAXIMISE,
     .n = 12,
     .density = 0.8,
     .range = 9,
     .parts = 3},
    {.name = "real-max",
     .kind = QB_KIND_QUBO,
     .sense = QB_MAXIMISE,
     .n = 10,
     .density = 0.7,
     .range = 1,
     .real = true},
    {.name = "real-min",
     .kind = QB_KIND_QUBO,
     .sense = QB_MINIMISE,
     .n = 10,
     .density = 1,
     .range = 1e-3,
     .constant = 7.25,
     .real = true},
    {.name = "maxcut", .kind = QB_KIND_MAXCUT, .sense = QB_MAXIMISE, .n = 11, .density = 0.5, .range = 1},
    {.name = "ising", .kind = QB_KIND_ISING, .sense = QB_MINIMISE, .n = 9, .density = 0.6, .range = 4},
};
const uint32_t case_count = sizeof recipes / sizeof *recipes;

static double draw(qb_rng *rng, const recipe *r)
{
    double u = r->range * (2 * qb_rng_uniform(rng) - 1);
    return r->real ? u : nearbyint(u);
}

qb_problem problem_of(const qb_draft *draft)
{
    qb_problem problem;
    qb_diag diag = {""};
    cr_assert_eq(qb_problem_build(draft, &problem, &diag), QB_OK, "%s: %s", draft->name, diag.text);
    return problem;
}

static qb_problem build(const recipe *r, uint64_t seed)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    double *linear = calloc(r->n, sizeof *linear);
    qb_pair *pair = calloc((size_t)r->n * r->n, sizeof *pair);
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        linear[i] = r->kind == QB_KIND_MAXCUT ? 0 : r->linear + draw(&rng, r);
        for (uint32_t j = i + 1; j < r->n; j++) {
            bool joined = !r->parts || i % r->parts == j % r->parts;
            double weight = qb_rng_uniform(&rng) < r->density && joined ? draw(&rng, r) : 0;
            if (i == 0 && j == 1)
                weight += r->heavy;
            if (weight != 0)
                pair[pairs++] = (qb_pair){i, j, weight};
        }
    }
    qb_draft draft = {.kind = r->kind,
                      .name = r->name,
                      .format = "generated",
                      .sense = r->sense,
                      .constant = r->constant,
                      .columns = r->n,
                      .linear = linear,
                      .pairs = pairs,
                      .pair = pair};
    qb_problem problem = problem_of(&draft);
    free(linear);
    free(pair);
    return problem;
}

static void enumerate(small_case *c)
{
    uint32_t n = c->problem.body.columns;
    for (uint32_t code = 0; code < 1u << n; code++) {
        double v[CASE_VARIABLES];
        for (uint32_t i = 0; i < n; i++)
            v[i] = code >> i & 1;
        qb_score score;
        cr_assert_eq(qb_referee_score(&c->problem, v, &score, NULL), QB_OK);
        if (code == 0 || qb_referee_better(&c->problem, score.objective, c->optimum))
            c->optimum = score.objective;
        c->magnitude = fmax(c->magnitude, score.magnitude);
    }
}

small_case case_build(uint32_t k)
{
    small_case c = {.problem = build(&recipes[k], 100 + k)};
    enumerate(&c);
    return c;
}

void case_clear(small_case *c)
{
    qb_problem_free(&c->problem);
}

qb_problem random_qubo(uint32_t n, qb_sense sense, uint64_t seed)
{
    recipe r = {.name = "random", .kind = QB_KIND_QUBO, .sense = sense, .n = n, .density = 1, .range = 9};
    return build(&r, seed);
}

qb_problem knapsack(void)
{
    enum { ITEMS = 30, ROWS = 2 };
    static double profit[ITEMS], lower[ITEMS], upper[ITEMS];
    static uint8_t type[ITEMS];
    qb_triplet entry[ROWS * ITEMS];
    double floors[ROWS], capacity[ROWS] = {0};
    qb_rng rng;
    qb_rng_init(&rng, 6, 0);
    for (uint32_t i = 0; i < ITEMS; i++) {
        profit[i] = 10 + (double)qb_rng_below(&rng, 40);
        type[i] = QB_COLUMN_BINARY;
        upper[i] = 1;
        for (uint32_t r = 0; r < ROWS; r++) {
            entry[ROWS * i + r] = (qb_triplet){r, i, 5 + (double)qb_rng_below(&rng, 40)};
            capacity[r] += entry[ROWS * i + r].value;
        }
    }
    for (uint32_t r = 0; r < ROWS; r++) {
        floors[r] = -INFINITY;
        capacity[r] = floor(capacity[r] / 2);
    }
    qb_draft draft = {.kind = QB_KIND_MIP,
                      .name = "knapsack",
                      .format = "test",
                      .sense = QB_MAXIMISE,
                      .columns = ITEMS,
                      .linear = profit,
                      .type = type,
                      .lower = lower,
                      .upper = upper,
                      .rows = ROWS,
                      .entries = ROWS * ITEMS,
                      .entry = entry,
                      .row_lower = floors,
                      .row_upper = capacity};
    return problem_of(&draft);
}

qb_problem torus(void)
{
    enum { SIDE = 16, SPINS = SIDE * SIDE };
    static qb_pair pair[2 * SPINS];
    uint32_t pairs = 0;
    qb_rng rng;
    qb_rng_init(&rng, 12, 0);
    for (uint32_t i = 0; i < SPINS; i++) {
        uint32_t row = i / SIDE, column = i % SIDE;
        uint32_t next[2] = {row * SIDE + (column + 1) % SIDE, (row + 1) % SIDE * SIDE + column};
        for (uint32_t k = 0; k < 2; k++)
            pair[pairs++] = (qb_pair){i < next[k] ? i : next[k], i < next[k] ? next[k] : i,
                                      qb_rng_next(&rng) >> 63 ? 1 : -1};
    }
    qb_draft draft = {.kind = QB_KIND_MAXCUT,
                      .name = "torus",
                      .format = "test",
                      .sense = QB_MAXIMISE,
                      .columns = SPINS,
                      .pairs = pairs,
                      .pair = pair};
    return problem_of(&draft);
}

qb_budget_probe work_probe(uint32_t variables, double work)
{
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, work, variables, false, false);
    qb_budget_probe probe;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    return probe;
}
