/* What the tabu solver makes of its parameters. */
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define LARGE 5000
#define WORK  4e6 /* some forty walks on LARGE variables: more than fill a population of 10 */

/* A ring of +-1 couplings. */
static qb_problem ring(uint32_t n)
{
    qb_pair *pair = calloc(n, sizeof *pair);
    for (uint32_t i = 0; i < n; i++)
        pair[i] = (qb_pair){i, (i + 1) % n, i * UINT32_C(2654435761) >> 31 ? 1 : -1};
    qb_problem problem = problem_of(&(qb_draft){
        .name = "ring", .kind = QB_KIND_ISING, .sense = QB_MINIMISE, .columns = n, .pairs = n, .pair = pair});
    free(pair);
    return problem;
}

static double moves_with(const char *params, const qb_problem *problem)
{
    solving r =
        solving_run("tabu", params, problem, (solving_limits){QB_BUDGET_WORK, WORK, UINT64_MAX, 3, 1});
    cr_assert_eq(r.status, QB_STOPPED);
    double moves = solving_detail(&r, "moves");
    solving_clear(&r);
    return moves;
}

Test(tabu, populations_grow_with_the_model)
{
    qb_problem problem = ring(LARGE);
    double moves = moves_with("", &problem);
    cr_assert_eq(moves, moves_with("elite=10", &problem));
    cr_assert_neq(moves, moves_with("elite=6", &problem));
    qb_problem_free(&problem);
    problem = ring(LARGE / 10);
    cr_assert_eq(moves_with("", &problem), moves_with("elite=6", &problem));
    qb_problem_free(&problem);
}

Test(tabu, a_population_of_one_is_refused)
{
    qb_problem problem = ring(10);
    solving r =
        solving_run("tabu", "elite=1", &problem, (solving_limits){QB_BUDGET_WORK, WORK, UINT64_MAX, 1, 1});
    cr_assert_eq(r.status, QB_BAD_INPUT);
    cr_assert_not(r.found);
    solving_clear(&r);
    qb_problem_free(&problem);
}
