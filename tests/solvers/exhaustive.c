/* Enumeration as a solver: a run is the same, point by point, whatever the number of threads. */
#include "tests/solvers/cases.h"
#include "tests/solvers/solving.h"

#include <criterion/criterion.h>
#include <string.h>

static solving run(const qb_problem *problem, uint32_t threads, double work)
{
    return solving_run("exhaustive", "", problem,
                       (solving_limits){QB_BUDGET_WORK, work, UINT64_MAX, 1, threads});
}

Test(exhaustive, threads_change_no_point_of_a_run)
{
    enum { VARIABLES = 26 };
    qb_problem problem = random_qubo(VARIABLES, QB_MINIMISE, 7);
    const double work[] = {1e18, 40 << 20};
    for (size_t w = 0; w < sizeof work / sizeof *work; w++) {
        solving one = run(&problem, 1, work[w]);
        cr_assert(one.found);
        cr_assert_eq(one.status, w ? QB_STOPPED : QB_OK);
        for (uint32_t threads = 2; threads <= 3; threads++) {
            solving some = run(&problem, threads, work[w]);
            cr_assert_eq(some.status, one.status);
            cr_assert_eq(some.record.summary.work, one.record.summary.work);
            cr_assert_eq(some.record.count, one.record.count);
            for (uint32_t k = 0; k < one.record.count; k++) {
                cr_assert_eq(some.record.points[k].work, one.record.points[k].work);
                cr_assert_eq(some.record.points[k].claimed, one.record.points[k].claimed);
            }
            cr_assert_eq(memcmp(some.x, one.x, VARIABLES), 0);
            solving_clear(&some);
        }
        solving_clear(&one);
    }
    qb_problem_free(&problem);
}
