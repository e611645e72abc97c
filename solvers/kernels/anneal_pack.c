#include "solvers/kernels/anneal_pack.h"
#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"
#include "solvers/kernels/units.h"

#include <string.h>

#define PACK_WINDOW 32 /* blocks that are filled at a time */
#define PACK_GOLDEN 0.6180339887498949

static uint32_t degree_of(const qb_qubo *q, uint32_t i)
{
    return (uint32_t)(q->start[i + 1] - q->start[i]);
}

/* Variables by falling degree, in file order among equals: order[n].  count[n + 1] is scratch, zero. */
static void sort_by_degree(const qb_qubo *q, uint32_t *count, uint32_t *order)
{
    for (uint32_t i = 0; i < q->n; i++)
        count[q->n - 1 - degree_of(q, i)]++;
    for (uint32_t sum = 0, d = 0; d < q->n; d++) {
        uint32_t here = count[d];
        count[d] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < q->n; i++)
        order[count[q->n - 1 - degree_of(q, i)]++] = i;
}

/* Blocks being filled: the first `opened` of open[], by number. */
typedef struct packing {
    uint32_t size, most, blocks, opened;
    uint32_t *block_of; /* [n] */
    uint32_t *filled;   /* [n] variables of each block */
    uint32_t open[PACK_WINDOW];
} packing;

static uint32_t fullest(const packing *p)
{
    uint32_t slot = 0;
    for (uint32_t k = 1; k < p->opened; k++)
        if (p->filled[p->open[k]] > p->filled[p->open[slot]])
            slot = k;
    return slot;
}

static void shut(packing *p, uint32_t slot)
{
    p->opened--;
    memmove(p->open + slot, p->open + slot + 1, (p->opened - slot) * sizeof *p->open);
}

/* The slot of the first open block without a neighbour of i, of a new one, or of the fullest. */
static uint32_t slot_for(packing *p, const qb_qubo *q, uint32_t i)
{
    uint32_t all = (uint32_t)((UINT64_C(1) << p->opened) - 1);
    uint32_t taken = 0; /* bit k: open[k] holds a neighbour */
    for (uint64_t e = q->start[i]; e < q->start[i + 1] && taken != all; e++)
        for (uint32_t k = 0; k < p->opened; k++)
            taken |= (uint32_t)(p->block_of[q->neighbour[e]] == p->open[k]) << k;
    for (uint32_t k = 0; k < p->opened; k++)
        if (!(taken >> k & 1))
            return k;
    if (p->blocks >= p->most && p->opened)
        return fullest(p);
    if (p->opened == PACK_WINDOW)
        shut(p, 0); /* the oldest stays as it is */
    p->open[p->opened] = p->blocks++;
    return p->opened++;
}

static qb_status pack(packing *p, const qb_qubo *q, const uint32_t *order, uint32_t *position,
                      qb_budget *budget)
{
    memset(p->block_of, 0xff, q->n * sizeof *p->block_of);
    for (uint32_t k = 0; k < q->n; k++) {
        uint32_t i = order[k];
        if (!qb_rows_spend(budget, q, i))
            return QB_STOPPED;
        uint32_t slot = slot_for(p, q, i), block = p->open[slot];
        p->block_of[i] = block;
        position[i] = p->filled[block]++;
        if (p->filled[block] == p->size)
            shut(p, slot);
    }
    return QB_OK;
}

/* Spreads the blocks: the one numbered b stands b strides further, modulo their number. */
static void spread(const packing *p, uint32_t n, uint32_t *position)
{
    uint32_t stride = (uint32_t)(PACK_GOLDEN * p->blocks) | 1;
    while (qb_common_divisor(stride, p->blocks) > 1)
        stride++;
    for (uint32_t i = 0; i < n; i++)
        position[i] += p->size * (uint32_t)((uint64_t)p->block_of[i] * stride % p->blocks);
}

qb_status qb_anneal_pack(const qb_qubo *q, uint32_t size, uint32_t most, uint32_t *position, uint32_t *blocks,
                         qb_budget *budget)
{
    uint32_t *order = QB_NEW(uint32_t, q->n), *count = QB_NEW(uint32_t, (size_t)q->n + 1);
    packing p = {
        .size = size, .most = most, .block_of = QB_NEW(uint32_t, q->n), .filled = QB_NEW(uint32_t, q->n)};
    qb_status status = order && count && p.block_of && p.filled ? QB_OK : QB_NO_MEMORY;
    if (!status) {
        sort_by_degree(q, count, order);
        status = pack(&p, q, order, position, budget);
    }
    if (!status) {
        spread(&p, q->n, position);
        *blocks = p.blocks;
    }
    qb_free(order);
    qb_free(count);
    qb_free(p.block_of);
    qb_free(p.filled);
    return status;
}
