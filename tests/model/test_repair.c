#include "harness/base/memory.h"
#include "harness/model/penalty_search.h"
#include "harness/model/referee.h"
#include "harness/model/repair.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_repair_result repair(const qb_problem *problem, double *v)
{
    qb_repair_result result;
    cr_assert(qb_repair_greedy(problem, 100000, v, &result, NULL) == QB_OK);
    return result;
}

static qb_score score_of(const qb_problem *problem, const double *v)
{
    qb_score score;
    cr_assert(qb_referee_score(problem, v, &score, NULL) == QB_OK);
    return score;
}

/* values 9, 1, 5 and weights 3, 3, 3, room for 6: the one worth least has to go */
Test(repair, a_knapsack_loses_its_worst_item)
{
    const double linear[] = {9, 1, 5}, upper[] = {6};
    const qb_triplet entry[] = {{0, 0, 3}, {0, 1, 3}, {0, 2, 3}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 3,
                  .linear = linear,
                  .rows = 1,
                  .entries = 3,
                  .entry = entry,
                  .row_upper = upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    double v[] = {1, 1, 1};
    qb_repair_result r = repair(&problem, v);
    cr_assert(v[0] == 1 && v[1] == 0 && v[2] == 1);
    cr_assert(r.moves == 1 && r.work > 0 && !r.gave_up);
    r = repair(&problem, v);
    cr_assert(r.moves == 0 && !r.gave_up);
    qb_problem_free(&problem);
}

/* The large one does not fit at all; once it has gone, there is room for both others. */
Test(repair, leaves_no_room_unused)
{
    const double linear[] = {1, 9, 3}, upper[] = {6, 5};
    const qb_triplet entry[] = {{0, 0, 2}, {0, 1, 6}, {0, 2, 4}, {1, 1, 6}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 3,
                  .linear = linear,
                  .rows = 2,
                  .entries = 4,
                  .entry = entry,
                  .row_upper = upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    double v[] = {0, 1, 0};
    qb_repair_result r = repair(&problem, v);
    cr_assert(!r.gave_up && v[0] == 1 && v[1] == 0 && v[2] == 1 && r.moves == 3);
    qb_problem_free(&problem);
}

Test(repair, integers_and_continuous_columns_move_by_what_is_missing)
{
    const uint8_t type[] = {1, 2};
    const double upper[] = {9, 0.75}, row_lower[] = {6.5}, row_upper[] = {6.5};
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 2,
                  .type = type,
                  .upper = upper,
                  .rows = 1,
                  .entries = 2,
                  .entry = entry,
                  .row_lower = row_lower,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    double v[] = {-3.2, 0};
    repair(&problem, v);
    cr_assert(score_of(&problem, v).feasible, "%g %g", v[0], v[1]);
    qb_problem_free(&problem);
}

Test(repair, never_adds_up_to_more_violation_and_says_when_it_gives_up)
{
    qb_rng rng;
    qb_rng_init(&rng, 31, 0);
    int repaired = 0, broken = 0;
    for (int trial = 0; trial < 500; trial++) {
        problem_case c;
        double v[CASE_COLUMNS], optimum;
        case_mip(&c, false, &rng);
        qb_problem problem = case_build(&c);
        for (uint32_t j = 0; j < c.draft.columns; j++)
            v[j] = c.lower[j] - 1 + (double)qb_rng_below(&rng, 7);
        bool before = score_of(&problem, v).feasible;
        qb_repair_result r = repair(&problem, v);
        bool after = score_of(&problem, v).feasible;
        cr_assert(after == !r.gave_up);
        cr_assert(after || !before);
        cr_assert(!after || case_optimum(&problem, &optimum));
        broken += !before;
        repaired += after && !before;
        qb_problem_free(&problem);
    }
    cr_assert(broken > 200 && repaired > broken / 2, "%d of %d", repaired, broken);
}

Test(repair, stops_at_the_limit_of_work)
{
    const double upper[] = {0};
    qb_triplet entry[10];
    for (uint32_t j = 0; j < 10; j++)
        entry[j] = (qb_triplet){0, j, 1};
    qb_draft d = {
        .kind = QB_KIND_MIP, .columns = 10, .rows = 1, .entries = 10, .entry = entry, .row_upper = upper};
    qb_problem problem;
    qb_repair_result r;
    double v[10], bad[10] = {NAN};
    for (int j = 0; j < 10; j++)
        v[j] = 1;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    cr_assert(qb_repair_greedy(&problem, 4, v, &r, NULL) == QB_OK && r.moves == 1 && r.gave_up);
    cr_assert(qb_repair_greedy(&problem, 1000, v, &r, NULL) == QB_OK && r.moves == 9 && !r.gave_up);
    cr_assert(qb_repair_greedy(&problem, 100, bad, &r, NULL) == QB_BAD_INPUT);
    for (int64_t after = 0; after < 10; after++) {
        qb_memory_fail_after(after);
        cr_assert(qb_repair_greedy(&problem, 100, v, &r, NULL) == QB_NO_MEMORY);
        qb_memory_fail_never();
    }
    qb_problem_free(&problem);
}

/* Two bins for 5 + 3 and 4 + 4, each thing in exactly one: from 5 + 4 and 3 + 4 single flips lead nowhere, as
 * each breaks an equation; what is moved over to the other bin does not. */
Test(repair, moves_what_an_equation_ties_together)
{
    const double size[] = {5, 3, 4, 4};
    double row_lower[6] = {1, 1, 1, 1, -INFINITY, -INFINITY}, row_upper[6] = {1, 1, 1, 1, 8, 8};
    qb_triplet entry[16];
    for (uint32_t k = 0; k < 8; k++) { /* column 2 i + b: thing i is in bin b */
        entry[k] = (qb_triplet){k / 2, k, 1};
        entry[8 + k] = (qb_triplet){4 + k % 2, k, size[k / 2]};
    }
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 8,
                  .rows = 6,
                  .entries = 16,
                  .entry = entry,
                  .row_lower = row_lower,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    for (uint32_t start = 0; start < 16; start++) {
        double v[8];
        for (uint32_t i = 0; i < 4; i++) {
            v[2 * i] = start >> i & 1;
            v[2 * i + 1] = 1 - v[2 * i];
        }
        qb_repair_result r = repair(&problem, v);
        cr_assert(!r.gave_up && score_of(&problem, v).feasible, "start %u", start);
    }
    qb_problem_free(&problem);
}

/* Feasible in a window of factors, where the cost grows with the penalty. */
Test(penalty_search, finds_the_weakest_penalty_that_holds)
{
    for (double least = 1e-5; least <= 1; least *= 3)
        for (double most = 1; most >= 10 * least; most /= 10) {
            qb_penalty_search s = {0};
            double factor;
            int tries = 0;
            while (qb_penalty_search_next(&s, &factor)) {
                qb_penalty_search_tell(&s, factor, factor >= least && factor <= most ? factor : INFINITY);
                tries++;
            }
            double found = qb_penalty_search_best(&s);
            cr_assert(found >= least && found <= 3.2 * least && found <= most, "%g of [%g, %g]", found, least,
                      most);
            cr_assert(tries <= QB_PENALTY_TRIES);
        }
}

Test(penalty_search, goes_up_from_where_one_is_too_weak)
{
    double factor;
    unsigned tries = 0;
    qb_penalty_search s = {0};
    for (; qb_penalty_search_next(&s, &factor); tries++)
        qb_penalty_search_tell(&s, factor, factor >= 25 ? factor : INFINITY);
    cr_assert(fabs(qb_penalty_search_best(&s) - 31.6) < 0.1 && tries == QB_PENALTY_TRIES);
}

Test(penalty_search, keeps_one_where_nothing_held_and_where_nothing_is_better)
{
    double factor;
    qb_penalty_search s = {0}, t = {0};
    for (; qb_penalty_search_next(&s, &factor);)
        qb_penalty_search_tell(&s, factor, INFINITY);
    cr_assert(qb_penalty_search_best(&s) == 1 && s.down == QB_PENALTY_DOWN && s.up == QB_PENALTY_UP);
    while (qb_penalty_search_next(&t, &factor)) {
        cr_assert(factor <= 10, "up as long as that helps");
        qb_penalty_search_tell(&t, factor, 7);
    }
    cr_assert(qb_penalty_search_best(&t) == 1);
}
