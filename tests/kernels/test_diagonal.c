/* The cost of every basis state against its definition. */
#include "harness/base/budget_probe.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>

static void check_entries(const ising *p, bool use_symmetry)
{
    qb_cost cost = ising_cost(p);
    qb_diagonal d = ising_diagonal(&cost, use_symmetry);
    double least = INFINITY, greatest = -INFINITY;
    for (uint64_t x = 0; x < 1ull << d.bits; x++) {
        double entry = qb_diagonal_entry(&d, x), value = d.base + d.step * entry;
        least = fmin(least, entry);
        greatest = fmax(greatest, entry);
        cr_assert_float_eq(value, ising_value(p, x), 1e-10 * (1 + fabs(value)), "state %llu",
                           (unsigned long long)x);
    }
    cr_assert_eq(d.least, least);
    cr_assert_eq(d.greatest, greatest);
    cr_assert_eq(qb_diagonal_best(&d), p->sense == QB_MINIMISE ? least : greatest);
    qb_diagonal_clear(&d);
    qb_cost_free(&cost);
}

Test(diagonal, holds_the_cost_of_every_state)
{
    for (uint32_t n = 1; n <= 13; n += 3)
        for (int f = 0; f < FLAVOURS; f++) {
            ising p = ising_random(n, (flavour)f, 0.7, n + (uint64_t)f);
            check_entries(&p, true);
            check_entries(&p, false);
        }
}

Test(diagonal, is_as_narrow_as_the_cost_allows)
{
    static const qb_cost_width width[FLAVOURS] = {QB_COST_BYTE, QB_COST_BYTE, QB_COST_REAL, QB_COST_BYTE,
                                                  QB_COST_WORD};
    for (int f = 0; f < FLAVOURS; f++) {
        ising p =
            ising_random(12, (flavour)f, f == INTEGER_WEIGHTS ? 0.2 : 1, 21); /* few, or all couplings */
        qb_cost cost = ising_cost(&p);
        qb_diagonal d = ising_diagonal(&cost, true);
        cr_assert_eq(d.width, width[f], "flavour %d: %d bytes", f, (int)d.width);
        qb_diagonal_clear(&d);
        qb_cost_free(&cost);
    }
}

Test(diagonal, sees_the_spin_flip_symmetry)
{
    for (int f = 0; f < FLAVOURS; f++) {
        ising p = ising_random(9, (flavour)f, 0.6, 30);
        qb_cost cost = ising_cost(&p);
        cr_assert_eq(cost.symmetric, f != WITH_FIELDS, "flavour %d", f);
        qb_cost_free(&cost);
    }
}

Test(diagonal, holds_the_four_body_terms_of_labs)
{
    for (uint32_t n = 3; n <= 12; n++) {
        qb_poly poly;
        qb_cost cost;
        cr_assert_eq(qb_poly_labs(n, 2, &poly, NULL), QB_OK);
        cr_assert_eq(qb_cost_from_poly(&poly, &cost, NULL), QB_OK);
        cr_assert(cost.symmetric);
        qb_diagonal d = ising_diagonal(&cost, true);
        for (uint64_t state = 0; state < 1ull << d.bits; state++) {
            uint8_t x[12];
            for (uint32_t i = 0; i < n; i++)
                x[i] = state >> i & 1;
            double energy = poly.scale * qb_poly_energy(&poly, x) + poly.offset;
            cr_assert_float_eq(d.base + d.step * qb_diagonal_entry(&d, state), energy, 1e-9);
        }
        qb_diagonal_clear(&d);
        qb_cost_free(&cost);
        qb_poly_free(&poly);
    }
}

Test(diagonal, threads_change_nothing)
{
    qb_team *team = qb_team_open(3);
    for (int f = UNIT_WEIGHTS; f <= REAL_WEIGHTS; f += REAL_WEIGHTS) {
        ising p = ising_random(19, (flavour)f, 0.5, 40);
        qb_cost cost = ising_cost(&p);
        qb_diagonal one, three;
        cr_assert_eq(qb_diagonal_survey(&cost, true, NULL, NULL, &one), QB_OK);
        cr_assert_eq(qb_diagonal_fill(&cost, NULL, NULL, &one), QB_OK);
        cr_assert_eq(qb_diagonal_survey(&cost, true, team, NULL, &three), QB_OK);
        cr_assert_eq(qb_diagonal_fill(&cost, team, NULL, &three), QB_OK);
        cr_assert_eq(one.base, three.base);
        cr_assert_eq(one.least, three.least);
        cr_assert_eq(one.greatest, three.greatest);
        cr_assert_eq(memcmp(one.entry, three.entry, one.size * (size_t)one.width), 0);
        qb_diagonal_clear(&one);
        qb_diagonal_clear(&three);
        qb_cost_free(&cost);
    }
    qb_team_close(team);
}

Test(diagonal, stops_on_its_budget)
{
    ising p = ising_random(16, UNIT_WEIGHTS, 0.5, 41);
    qb_cost cost = ising_cost(&p);
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 40000, 16, false, false);
    qb_budget_probe probe;
    qb_diagonal d;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(qb_diagonal_survey(&cost, false, NULL, probe.budget, &d), QB_STOPPED);
    qb_budget_probe_close(&probe);
    qb_cost_free(&cost);
}

Test(diagonal, refuses_what_no_machine_holds)
{
    static const double linear[QB_COST_VARIABLES + 1] = {1};
    qb_qubo qubo;
    qb_cost cost;
    qb_diag diag = {{0}};
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, QB_COST_VARIABLES + 1, linear, 0, NULL, &qubo, NULL),
                 QB_OK);
    cr_assert_eq(qb_cost_from_qubo(&qubo, &cost, &diag), QB_REFUSED);
    cr_assert(diag.text[0]);
    qb_qubo_free(&qubo);
}
