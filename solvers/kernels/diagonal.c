#define _GNU_SOURCE
#include "solvers/kernels/diagonal.h"

#include "harness/base/memory.h"
#include "solvers/kernels/diagonal_block.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_BITS 16 /* entries that a thread makes at a time: between two looks at the budget */

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

/* Terms that hold the same bits above a block: it has them where it has these bits. */
typedef struct bundle {
    uint64_t above, terms;
} bundle;

typedef struct builder {
    const qb_diagonal *diagonal; /* entries are written when they are there, else the range is found */
    qb_diagonal_block base;      /* coefficients of terms within a block */
    uint64_t step;               /* entries */
    double *least, *greatest;    /* [members of the team], owned */
    uint64_t bundles;
    bundle *bundle;        /* [bundles], owned */
    qb_monomial *reaching; /* bundle by bundle, masks within the block, owned */
} builder;

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void builder_free(builder *b)
{
    if (!b)
        return;
    qb_free(b->bundle);
    qb_free(b->reaching);
    qb_free(b->least);
    qb_free(b->greatest);
    qb_free(b);
}

static builder *builder_new(const qb_cost *cost, const qb_diagonal *diagonal, uint32_t members)
{
    builder *b = QB_NEW(builder, 1);
    if (!b)
        return NULL;
    *b = (builder){.diagonal = diagonal,
                   .step = least_of(1ull << STEP_BITS, 1ull << diagonal->bits),
                   .least = QB_NEW(double, members),
                   .greatest = QB_NEW(double, members),
                   .bundle = QB_NEW(bundle, cost->terms),
                   .reaching = QB_NEW(qb_monomial, cost->terms)};
    if (!b->bundle || !b->reaching || !b->least || !b->greatest) {
        builder_free(b);
        return NULL;
    }
    for (uint32_t m = 0; m < members; m++) {
        b->least[m] = INFINITY;
        b->greatest[m] = -INFINITY;
    }
    uint64_t reaching = 0;
    for (uint64_t t = 0; t < cost->terms; t++) { /* in the order of their masks */
        double coefficient = cost->term[t].coefficient;
        uint64_t mask = cost->term[t].mask, low = mask & (QB_BLOCK_SIZE - 1), above = mask ^ low;
        if (mask >> diagonal->bits)
            continue; /* holds the variable that symmetry fixes at 0 */
        if (!above) {
            b->base.value[low] = coefficient;
            continue;
        }
        if (!b->bundles || b->bundle[b->bundles - 1].above != above)
            b->bundle[b->bundles++] = (bundle){above, 0};
        b->bundle[b->bundles - 1].terms++;
        b->reaching[reaching++] = (qb_monomial){low, coefficient};
    }
    return b;
}

/* The costs of the block that starts at x = start. */
static void build(const builder *b, uint64_t start, qb_diagonal_block *block)
{
    const qb_monomial *term = b->reaching;
    *block = b->base;
    for (const bundle *k = b->bundle; k < b->bundle + b->bundles; term += k++->terms)
        if ((k->above & start) == k->above)
            for (uint64_t t = 0; t < k->terms; t++)
                block->value[term[t].mask] += term[t].coefficient;
    qb_block_sum_subsets(block);
}

/* Finds the range of the step's blocks, or once there is a table writes their entries. */
static void run_step(void *context, size_t step, uint32_t member)
{
    const builder *b = context;
    for (uint64_t start = step * b->step, end = start + b->step; start < end; start += QB_BLOCK_SIZE) {
        qb_diagonal_block block;
        build(b, start, &block);
        if (b->diagonal->entry)
            qb_block_write(&block, b->diagonal, start, least_of(end - start, QB_BLOCK_SIZE));
        else /* above the diagonal's end, values repeat */
            qb_block_range(&block, &b->least[member], &b->greatest[member]);
    }
}

/* Visits every block. */
static qb_status sweep(const qb_cost *cost, qb_team *team, qb_budget *budget, const qb_diagonal *diagonal,
                       double *least, double *greatest)
{
    uint32_t members = qb_team_size(team);
    builder *b = builder_new(cost, diagonal, members);
    if (!b)
        return QB_NO_MEMORY;
    qb_status status = qb_team_run(team, (1ull << diagonal->bits) / b->step, 1, run_step, b, b->step, budget);
    if (!status && least) {
        *least = b->least[0];
        *greatest = b->greatest[0];
        for (uint32_t m = 1; m < members; m++) {
            *least = fmin(*least, b->least[m]);
            *greatest = fmax(*greatest, b->greatest[m]);
        }
    }
    builder_free(b);
    return status;
}

qb_status qb_diagonal_survey(const qb_cost *cost, bool use_symmetry, qb_team *team, qb_budget *budget,
                             qb_diagonal *diagonal)
{
    qb_diagonal d = {.qubits = cost->n, .bits = cost->n, .sense = cost->sense, .width = QB_COST_REAL};
    d.symmetric = use_symmetry && cost->symmetric;
    d.bits -= d.symmetric;
    d.size = (uint64_t)1 << d.bits;
    double least, greatest;
    qb_status status = sweep(cost, team, budget, &d, &least, &greatest);
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

qb_status qb_diagonal_fill(const qb_cost *cost, qb_team *team, qb_budget *budget, qb_diagonal *diagonal)
{
    qb_diagonal d = *diagonal;
    d.entry = qb_map(((size_t)1 << d.bits) * (size_t)d.width);
    if (!d.entry)
        return QB_NO_MEMORY;
    qb_status status = sweep(cost, team, budget, &d, NULL, NULL);
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
