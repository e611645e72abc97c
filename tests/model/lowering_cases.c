#include "tests/model/lowering_cases.h"

#include "harness/model/referee.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

qb_lowering *case_lower(const qb_problem *problem, unsigned takes, const qb_lowering_options *options)
{
    qb_lowering *lowering = NULL;
    qb_diag diag = {0};
    cr_assert(qb_lowering_open(problem, takes, options, &lowering, &diag) == QB_OK, "%s", diag.text);
    return lowering;
}

bool case_is_near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

void case_check_optimal(const qb_problem *problem, const qb_lowering *lowering, double optimum)
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
            if (pass == 0 || !case_is_near(energy, best))
                continue;
            qb_lowering_decode_bits(lowering, x, v);
            cr_assert(qb_referee_score(problem, v, &score, NULL) == QB_OK);
            cr_assert(score.feasible);
            cr_assert(case_is_near(score.objective, optimum), "%g, optimum %g", score.objective, optimum);
            cr_assert(case_is_near(qb_lowering_value_of(lowering, energy), optimum));
            cr_assert(case_is_near(qb_lowering_claim_of(lowering, optimum), energy));
        }
}

void case_check_options(bool quadratic, qb_lowering_options options, uint64_t seed)
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
        cr_assert(status == QB_OK || (status == QB_INFEASIBLE && !feasible) ||
                      (status == QB_REFUSED && strstr(diag.text, "fixed")),
                  "%s", diag.text);
        if (feasible && lowering && qb_lowering_model(lowering).qubo->n <= 14) {
            case_check_optimal(&problem, lowering, optimum);
            checked++;
        }
        qb_lowering_free(lowering);
        qb_problem_free(&problem);
    }
    cr_assert(checked >= 100, "only %d cases were small enough", checked);
}
