/* Columns in bits. */
#include "harness/base/memory.h"
#include "harness/model/lowering_parts.h"
#include "tests/model/lowering_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(lowering, every_vector_comes_back_from_its_bits)
{
    static const qb_encoding_rule rules[] = {QB_ENCODE_BINARY, QB_ENCODE_BOUNDED, QB_ENCODE_ONE_HOT};
    const uint8_t type[] = {1, 1, 0};
    const double least[] = {-7, 3, 0}, most[] = {30, 1003, 1};
    qb_draft d = {.kind = QB_KIND_MIP, .columns = 3, .type = type, .lower = least, .upper = most};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO,
                                    &(qb_lowering_options){.encoding = rules[k], .coefficient_limit = 5});
        uint8_t *bits = QB_NEW(uint8_t, qb_lowering_model(l).qubo->n);
        for (double a = -7; a <= 30; a++)
            for (double b = 3; b <= 1003; b += 8) {
                const double v[] = {a, b, (int)b % 2};
                double back[3];
                cr_assert(qb_lowering_encode_bits(l, v, bits) == QB_OK);
                qb_lowering_decode_bits(l, bits, back);
                cr_assert(memcmp(v, back, sizeof v) == 0, "%g %g", a, b);
            }
        cr_assert(!qb_lowering_keeps_columns(l));
        qb_free(bits);
        qb_lowering_free(l);
    }
    qb_problem_free(&problem);
}

Test(lowering, optimal_bits_decode_to_optimal_vectors_in_every_encoding)
{
    qb_lowering_options bounded = {.encoding = QB_ENCODE_BOUNDED, .coefficient_limit = 2};
    qb_lowering_options one_hot = {.encoding = QB_ENCODE_ONE_HOT, .penalty = QB_PENALTY_TIGHT};
    case_check_options(true, bounded, 6);
    case_check_options(true, one_hot, 7);
    bounded.penalty = QB_PENALTY_TIGHT;
    case_check_options(true, bounded, 9);
    one_hot.penalty = QB_PENALTY_BOUND;
    case_check_options(true, one_hot, 10);
    bounded.coefficient_limit = 1;
    case_check_options(false, bounded, 8);
}

Test(lowering, every_value_of_a_range_can_be_said)
{
    static const double limits[] = {INFINITY, 1, 2, 3, 5, 8};
    double step[200];
    for (int range = 0; range < 130; range++)
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
            uint64_t bits = qb_encoding_steps(range, limits[k], NULL);
            bool reached[200] = {true};
            cr_assert(qb_encoding_steps(range, limits[k], step) == bits);
            int sum = 0;
            for (uint64_t b = 0; b < bits; b++) {
                cr_assert(step[b] >= 1 && step[b] <= limits[k]);
                sum += (int)step[b];
                for (int v = 199; v >= (int)step[b]; v--)
                    reached[v] |= reached[v - (int)step[b]];
            }
            cr_assert(sum == range);
            for (int v = 0; v <= range; v++)
                cr_assert(reached[v]);
        }
    cr_assert(qb_encoding_steps(0x1p52, 8, NULL) == 3 + (UINT64_C(1) << 49) &&
              qb_encoding_steps(0x1p52, INFINITY, NULL) == 53);
}

/* x1 + 2 x2 <= 12 and x2 >= x1 - 3 leave 0..6 and 0..6 of unbounded integers. */
Test(lowering, rows_bound_what_the_file_left_unbounded)
{
    const uint8_t type[] = {1, 1};
    const double upper[] = {INFINITY, INFINITY}, linear[] = {3, 4}, row_upper[] = {12, 3};
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 2}, {1, 0, 1}, {1, 1, -1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 2,
                  .type = type,
                  .upper = upper,
                  .linear = linear,
                  .rows = 2,
                  .entries = 4,
                  .entry = entry,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, NULL);
    case_check_optimal(&problem, l, 30);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

/* y = 2 x1 - 3 x2 + 1 over the reals is an integer all the same, from -2 to 3. */
Test(lowering, a_continuous_column_that_rows_make_an_integer_is_one)
{
    const uint8_t type[] = {0, 0, 2};
    const double least[] = {0, 0, -INFINITY}, most[] = {1, 1, INFINITY}, linear[] = {0, 0, 1}, bound[] = {1};
    const qb_triplet entry[] = {{0, 0, -2}, {0, 1, 3}, {0, 2, 1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 3,
                  .type = type,
                  .lower = least,
                  .upper = most,
                  .linear = linear,
                  .rows = 1,
                  .entries = 3,
                  .entry = entry,
                  .row_lower = bound,
                  .row_upper = bound};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_model(l).qubo->n == 5);
    case_check_optimal(&problem, l, -2);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

Test(lowering, continuous_columns_go_by_steps_where_that_is_asked_for)
{
    const uint8_t type[] = {2, 0};
    const double least[] = {0.25, 0}, most[] = {1, 1}, linear[] = {1, 0.2}, row_upper[] = {1.5};
    const qb_triplet entry[] = {{0, 0, 2}, {0, 1, 0.3}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 2,
                  .type = type,
                  .lower = least,
                  .upper = most,
                  .linear = linear,
                  .rows = 1,
                  .entries = 2,
                  .entry = entry,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.resolution = 0.25});
    case_check_optimal(&problem, l, 0.75); /* the binary leaves 0.5 and 0.7 */
    cr_assert(strstr(qb_lowering_record(l), "\"resolution\": 0.25"), "%s", qb_lowering_record(l));
    qb_lowering_free(l);
    l = case_lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.resolution = 0.1});
    case_check_optimal(&problem, l, 0.75); /* 0.55 and the binary are as good as 0.75 alone */
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

/* max v, 3 v <= 2750: 916 is the optimum, 750 the best multiple of 250, and two bits say those. */
Test(lowering, wide_integers_go_by_steps_where_that_is_asked_for)
{
    const uint8_t type[] = {1};
    const double least[] = {1}, most[] = {1000}, linear[] = {1}, row_upper[] = {2750};
    const qb_triplet entry[] = {{0, 0, 3}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 1,
                  .type = type,
                  .lower = least,
                  .upper = most,
                  .linear = linear,
                  .rows = 1,
                  .entries = 1,
                  .entry = entry,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_is_exact(l));
    qb_lowering_free(l);
    l = case_lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.integer_step = 250});
    cr_assert(!qb_lowering_is_exact(l) && qb_lowering_model(l).qubo->n == 2);
    case_check_optimal(&problem, l, 750);
    cr_assert(strstr(qb_lowering_record(l), "\"integer_step\": 250"), "%s", qb_lowering_record(l));
    qb_lowering_free(l);
    qb_problem_free(&problem);
}
