/* Every allocation fails once, in turn; nothing may leak (the sanitizer build sees it) and nothing be
 * written. */
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "harness/model/poly.h"
#include "harness/model/quadratise.h"
#include "harness/model/solution.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <string.h>

typedef qb_status action(const qb_problem *problem, const problem_case *c);

static void fail_each(action *run, const qb_problem *problem, const problem_case *c)
{
    qb_status status = QB_NO_MEMORY;
    int64_t after = 0;
    for (; status == QB_NO_MEMORY; after++) {
        cr_assert(after < 1000);
        qb_memory_fail_after(after);
        status = run(problem, c);
        qb_memory_fail_never();
    }
    cr_assert(status == QB_OK && after > 1);
}

static qb_status build(const qb_problem *problem, const problem_case *c)
{
    (void)problem;
    qb_problem copy = {0};
    qb_status status = qb_problem_build(&c->draft, &copy, NULL);
    cr_assert(status == QB_OK || !copy.block);
    qb_problem_free(&copy);
    return status;
}

static qb_status model(const qb_problem *problem, const problem_case *c)
{
    (void)c;
    qb_qubo q = {0};
    qb_poly s = {0};
    qb_status status = qb_qubo_from_problem(problem, &q, NULL);
    if (!status)
        status = qb_poly_from_qubo(&q, &s, NULL);
    qb_poly_free(&s);
    qb_qubo_free(&q);
    return status;
}

static qb_status quadratise(const qb_problem *problem, const problem_case *c)
{
    (void)problem, (void)c;
    qb_poly s = {0};
    qb_qubo q = {0};
    qb_status status = qb_poly_labs(6, 2, &s, NULL);
    if (!status)
        status = qb_poly_quadratise(&s, &q, NULL);
    qb_poly_free(&s);
    qb_qubo_free(&q);
    return status;
}

static qb_status lower_to(const qb_problem *problem, unsigned takes)
{
    qb_lowering *l = NULL;
    qb_lowering_options options = {.penalty = QB_PENALTY_TIGHT};
    qb_status status = qb_lowering_open(problem, takes, &options, &l, NULL);
    cr_assert((status == QB_OK) == (l != NULL));
    qb_lowering_free(l);
    return status;
}

static qb_status to_qubo(const qb_problem *problem, const problem_case *c)
{
    (void)c;
    return lower_to(problem, QB_TAKES_QUBO);
}

static qb_status to_mip(const qb_problem *problem, const problem_case *c)
{
    (void)c;
    return lower_to(problem, QB_TAKES_MIP);
}

static qb_status parse(const qb_problem *problem, const problem_case *c)
{
    (void)c;
    static const char text[] = "{\"solution\": {\"x1\": 1}}";
    double v[CASE_COLUMNS] = {-1};
    qb_status status = qb_solution_parse(problem, "s", text, strlen(text), v, NULL);
    cr_assert(v[0] == (status ? -1 : 1));
    return status;
}

Test(memory, every_failed_allocation_is_survived)
{
    qb_rng rng;
    qb_rng_init(&rng, 9, 0);
    int lowered = 0;
    while (lowered < 10) {
        problem_case c;
        case_mip(&c, true, &rng);
        qb_problem problem = case_build(&c);
        if (problem.body.pairs && problem.body.rows && lower_to(&problem, QB_TAKES_QUBO) == QB_OK) {
            fail_each(build, &problem, &c);
            fail_each(to_qubo, &problem, &c);
            fail_each(to_mip, &problem, &c);
            fail_each(parse, &problem, &c);
            lowered++;
        }
        qb_problem_free(&problem);
    }
    problem_case c;
    case_binary(&c, QB_KIND_ISING, 8, 1, &rng);
    qb_problem problem = case_build(&c);
    fail_each(model, &problem, &c);
    fail_each(quadratise, &problem, &c);
    fail_each(to_qubo, &problem, &c);
    fail_each(to_mip, &problem, &c);
    qb_problem_free(&problem);
}
