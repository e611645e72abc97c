#include "solvers/kernels/anneal_gather.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_pack.h"
#include "solvers/kernels/rows.h"

#define GATHER_MOST_COUPLINGS 24 /* a variable on average: beyond, telling the neighbours is cheaper */
#define GATHER_SPAN           16 /* blocks between two looks at the work done */
#define GATHER_BITS           30 /* of fields */

static void gather_close(void *opaque)
{
    qb_anneal_gather_state *s = opaque;
    qb_free(s->position);
    qb_free(s->variable);
    qb_free(s->x);
    qb_free(s->first);
    qb_free(s->at);
    qb_free(s->linear);
    qb_free(s->weight);
    qb_free(s);
}

static uint32_t degree_of(const qb_qubo *q, uint32_t i)
{
    return (uint32_t)(q->start[i + 1] - q->start[i]);
}

/* first[b + 1] - first[b]: as many entries as the block's variable of most couplings needs of all. */
static void count_entries(qb_anneal_gather_state *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        uint64_t *size = &s->first[s->position[i] / QB_GATHER_BLOCK + 1], needs = degree_of(s->model, i);
        *size = *size > needs ? *size : needs;
    }
    for (uint32_t b = 0; b < s->blocks; b++)
        s->first[b + 1] = s->first[b] + QB_GATHER_BLOCK * s->first[b + 1];
}

static void fill_entries(qb_anneal_gather_state *s, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    const int32_t sign = q->sense == QB_MINIMISE ? 1 : -1;
    for (uint32_t i = 0; i < s->n && qb_rows_spend(budget, q, i); i++) {
        uint32_t p = s->position[i];
        uint64_t to = s->first[p / QB_GATHER_BLOCK] + p % QB_GATHER_BLOCK;
        s->linear[p] = sign * qb_fixed_round(&s->fixed, qb_qubo_linear(q, i));
        if (s->variable)
            s->variable[p] = i;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++, to += QB_GATHER_BLOCK) {
            s->at[to] = (int32_t)s->position[q->neighbour[k]];
            s->weight[to] = sign * qb_fixed_round(&s->fixed, qb_qubo_weight(q, k));
        }
    }
}

static bool allocate_entries(qb_anneal_gather_state *s)
{
    size_t places = (size_t)s->blocks * QB_GATHER_BLOCK;
    s->first = QB_NEW(uint64_t, (size_t)s->blocks + 1);
    if (!s->first)
        return false;
    count_entries(s);
    size_t entries = s->first[s->blocks];
    s->x = QB_NEW(int32_t, places);
    s->at = QB_NEW(int32_t, entries);
    s->linear = QB_NEW(int32_t, places);
    s->weight = QB_NEW(int32_t, entries);
    if (s->fixed.slack)
        s->variable = QB_NEW(uint32_t, places);
    return s->x && s->at && s->linear && s->weight && (s->variable || !s->fixed.slack);
}

static qb_status gather_open(const qb_qubo *q, uint64_t seed, qb_budget *budget, void **state,
                             qb_anneal_walk *walk, qb_diag *diag)
{
    if (q->nonzeros > (uint64_t)GATHER_MOST_COUPLINGS * q->n || q->n > INT32_MAX / QB_GATHER_BLOCK)
        return qb_fail(diag, QB_REFUSED, "gathering takes models of up to %d couplings a variable",
                       GATHER_MOST_COUPLINGS);
    qb_anneal_gather_state *s = *state = QB_NEW(qb_anneal_gather_state, 1);
    if (!s)
        return QB_NO_MEMORY;
    *s = (qb_anneal_gather_state){.model = q, .n = q->n, .fixed = qb_fixed_of(q, GATHER_BITS, budget)};
    s->position = QB_NEW(uint32_t, q->n);
    qb_status status = s->position
                           ? qb_anneal_pack(q, QB_GATHER_BLOCK, UINT32_MAX, s->position, &s->blocks, budget)
                           : QB_NO_MEMORY;
    if (!status && !allocate_entries(s))
        status = QB_NO_MEMORY;
    if (status)
        return status;
    fill_entries(s, budget);
    qb_lanes_rng_init(&s->rng, seed, 1);
    *walk = (qb_anneal_walk){s->blocks, GATHER_SPAN, QB_ANNEAL_QUANTUM};
    return QB_OK;
}

static bool is_one(const void *opaque, uint32_t i)
{
    const qb_anneal_gather_state *s = opaque;
    return s->x[s->position[i]];
}

bool qb_gather_accepts(const qb_anneal_gather_state *s, uint32_t position, float threshold)
{
    return qb_fixed_accepts(&s->fixed, s->model, s->variable[position], threshold, is_one, s);
}

static void gather_start(void *opaque, const uint8_t *x)
{
    qb_anneal_gather_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        s->x[s->position[i]] = -(int32_t)x[i];
}

static uint64_t gather_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    return qb_anneal_tier_selected()->gather_sweep(opaque, beta, from, to);
}

static void gather_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_gather_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        x[i] = is_one(s, i);
}

const qb_anneal_kernel qb_anneal_gather = {
    .name = "gather",
    .replicas = 1,
    .open = gather_open,
    .close = gather_close,
    .start = gather_start,
    .attempt = gather_attempt,
    .get = gather_get,
};
