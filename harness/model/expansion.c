#include "harness/model/grid.h"
#include "harness/model/lowering_parts.h"

/* A column's literals: v = base + sum_t step(t) * literal(first + t). */
typedef struct literals {
    double base;
    uint32_t first, count;
    const double *step; /* NULL: 1 */
} literals;

static literals literals_of(const qb_encoding *e, const bool *wanted, uint32_t first_bit, uint32_t j)
{
    if (wanted && !wanted[j])
        return (literals){0, j, 1, NULL};
    return (literals){e->base[j], first_bit + e->start[j], e->start[j + 1] - e->start[j],
                      e->step + e->start[j]};
}

static double step_of(const literals *l, uint32_t t)
{
    return l->step ? l->step[t] : 1;
}

uint64_t qb_expansion_count(const qb_mip *mip, const qb_encoding *encoding, const bool *wanted)
{
    uint64_t count = 0;
    for (uint64_t k = 0; k < mip->pairs; k++) {
        uint64_t a = literals_of(encoding, wanted, 0, mip->pair[k].i).count;
        uint64_t b = literals_of(encoding, wanted, 0, mip->pair[k].j).count;
        count += mip->pair[k].i != mip->pair[k].j ? a * b : a ? a * (a - 1) / 2 : 0;
    }
    return count;
}

static void add_product(qb_expansion *x, uint32_t a, uint32_t b, double weight)
{
    x->product[x->products++] = a < b ? (qb_pair){a, b, weight} : (qb_pair){b, a, weight};
}

/* w v^2 with v = B + sum p a:  2wB v - w B^2 + w sum p^2 a + 2w sum_{a<b} p q a b, for a^2 = a. */
static void expand_square(qb_expansion *x, const literals *l, uint32_t j, double w)
{
    x->constant -= w * l->base * l->base;
    x->column[j] += 2 * w * l->base;
    for (uint32_t s = 0; s < l->count; s++) {
        x->literal[l->first + s] += w * step_of(l, s) * step_of(l, s);
        for (uint32_t t = s + 1; t < l->count; t++)
            add_product(x, l->first + s, l->first + t, 2 * w * step_of(l, s) * step_of(l, t));
    }
}

/* w v v' with v = B + sum p a, v' = B' + sum q b:  w (B v' + B' v - B B' + sum p q a b). */
static void expand_product(qb_expansion *x, const literals *l, const literals *m, qb_pair pair)
{
    double w = pair.weight;
    x->constant -= w * l->base * m->base;
    x->column[pair.j] += w * l->base;
    x->column[pair.i] += w * m->base;
    for (uint32_t s = 0; s < l->count; s++)
        for (uint32_t t = 0; t < m->count; t++)
            add_product(x, l->first + s, m->first + t, w * step_of(l, s) * step_of(m, t));
}

void qb_expansion_run(const qb_mip *mip, const qb_encoding *encoding, const bool *wanted, uint32_t first_bit,
                      qb_expansion *expansion)
{
    for (uint64_t k = 0; k < mip->pairs; k++) {
        qb_pair p = mip->pair[k];
        if (expansion->multiplier != 0)
            p.weight = qb_grid_integer(p.weight, expansion->multiplier);
        literals l = literals_of(encoding, wanted, first_bit, p.i);
        literals m = literals_of(encoding, wanted, first_bit, p.j);
        if (p.i == p.j)
            expand_square(expansion, &l, p.i, p.weight);
        else
            expand_product(expansion, &l, &m, p);
    }
}
