/* The hybrid's parts: what a clamped part is worth, and which variables each rule takes. */
#include "harness/base/memory.h"
#include "solvers/hybrid/select.h"
#include "solvers/kernels/descent.h"
#include "solvers/kernels/subproblem.h"
#include "tests/solvers/cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 40, K = 10 };

/* A QUBO of N variables and the problem behind it. */
static qb_qubo build(qb_problem *problem, qb_sense sense)
{
    qb_qubo qubo;
    *problem = random_qubo(N, sense, 5);
    cr_assert_eq(qb_qubo_from_problem(problem, &qubo, NULL), QB_OK);
    return qubo;
}
/* ---------------------------------------------------------------------------------------------- parts */

Test(hybrid, a_part_differs_from_the_whole_by_a_constant)
{
    qb_problem problem;
    qb_qubo qubo = build(&problem, QB_MAXIMISE), part;
    qb_budget_probe probe = work_probe(N, 1e9);
    qb_subproblem sub;
    qb_rng rng;
    uint8_t x[N], y[K];
    uint32_t member[K];
    qb_rng_init(&rng, 3, 0);
    qb_descent_random_point(&rng, x, N);
    for (uint32_t a = 0; a < K; a++)
        member[a] = (7 * a + 3) % N; /* in no order */
    cr_assert_eq(qb_subproblem_open(&qubo, &sub, NULL), QB_OK);
    for (uint32_t turn = 0; turn < 2; turn++) { /* nothing is left behind by the first */
        cr_assert_eq(qb_subproblem_clamp(&sub, K, member, x, probe.budget, &part, NULL), QB_OK);
        cr_assert_eq(part.sense, QB_MAXIMISE);
        cr_assert_eq(part.n, K);
        double constant = NAN;
        for (uint32_t bits = 0; bits < 1u << K; bits++) {
            for (uint32_t a = 0; a < K; a++)
                x[member[a]] = y[a] = bits >> a & 1;
            double rest = qb_qubo_energy(&qubo, x) - part.scale * qb_qubo_energy(&part, y);
            cr_assert(bits == 0 || rest == constant, "%g, %g", rest, constant);
            constant = rest;
        }
        qb_qubo_free(&part);
    }
    qb_subproblem_close(&sub);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

/* ---------------------------------------------------------------------------------------------- selection
 */

/* A part of `count` variables of a model without groups. */
static void take_part(selection *s, const uint8_t *x, const double *gain, uint32_t count, uint32_t *member,
                      qb_budget *budget)
{
    selection_part part;
    cr_assert_eq(selection_take(s, x, gain, (selection_room){count, ldexp(1, (int)count)}, &part, budget),
                 QB_OK);
    cr_assert_eq(part.count, count);
    cr_assert_eq(part.groups, 0);
    memcpy(member, part.member, count * sizeof *member);
}

static void check_distinct(const uint32_t *member, uint32_t count, uint32_t n)
{
    for (uint32_t a = 0; a < count; a++) {
        cr_assert_lt(member[a], n);
        for (uint32_t b = 0; b < a; b++)
            cr_assert_neq(member[a], member[b]);
    }
}

Test(hybrid, every_rule_selects_distinct_variables)
{
    qb_problem problem;
    qb_qubo qubo = build(&problem, QB_MINIMISE);
    qb_budget_probe probe = work_probe(N, 1e9);
    static const selection_rule rules[] = {SELECT_IMPACT, SELECT_NEIGHBOURHOOD, SELECT_CHAIN, SELECT_RANDOM};
    double gain[N];
    uint8_t x[N] = {0};
    for (uint32_t i = 0; i < N; i++)
        gain[i] = -(double)(i % 7);
    for (uint32_t r = 0; r < 4; r++) {
        qb_rng rng;
        selection s;
        uint32_t member[N], seen[N] = {0};
        qb_rng_init(&rng, 8, r);
        cr_assert_eq(selection_open(&qubo, rules[r], NULL, &rng, &s), QB_OK);
        for (uint32_t turn = 0; turn < 400; turn++) {
            take_part(&s, x, gain, K, member, probe.budget);
            check_distinct(member, K, N);
            for (uint32_t a = 0; a < K; a++)
                seen[member[a]]++;
        }
        for (uint32_t i = 0; i < N; i++)
            cr_assert_gt(seen[i], 0, "rule %u never takes %u", r, i);
        take_part(&s, x, gain, QB_SUBPROBLEM_VARIABLES, member, probe.budget);
        check_distinct(member, QB_SUBPROBLEM_VARIABLES, N);
        selection_close(&s);
    }
    qb_budget_probe_close(&probe);
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

Test(hybrid, impact_goes_by_what_a_flip_would_lose)
{
    qb_problem problem;
    qb_qubo qubo = build(&problem, QB_MINIMISE);
    qb_budget_probe probe = work_probe(N, 1e9);
    qb_rng rng;
    selection s;
    double gain[N];
    uint8_t x[N] = {0};
    uint32_t member[4];
    qb_rng_init(&rng, 8, 0);
    for (uint32_t i = 0; i < N; i++)
        gain[i] = -(double)((i * 11) % N); /* variable i stands in place 11 i mod 40 */
    cr_assert_eq(selection_open(&qubo, SELECT_IMPACT, NULL, &rng, &s), QB_OK);
    for (uint32_t window = 0; window < 3; window++) {
        take_part(&s, x, gain, 4, member, probe.budget);
        for (uint32_t a = 0; a < 4; a++)
            cr_assert_eq(member[a] * 11 % N, 4 * window + a);
    }
    selection_reset(&s);
    take_part(&s, x, gain, 4, member, probe.budget);
    cr_assert_eq(member[0], 0);
    selection_close(&s);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&qubo);
    qb_problem_free(&problem);
}

/* On a ring, a neighbourhood is an arc. */
Test(hybrid, a_neighbourhood_hangs_together)
{
    qb_pair pair[N];
    double linear[N] = {0};
    for (uint32_t i = 0; i + 1 < N; i++)
        pair[i + (i > 0)] = (qb_pair){i, i + 1, 1};
    pair[1] = (qb_pair){0, N - 1, 1};
    qb_qubo ring;
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, N, linear, N, pair, &ring, NULL), QB_OK);
    qb_budget_probe probe = work_probe(N, 1e9);
    qb_rng rng;
    selection s;
    uint32_t member[K];
    qb_rng_init(&rng, 8, 0);
    cr_assert_eq(selection_open(&ring, SELECT_NEIGHBOURHOOD, NULL, &rng, &s), QB_OK);
    for (uint32_t turn = 0; turn < 20; turn++) {
        bool in[N] = {false};
        uint32_t ends = 0;
        take_part(&s, NULL, NULL, K, member, probe.budget);
        for (uint32_t a = 0; a < K; a++)
            in[member[a]] = true;
        for (uint32_t i = 0; i < N; i++)
            ends += in[i] && !in[(i + 1) % N];
        cr_assert_eq(ends, 1);
    }
    selection_close(&s);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&ring);
}

/* What flipping i would gain, by the definition. */
static double gain_of(const qb_qubo *q, uint8_t *x, uint32_t i)
{
    double before = qb_qubo_energy(q, x);
    x[i] ^= 1;
    double gain = qb_qubo_energy(q, x) - before;
    x[i] ^= 1;
    return q->sense == QB_MAXIMISE ? gain : -gain;
}

static bool is_coupled(const qb_qubo *q, uint32_t i, uint32_t j)
{
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        if (q->neighbour[k] == j)
            return true;
    return false;
}

/* Member `place` of a chain, the ones before it flipped in x: no free neighbour of theirs would gain more. */
static void check_link(const qb_qubo *q, uint8_t *x, const uint32_t *member, uint32_t place)
{
    double best = -INFINITY;
    bool in[N] = {false};
    for (uint32_t a = 0; a < place; a++)
        in[member[a]] = true;
    for (uint32_t j = 0; j < q->n; j++)
        for (uint32_t a = 0; a < place && !in[j]; a++)
            if (is_coupled(q, member[a], j))
                best = fmax(best, gain_of(q, x, j));
    cr_assert(best == -INFINITY || gain_of(q, x, member[place]) == best, "link %u", place);
}

Test(hybrid, a_chain_goes_where_flipping_all_of_it_gains_most)
{
    for (int maximise = 0; maximise < 2; maximise++) {
        qb_pair pair[2 * N];
        double linear[N], gain[N];
        uint32_t pairs = 0, member[K];
        uint8_t x[N];
        qb_rng rng;
        qb_qubo qubo;
        selection s;
        qb_rng_init(&rng, 5, (uint64_t)maximise);
        for (uint32_t i = 0; i + 1 < N; i++) { /* variable N - 1 stands alone */
            linear[i] = (double)qb_rng_below(&rng, 9) - 4;
            for (uint32_t j = i + 1; j + 1 < N && j < i + 12; j += 1 + i % 10)
                if (pairs < 2 * N)
                    pair[pairs++] = (qb_pair){i, j, (double)qb_rng_below(&rng, 19) - 9};
        }
        linear[N - 1] = 1;
        cr_assert_eq(
            qb_qubo_build(maximise ? QB_MAXIMISE : QB_MINIMISE, 0, 1, N, linear, pairs, pair, &qubo, NULL),
            QB_OK);
        qb_budget_probe probe = work_probe(N, 1e9);
        qb_descent_random_point(&rng, x, N);
        for (uint32_t i = 0; i < N; i++)
            gain[i] = gain_of(&qubo, x, i);
        cr_assert_eq(selection_open(&qubo, SELECT_CHAIN, NULL, &rng, &s), QB_OK);
        for (uint32_t turn = 0; turn < 60; turn++) {
            uint8_t flipped[N];
            memcpy(flipped, x, N);
            take_part(&s, x, gain, K, member, probe.budget);
            check_distinct(member, K, N);
            for (uint32_t a = 0; a < K; a++) {
                check_link(&qubo, flipped, member, a);
                flipped[member[a]] ^= 1;
            }
        }
        selection_close(&s);
        qb_budget_probe_close(&probe);
        qb_qubo_free(&qubo);
    }
}
