/* The local fields that set an annealer's temperatures. */
#include "solvers/anneal/fields.h"

#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 40 };

/* Without couplings the fields are the linear terms' sizes, whatever x.  In units of `linear`. */
static anneal_fields fields_of(const double *linear, uint32_t n)
{
    qb_qubo model;
    qb_diag diag = {0};
    uint8_t x[N] = {1, 0, 1};
    cr_assert_eq(qb_qubo_build(QB_MAXIMISE, 0, 1, n, linear, 0, NULL, &model, &diag), QB_OK, "%s", diag.text);
    anneal_fields f = anneal_fields_at(&model, x);
    f.largest *= model.scale;
    f.smallest *= model.scale;
    qb_qubo_free(&model);
    return f;
}

Test(anneal_fields, are_the_means_of_the_tenths)
{
    double linear[N];
    for (uint32_t i = 0; i < N; i++)
        linear[i] = i % 2 ? i + 1.5 : -(i + 1.5); /* sizes 1.5, 2.5, ..., 40.5 */
    anneal_fields f = fields_of(linear, N);
    cr_assert_eq(f.smallest, 3);
    cr_assert_eq(f.largest, 39);
    cr_assert_eq(f.work, N);
}

Test(anneal_fields, follow_the_state)
{
    const double linear[3] = {4, -1, 2};
    const qb_pair pair[2] = {{0, 1, -3}, {1, 2, 6}};
    const uint8_t x[3] = {1, 0, 0}; /* |fields| 4, |-1 - 3| = 4, 2 */
    qb_qubo model;
    qb_diag diag = {0};
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, 3, linear, 2, pair, &model, &diag), QB_OK, "%s", diag.text);
    anneal_fields f = anneal_fields_at(&model, x);
    cr_assert_eq(f.smallest, 2);
    cr_assert_eq(f.largest, 4);
    cr_assert_eq(f.work, 3 + 4);
    qb_qubo_free(&model);
}

/* One tiny coefficient is averaged with the rest of its tenth. */
Test(anneal_fields, one_odd_coefficient_does_not_spoil_them)
{
    double linear[N];
    for (uint32_t i = 0; i < N; i++)
        linear[i] = 2;
    linear[7] = 1e-6;
    anneal_fields f = fields_of(linear, N);
    cr_assert_geq(f.smallest, 1.5);
    cr_assert_eq(f.largest, 2);
}

Test(anneal_fields, that_are_all_zero_count_as_one)
{
    const double linear[3] = {0, 0, 0};
    anneal_fields f = fields_of(linear, 3);
    cr_assert_eq(f.smallest, 1);
    cr_assert_eq(f.largest, 1);
}
