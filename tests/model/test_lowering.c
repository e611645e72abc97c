/* Lowering a mip to a qubo: penalties, groups, options. */
#include "harness/base/json.h"
#include "harness/model/referee.h"
#include "tests/model/fixture.h"
#include "tests/model/lowering_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void check_rule(bool quadratic, qb_penalty_rule rule, uint64_t seed)
{
    case_check_options(quadratic, (qb_lowering_options){.penalty = rule, .factor = 2}, seed);
}

Test(lowering, optimal_bits_decode_to_optimal_vectors_under_the_bound)
{
    check_rule(false, QB_PENALTY_BOUND, 1);
    check_rule(true, QB_PENALTY_BOUND, 2);
}

Test(lowering, optimal_bits_decode_to_optimal_vectors_under_tight_penalties)
{
    check_rule(false, QB_PENALTY_TIGHT, 3);
    check_rule(true, QB_PENALTY_TIGHT, 4);
}

Test(lowering, optimal_bits_decode_to_optimal_vectors_under_a_factor_of_two)
{
    check_rule(true, QB_PENALTY_FACTOR, 5);
}

/* Weights beyond 2^53 that rounding cannot spoil are taken, others only without the proof. */
Test(lowering, penalties_know_the_limits_of_double_precision)
{
    const uint8_t type[] = {1, 1};
    double most[] = {0x1p22, 0x1p22}, linear[] = {0x1p10, 1}, bound[] = {0x1p22};
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 2,
                  .type = type,
                  .upper = most,
                  .linear = linear,
                  .rows = 1,
                  .entries = 2,
                  .entry = entry,
                  .row_lower = bound,
                  .row_upper = bound};
    qb_problem problem;
    qb_lowering *l = NULL;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    l = case_lower(&problem, QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_model(l).qubo->n == 46 && !qb_lowering_model(l).qubo->integral);
    qb_lowering_free(l);
    qb_problem_free(&problem);
    most[0] = most[1] = bound[0] = 0x1p40;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    cr_assert(qb_lowering_open(&problem, QB_TAKES_QUBO, NULL, &l, &diag) == QB_REFUSED);
    cr_assert(strcmp(diag.text, "sufficient penalties take more digits than double precision has") == 0);
    l = case_lower(&problem, QB_TAKES_QUBO,
                   &(qb_lowering_options){.penalty = QB_PENALTY_FACTOR, .factor = 1e-9});
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

Test(lowering, unbalanced_penalties_follow_their_formula)
{
    /* least 0, most 5: one row bounded above by 3, one below by 2, one on both sides */
    const qb_triplet entry[] = {{0, 0, 2}, {0, 1, 3}, {1, 0, 2}, {1, 1, 3}, {2, 0, 2}, {2, 1, 3}};
    const double row_lower[] = {-INFINITY, 2, 1}, row_upper[] = {3, INFINITY, 4}, linear[] = {7, -5};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 2,
                  .linear = linear,
                  .rows = 3,
                  .entries = 6,
                  .entry = entry,
                  .row_lower = row_lower,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l =
        case_lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.inequality = QB_INEQUALITY_UNBALANCED});
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(q->n == 2);
    for (unsigned number = 0; number < 4; number++) {
        uint8_t x[2] = {(uint8_t)(number & 1), (uint8_t)(number >> 1)};
        double sum = 2 * x[0] + 3 * x[1], h[] = {3 - sum, sum - 2, sum - 1, 4 - sum},
               want = 7 * x[0] - 5 * x[1];
        for (int k = 0; k < 4; k++)
            want += 13 * (h[k] * h[k] / 2 - h[k]); /* the range is 12 */
        cr_assert(case_is_near(q->scale * qb_qubo_energy(q, x) + q->offset, want));
    }
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

/* y = x1 x2, y = x1 (1 - x2) and 4 <= 2 x1 + 3 x2 + 5 y <= 5: no slack, and no penalty where they hold. */
Test(lowering, rows_of_two_neighbouring_values_take_no_slack)
{
    static const double coefficient[][3] = {{1, 1, -2}, {1, -1, -2}, {2, 3, 5}}, lower[] = {0, -1, 4};
    for (int k = 0; k < 3; k++) {
        const double *a = coefficient[k], upper[] = {lower[k] + 1}, linear[] = {2, -3, 1};
        const qb_triplet entry[] = {{0, 0, a[0]}, {0, 1, a[1]}, {0, 2, a[2]}};
        qb_draft d = {.kind = QB_KIND_MIP,
                      .columns = 3,
                      .linear = linear,
                      .rows = 1,
                      .entries = 3,
                      .entry = entry,
                      .row_lower = &lower[k],
                      .row_upper = upper};
        qb_problem problem;
        cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
        qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, NULL);
        const qb_qubo *q = qb_lowering_model(l).qubo;
        cr_assert(q->n == 3 && q->integral && strstr(qb_lowering_record(l), "\"slack\": 0,"));
        for (unsigned number = 0; number < 8; number++) {
            uint8_t x[3];
            case_bits(number, 3, x);
            double off = a[0] * x[0] + a[1] * x[1] + a[2] * x[2] - lower[k];
            double want = 2 * x[0] - 3 * x[1] + x[2] + 7 * off * (off - 1) / 2; /* the range is 6 */
            cr_assert(q->scale * qb_qubo_energy(q, x) + q->offset == want);
            cr_assert(k || (off * (off - 1) == 0) == (x[2] == x[0] * x[1]));
            cr_assert(k != 1 || (off * (off - 1) == 0) == (x[2] == x[0] * !x[1]));
        }
        qb_lowering_free(l);
        qb_problem_free(&problem);
    }
}

Test(lowering, cardinalities_are_passed_along_after_the_groups)
{
    const qb_triplet entry[] = {{0, 0, 1},  {0, 1, 1},  {0, 2, 1},  {0, 3, 1}, {1, 4, 1}, {1, 5, 1},
                                {2, 5, -3}, {2, 6, -3}, {2, 7, -3}, {3, 6, 1}, {3, 7, 1}};
    const double bound[] = {2, 1, -6, 1};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 8,
                  .rows = 4,
                  .entries = 11,
                  .entry = entry,
                  .row_lower = bound,
                  .row_upper = bound};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, NULL);
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(q->groups == 2 && q->cardinalities == 1);
    cr_assert(q->group_member[0] == 4 && q->group_member[2] == 6 && q->group_member[4] == 0);
    cr_assert(q->group_start[3] == 8 && q->group_ones[0] == 1 && q->group_ones[2] == 2);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

Test(lowering, options_are_set_by_name)
{
    qb_lowering_options o = {0}, same = {.penalty = QB_PENALTY_FACTOR, .factor = 0.5};
    qb_diag diag = {0};
    cr_assert(qb_lowering_options_set(&o, "penalty", "0.5", &diag) == QB_OK &&
              qb_lowering_options_same(&o, &same));
    cr_assert(qb_lowering_options_set(&o, "penalty", "tight", &diag) == QB_OK &&
              o.penalty == QB_PENALTY_TIGHT);
    cr_assert(qb_lowering_options_set(&o, "encoding", "one-hot", &diag) == QB_OK &&
              o.encoding == QB_ENCODE_ONE_HOT);
    cr_assert(qb_lowering_options_set(&o, "coefficient-limit", "4", &diag) == QB_OK &&
              o.coefficient_limit == 4);
    cr_assert(qb_lowering_options_set(&o, "inequality", "unbalanced", &diag) == QB_OK);
    cr_assert(qb_lowering_options_set(&o, "triangles", "on", &diag) == QB_OK &&
              o.triangles == QB_TRIANGLES_ON);
    cr_assert(qb_lowering_options_set(&o, "resolution", "0.01", &diag) == QB_OK && o.resolution == 0.01);
    cr_assert(qb_lowering_options_set(&o, "linearisation", "compact", &diag) == QB_OK);
    cr_assert(o.inequality == QB_INEQUALITY_UNBALANCED && o.linearisation == QB_LINEARISE_COMPACT);
    cr_assert(!qb_lowering_options_same(&o, &same));
    same = o;
    cr_assert(qb_lowering_options_set(&o, "penalty", "-1", &diag) == QB_BAD_INPUT);
    cr_assert(strcmp(diag.text, "penalty needs bound, tight, search or a positive factor, got '-1'") == 0);
    cr_assert(qb_lowering_options_set(&o, "encoding", "binray", &diag) == QB_BAD_INPUT);
    cr_assert(strcmp(diag.text, "unknown encoding 'binray' (did you mean 'binary'?)") == 0);
    cr_assert(qb_lowering_options_set(&o, "coefficient-limit", "2.5", &diag) == QB_BAD_INPUT);
    cr_assert(qb_lowering_options_set(&o, "penalties", "1", &diag) == QB_BAD_INPUT);
    cr_assert(qb_lowering_options_same(&o, &same));
}

Test(lowering, an_assignment_has_groups_and_no_slack)
{
    /* two tasks, two places; every task one place: two disjoint groups; the places' rows share bits with them
     */
    const qb_triplet entry[] = {{0, 0, 2}, {0, 1, 2}, {1, 2, -1}, {1, 3, -1},
                                {2, 0, 1}, {2, 2, 1}, {3, 1, 1},  {3, 3, 1}};
    const double bound[] = {2, -1, 1, 1}, linear[] = {1, 4, 2, 3};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 4,
                  .linear = linear,
                  .rows = 4,
                  .entries = 8,
                  .entry = entry,
                  .row_lower = bound,
                  .row_upper = bound};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, NULL);
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(q->n == 4 && q->groups == 2);
    cr_assert(q->group_start[1] == 2 && q->group_start[2] == 4);
    cr_assert(q->group_member[0] == 0 && q->group_member[1] == 1 && q->group_member[3] == 3);
    qb_json *record = NULL;
    int64_t number;
    const char *text = qb_lowering_record(l);
    cr_assert(qb_json_parse("record", text, strlen(text), &record, NULL) == QB_OK, "%s", text);
    cr_assert(strcmp(qb_json_text(qb_json_get(record, "encoding")), "binary") == 0);
    cr_assert(strcmp(qb_json_text(qb_json_get(record, "penalty")), "bound") == 0);
    cr_assert(qb_json_integer(qb_json_get(record, "qubits"), &number) && number == 4);
    cr_assert(qb_json_integer(qb_json_get(record, "slack"), &number) && number == 0);
    cr_assert(qb_json_integer(qb_json_get(record, "penalised_rows"), &number) && number == 4);
    cr_assert(qb_json_integer(qb_json_get(record, "penalty_least"), &number) && number == 11);
    double density; /* 4 of 6 pairs; weights from 18 to 22 */
    cr_assert(qb_json_number(qb_json_get(record, "density"), &density) && case_is_near(density, 4.0 / 6));
    cr_assert(qb_json_integer(qb_json_get(record, "bits"), &number) && number == 1);
    qb_json_free(record);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

Test(lowering, an_independent_set_takes_no_slack_and_small_penalties)
{
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}, {1, 1, 1}, {1, 2, 1}, {2, 0, 3}};
    const double upper[] = {1, 1, 5}, linear[] = {1, 1, 1};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 3,
                  .linear = linear,
                  .rows = 3,
                  .entries = 5,
                  .entry = entry,
                  .row_upper = upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering *l = case_lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.penalty = QB_PENALTY_TIGHT});
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(q->n == 3 && q->integral && q->nonzeros == 4);      /* the third row always holds */
    cr_assert(q->int_weight[0] == -17 && q->int_linear[1] == 16); /* 17/16 of what a violation gains */
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

/* A weak penalty has to be able to fail, or the tests above prove nothing. */
Test(lowering, a_factor_far_below_one_need_not_suffice)
{
    const qb_triplet entry[] = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}};
    const double one[] = {1}, linear[] = {10, 10, 10};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .sense = QB_MAXIMISE,
                  .columns = 3,
                  .linear = linear,
                  .rows = 1,
                  .entries = 3,
                  .entry = entry,
                  .row_lower = one,
                  .row_upper = one};
    qb_problem problem;
    qb_lowering *l = NULL;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    qb_lowering_options options = {.penalty = QB_PENALTY_FACTOR, .factor = 0.1};
    l = case_lower(&problem, QB_TAKES_QUBO, &options);
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(qb_qubo_energy(q, (uint8_t[]){1, 1, 0}) > qb_qubo_energy(q, (uint8_t[]){1, 0, 0}));
    qb_lowering_free(l);
    options.factor = 0;
    cr_assert(qb_lowering_open(&problem, QB_TAKES_QUBO, &options, &l, NULL) == QB_BAD_INPUT);
    qb_problem_free(&problem);
}
