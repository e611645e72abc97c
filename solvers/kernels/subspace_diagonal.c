/* The costs of a subspace, by restriction: fixing the digit of the top site leaves a polynomial in the sites
 * below, whose values are the next slice of the table.  Its terms are kept in ascending order of their masks,
 * so that equal ones meet in a merge.  A polynomial of pairs over v variables has v^2 / 2 terms and 2^v
 * values, so nearly all of the time goes to the lowest sites: O(size). */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "solvers/kernels/subspace.h"

#include <math.h>
#include <stdlib.h>

enum { CHARGE = 1 << 16 }; /* entries between two looks at the budget */

typedef struct polynomial {
    uint64_t terms;
    qb_monomial *term; /* masks ascend; the empty one is the constant */
} polynomial;

typedef struct writer {
    const qb_subspace *subspace;
    uint32_t place[QB_COST_VARIABLES];       /* of a variable, in the order of the sites */
    uint32_t first[QB_COST_VARIABLES];       /* place of a site's first variable */
    uint64_t *pattern[QB_COST_VARIABLES];    /* a site's patterns in these places, from its first one */
    polynomial below[QB_COST_VARIABLES + 1]; /* what is left of the cost below site s */
    polynomial spare;
    qb_budget *budget;
    uint64_t unpaid;
    double *entry;
    double least, greatest;
} writer;

static uint64_t move_bits(const writer *w, uint64_t mask)
{
    uint64_t moved = 0;
    for (; mask; mask &= mask - 1)
        moved |= (uint64_t)1 << w->place[__builtin_ctzll(mask)];
    return moved;
}

/* to += from's terms [first, end), their masks cut to `keep`; both ascend. */
static void merge(polynomial *to, polynomial *spare, const polynomial *from, uint64_t first, uint64_t end,
                  uint64_t keep)
{
    uint64_t i = 0, made = 0;
    for (uint64_t j = first; i < to->terms || j < end;) {
        uint64_t other = j < end ? from->term[j].mask & keep : UINT64_MAX;
        uint64_t own = i < to->terms ? to->term[i].mask : UINT64_MAX;
        qb_monomial sum = {own < other ? own : other, 0};
        if (own == sum.mask)
            sum.coefficient += to->term[i++].coefficient;
        if (other == sum.mask)
            sum.coefficient += from->term[j++].coefficient;
        spare->term[made++] = sum;
    }
    spare->terms = made;
    polynomial swap = *to;
    *to = *spare;
    *spare = swap;
}

/* What remains of `from` below site s when its variables take `pattern`. */
static void restrict_to(writer *w, uint32_t s, const polynomial *from, uint64_t pattern)
{
    polynomial *to = &w->below[s];
    uint64_t keep = ((uint64_t)1 << w->first[s]) - 1;
    to->terms = 0;
    for (uint64_t first = 0, end; first < from->terms; first = end) {
        uint64_t top = from->term[first].mask >> w->first[s];
        for (end = first + 1; end < from->terms && from->term[end].mask >> w->first[s] == top;)
            end++;
        if (!(top & ~pattern))
            merge(to, &w->spare, from, first, end, keep);
    }
}

/* Writes the slice of sites 0 .. s from `start` on; false once the budget is gone. */
static bool write_slice(writer *w, uint32_t s, const polynomial *from, uint64_t start)
{
    const qb_site *site = &w->subspace->site[s];
    for (uint32_t digit = 0; digit < site->dimension; digit++) {
        uint64_t at = start + digit * site->stride;
        if (s > 0) {
            restrict_to(w, s, from, w->pattern[s][digit]);
            if (!write_slice(w, s - 1, &w->below[s], at))
                return false;
            continue;
        }
        double value = 0;
        for (uint64_t t = 0; t < from->terms; t++)
            value += from->term[t].mask & ~w->pattern[0][digit] ? 0 : from->term[t].coefficient;
        w->entry[at] = value;
        w->least = value < w->least ? value : w->least;
        w->greatest = value > w->greatest ? value : w->greatest;
        w->unpaid++;
    }
    if (w->unpaid < CHARGE || !w->budget)
        return true;
    uint64_t due = w->unpaid;
    w->unpaid = 0;
    return qb_budget_spend(w->budget, due);
}

static int by_mask(const void *a, const void *b)
{
    const qb_monomial *p = a, *q = b;
    return (p->mask > q->mask) - (p->mask < q->mask);
}

/* Places, patterns and the cost in the order of the sites; what it allocates is `block` and `patterns`. */
static qb_status writer_start(writer *w, const qb_cost *cost, qb_monomial **block, uint64_t **patterns)
{
    const qb_subspace *subspace = w->subspace;
    uint64_t terms = cost->terms + 1, rows = 0;
    uint32_t place = 0;
    for (uint32_t s = 0; s < subspace->sites; s++) {
        w->first[s] = place;
        rows += subspace->site[s].dimension;
        for (uint64_t mask = subspace->site[s].mask; mask; mask &= mask - 1)
            w->place[__builtin_ctzll(mask)] = place++;
    }
    *block = QB_NEW(qb_monomial, terms * (subspace->sites + 2));
    *patterns = QB_NEW(uint64_t, rows);
    if (!*block || !*patterns)
        return QB_NO_MEMORY;
    for (uint32_t s = 0; s <= subspace->sites; s++)
        w->below[s].term = *block + s * terms;
    w->spare.term = *block + (subspace->sites + 1) * terms;
    rows = 0;
    for (uint32_t s = 0; s < subspace->sites; s++) {
        w->pattern[s] = *patterns + rows;
        for (uint32_t digit = 0; digit < subspace->site[s].dimension; digit++)
            w->pattern[s][digit] = move_bits(w, subspace->site[s].pattern[digit]) >> w->first[s];
        rows += subspace->site[s].dimension;
    }
    polynomial *whole = &w->below[subspace->sites];
    for (uint64_t t = 0; t < cost->terms; t++)
        whole->term[whole->terms++] =
            (qb_monomial){move_bits(w, cost->term[t].mask), cost->term[t].coefficient};
    qsort(whole->term, whole->terms, sizeof *whole->term, by_mask);
    return QB_OK;
}

qb_status qb_subspace_diagonal(const qb_subspace *subspace, const qb_cost *cost, qb_budget *budget,
                               qb_diagonal *diagonal)
{
    qb_diagonal d = {.qubits = cost->n, .bits = cost->n, .size = subspace->size, .sense = cost->sense};
    d.width = QB_COST_REAL;
    d.base = cost->constant;
    d.step = cost->scale;
    d.unit = 1;
    d.entry = qb_map(subspace->size * sizeof(double));
    writer *w = QB_NEW(writer, 1);
    qb_monomial *block = NULL;
    uint64_t *patterns = NULL;
    qb_status status = d.entry && w ? QB_OK : QB_NO_MEMORY;
    if (!status) {
        *w = (writer){.subspace = subspace, .budget = budget, .entry = d.entry};
        w->least = INFINITY;
        w->greatest = -INFINITY;
        status = writer_start(w, cost, &block, &patterns);
    }
    if (!status && (!write_slice(w, subspace->sites - 1, &w->below[subspace->sites], 0) ||
                    !qb_budget_spend(budget, w->unpaid)))
        status = QB_STOPPED;
    if (status) {
        qb_unmap(d.entry, subspace->size * sizeof(double));
    } else {
        d.least = w->least;
        d.greatest = w->greatest;
        *diagonal = d;
    }
    qb_free(w);
    qb_free(block);
    qb_free(patterns);
    return status;
}
