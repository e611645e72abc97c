#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "harness/model/lowering_parts.h"
#include "harness/model/referee.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_lowering *lower(const qb_problem *problem, unsigned takes, const qb_lowering_options *options)
{
    qb_lowering *lowering = NULL;
    qb_diag diag = {0};
    cr_assert(qb_lowering_open(problem, takes, options, &lowering, &diag) == QB_OK, "%s", diag.text);
    return lowering;
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

/* Every optimal vector of the qubo has to decode to an optimal vector of the source, with the same value. */
static void check_optimal(const qb_problem *problem, const qb_lowering *lowering, double optimum)
{
    const qb_qubo *q = qb_lowering_model(lowering).qubo;
    double best = 0, v[64];
    uint8_t x[32];
    qb_score score;
    for (int pass = 0; pass < 2; pass++)
        for (uint64_t number = 0; number < UINT64_C(1) << q->n; number++) {
            case_bits(number, q->n, x);
            double energy = qb_qubo_energy(q, x);
            bool better = q->sense == QB_MAXIMISE ? energy > best : energy < best;
            if (pass == 0 && (number == 0 || better))
                best = energy;
            if (pass == 0 || !is_near(energy, best))
                continue;
            qb_lowering_decode_bits(lowering, x, v);
            cr_assert(qb_referee_score(problem, v, &score, NULL) == QB_OK);
            cr_assert(score.feasible);
            cr_assert(is_near(score.objective, optimum), "%g, optimum %g", score.objective, optimum);
            cr_assert(is_near(qb_lowering_value_of(lowering, energy), optimum));
            cr_assert(is_near(qb_lowering_claim_of(lowering, optimum), energy));
        }
}

static void check_options(bool quadratic, qb_lowering_options options, uint64_t seed)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    int checked = 0;
    for (int trial = 0; trial < 400; trial++) {
        problem_case c;
        case_mip(&c, quadratic, &rng);
        qb_problem problem = case_build(&c);
        qb_lowering *lowering = NULL;
        qb_diag diag = {0};
        double optimum;
        bool feasible = case_optimum(&problem, &optimum);
        qb_status status = qb_lowering_open(&problem, QB_TAKES_QUBO, &options, &lowering, &diag);
        cr_assert(status == QB_OK || (status == QB_REFUSED && (!feasible || strstr(diag.text, "fixed"))),
                  "%s", diag.text);
        if (feasible && lowering && qb_lowering_model(lowering).qubo->n <= 14) {
            check_optimal(&problem, lowering, optimum);
            checked++;
        }
        qb_lowering_free(lowering);
        qb_problem_free(&problem);
    }
    cr_assert(checked >= 100, "only %d cases were small enough", checked);
}

static void check_rule(bool quadratic, qb_penalty_rule rule, uint64_t seed)
{
    check_options(quadratic, (qb_lowering_options){.penalty = rule, .factor = 2}, seed);
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

Test(lowering, every_vector_comes_back_from_its_bits)
{
    static const qb_encoding_rule rules[] = {QB_ENCODE_BINARY, QB_ENCODE_BOUNDED, QB_ENCODE_ONE_HOT};
    const uint8_t type[] = {1, 1, 0};
    const double least[] = {-7, 3, 0}, most[] = {30, 1003, 1};
    qb_draft d = {.kind = QB_KIND_MIP, .columns = 3, .type = type, .lower = least, .upper = most};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        qb_lowering *l = lower(&problem, QB_TAKES_QUBO,
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
    check_options(true, bounded, 6);
    check_options(true, one_hot, 7);
    bounded.penalty = QB_PENALTY_TIGHT;
    check_options(true, bounded, 9);
    one_hot.penalty = QB_PENALTY_BOUND;
    check_options(true, one_hot, 10);
    bounded.coefficient_limit = 1;
    check_options(false, bounded, 8);
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, NULL);
    check_optimal(&problem, l, 30);
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_model(l).qubo->n == 5);
    check_optimal(&problem, l, -2);
    qb_lowering_free(l);
    qb_problem_free(&problem);
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
    l = lower(&problem, QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_model(l).qubo->n == 46 && !qb_lowering_model(l).qubo->integral);
    qb_lowering_free(l);
    qb_problem_free(&problem);
    most[0] = most[1] = bound[0] = 0x1p40;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    cr_assert(qb_lowering_open(&problem, QB_TAKES_QUBO, NULL, &l, &diag) == QB_REFUSED);
    cr_assert(strcmp(diag.text, "sufficient penalties take more digits than double precision has") == 0);
    l = lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.penalty = QB_PENALTY_FACTOR, .factor = 1e-9});
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.resolution = 0.25});
    check_optimal(&problem, l, 0.75); /* the binary leaves 0.5 and 0.7 */
    cr_assert(strstr(qb_lowering_record(l), "\"resolution\": 0.25"), "%s", qb_lowering_record(l));
    qb_lowering_free(l);
    l = lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.resolution = 0.1});
    check_optimal(&problem, l, 0.75); /* 0.55 and the binary are as good as 0.75 alone */
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_is_exact(l));
    qb_lowering_free(l);
    l = lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.integer_step = 250});
    cr_assert(!qb_lowering_is_exact(l) && qb_lowering_model(l).qubo->n == 2);
    check_optimal(&problem, l, 750);
    cr_assert(strstr(qb_lowering_record(l), "\"integer_step\": 250"), "%s", qb_lowering_record(l));
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
        lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.inequality = QB_INEQUALITY_UNBALANCED});
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(q->n == 2);
    for (unsigned number = 0; number < 4; number++) {
        uint8_t x[2] = {(uint8_t)(number & 1), (uint8_t)(number >> 1)};
        double sum = 2 * x[0] + 3 * x[1], h[] = {3 - sum, sum - 2, sum - 1, 4 - sum},
               want = 7 * x[0] - 5 * x[1];
        for (int k = 0; k < 4; k++)
            want += 13 * (h[k] * h[k] / 2 - h[k]); /* the range is 12 */
        cr_assert(is_near(q->scale * qb_qubo_energy(q, x) + q->offset, want));
    }
    qb_lowering_free(l);
    qb_problem_free(&problem);
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, NULL);
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

/* Lowering to a mip.  With all integer columns given, each continuous column of ours stands in rows of its
 * own: the best it can be follows from the rows' sides. */

static uint8_t type_at(const qb_mip *mip, uint32_t j)
{
    return mip->type ? mip->type[j] : QB_COLUMN_BINARY;
}

/* Draws least [columns] and most [columns] of the continuous columns in; false when a row cannot hold. */
static bool draw_in(const qb_mip *mip, const double *v, double *least, double *most)
{
    for (uint32_t r = 0; r < mip->rows; r++) {
        double sum = 0, coefficient = 0;
        uint32_t open = UINT32_MAX;
        for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++) {
            uint32_t j = mip->row_column[k];
            if (type_at(mip, j) == QB_COLUMN_CONTINUOUS) {
                cr_assert(open == UINT32_MAX);
                open = j;
                coefficient = mip->row_value[k];
            } else {
                sum += mip->row_value[k] * v[j];
            }
        }
        double low = mip->row_lower[r] - sum, high = mip->row_upper[r] - sum;
        if (open == UINT32_MAX) {
            if (low > 1e-9 || high < -1e-9)
                return false;
            continue;
        }
        double a = coefficient > 0 ? low / coefficient : high / coefficient;
        double b = coefficient > 0 ? high / coefficient : low / coefficient;
        least[open] = fmax(least[open], a);
        most[open] = fmin(most[open], b);
    }
    return true;
}

/* The best objective with the integer columns of v given; false when there is none. */
static bool complete(const qb_mip *mip, const double *v, double *best)
{
    double least[512], most[512], sum = mip->constant;
    cr_assert(mip->columns <= 512 && mip->pairs == 0);
    for (uint32_t j = 0; j < mip->columns; j++) {
        least[j] = mip->lower ? mip->lower[j] : 0;
        most[j] = mip->upper ? mip->upper[j] : 1;
    }
    if (!draw_in(mip, v, least, most))
        return false;
    for (uint32_t j = 0; j < mip->columns; j++) {
        bool continuous = type_at(mip, j) == QB_COLUMN_CONTINUOUS;
        bool low = (mip->linear[j] > 0) == (mip->sense == QB_MINIMISE);
        if (continuous && least[j] > most[j] + 1e-9)
            return false;
        sum += mip->linear[j] * (!continuous ? v[j] : low ? least[j] : most[j]);
    }
    *best = sum;
    return true;
}

static void check_linearised_qubo(qb_kind kind, qb_linearisation form)
{
    qb_rng rng;
    qb_rng_init(&rng, 21, (uint64_t)kind);
    for (int trial = 0; trial < 40; trial++) {
        problem_case c;
        case_binary(&c, kind, 2 + (uint32_t)qb_rng_below(&rng, 7), trial % 2 ? 1 : 0.01, &rng);
        qb_problem problem = case_build(&c);
        qb_lowering_options options = {.linearisation = form, .triangles = QB_TRIANGLES_OFF};
        qb_lowering *l = lower(&problem, QB_TAKES_MIP, &options);
        const qb_mip *mip = qb_lowering_model(l).mip;
        cr_assert(mip && !qb_lowering_model(l).qubo);
        double v[24], back[24], best;
        qb_score score;
        case_first(&problem, v);
        do {
            cr_assert(qb_referee_score(&problem, v, &score, NULL) == QB_OK);
            cr_assert(complete(mip, v, &best) && is_near(qb_lowering_value_of(l, best), score.objective));
            cr_assert(is_near(qb_lowering_claim_of(l, score.objective), best));
            qb_lowering_decode_columns(l, v, back);
            cr_assert(memcmp(v, back, problem.body.columns * sizeof *v) == 0);
        } while (case_next(&problem, v));
        qb_lowering_free(l);
        qb_problem_free(&problem);
    }
}

Test(lowering, linearised_qubo_has_the_energy_at_every_vector)
{
    for (int kind = QB_KIND_QUBO; kind <= QB_KIND_MAXCUT; kind++) {
        check_linearised_qubo((qb_kind)kind, QB_LINEARISE_STANDARD);
        check_linearised_qubo((qb_kind)kind, QB_LINEARISE_COMPACT);
        check_linearised_qubo((qb_kind)kind, QB_LINEARISE_AUTO);
    }
}

/* With every product at its value all rows hold, and the objective is the energy. */
Test(lowering, triangles_cut_no_vector_off)
{
    qb_rng rng;
    qb_rng_init(&rng, 24, 0);
    for (int trial = 0; trial < 40; trial++) {
        problem_case c;
        case_binary(&c, QB_KIND_MAXCUT, 3 + (uint32_t)qb_rng_below(&rng, 5), 1, &rng);
        qb_problem problem = case_build(&c);
        qb_lowering *plain = lower(
            &problem, QB_TAKES_MIP,
            &(qb_lowering_options){.linearisation = QB_LINEARISE_STANDARD, .triangles = QB_TRIANGLES_OFF});
        qb_lowering *l = lower(
            &problem, QB_TAKES_MIP,
            &(qb_lowering_options){.linearisation = QB_LINEARISE_STANDARD, .triangles = QB_TRIANGLES_ON});
        const qb_mip *mip = qb_lowering_model(l).mip;
        uint32_t n = problem.body.columns, before = qb_lowering_model(plain).mip->rows, triangles = 0;
        bool edge[8][8] = {{false}};
        for (uint64_t k = 0; k < problem.body.pairs; k++)
            edge[problem.body.pair[k].i][problem.body.pair[k].j] = true;
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = i + 1; j < n; j++)
                for (uint32_t k = j + 1; k < n; k++)
                    triangles += edge[i][j] && edge[i][k] && edge[j][k];
        cr_assert(mip->rows == before + 4 * triangles);
        double v[512];
        qb_score score;
        case_first(&problem, v);
        do {
            double energy = 0;
            for (uint64_t k = 0; k < problem.body.pairs; k++)
                v[n + k] = v[problem.body.pair[k].i] * v[problem.body.pair[k].j];
            for (uint32_t j = 0; j < mip->columns; j++)
                energy += mip->linear[j] * v[j];
            for (uint32_t r = 0; r < mip->rows; r++) {
                double sum = 0;
                for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++)
                    sum += mip->row_value[k] * v[mip->row_column[k]];
                cr_assert(sum >= mip->row_lower[r] && sum <= mip->row_upper[r]);
            }
            cr_assert(qb_referee_score(&problem, v, &score, NULL) == QB_OK);
            cr_assert(qb_lowering_value_of(l, energy) == score.objective);
        } while (case_next(&problem, v));
        qb_lowering_free(l);
        qb_lowering_free(plain);
        qb_problem_free(&problem);
    }
}

/* The best over the bits that were added, columns first..last - 1, with the source's columns given. */
static bool best_over_bits(const qb_mip *mip, const double *v, uint32_t first, double *best)
{
    double w[512] = {0}, value;
    uint32_t last = first;
    while (last < mip->columns && type_at(mip, last) == QB_COLUMN_BINARY)
        last++;
    memcpy(w, v, first * sizeof *w);
    bool found = false;
    for (uint64_t number = 0; number < UINT64_C(1) << (last - first); number++) {
        for (uint32_t b = first; b < last; b++)
            w[b] = (double)(number >> (b - first) & 1);
        if (!complete(mip, w, &value))
            continue;
        bool better = mip->sense == QB_MAXIMISE ? value > *best : value < *best;
        if (!found || better)
            *best = value;
        found = true;
    }
    return found;
}

Test(lowering, linearised_quadratic_mip_has_the_objective_at_every_feasible_vector)
{
    qb_rng rng;
    qb_rng_init(&rng, 22, 0);
    int linearised = 0;
    for (int trial = 0; trial < 300; trial++) {
        problem_case c;
        case_mip(&c, true, &rng);
        qb_problem problem = case_build(&c);
        qb_lowering_options options = {.linearisation =
                                           trial % 2 ? QB_LINEARISE_STANDARD : QB_LINEARISE_COMPACT,
                                       .triangles = QB_TRIANGLES_OFF};
        qb_lowering *l = lower(&problem, QB_TAKES_MIP, &options);
        const qb_mip *mip = qb_lowering_model(l).mip;
        linearised += problem.body.pairs > 0 && mip->columns <= 14;
        double v[CASE_COLUMNS], best = 0;
        qb_score score;
        case_first(&problem, v);
        do {
            if (problem.body.pairs == 0 || mip->columns > 14)
                break;
            cr_assert(qb_referee_score(&problem, v, &score, NULL) == QB_OK);
            bool found = best_over_bits(mip, v, problem.body.columns, &best);
            cr_assert(found == score.feasible);
            cr_assert(!found || is_near(qb_lowering_value_of(l, best), score.objective));
        } while (case_next(&problem, v));
        qb_lowering_free(l);
        qb_problem_free(&problem);
    }
    cr_assert(linearised > 50, "%d", linearised);
}

Test(lowering, a_mip_stays_as_it_is_where_it_can)
{
    qb_rng rng;
    qb_rng_init(&rng, 23, 0);
    problem_case c;
    case_mip(&c, true, &rng);
    qb_problem problem = case_build(&c);
    qb_lowering *l = lower(&problem, QB_TAKES_MIP | QB_TAKES_QUADRATIC | QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_model(l).mip == &problem.body);
    cr_assert(qb_lowering_value_of(l, 3.5) == 3.5 && qb_lowering_claim_of(l, 3.5) == 3.5);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}

/* What cannot be lowered, and why. */
static void refuse(const qb_draft *draft, unsigned takes, const char *message)
{
    qb_problem problem;
    qb_lowering *l = NULL;
    qb_diag diag = {0};
    cr_assert(qb_problem_build(draft, &problem, &diag) == QB_OK, "%s", diag.text);
    cr_assert(qb_lowering_open(&problem, takes, NULL, &l, &diag) == QB_REFUSED && !l);
    cr_assert(strcmp(diag.text, message) == 0, "got: %s", diag.text);
    qb_problem_free(&problem);
}

Test(lowering, refusals_give_the_reason)
{
    const uint8_t integer[] = {1, 0}, continuous[] = {2, 0};
    const double lower[] = {0, 0}, infinite[] = {INFINITY, 1}, gap[] = {0.2, 0}, thin[] = {0.8, 1},
                 far[] = {1e300, 1};
    const double three[] = {3}, row_upper[] = {1};
    const qb_triplet sum[] = {{0, 0, 1}, {0, 1, 1}}, odd[] = {{0, 0, 1}, {0, 1, 1.0 / 3}};
    const qb_pair product[] = {{0, 1, 1}};
    qb_draft d = {.kind = QB_KIND_MIP, .columns = 2, .lower = lower, .upper = infinite, .type = continuous};
    refuse(&d, QB_TAKES_QUBO, "'x1' is continuous: bits cannot say its values");
    refuse(&d, 0, "the solver takes neither qubo nor mip");
    d.pairs = 1;
    d.pair = product;
    refuse(&d, QB_TAKES_MIP,
           "the objective has a product of the continuous 'x1': no linear program says it exactly");
    d.type = integer;
    refuse(&d, QB_TAKES_QUBO, "the integer 'x1' is unbounded: no finite number of bits says it");
    d.upper = far;
    refuse(&d, QB_TAKES_QUBO, "the bounds of 'x1' are more than 2^53 steps apart");
    d.lower = gap;
    d.upper = thin;
    refuse(&d, QB_TAKES_QUBO, "no integer lies within the bounds of 'x1'");
    d = (qb_draft){
        .kind = QB_KIND_MIP, .columns = 2, .rows = 1, .entries = 2, .entry = sum, .row_lower = three};
    refuse(&d, QB_TAKES_QUBO, "constraint 'r1' cannot be satisfied within the bounds of its variables");
    d = (qb_draft){
        .kind = QB_KIND_MIP, .columns = 2, .rows = 1, .entries = 2, .entry = odd, .row_upper = row_upper};
    refuse(&d, QB_TAKES_QUBO, "constraint 'r1' has coefficients that are no decimals of at most 9 digits");
    d = (qb_draft){.kind = QB_KIND_MIP, .columns = 2, .upper = lower};
    refuse(&d, QB_TAKES_QUBO, "every variable is fixed: there is nothing to decide");
}

Test(lowering, too_many_products_are_refused_before_memory_is_taken)
{
    enum { N = 12000 };
    static qb_triplet entry[N];
    const double one[] = {N / 2};
    for (uint32_t j = 0; j < N; j++)
        entry[j] = (qb_triplet){0, j, 1};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = N,
                  .rows = 1,
                  .entries = N,
                  .entry = entry,
                  .row_lower = one,
                  .row_upper = one};
    refuse(&d, QB_TAKES_QUBO, "as a qubo the problem has more than 50000000 products");
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, NULL);
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
    cr_assert(qb_json_number(qb_json_get(record, "density"), &density) && is_near(density, 4.0 / 6));
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
    qb_lowering *l = lower(&problem, QB_TAKES_QUBO, &(qb_lowering_options){.penalty = QB_PENALTY_TIGHT});
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
    l = lower(&problem, QB_TAKES_QUBO, &options);
    const qb_qubo *q = qb_lowering_model(l).qubo;
    cr_assert(qb_qubo_energy(q, (uint8_t[]){1, 1, 0}) > qb_qubo_energy(q, (uint8_t[]){1, 0, 0}));
    qb_lowering_free(l);
    options.factor = 0;
    cr_assert(qb_lowering_open(&problem, QB_TAKES_QUBO, &options, &l, NULL) == QB_BAD_INPUT);
    qb_problem_free(&problem);
}
