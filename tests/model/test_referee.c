#include "harness/model/referee.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_score score_of(const qb_draft *draft, const double *v)
{
    qb_problem p;
    qb_score score;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(draft, &p, &diag) == QB_OK, "%s", diag.text);
    cr_assert(qb_referee_score(&p, v, &score, &diag) == QB_OK, "%s", diag.text);
    qb_problem_free(&p);
    return score;
}

static qb_status status_of(const qb_draft *draft, const double *v, qb_diag *diag)
{
    qb_problem p;
    qb_score score = {.violations = 77};
    cr_assert(qb_problem_build(draft, &p, NULL) == QB_OK);
    qb_status status = qb_referee_score(&p, v, &score, diag);
    cr_assert(status == QB_OK || score.violations == 77);
    qb_problem_free(&p);
    return status;
}

Test(referee, integers_beyond_2_53_are_exact)
{
    /* in doubles 2^60 + 1 - 2^60 is 0 */
    const double linear[] = {0x1p60, 1, -0x1p60}, v[] = {1, 1, 1};
    qb_score s = score_of(&(qb_draft){.columns = 3, .linear = linear}, v);
    cr_assert(s.exact && s.objective == 1);
    const double wide[] = {0x1p100, 3, -0x1p100};
    s = score_of(&(qb_draft){.columns = 3, .linear = wide}, v);
    cr_assert(s.exact && s.objective == 3);
}

Test(referee, products_of_large_integers_are_exact)
{
    /* (2^40 + 1)^2 - 2^80 = 2^41 + 1 */
    const qb_pair pair[] = {{0, 0, 1}, {1, 1, -1}};
    const uint8_t type[] = {QB_COLUMN_INTEGER, QB_COLUMN_INTEGER};
    const double upper[] = {0x1p45, 0x1p45}, v[] = {0x1p40 + 1, 0x1p40};
    qb_score s = score_of(
        &(qb_draft){
            .kind = QB_KIND_MIP, .columns = 2, .type = type, .upper = upper, .pairs = 2, .pair = pair},
        v);
    cr_assert(s.exact && s.objective == 0x1p41 + 1);
}

Test(referee, decimals_are_what_the_file_said)
{
    /* 0.1 + 0.2 is 0.30000000000000004 in doubles */
    const double linear[] = {0.1, 0.2, 1e-15}, v[] = {1, 1, 0};
    qb_score s = score_of(&(qb_draft){.columns = 3, .linear = linear}, v);
    cr_assert(s.exact && s.objective == 0.3);
    const double third[] = {0.1, 1.0 / 3 + 1e-17, 0.2};
    s = score_of(&(qb_draft){.columns = 3, .linear = third}, v);
    cr_assert(!s.exact);
}

Test(referee, compensates_where_data_are_real)
{
    double linear[64], v[64];
    for (int i = 0; i < 64; i++) {
        linear[i] = i == 0 ? 0x1p53 / 3 : i == 63 ? -0x1p53 / 3 : 0.1234567890123456;
        v[i] = 1;
    }
    qb_score s = score_of(&(qb_draft){.columns = 64, .linear = linear}, v);
    cr_assert(!s.exact && fabs(s.objective - 62 * 0.1234567890123456) < 1e-13);
    cr_assert(fabs(s.magnitude / (0x1p54 / 3) - 1) < 1e-12);
}

Test(referee, overflow_is_refused)
{
    const double linear[] = {1e38, 1e38}, v[] = {1, 1}, none[] = {0, 1}, huge[] = {1e308, 1e308};
    qb_diag diag = {0};
    cr_assert(status_of(&(qb_draft){.columns = 2, .linear = linear}, v, &diag) == QB_REFUSED);
    cr_assert(strcmp(diag.text, "the objective overflows 128-bit integers") == 0);
    cr_assert(status_of(&(qb_draft){.columns = 2, .linear = huge}, v, NULL) == QB_REFUSED);
    const double zero[] = {0, 0};
    cr_assert(status_of(&(qb_draft){.columns = 2, .linear = huge}, zero, NULL) == QB_OK);
    const qb_triplet entry[] = {{0, 0, 1e38}, {0, 1, 1}};
    const double upper[] = {1};
    qb_draft row = {
        .kind = QB_KIND_MIP, .columns = 2, .rows = 1, .entries = 2, .entry = entry, .row_upper = upper};
    cr_assert(status_of(&row, v, &diag) == QB_REFUSED);
    cr_assert(strcmp(diag.text, "constraint 'r1' overflows 128-bit integers") == 0);
    cr_assert(status_of(&row, none, NULL) == QB_OK);
}

/* Decimals of up to 15 digits are exact or refused, beyond that nothing claims to be exact. */
Test(referee, coefficients_of_all_sizes_are_exact_or_refused)
{
    const double large[] = {1e30, 3}, apart[] = {1e30, 1e-15}, tiny[] = {1e30, 1e-30}, v[] = {1, 1};
    qb_score s = score_of(&(qb_draft){.columns = 2, .linear = large}, v);
    cr_assert(s.exact && s.objective == 1e30);
    cr_assert(status_of(&(qb_draft){.columns = 2, .linear = apart}, v, NULL) == QB_REFUSED);
    s = score_of(&(qb_draft){.columns = 2, .linear = tiny}, v);
    cr_assert(!s.exact && s.objective == 1e30);
}

Test(referee, what_is_not_finite_is_bad_input)
{
    const double v[] = {0, NAN}, w[] = {INFINITY, 0};
    qb_diag diag = {0};
    cr_assert(status_of(&(qb_draft){.columns = 2}, v, &diag) == QB_BAD_INPUT);
    cr_assert(strcmp(diag.text, "the value of 'x2' is not a finite number") == 0);
    cr_assert(status_of(&(qb_draft){.columns = 2}, w, NULL) == QB_BAD_INPUT);
}

/* One row, coefficients a, b of columns of this type, upper bound. */
static qb_score row_score(double a, double b, double upper, qb_column_type type, double x, double y)
{
    const qb_triplet entry[] = {{0, 0, a}, {0, 1, b}};
    const uint8_t types[] = {(uint8_t)type, (uint8_t)type};
    const double most[] = {100, 100}, v[] = {x, y};
    return score_of(&(qb_draft){.kind = QB_KIND_MIP,
                                .columns = 2,
                                .type = types,
                                .upper = most,
                                .rows = 1,
                                .entries = 2,
                                .entry = entry,
                                .row_upper = &upper},
                    v);
}

Test(referee, exact_rows_have_no_tolerance)
{
    qb_score s = row_score(0.1, 0.2, 0.3, QB_COLUMN_INTEGER, 1, 1);
    cr_assert(s.feasible && s.exact && s.violations == 0);
    s = row_score(0.1, 0.200000000001, 0.3, QB_COLUMN_INTEGER, 1, 1);
    cr_assert(!s.feasible && s.exact && s.violations == 1 && s.worst[0].index == 0);
    cr_assert(fabs(s.worst[0].amount - 1e-12) < 1e-20);
}

Test(referee, other_rows_have_one)
{
    qb_score s = row_score(1, 1, 2, QB_COLUMN_CONTINUOUS, 1, 1 + 1e-10);
    cr_assert(s.feasible && !s.exact && s.violations == 0);
    s = row_score(1, 1, 2, QB_COLUMN_CONTINUOUS, 1, 1 + 1e-7);
    cr_assert(s.feasible && s.violations == 1);
    s = row_score(1, 1, 2, QB_COLUMN_CONTINUOUS, 1, 1 + 3e-6);
    cr_assert(!s.feasible && s.violations == 1);
}

/* Large sides are judged by their size: 1e-6 of 1e6 is 1, and 1e-9 of it what is reported. */
Test(referee, the_tolerance_grows_with_the_side)
{
    qb_score s = row_score(1e6, 1, 1e6, QB_COLUMN_CONTINUOUS, 1, 0.5e-3);
    cr_assert(s.feasible && s.violations == 0);
    s = row_score(1e6, 1, 1e6, QB_COLUMN_CONTINUOUS, 1, 0.9);
    cr_assert(s.feasible && s.violations == 1 && fabs(s.worst[0].amount - 0.9) < 1e-9);
    s = row_score(1e6, 1, 1e6, QB_COLUMN_CONTINUOUS, 1, 1.1);
    cr_assert(!s.feasible && s.violations == 1);
}

Test(referee, integers_are_rounded_before_they_are_judged)
{
    qb_score s = row_score(1, 1, 2, QB_COLUMN_INTEGER, 1 + 9e-7, 1 - 9e-7);
    cr_assert(s.feasible && s.exact && s.violations == 0);
    s = row_score(1, 1, 2, QB_COLUMN_INTEGER, 1.3, 1);
    cr_assert(!s.feasible && s.violations == 1 && s.worst[0].index == -1 &&
              fabs(s.worst[0].amount - 0.3) < 1e-12);
}

Test(referee, bounds_count_and_the_worst_come_first)
{
    double v[20];
    for (int j = 0; j < 20; j++)
        v[j] = 1 + (j * 7 % 20); /* 0 to 19 beyond the bound, in disorder */
    qb_score s = score_of(&(qb_draft){.kind = QB_KIND_MIP, .columns = 20}, v);
    cr_assert(!s.feasible && s.violations == 19);
    for (int k = 0; k < 16; k++) {
        cr_assert(s.worst[k].amount == 19 - k);
        cr_assert(v[-1 - s.worst[k].index] == 20 - k);
    }
}

Test(referee, ranges_and_equalities_have_two_sides)
{
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 2}, {1, 0, 1}};
    const double lower[] = {1, 1}, upper[] = {2, 1};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 2,
                  .rows = 2,
                  .entries = 3,
                  .entry = entry,
                  .row_lower = lower,
                  .row_upper = upper};
    qb_score s = score_of(&d, (double[]){1, 0});
    cr_assert(s.feasible);
    s = score_of(&d, (double[]){1, 1});
    cr_assert(!s.feasible && s.violations == 1 && s.worst[0].index == 0 && s.worst[0].amount == 1);
    s = score_of(&d, (double[]){0, 0});
    cr_assert(!s.feasible && s.violations == 2);
}

Test(referee, better_follows_the_sense)
{
    qb_problem p;
    qb_draft d = {.columns = 1};
    cr_assert(qb_problem_build(&d, &p, NULL) == QB_OK);
    cr_assert(qb_referee_better(&p, 1, 2) && !qb_referee_better(&p, 2, 2));
    qb_problem_free(&p);
    d.sense = QB_MAXIMISE;
    cr_assert(qb_problem_build(&d, &p, NULL) == QB_OK);
    cr_assert(qb_referee_better(&p, 2, 1) && !qb_referee_better(&p, 2, 2));
    qb_problem_free(&p);
}

/* Metamorphic: what a change of the problem must do to every score. */

static double objective_at(const problem_case *c, const double *v, bool *feasible)
{
    qb_score s = score_of(&c->draft, v);
    *feasible = s.feasible;
    return s.objective;
}

Test(referee, scores_follow_offset_scale_and_sense)
{
    qb_rng rng;
    qb_rng_init(&rng, 5, 0);
    for (int trial = 0; trial < 100; trial++) {
        problem_case c;
        case_mip(&c, true, &rng);
        double v[CASE_COLUMNS];
        for (uint32_t j = 0; j < c.draft.columns; j++)
            v[j] = c.lower[j] + (double)qb_rng_below(&rng, (uint64_t)(c.upper[j] - c.lower[j]) + 2);
        bool feasible, same;
        double before = objective_at(&c, v, &feasible), constant = c.draft.constant;
        c.draft.constant += 17;
        cr_assert(fabs(objective_at(&c, v, &same) - before - 17) < 1e-9 && same == feasible);
        c.draft.constant = constant * 8;
        for (uint32_t j = 0; j < c.draft.columns; j++)
            c.linear[j] *= 8;
        for (uint64_t k = 0; k < c.draft.pairs; k++)
            c.pair[k].weight *= 8;
        for (uint64_t k = 0; k < c.draft.entries; k++)
            c.entry[k].value *= 4;
        for (uint32_t r = 0; r < c.draft.rows; r++) {
            c.row_lower[r] *= 4;
            c.row_upper[r] *= 4;
        }
        c.draft.sense = c.draft.sense == QB_MINIMISE ? QB_MAXIMISE : QB_MINIMISE;
        cr_assert(objective_at(&c, v, &same) == 8 * before && same == feasible);
    }
}

Test(referee, scores_do_not_depend_on_the_order_of_columns_and_rows)
{
    qb_rng rng;
    qb_rng_init(&rng, 6, 0);
    for (int trial = 0; trial < 100; trial++) {
        problem_case c, turned;
        case_mip(&c, true, &rng);
        turned = c;
        uint32_t n = c.draft.columns, m = c.draft.rows;
        double v[CASE_COLUMNS], w[CASE_COLUMNS];
        for (uint32_t j = 0; j < n; j++) {
            uint32_t to = (j + 1) % n;
            v[j] = w[to] = c.lower[j] + (double)qb_rng_below(&rng, (uint64_t)(c.upper[j] - c.lower[j]) + 1);
            turned.linear[to] = c.linear[j];
            turned.type[to] = c.type[j];
            turned.lower[to] = c.lower[j];
            turned.upper[to] = c.upper[j];
        }
        for (uint64_t k = 0; k < c.draft.pairs; k++)
            turned.pair[k] = (qb_pair){(c.pair[k].i + 1) % n, (c.pair[k].j + 1) % n, c.pair[k].weight};
        for (uint64_t k = 0; k < c.draft.entries; k++)
            turned.entry[k] =
                (qb_triplet){m - 1 - c.entry[k].row, (c.entry[k].column + 1) % n, c.entry[k].value};
        for (uint32_t r = 0; r < m; r++) {
            turned.row_lower[m - 1 - r] = c.row_lower[r];
            turned.row_upper[m - 1 - r] = c.row_upper[r];
        }
        turned.draft.linear = turned.linear;
        turned.draft.type = turned.type;
        turned.draft.lower = turned.lower;
        turned.draft.upper = turned.upper;
        turned.draft.pair = turned.pair;
        turned.draft.entry = turned.entry;
        turned.draft.row_lower = turned.row_lower;
        turned.draft.row_upper = turned.row_upper;
        bool a, b;
        cr_assert(objective_at(&c, v, &a) == objective_at(&turned, w, &b) && a == b);
    }
}
