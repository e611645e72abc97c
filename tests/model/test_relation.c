#include "harness/base/memory.h"
#include "harness/model/referee.h"
#include "harness/model/relation.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>

static uint32_t wrong_of(const qb_problem *problem, const qb_related *related)
{
    uint32_t wrong, feasible;
    cr_assert(qb_relation_check(problem, related, 3, 40, &wrong, &feasible, NULL) == QB_OK);
    return wrong;
}

static void draw_case(problem_case *c, int trial, qb_rng *rng)
{
    static const qb_kind kinds[] = {QB_KIND_QUBO, QB_KIND_ISING, QB_KIND_MAXCUT};
    if (trial % 4 < 3)
        case_binary(c, kinds[trial % 4], 9, trial % 8 < 4 ? 1 : 0.3, rng);
    else
        case_mip(c, true, rng);
}

Test(relation, all_of_them_hold_on_every_kind)
{
    qb_rng rng;
    qb_rng_init(&rng, 41, 0);
    unsigned checked = 0;
    for (int trial = 0; trial < 80; trial++) {
        problem_case c;
        draw_case(&c, trial, &rng);
        qb_problem problem = case_build(&c);
        for (qb_relation r = 0; r < QB_RELATIONS; r++) {
            qb_related related;
            if (!qb_relation_applies(r, &problem))
                continue;
            cr_assert(qb_relation_apply(r, &problem, (uint64_t)trial, &related, NULL) == QB_OK);
            cr_assert(wrong_of(&problem, &related) == 0, "%s", qb_relation_name(r));
            qb_related_clear(&related);
            checked++;
        }
        qb_problem_free(&problem);
    }
    cr_assert(checked > 300);
}

/* The optimum follows the relation as every other score does. */
Test(relation, optima_correspond)
{
    qb_rng rng;
    qb_rng_init(&rng, 42, 0);
    for (int trial = 0; trial < 30; trial++) {
        problem_case c;
        double here, there;
        case_mip(&c, true, &rng);
        qb_problem problem = case_build(&c);
        bool feasible = case_optimum(&problem, &here);
        for (qb_relation r = 0; feasible && r < QB_RELATIONS; r++) {
            qb_related related;
            if (!qb_relation_applies(r, &problem))
                continue;
            cr_assert(qb_relation_apply(r, &problem, 7, &related, NULL) == QB_OK);
            cr_assert(case_optimum(&related.problem, &there));
            cr_assert(there == related.factor * here + related.offset);
            qb_related_clear(&related);
        }
        qb_problem_free(&problem);
    }
}

/* A check that cannot fail is none: each promise, broken, is noticed. */
Test(relation, a_broken_promise_is_noticed)
{
    const double linear[] = {1, 2, 4}, upper[] = {1};
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 3,
                  .linear = linear,
                  .rows = 1,
                  .entries = 3,
                  .entry = entry,
                  .row_upper = upper};
    qb_problem problem, other;
    qb_related related;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    cr_assert(qb_relation_apply(QB_RELATION_OFFSET, &problem, 1, &related, NULL) == QB_OK);
    related.offset++;
    cr_assert(wrong_of(&problem, &related) == 40);
    related.offset--;
    related.column[0] = 1;
    related.column[1] = 0;
    cr_assert(wrong_of(&problem, &related) > 5);
    d.rows = 0;
    d.entries = 0;
    cr_assert(qb_problem_build(&d, &other, NULL) == QB_OK);
    cr_assert(wrong_of(&other, &related) > 5);
    qb_related_clear(&related);
    qb_problem_free(&problem);
    qb_problem_free(&other);
}

Test(relation, survives_without_memory)
{
    qb_rng rng;
    problem_case c;
    qb_related related;
    qb_rng_init(&rng, 43, 0);
    case_mip(&c, true, &rng);
    qb_problem problem = case_build(&c);
    for (int64_t after = 0; after < 100; after++) {
        qb_memory_fail_after(after);
        qb_status status = qb_relation_apply(QB_RELATION_COLUMNS, &problem, 1, &related, NULL);
        qb_memory_fail_never();
        if (!status) {
            qb_related_clear(&related);
            cr_assert(after > 5);
            break;
        }
        cr_assert(status == QB_NO_MEMORY);
    }
    qb_problem_free(&problem);
}
