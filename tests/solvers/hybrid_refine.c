/* The hybrid's step: shots of a circuit beside its sham and its exact control, on the same parts. */
#include "harness/base/memory.h"
#include "harness/model/lowering.h"
#include "solvers/hybrid/refine.h"
#include "solvers/hybrid/select.h"
#include "solvers/kernels/descent.h"
#include "solvers/kernels/subproblem.h"
#include "solvers/solver.h"
#include "tests/solvers/cases.h"

#include <criterion/criterion.h>
#include <math.h>

enum { K = 10 };

typedef struct found {
    double best;
    bool any;
} found;

static qb_status keep(void *context, const uint8_t *y, double claimed)
{
    found *f = context;
    (void)y;
    f->best = claimed;
    f->any = true;
    return QB_OK;
}

static found run_refiner(refiner *r, const part *p, uint64_t stream)
{
    const qb_qubo *q = &p->plain;
    qb_budget_probe probe = work_probe(q->n, 1e12);
    qb_budget *child;
    found f = {0};
    cr_assert_eq(
        qb_budget_child_open(probe.budget, UINT64_MAX, q->n, q->sense == QB_MAXIMISE, keep, &f, &child),
        QB_OK);
    cr_assert_eq(refine(r, p, stream, child, NULL), QB_OK);
    qb_budget_child_close(child);
    qb_budget_probe_close(&probe);
    cr_assert(f.any);
    return f;
}

Test(hybrid, a_circuit_beats_its_sham_and_nothing_beats_enumeration)
{
    qb_problem problem = random_qubo(16, QB_MINIMISE, 12);
    qb_qubo qubo;
    cr_assert_eq(qb_qubo_from_problem(&problem, &qubo, NULL), QB_OK);
    part whole = {.plain = qubo};
    refiner base = {.depth = 4, .shots = 32, .evaluations = 60, .ramp = 0.75, .seed = 1};
    double total[3][3] = {{0}}, optimum = 0;
    for (uint32_t rule = 0; rule < 3; rule++)
        for (uint32_t angles = 0; angles < (rule == REFINE_QAOA ? 3u : 1u); angles++) {
            refiner r = base;
            r.rule = (refine_rule)rule;
            r.angles = (refine_angles)angles;
            for (uint64_t stream = 1; stream <= 20; stream++)
                total[rule][angles] += run_refiner(&r, &whole, stream).best / 20;
            if (rule == REFINE_EXHAUSTIVE)
                continue;
            cr_assert_eq(r.shots_taken, 20 * 32);
            cr_assert_eq(r.circuits, 20);
            cr_assert_eq(r.training_circuits > 0, rule == REFINE_QAOA && angles == REFINE_LBFGS);
        }
    optimum = total[REFINE_EXHAUSTIVE][0];
    for (uint32_t angles = 0; angles < 3; angles++) {
        cr_assert_lt(total[REFINE_QAOA][angles], total[REFINE_UNIFORM][0]);
        cr_assert_geq(total[REFINE_QAOA][angles], optimum - 1e-9);
    }
    for (uint64_t x = 0; x < 1u << 16; x++) {
        uint8_t y[16];
        for (uint32_t i = 0; i < 16; i++)
            y[i] = x >> i & 1;
        cr_assert_geq(qb_qubo_energy(&qubo, y), optimum - 1e-9);
    }
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

/* On parts around local optima, the mean over parts of how far the best of a few shots is from the part's
 * optimum, as a share of what the best of as many uniform points misses.  integers: NULL for parts of flips.
 */
static double missed(const qb_qubo *q, const qb_integers *integers, refine_angles angles)
{
    enum { PARTS = 60 };
    selection_room room = {K, ldexp(1, K)};
    refiner rule[3];
    double gap[2] = {0, 0};
    qb_budget_probe probe = work_probe(q->n, 1e12);
    part_maker maker;
    qb_descent search;
    selection s;
    qb_rng rng;
    uint8_t *x = QB_NEW(uint8_t, q->n);
    qb_rng_init(&rng, 4, 0);
    for (uint32_t k = 0; k < 3; k++)
        rule[k] = (refiner){.rule = (refine_rule)k,
                            .angles = angles,
                            .depth = 4,
                            .shots = 16,
                            .evaluations = 40,
                            .ramp = 0.75,
                            .seed = 1};
    cr_assert_eq(part_maker_open(q, integers, &maker, NULL), QB_OK);
    cr_assert_eq(qb_descent_open(q, &search, NULL), QB_OK);
    cr_assert_eq(selection_open(q, integers ? SELECT_NEIGHBOURHOOD : SELECT_CHAIN, integers, &rng, &s),
                 QB_OK);
    for (uint64_t k = 0; k < PARTS; k++) {
        selection_part chosen;
        part p;
        qb_descent_random_point(&rng, x, q->n);
        cr_assert_eq(qb_descent_start(&search, x, probe.budget), QB_OK);
        cr_assert_eq(qb_descent_run(&search, probe.budget), QB_OK);
        cr_assert_eq(selection_take(&s, search.x, search.gain, room, &chosen, probe.budget), QB_OK);
        cr_assert_eq(part_make(&maker, &chosen, search.x, probe.budget, &p, NULL), QB_OK);
        double best = run_refiner(&rule[REFINE_EXHAUSTIVE], &p, k).best;
        for (uint32_t r = REFINE_QAOA; r <= REFINE_UNIFORM; r++)
            gap[r] += fabs(run_refiner(&rule[r], &p, k).best - best);
        part_clear(&p);
    }
    qb_free(x);
    selection_close(&s);
    qb_descent_close(&search);
    part_maker_close(&maker);
    qb_budget_probe_close(&probe);
    return gap[REFINE_QAOA] / gap[REFINE_UNIFORM];
}

static double missed_of(const qb_problem *problem, bool follow, refine_angles angles)
{
    qb_lowering *lowering;
    qb_integers integers;
    cr_assert_eq(qb_lowering_open(problem, QB_TAKES_QUBO, NULL, &lowering, NULL), QB_OK);
    const qb_qubo *q = qb_lowering_model(lowering).qubo;
    cr_assert_eq(qb_integers_open(q, NULL, &integers), QB_OK);
    double share = missed(q, follow ? &integers : NULL, angles);
    qb_integers_close(&integers);
    qb_lowering_free(lowering);
    return share;
}

/* The quantum step by itself: with as many shots, on the parts that the solver makes of a cut and of a
 * penalised model, whether its slack stands in them or follows. */
Test(hybrid, shots_of_a_circuit_come_closer_than_uniform_ones_on_real_parts)
{
    qb_problem mip = knapsack(), cut = torus();
    for (unsigned angles = REFINE_FIXED; angles <= REFINE_LBFGS; angles++) {
        double of_cut = missed_of(&cut, false, (refine_angles)angles),
               of_mip = missed_of(&mip, false, (refine_angles)angles),
               of_followed = missed_of(&mip, true, (refine_angles)angles);
        cr_assert_lt(of_cut, 0.25, "angles %u: %g", angles, of_cut);
        cr_assert_lt(of_mip, 0.5, "angles %u: %g", angles, of_mip);
        cr_assert_lt(of_followed, 0.25, "angles %u: %g", angles, of_followed);
    }
    qb_problem_free(&cut);
    qb_problem_free(&mip);
}
