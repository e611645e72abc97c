#include "harness/model/quadratise.h"

#include "harness/base/memory.h"
#include "harness/model/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A monomial of three or four bits, ascending; the fourth is NONE for a cubic one. */
typedef struct monomial {
    uint32_t bit[4];
    double weight;
} monomial;

#define NONE UINT32_MAX

typedef struct builder {
    const qb_poly *poly;
    double constant;
    double *linear; /* [n], later [n + products] */
    uint64_t pairs, highs, products;
    qb_pair *pair;  /* quadratic terms, room for what the substitution adds */
    monomial *high; /* [highs] */
    qb_pair *use;   /* candidates (i, j), weight: how often; sorted and merged */
    uint64_t uses;
    double *stake; /* [uses] sum of |coefficients| of the terms in which the product was put */
    uint32_t *bit; /* [uses] the bit of a product that was chosen, else NONE */
} builder;

/* prod (2 x_i - 1) = sum over subsets S of 2^|S| (-1)^(d - |S|) prod_S x. */
static void expand_term(builder *b, const qb_poly_term *term)
{
    for (uint32_t subset = 0; subset < 1u << term->degree; subset++) {
        uint32_t bit[4] = {NONE, NONE, NONE, NONE}, size = 0;
        for (uint32_t k = 0; k < term->degree; k++)
            if (subset >> k & 1)
                bit[size++] = term->member[k];
        double weight = ldexp((term->degree - size) % 2 ? -term->coefficient : term->coefficient, (int)size);
        if (size == 0)
            b->constant += weight;
        else if (size == 1)
            b->linear[bit[0]] += weight;
        else if (size == 2)
            b->pair[b->pairs++] = (qb_pair){bit[0], bit[1], weight};
        else {
            monomial *m = &b->high[b->highs++];
            memcpy(m->bit, bit, sizeof bit);
            m->weight = weight;
        }
    }
}

static int compare(const void *a, const void *b)
{
    return memcmp(((const monomial *)a)->bit, ((const monomial *)b)->bit, sizeof((const monomial *)a)->bit);
}

/* Adds up equal monomials and drops what cancels.  Any order will do, as long as equals meet. */
static void merge_highs(builder *b)
{
    uint64_t kept = 0;
    qsort(b->high, b->highs, sizeof *b->high, compare);
    for (uint64_t k = 0; k < b->highs;) {
        monomial sum = b->high[k++];
        while (k < b->highs && compare(&sum, &b->high[k]) == 0)
            sum.weight += b->high[k++].weight;
        if (sum.weight != 0)
            b->high[kept++] = sum;
    }
    b->highs = kept;
}

/* Every pair within every high monomial. */
static void count_uses(builder *b)
{
    for (uint64_t k = 0; k < b->highs; k++) {
        const monomial *m = &b->high[k];
        uint32_t size = m->bit[3] == NONE ? 3 : 4;
        for (uint32_t i = 0; i < size; i++)
            for (uint32_t j = i + 1; j < size; j++)
                b->use[b->uses++] = (qb_pair){m->bit[i], m->bit[j], 1};
    }
}

static uint64_t use_of(const builder *b, uint32_t i, uint32_t j)
{
    uint64_t low = 0, high = b->uses;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        qb_pair p = b->use[middle];
        if (p.i < i || (p.i == i && p.j < j))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t product_bit(builder *b, uint32_t i, uint32_t j, double weight)
{
    uint64_t use = use_of(b, i, j);
    if (b->bit[use] == NONE)
        b->bit[use] = b->poly->n + (uint32_t)b->products++;
    b->stake[use] += fabs(weight);
    return b->bit[use];
}

/* x_a x_b x_c becomes y_ab x_c, x_a x_b x_c x_d becomes y_ab y_cd; the split whose products are used most. */
static void substitute(builder *b, const monomial *m)
{
    static const uint8_t split[3][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {1, 2, 0, 3}};
    const uint8_t *best = split[0];
    double most = -1;
    for (int s = 0; s < 3; s++) {
        double uses = b->use[use_of(b, m->bit[split[s][0]], m->bit[split[s][1]])].weight;
        if (m->bit[3] != NONE)
            uses += b->use[use_of(b, m->bit[split[s][2]], m->bit[split[s][3]])].weight;
        if (uses > most) {
            most = uses;
            best = split[s];
        }
    }
    uint32_t i = product_bit(b, m->bit[best[0]], m->bit[best[1]], m->weight), j = m->bit[best[2]];
    if (m->bit[3] != NONE)
        j = product_bit(b, m->bit[best[2]], m->bit[best[3]], m->weight);
    b->pair[b->pairs++] = i < j ? (qb_pair){i, j, m->weight} : (qb_pair){j, i, m->weight};
}

static void hold_products(builder *b)
{
    double sign = b->poly->sense == QB_MAXIMISE ? -1 : 1;
    for (uint64_t k = 0; k < b->uses; k++) {
        uint32_t y = b->bit[k], i = b->use[k].i, j = b->use[k].j;
        if (y == NONE)
            continue;
        double weight = sign * (floor(b->stake[k]) + 1);
        b->linear[y] += 3 * weight;
        b->pair[b->pairs++] = (qb_pair){i, j, weight};
        b->pair[b->pairs++] = (qb_pair){i, y, -2 * weight};
        b->pair[b->pairs++] = (qb_pair){j, y, -2 * weight};
    }
}

static qb_status expand(builder *b)
{
    uint64_t quadratic = 0, high = 0, uses = 0;
    for (uint64_t t = 0; t < b->poly->terms; t++) {
        uint32_t degree = b->poly->term[t].degree;
        quadratic += degree == 4 ? 6 : degree == 3 ? 3 : degree == 2;
        high += degree == 4 ? 5 : degree == 3;
        uses += degree == 4 ? 4 * 3 + 6 : degree == 3 ? 3 : 0;
    }
    b->linear = QB_NEW(double, b->poly->n + uses);
    b->pair = QB_NEW(qb_pair, quadratic + high + 3 * uses);
    b->high = QB_NEW(monomial, high);
    b->use = QB_NEW(qb_pair, uses);
    b->bit = QB_NEW(uint32_t, uses);
    b->stake = QB_NEW(double, uses);
    if (!b->linear || !b->pair || !b->high || !b->use || !b->bit || !b->stake)
        return QB_NO_MEMORY;
    memset(b->bit, 0xff, uses * sizeof *b->bit);
    for (uint64_t t = 0; t < b->poly->terms; t++)
        expand_term(b, &b->poly->term[t]);
    merge_highs(b);
    count_uses(b);
    qb_status status = qb_pairs_sort(b->use, b->uses, b->poly->n, b->poly->n);
    if (!status)
        b->uses = qb_pairs_merge(b->use, b->uses);
    return status;
}

static qb_status build(builder *b, qb_qubo *qubo, qb_diag *diag)
{
    for (uint64_t k = 0; k < b->highs; k++)
        substitute(b, &b->high[k]);
    hold_products(b);
    if (b->poly->n + b->products > INT32_MAX)
        return qb_fail(diag, QB_REFUSED, "the qubo takes more than 2147483647 bits");
    uint32_t n = b->poly->n + (uint32_t)b->products;
    qb_status status = qb_pairs_sort(b->pair, b->pairs, n, n);
    if (status)
        return status;
    b->pairs = qb_pairs_merge(b->pair, b->pairs);
    return qb_qubo_build(b->poly->sense, b->poly->offset + b->poly->scale * b->constant, b->poly->scale, n,
                         b->linear, b->pairs, b->pair, qubo, diag);
}

qb_status qb_poly_quadratise(const qb_poly *poly, qb_qubo *qubo, qb_diag *diag)
{
    builder b = {.poly = poly};
    qb_status status = expand(&b);
    if (!status)
        status = build(&b, qubo, diag);
    if (status == QB_NO_MEMORY)
        qb_fail(diag, status, "out of memory building the qubo model");
    qb_free(b.linear);
    qb_free(b.pair);
    qb_free(b.high);
    qb_free(b.use);
    qb_free(b.bit);
    qb_free(b.stake);
    return status;
}
