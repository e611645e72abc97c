#include "tests/kernels/group_cases.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

enum { GROUPS = 3 };
static const uint32_t start[] = {0, 3, 6, 10}, ones[] = {1, 1, 2}, member[] = {4, 0, 7, 1, 9, 2, 3, 5, 8, 11};

void grouped_mark(qb_qubo *model)
{
    model->groups = 2;
    model->cardinalities = 1;
    model->group_start = start;
    model->group_ones = ones;
    model->group_member = member;
}

qb_qubo grouped_build(bool real, qb_sense sense, uint64_t seed)
{
    qb_qubo q = model_build(
        (model_spec){.n = GROUPED_N, .density = 0.7, .weight = 9, .linear = 9, .real = real, .sense = sense},
        seed);
    grouped_mark(&q);
    return q;
}

static uint32_t mask_of(uint32_t g)
{
    uint32_t mask = 0;
    for (uint32_t k = start[g]; k < start[g + 1]; k++)
        mask |= 1u << member[k];
    return mask;
}

bool grouped_keeps(const uint8_t *x)
{
    for (uint32_t g = 0; g < GROUPS; g++)
        if ((uint32_t)__builtin_popcount(grouped_write(x) & mask_of(g)) != ones[g])
            return false;
    return true;
}

void grouped_read(uint32_t state, uint8_t *x)
{
    for (uint32_t i = 0; i < GROUPED_N; i++)
        x[i] = state >> i & 1;
}

uint32_t grouped_write(const uint8_t *x)
{
    uint32_t state = 0;
    for (uint32_t i = 0; i < GROUPED_N; i++)
        state |= (uint32_t)x[i] << i;
    return state;
}

/* Where a one-hot group's one stands. */
static uint32_t place_of(uint32_t state, uint32_t g)
{
    uint32_t k = start[g];
    while (!(state >> member[k] & 1))
        k++;
    return k - start[g];
}

bool grouped_is_move(uint32_t a, uint32_t b)
{
    uint32_t differ = a ^ b, bits = (uint32_t)__builtin_popcount(differ);
    if (bits == 1)
        return true;
    for (uint32_t g = 0; g < GROUPS; g++)
        if (bits == 2 && !(differ & ~mask_of(g)))
            return true;
    return bits == 4 && !(differ & ~(mask_of(0) | mask_of(1))) && place_of(a, 0) == place_of(b, 1) &&
           place_of(a, 1) == place_of(b, 0);
}

static const uint32_t followed_free[] = {0, 2, 4, 5, 7, 8, 10, 12};
static const uint32_t followed_bit[FOLLOWED_INTEGERS][3] = {{11, 1, 6}, {9, 3}};
static const double followed_step[FOLLOWED_INTEGERS][3] = {{1, 2, 3}, {2, 2}};

typedef struct form {
    double linear[FOLLOWED_N], weight[FOLLOWED_N][FOLLOWED_N];
} form;

/* sign * (curvature t^2 + lambda t + sum c_j x_j t) for t in bits. */
static void add_integer(form *f, uint32_t k, double sign, double unit, qb_rng *rng)
{
    double curvature = sign * unit * (double)(1 + qb_rng_below(rng, 4));
    double lambda = unit * ((double)qb_rng_below(rng, 31) - 15);
    for (uint32_t a = 0; a < 3 && followed_step[k][a] > 0; a++) {
        uint32_t i = followed_bit[k][a];
        double s = followed_step[k][a];
        f->linear[i] = curvature * s * s + lambda * s;
        for (uint32_t b = 0; b < a; b++)
            f->weight[i][followed_bit[k][b]] = 2 * curvature * s * followed_step[k][b];
    }
    for (uint32_t j = 0; j < FOLLOWED_FREE; j++) {
        double pull = unit * ((double)qb_rng_below(rng, 15) - 7);
        for (uint32_t a = 0; a < 3 && followed_step[k][a] > 0; a++)
            f->weight[followed_bit[k][a]][followed_free[j]] = pull * followed_step[k][a];
    }
}

qb_qubo followed_build(bool real, qb_sense sense, uint64_t seed)
{
    form f = {0};
    qb_rng rng;
    qb_rng_init(&rng, seed, 99);
    double unit = real ? sqrt(2) : 1;
    for (uint32_t j = 0; j < FOLLOWED_FREE; j++) {
        f.linear[followed_free[j]] = unit * ((double)qb_rng_below(&rng, 19) - 9);
        for (uint32_t i = 0; i < j; i++)
            f.weight[followed_free[j]][followed_free[i]] = unit * ((double)qb_rng_below(&rng, 19) - 9);
    }
    for (uint32_t k = 0; k < FOLLOWED_INTEGERS; k++)
        add_integer(&f, k, sense == QB_MINIMISE ? 1 : -1, unit, &rng);
    qb_pair pair[FOLLOWED_N * FOLLOWED_N];
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < FOLLOWED_N; i++)
        for (uint32_t j = i + 1; j < FOLLOWED_N; j++)
            if (f.weight[i][j] + f.weight[j][i] != 0)
                pair[pairs++] = (qb_pair){i, j, f.weight[i][j] + f.weight[j][i]};
    qb_qubo q;
    cr_assert_eq(qb_qubo_build(sense, 0, 1, FOLLOWED_N, f.linear, pairs, pair, &q, NULL), QB_OK);
    return q;
}

uint32_t followed_write(const uint8_t *x)
{
    uint32_t state = 0;
    for (uint32_t j = 0; j < FOLLOWED_FREE; j++)
        state |= (uint32_t)x[followed_free[j]] << j;
    return state;
}

void followed_read(uint32_t state, uint8_t *x)
{
    for (uint32_t i = 0; i < FOLLOWED_N; i++)
        x[i] = 0;
    for (uint32_t j = 0; j < FOLLOWED_FREE; j++)
        x[followed_free[j]] = state >> j & 1;
}

double followed_cost(const qb_qubo *model, uint32_t state)
{
    double least = INFINITY, sign = model->sense == QB_MINIMISE ? 1 : -1;
    uint8_t x[FOLLOWED_N];
    followed_read(state, x);
    for (uint32_t bits = 0; bits < 32; bits++) {
        for (uint32_t b = 0; b < 5; b++)
            x[b < 3 ? followed_bit[0][b] : followed_bit[1][b - 3]] = bits >> b & 1;
        least = fmin(least, sign * qb_qubo_energy(model, x));
    }
    return least;
}

double binned_p(const uint32_t *seen, const double *p, uint32_t states, double scale, double least)
{
    double chi = 0, expected = 0, count = 0, bins = 0;
    for (uint32_t state = 0; state < states; state++) {
        expected += scale * p[state];
        count += seen[state];
        if (expected < 20)
            continue;
        chi += (count - expected) * (count - expected) / expected;
        bins++;
        expected = count = 0;
    }
    cr_assert_gt(bins, least);
    return gsl_cdf_chisq_Q(chi, bins - 1);
}
