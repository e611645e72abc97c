#include "harness/base/json.h"
#include "harness/model/lowering.h"
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

static void check_rule(bool quadratic, qb_penalty_rule rule, uint64_t seed)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    int checked = 0;
    for (int trial = 0; trial < 400; trial++) {
        problem_case c;
        case_mip(&c, quadratic, &rng);
        qb_problem problem = case_build(&c);
        qb_lowering_options options = {.penalty = rule, .factor = 2};
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
