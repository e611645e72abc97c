#define _GNU_SOURCE
#include "solvers/kernels/diagonal.h"

#include "harness/base/memory.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* A block of 2^10 entries is built in the first-level cache by a subset-sum transform; the bits above choose
 * the block's coefficients. */
#define BLOCK_BITS 10
#define BATCH_BITS 17 /* entries between two looks at the budget */

/* ------------------------------------------------------------------------------------------------ terms */

static int by_mask(const void *a, const void *b)
{
    const qb_monomial *p = a, *q = b;
    return (p->mask > q->mask) - (p->mask < q->mask);
}

/* Sorts, adds up equal masks, drops what cancels but for a rounding error, and takes out the empty product,
 * which it returns. */
static double canonicalise(qb_monomial *term, uint64_t *terms)
{
    uint64_t kept = 0;
    double constant = 0;
    qsort(term, *terms, sizeof *term, by_mask);
    for (uint64_t i = 0; i < *terms;) {
        qb_monomial sum = {term[i].mask, 0};
        double size = 0;
        for (; i < *terms && term[i].mask == sum.mask; i++) {
            sum.coefficient += term[i].coefficient;
            size += fabs(term[i].coefficient);
        }
        if (!sum.mask)
            constant = sum.coefficient;
        else if (fabs(sum.coefficient) > 16 * DBL_EPSILON * size)
            term[kept++] = sum;
    }
    *terms = kept;
    return constant;
}

/* Writes a product of x = (1 + s) / 2 in spins, or of s = 2 x - 1 in bits: one term a subset. */
static uint64_t expand(qb_monomial product, bool to_spins, qb_monomial *out)
{
    uint64_t count = 0, subset = product.mask;
    int degree = __builtin_popcountll(product.mask);
    for (bool more = true; more; more = subset != product.mask) {
        int taken = __builtin_popcountll(subset);
        double factor = to_spins ? ldexp(1, -degree) : ldexp((degree - taken) % 2 ? -1 : 1, taken);
        out[count++] = (qb_monomial){subset, product.coefficient * factor};
        subset = (subset - 1) & product.mask; /* after the empty one comes the mask again */
    }
    return count;
}

static qb_status cost_start(uint32_t n, qb_diag *diag)
{
    if (n == 0 || n > QB_COST_VARIABLES)
        return qb_fail(diag, QB_REFUSED, "a state vector of %u qubits: 1 to %d are possible", n,
                       QB_COST_VARIABLES);
    return QB_OK;
}

/* Given one form of the terms in `cost`, makes the other and brings both in order.  On failure frees them. */
static qb_status cost_finish(qb_cost *cost, bool from_spins, qb_diag *diag)
{
    const qb_monomial *from = from_spins ? cost->spin : cost->term;
    uint64_t count = from_spins ? cost->spin_terms : cost->terms, room = 0, made = 0;
    for (uint64_t t = 0; t < count; t++)
        room += 1ull << __builtin_popcountll(from[t].mask);
    qb_monomial *to = QB_NEW(qb_monomial, room);
    if (!to) {
        qb_cost_free(cost);
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the terms of the cost");
    }
    for (uint64_t t = 0; t < count; t++)
        made += expand(from[t], !from_spins, to + made);
    if (from_spins) {
        cost->term = to;
        cost->terms = made;
    } else {
        cost->spin = to;
        cost->spin_terms = made;
    }
    (void)canonicalise(cost->spin, &cost->spin_terms);
    cost->constant += cost->scale * canonicalise(cost->term, &cost->terms);
    cost->symmetric = cost->n > 2;
    for (uint64_t t = 0; t < cost->spin_terms; t++)
        if (__builtin_parityll(cost->spin[t].mask))
            cost->symmetric = false;
    return QB_OK;
}

qb_status qb_cost_from_qubo(const qb_qubo *qubo, qb_cost *cost, qb_diag *diag)
{
    qb_status status = cost_start(qubo->n, diag);
    if (status)
        return status;
    qb_cost out = {.n = qubo->n, .sense = qubo->sense, .constant = qubo->offset, .scale = qubo->scale};
    out.term = QB_NEW(qb_monomial, qubo->n + qubo->nonzeros / 2);
    if (!out.term)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the terms of the cost");
    for (uint32_t i = 0; i < qubo->n; i++) {
        out.term[out.terms++] = (qb_monomial){1ull << i, qb_qubo_linear(qubo, i)};
        for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1]; k++)
            if (qubo->neighbour[k] > i)
                out.term[out.terms++] =
                    (qb_monomial){1ull << i | 1ull << qubo->neighbour[k], qb_qubo_weight(qubo, k)};
    }
    status = cost_finish(&out, false, diag);
    if (!status)
        *cost = out;
    return status;
}

qb_status qb_cost_from_poly(const qb_poly *poly, qb_cost *cost, qb_diag *diag)
{
    qb_status status = cost_start(poly->n, diag);
    if (status)
        return status;
    qb_cost out = {.n = poly->n, .sense = poly->sense, .constant = poly->offset, .scale = poly->scale};
    out.spin = QB_NEW(qb_monomial, poly->terms);
    if (!out.spin)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the terms of the cost");
    for (uint64_t t = 0; t < poly->terms; t++) {
        uint64_t mask = 0;
        for (uint32_t d = 0; d < poly->term[t].degree; d++)
            mask |= 1ull << poly->term[t].member[d];
        out.spin[out.spin_terms++] = (qb_monomial){mask, poly->term[t].coefficient};
    }
    status = cost_finish(&out, true, diag);
    if (!status)
        *cost = out;
    return status;
}

void qb_cost_free(qb_cost *cost)
{
    qb_free(cost->term);
    qb_free(cost->spin);
    *cost = (qb_cost){0};
}

/* The greatest step of which every coefficient is an exact multiple: 0 when there is none, 1 without terms.
 */
static double lattice_step(const qb_cost *cost)
{
    for (int shift = 0; shift <= 12; shift++) {
        uint64_t gcd = 0, t = 0;
        for (; t < cost->terms; t++) {
            double scaled = ldexp(fabs(cost->term[t].coefficient), shift);
            if (scaled != floor(scaled) || scaled >= 0x1p53)
                break;
            uint64_t a = (uint64_t)scaled;
            while (a) {
                uint64_t rest = gcd % a;
                gcd = a;
                a = rest;
            }
        }
        if (t == cost->terms)
            return gcd ? ldexp((double)gcd, -shift) : 1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------ blocks */

typedef struct builder {
    const qb_cost *cost;
    unsigned low;                 /* bits within a block */
    double base[1 << BLOCK_BITS]; /* coefficients of terms within the block */
    uint64_t first, above;        /* terms [first, terms) reach above the block */
    const qb_monomial *reaching;  /* [above] */
    qb_diagonal *diagonal;        /* the survey's answer; entries are written when they are there */
} builder;

/* E(x) for the block's 2^low values of the low bits: coefficients, then sums over subsets. */
static void block_values(const builder *b, uint64_t block, double *value /* [2^low] */)
{
    size_t size = (size_t)1 << b->low;
    uint64_t chosen = block << b->low, low_mask = size - 1;
    memcpy(value, b->base, size * sizeof *value);
    for (uint64_t t = 0; t < b->above; t++) {
        uint64_t mask = b->reaching[t].mask;
        if (!(mask & ~low_mask & ~chosen))
            value[mask & low_mask] += b->reaching[t].coefficient;
    }
    for (size_t half = 1; half < size; half *= 2)
        for (size_t start = 0; start < size; start += 2 * half)
            for (size_t i = start; i < start + half; i++)
                value[i + half] += value[i];
}

static void block_range(const double *value, size_t size, double *least, double *greatest)
{
    for (size_t i = 0; i < size; i++) {
        *least = value[i] < *least ? value[i] : *least;
        *greatest = value[i] > *greatest ? value[i] : *greatest;
    }
}

static void block_write(const qb_diagonal *d, const double *value, size_t start, size_t size, double origin,
                        double unit)
{
    if (d->width == QB_COST_BYTE)
        for (size_t i = 0; i < size; i++)
            ((uint8_t *)d->entry)[start + i] = (uint8_t)(int32_t)((value[i] - origin) / unit + 0.5);
    else if (d->width == QB_COST_WORD)
        for (size_t i = 0; i < size; i++)
            ((uint16_t *)d->entry)[start + i] = (uint16_t)(int32_t)((value[i] - origin) / unit + 0.5);
    else
        memcpy((double *)d->entry + start, value, size * sizeof *value);
}

static void builder_start(builder *b, const qb_cost *cost, qb_diagonal *diagonal, qb_monomial *reaching)
{
    *b = (builder){.cost = cost, .diagonal = diagonal, .reaching = reaching};
    b->low = diagonal->bits < BLOCK_BITS ? diagonal->bits : BLOCK_BITS;
    for (uint64_t t = 0; t < cost->terms; t++) {
        qb_monomial term = cost->term[t];
        if (term.mask >> diagonal->bits)
            continue; /* holds the variable that symmetry fixes at 0 */
        if (term.mask >> b->low)
            reaching[b->above++] = term;
        else
            b->base[term.mask] = term.coefficient;
    }
}

/* Visits every block: finds the range, or once there is a table writes the entries, which are the values
 * themselves or (value - origin) / unit. */
static qb_status sweep(const qb_cost *cost, uint32_t threads, qb_budget *budget, qb_diagonal *diagonal,
                       double origin, double unit, double *range_least, double *range_greatest)
{
    builder *b = QB_NEW(builder, 1);
    qb_monomial *reaching = QB_NEW(qb_monomial, cost->terms);
    if (!b || !reaching) {
        qb_free(b);
        qb_free(reaching);
        return QB_NO_MEMORY;
    }
    builder_start(b, cost, diagonal, reaching);
    uint64_t blocks = 1ull << (diagonal->bits - b->low), batch = 1ull << (BATCH_BITS - BLOCK_BITS);
    size_t size = (size_t)1 << b->low;
    double least = INFINITY, greatest = -INFINITY;
    bool stopped = false;
    for (uint64_t start = 0; start < blocks && !stopped; start += batch) {
        uint64_t end = start + batch < blocks ? start + batch : blocks;
#pragma omp parallel for num_threads(threads) if (threads > 1) reduction(min                            \
                                                                         : least) reduction(max         \
                                                                                            : greatest) \
    schedule(static)
        for (uint64_t block = start; block < end; block++) {
            double value[1 << BLOCK_BITS];
            block_values(b, block, value);
            if (diagonal->entry)
                block_write(diagonal, value, (size_t)(block << b->low), size, origin, unit);
            else
                block_range(value, size, &least, &greatest);
        }
        stopped = budget && !qb_budget_spend(budget, (end - start) << b->low);
    }
    if (!stopped) {
        *range_least = least;
        *range_greatest = greatest;
    }
    qb_free(b);
    qb_free(reaching);
    return stopped ? QB_STOPPED : QB_OK;
}

qb_status qb_diagonal_survey(const qb_cost *cost, bool use_symmetry, uint32_t threads, qb_budget *budget,
                             qb_diagonal *diagonal)
{
    qb_diagonal d = {.qubits = cost->n, .bits = cost->n, .sense = cost->sense, .width = QB_COST_REAL};
    d.symmetric = use_symmetry && cost->symmetric;
    d.bits -= d.symmetric;
    d.size = (uint64_t)1 << d.bits;
    double least, greatest;
    qb_status status = sweep(cost, threads, budget, &d, 0, 1, &least, &greatest);
    if (status)
        return status;
    double unit = lattice_step(cost), levels = unit > 0 ? (greatest - least) / unit : INFINITY;
    if (levels < 65536) {
        d.width = levels < 256 ? QB_COST_BYTE : QB_COST_WORD;
        d.step = cost->scale * unit;
        d.base = cost->scale * least + cost->constant;
        d.origin = least;
        d.unit = unit;
        d.least = 0;
        d.greatest = floor(levels + 0.5);
    } else {
        d.step = cost->scale;
        d.base = cost->constant;
        d.unit = 1;
        d.least = least;
        d.greatest = greatest;
    }
    *diagonal = d;
    return QB_OK;
}

qb_status qb_diagonal_fill(const qb_cost *cost, uint32_t threads, qb_budget *budget, qb_diagonal *diagonal)
{
    qb_diagonal d = *diagonal;
    d.entry = qb_map(((size_t)1 << d.bits) * (size_t)d.width);
    if (!d.entry)
        return QB_NO_MEMORY;
    double least, greatest;
    qb_status status = sweep(cost, threads, budget, &d, d.origin, d.unit, &least, &greatest);
    if (status)
        qb_unmap(d.entry, ((size_t)1 << d.bits) * (size_t)d.width);
    else
        diagonal->entry = d.entry;
    return status;
}

void qb_diagonal_clear(qb_diagonal *diagonal)
{
    qb_unmap(diagonal->entry, diagonal->size * (size_t)diagonal->width);
    diagonal->entry = NULL;
}

double qb_diagonal_entry(const qb_diagonal *diagonal, uint64_t x)
{
    switch (diagonal->width) {
    case QB_COST_BYTE:
        return ((const uint8_t *)diagonal->entry)[x];
    case QB_COST_WORD:
        return ((const uint16_t *)diagonal->entry)[x];
    case QB_COST_REAL:
        break;
    }
    return ((const double *)diagonal->entry)[x];
}

void qb_diagonal_read(const qb_diagonal *diagonal, uint64_t first, uint64_t count, double *entry)
{
    const uint8_t *bytes = (const uint8_t *)diagonal->entry + first;
    const uint16_t *words = (const uint16_t *)diagonal->entry + first;
    switch (diagonal->width) {
    case QB_COST_BYTE:
        for (uint64_t i = 0; i < count; i++)
            entry[i] = bytes[i];
        return;
    case QB_COST_WORD:
        for (uint64_t i = 0; i < count; i++)
            entry[i] = words[i];
        return;
    case QB_COST_REAL:
        break;
    }
    memcpy(entry, (const double *)diagonal->entry + first, count * sizeof *entry);
}

double qb_diagonal_best(const qb_diagonal *diagonal)
{
    return diagonal->sense == QB_MINIMISE ? diagonal->least : diagonal->greatest;
}
