/* Noise: the same for a seed, of the size asked for, on a grid, and nowhere but in the objective. */
#include "harness/model/qubo.h"
#include "instances/generators/generator.h"
#include "instances/perturb.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static qb_problem disturb(const qb_problem *p, double relative, uint64_t seed)
{
    qb_problem copy = {0};
    qb_diag diag = {0};
    cr_assert(qb_perturb_coefficients(p, relative, seed, &copy, &diag) == QB_OK, "%s", diag.text);
    return copy;
}

static bool same(const qb_problem *a, const qb_problem *b)
{
    char one[65], other[65];
    cr_assert(qb_problem_sha256(a, one) == QB_OK && qb_problem_sha256(b, other) == QB_OK);
    return strcmp(one, other) == 0;
}

Test(perturb, seeds_decide)
{
    char path[FIXTURE_PATH];
    qb_problem p = must_read(source_path("instances/data/labs/labs007.qs", path), NULL);
    qb_problem none = disturb(&p, 0, 1), a = disturb(&p, 0.02, 1), b = disturb(&p, 0.02, 1),
               c = disturb(&p, 0.02, 2);
    cr_assert(same(&p, &none));
    cr_assert(same(&a, &b));
    cr_assert(!same(&a, &p) && !same(&a, &c));
    cr_assert(a.body.pairs == p.body.pairs && a.body.constant == p.body.constant);
    for (uint32_t j = 0; j < p.body.columns; j++)
        cr_assert((a.body.linear[j] == 0) == (p.body.linear[j] == 0));
    qb_problem_free(&p);
    qb_problem_free(&none);
    qb_problem_free(&a);
    qb_problem_free(&b);
    qb_problem_free(&c);
}

/* Mean 0 within 4 standard errors, standard deviation within 4 %, over more than 4000 terms. */
Test(perturb, noise_has_its_size)
{
    qb_problem p = {0};
    double value[QB_GENERATOR_PARAMS], sum = 0, squares = 0, count = 0;
    const qb_generator *g = qb_generator_find("random-qubo");
    qb_generator_default(g, value);
    value[0] = 300;
    cr_assert(qb_generate(g, value, 3, &p, NULL, NULL) == QB_OK);
    qb_problem q = disturb(&p, 0.05, 9);
    for (uint64_t k = 0; k < p.body.pairs; k++) {
        double z = (q.body.pair[k].weight / p.body.pair[k].weight - 1) / 0.05;
        sum += z;
        squares += z * z;
        count++;
    }
    cr_assert(count > 4000 && fabs(sum / count) < 4 / sqrt(count), "mean %g", sum / count);
    cr_assert(fabs(sqrt(squares / count) - 1) < 0.04, "deviation %g", sqrt(squares / count));
    qb_problem_free(&p);
    qb_problem_free(&q);
}

/* Integral data stay integral in the model, so that no solver changes its kernel. */
Test(perturb, kernels_do_not_change)
{
    static const char *const files[] = {"labs/labs005.qs", "maxcut/mc_020_017_000.txt",
                                        "qplib/QPLIB_5881.qplib", "bqp/bqp100.txt#1",
                                        "independent-set/karate.qs"};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        for (double relative = 0.001; relative < 0.5; relative *= 4) {
            char tail[128], path[FIXTURE_PATH];
            qb_qubo before = {0}, after = {0};
            snprintf(tail, sizeof tail, "instances/data/%s", files[k]);
            qb_problem p = must_read(source_path(tail, path), NULL), q = disturb(&p, relative, 5);
            cr_assert(qb_qubo_from_problem(&p, &before, NULL) == QB_OK);
            cr_assert(qb_qubo_from_problem(&q, &after, NULL) == QB_OK);
            cr_assert(before.integral && after.integral, "%s at %g", files[k], relative);
            cr_assert(before.nonzeros == after.nonzeros);
            qb_qubo_free(&before);
            qb_qubo_free(&after);
            qb_problem_free(&p);
            qb_problem_free(&q);
        }
}

Test(perturb, rows_and_bounds_stay)
{
    char path[FIXTURE_PATH];
    qb_problem p = must_read(source_path("instances/data/network/network05.lp", path), NULL),
               q = disturb(&p, 0.1, 5);
    uint64_t entries = p.body.row_start[p.body.rows];
    cr_assert(memcmp(p.body.row_value, q.body.row_value, entries * sizeof(double)) == 0);
    cr_assert(memcmp(p.body.row_lower, q.body.row_lower, p.body.rows * sizeof(double)) == 0);
    cr_assert(memcmp(p.body.upper, q.body.upper, p.body.columns * sizeof(double)) == 0);
    cr_assert(memcmp(p.body.linear, q.body.linear, p.body.columns * sizeof(double)) != 0);
    qb_problem_free(&p);
    qb_problem_free(&q);
}

Test(perturb, decimal_data_stay_decimal)
{
    qb_problem p = must_parse("d.sparse", NULL, "2 2\n1 1 -0.37\n1 2 0.05\n"), q = disturb(&p, 0.02, 1);
    double scaled = q.body.linear[0] * 1e9;
    cr_assert(q.body.linear[0] != p.body.linear[0]);
    cr_assert(fabs(scaled - nearbyint(scaled)) < 1e-6);
    qb_problem_free(&p);
    qb_problem_free(&q);
}

Test(perturb, wrong_noise_is_refused)
{
    qb_problem p = must_parse("d.sparse", NULL, "2 1\n1 1 -1\n"), q;
    qb_diag diag = {0};
    cr_assert(qb_perturb_coefficients(&p, -0.1, 1, &q, &diag) == QB_BAD_INPUT);
    cr_assert(qb_perturb_coefficients(&p, (double)NAN, 1, &q, &diag) == QB_BAD_INPUT);
    qb_problem_free(&p);
}
