/* A budget that ends while a solver is still building its tables. */
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Couplings from each variable to the next `reach` ones, of +-1 to +-most. */
static qb_problem band(uint32_t n, uint32_t reach, uint32_t most)
{
    qb_pair *pair = calloc((size_t)n * reach, sizeof *pair);
    uint64_t pairs = 0;
    uint32_t lot = 1;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n && j <= i + reach; j++) {
            lot = lot * UINT32_C(1664525) + UINT32_C(1013904223);
            double size = 1 + (lot >> 8) % most;
            pair[pairs++] = (qb_pair){i, j, lot >> 31 ? size : -size};
        }
    qb_problem problem = problem_of(&(qb_draft){.name = "band",
                                                .kind = QB_KIND_QUBO,
                                                .sense = QB_MINIMISE,
                                                .columns = n,
                                                .pairs = pairs,
                                                .pair = pair});
    free(pair);
    return problem;
}

typedef struct set_up {
    const char *solver, *params;
    uint32_t n, reach, most;
    uint32_t passes; /* over all couplings, at least, until it searches */
} set_up;

/* Halfway through each pass the budget ends: with it the run, at the next row.  All zero is its answer, but
 * for a kernel that was asked for, which might have refused the model. */
static void check_ends_in_time(const set_up *c)
{
    qb_problem problem = band(c->n, c->reach, c->most);
    double pass = c->n + 2 * (double)problem.body.pairs, row = 2 * c->reach + 1;
    for (uint32_t k = 0; k < c->passes; k++) {
        double limit = (k + 0.5) * pass;
        solving r = solving_run(c->solver, c->params, &problem,
                                (solving_limits){QB_BUDGET_WORK, limit, UINT64_MAX, 1, 1});
        cr_assert_eq(r.status, QB_STOPPED, "%s:%s, pass %u: %s", c->solver, c->params, k, r.diag.text);
        cr_assert_null(qb_json_get(r.details, "kernel"), "%s:%s, pass %u: was set up", c->solver, c->params,
                       k);
        double work = (double)r.record.summary.work;
        cr_assert(work >= limit && work <= limit + row, "%s:%s, pass %u: %g of %g", c->solver, c->params, k,
                  work, limit);
        cr_assert_eq(r.found, !*c->params, "%s:%s, pass %u", c->solver, c->params, k);
        for (uint32_t i = 0; r.found && i < c->n; i++)
            cr_assert_eq(r.x[i], 0);
        solving_clear(&r);
    }
    qb_problem_free(&problem);
}

Test(set_up, ends_with_the_budget)
{
    static const set_up cases[] = {
        {"anneal", "", 1100, 1100, 1, 4}, /* integers, values, units, the matrix */
        {"anneal", "kernel=dense", 300, 300, 100, 2},
        {"anneal", "kernel=scalar", 300, 300, 100, 2},
        {"anneal", "kernel=scalar", 2000, 3, 5, 3},
        {"anneal", "kernel=gather", 2000, 3, 5, 3},
        {"anneal", "kernel=count", 2000, 3, 5, 4},
        {"anneal", "kernel=sliced", 2000, 2, 1, 3},
        {"tabu", "", 1100, 1100, 100, 2}, /* integers, the matrix */
        {"tabu", "form=dense", 300, 300, 100, 1},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        check_ends_in_time(&cases[k]);
}

/* What was not paid for is no sample. */
Test(set_up, offers_nothing_under_a_budget_of_samples)
{
    static const char *const solvers[] = {"anneal", "tabu"};
    qb_problem problem = band(20, 2, 1);
    for (size_t k = 0; k < sizeof solvers / sizeof *solvers; k++) {
        solving r =
            solving_run(solvers[k], "", &problem, (solving_limits){QB_BUDGET_SAMPLES, 1, UINT64_MAX, 1, 1});
        cr_assert_gt(r.record.count, 0);
        cr_assert_gt(r.record.points[0].work, 0);
        solving_clear(&r);
    }
    qb_problem_free(&problem);
}
