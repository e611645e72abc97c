/* Lowering to a mip.  With all integer columns given, each continuous column of ours stands in rows of its
 * own: the best it can be follows from the rows' sides. */
#include "harness/model/referee.h"
#include "tests/model/fixture.h"
#include "tests/model/lowering_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

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
        qb_lowering *l = case_lower(&problem, QB_TAKES_MIP, &options);
        const qb_mip *mip = qb_lowering_model(l).mip;
        cr_assert(mip && !qb_lowering_model(l).qubo);
        double v[24], back[24], best;
        qb_score score;
        case_first(&problem, v);
        do {
            cr_assert(qb_referee_score(&problem, v, &score, NULL) == QB_OK);
            cr_assert(complete(mip, v, &best) &&
                      case_is_near(qb_lowering_value_of(l, best), score.objective));
            cr_assert(case_is_near(qb_lowering_claim_of(l, score.objective), best));
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
        qb_lowering *plain = case_lower(
            &problem, QB_TAKES_MIP,
            &(qb_lowering_options){.linearisation = QB_LINEARISE_STANDARD, .triangles = QB_TRIANGLES_OFF});
        qb_lowering *l = case_lower(
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
        qb_lowering *l = case_lower(&problem, QB_TAKES_MIP, &options);
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
            cr_assert(!found || case_is_near(qb_lowering_value_of(l, best), score.objective));
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
    qb_lowering *l = case_lower(&problem, QB_TAKES_MIP | QB_TAKES_QUADRATIC | QB_TAKES_QUBO, NULL);
    cr_assert(qb_lowering_model(l).mip == &problem.body);
    cr_assert(qb_lowering_value_of(l, 3.5) == 3.5 && qb_lowering_claim_of(l, 3.5) == 3.5);
    qb_lowering_free(l);
    qb_problem_free(&problem);
}
