/* Generators: what is promised of each family, checked by enumeration where it is an optimum. */
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/model/referee.h"
#include "instances/generators/generator.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_problem generate(const char *family, double size, uint64_t seed, qb_generated *generated)
{
    const qb_generator *generator = qb_generator_find(family);
    double value[QB_GENERATOR_PARAMS];
    qb_problem problem = {0};
    qb_diag diag = {0};
    cr_assert_not_null(generator, "%s", family);
    qb_generator_default(generator, value);
    cr_assert(qb_generator_set(generator, value, "size", size, &diag) == QB_OK, "%s", diag.text);
    qb_status status = qb_generate(generator, value, seed, &problem, generated, &diag);
    cr_assert(status == QB_OK, "%s", diag.text);
    return problem;
}

Test(generators, palubeckis_is_p3000, .timeout = 60)
{
    qb_generated generated;
    qb_problem p = generate("palubeckis", 3000, 31000, &generated);
    cr_assert(p.body.pairs == 2238426, "%llu pairs", (unsigned long long)p.body.pairs);
    cr_assert(!generated.has_optimum && p.body.sense == QB_MAXIMISE);
    cr_assert_str_eq(p.name, "palubeckis-3000-31000");
    qb_problem_free(&p);
}

Test(generators, every_family_depends_on_its_seed_only)
{
    for (const qb_generator *const *g = qb_generators; *g; g++) {
        char first[65], again[65], other[65];
        double size = strcmp((*g)->name, "palubeckis") == 0 ? 30 : 8;
        qb_problem a = generate((*g)->name, size, 1, NULL), b = generate((*g)->name, size, 1, NULL),
                   c = generate((*g)->name, size, 2, NULL);
        cr_assert(qb_problem_sha256(&a, first) == QB_OK && qb_problem_sha256(&b, again) == QB_OK &&
                  qb_problem_sha256(&c, other) == QB_OK);
        cr_assert_str_eq(first, again, "%s", (*g)->name);
        cr_assert_str_neq(first, other, "%s", (*g)->name);
        cr_assert_str_eq(a.format, "generated");
        qb_problem_free(&a);
        qb_problem_free(&b);
        qb_problem_free(&c);
    }
}

Test(generators, parameters_are_checked)
{
    const qb_generator *g = qb_generator_find("random-qubo");
    double value[QB_GENERATOR_PARAMS];
    qb_diag diag = {0};
    qb_generator_default(g, value);
    cr_assert(qb_generator_set(g, value, "densty", 0.5, &diag) == QB_BAD_INPUT);
    cr_assert_str_eq(diag.text, "random-qubo has no parameter 'densty' (did you mean 'density'?)");
    cr_assert(qb_generator_set(g, value, "density", 1.5, &diag) == QB_BAD_INPUT);
    cr_assert_str_eq(diag.text, "random-qubo: 'density' is 0 to 1, not 1.5");
    cr_assert(qb_generator_set(g, value, "size", 1.5, &diag) == QB_BAD_INPUT);
    cr_assert(qb_generator_set(g, value, "size", (double)NAN, &diag) == QB_BAD_INPUT);
    cr_assert(qb_generator_set(g, value, "density", 0.5, &diag) == QB_OK && value[1] == 0.5);
    cr_assert_null(qb_generator_find("random"));
}

Test(generators, regular_graphs_are_regular)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        qb_problem p = generate("maxcut-regular", seed < 10 ? 10 : 1000, seed, NULL);
        uint32_t *degree = QB_NEW(uint32_t, p.body.columns);
        for (uint64_t k = 0; k < p.body.pairs; k++) {
            cr_assert(p.body.pair[k].weight == 1, "no double edges");
            degree[p.body.pair[k].i]++;
            degree[p.body.pair[k].j]++;
        }
        for (uint32_t v = 0; v < p.body.columns; v++)
            cr_assert(degree[v] == 3);
        qb_free(degree);
        qb_problem_free(&p);
    }
}

/* 4950 pairs at 0.1: 495 edges, standard deviation 21.1; the mean of 50 graphs is within 4 of its own. */
Test(generators, random_graphs_have_their_density)
{
    double edges = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        qb_problem p = generate("maxcut-erdos-renyi", 100, seed, NULL);
        edges += (double)p.body.pairs;
        qb_problem_free(&p);
    }
    cr_assert(fabs(edges / 50 - 495) < 4 * 21.1 / sqrt(50), "%g edges on average", edges / 50);
}

/* The best feasible objective over all 0/1 vectors. */
static double enumerate(const qb_problem *p)
{
    uint32_t n = p->body.columns;
    double v[24], best = NAN;
    qb_score score;
    cr_assert(n <= 20);
    for (uint32_t x = 0; x < 1u << n; x++) {
        for (uint32_t j = 0; j < n; j++)
            v[j] = x >> j & 1;
        cr_assert(qb_referee_score(p, v, &score, NULL) == QB_OK);
        if (score.feasible && (isnan(best) || qb_referee_better(p, score.objective, best)))
            best = score.objective;
    }
    return best;
}

static void check_optimum(const char *family, double size, uint64_t seed)
{
    qb_generated generated = {0};
    qb_problem p = generate(family, size, seed, &generated);
    double best = enumerate(&p);
    cr_assert(generated.has_optimum);
    cr_assert(generated.optimum == best, "%s: said %g, is %g", p.name, generated.optimum, best);
    qb_problem_free(&p);
}

Test(generators, known_optima_are_optimal, .timeout = 120)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        check_optimum("planted-ising", 3, seed);
        check_optimum("planted-ising", 4, seed);
        check_optimum("knapsack", 12, seed);
        check_optimum("assignment", 3, seed);
        check_optimum("assignment", 4, seed);
    }
}

/* The hidden split is found among the 2^12 choices of customers, all slack zero. */
Test(generators, market_split_has_a_solution)
{
    qb_problem p = generate("market-split", 12, 5, NULL);
    bool found = false;
    double v[15] = {0};
    qb_score score;
    for (uint32_t x = 0; x < 1u << 12 && !found; x++) {
        for (uint32_t j = 0; j < 12; j++)
            v[j] = x >> j & 1;
        cr_assert(qb_referee_score(&p, v, &score, NULL) == QB_OK);
        found = score.feasible && score.objective == 0;
    }
    cr_assert(found);
    qb_problem_free(&p);
}

Test(generators, prompt_routing_is_feasible)
{
    for (uint64_t seed = 0; seed < 5; seed++) {
        qb_problem p = generate("prompt-routing", 4, seed, NULL); /* 16 columns */
        cr_assert(p.body.rows == 4 + 4 + 1);
        cr_assert(!isnan(enumerate(&p)), "seed %llu", (unsigned long long)seed);
        qb_problem_free(&p);
    }
}

Test(generators, portfolio_risk_is_convex)
{
    qb_problem p = generate("portfolio", 20, 1, NULL);
    qb_rng rng;
    qb_rng_init(&rng, 7, 0);
    for (int trial = 0; trial < 100; trial++) { /* z'Sz > 0 for the quadratic part with its diagonal */
        double z[20], form = 0;
        for (int j = 0; j < 20; j++)
            z[j] = qb_rng_normal(&rng);
        for (uint64_t k = 0; k < p.body.pairs; k++)
            form += p.body.pair[k].weight * z[p.body.pair[k].i] * z[p.body.pair[k].j];
        for (int j = 0; j < 20; j++)
            form += (p.body.linear[j] + 200) * z[j] * z[j]; /* the mean that was taken off is at most 200 */
        cr_assert(form > 0);
    }
    cr_assert(p.body.rows == 1 && p.body.row_lower[0] == 7 && p.body.row_upper[0] == 7);
    qb_problem_free(&p);
}
