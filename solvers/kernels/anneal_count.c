#include "solvers/kernels/anneal_count.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/anneal_pack.h"
#include "solvers/kernels/rows.h"

#include <string.h>

#define COUNT_LARGEST 16384 /* variables: 16 tables */
#define COUNT_MOST    3 /* slots a variable, places that stay empty counted as well: beyond, rows are faster */
#define COUNT_FREE    128     /* slots more: of small models */
#define COUNT_ATTEMPT 14      /* deciding a block takes as long as so many slots */
#define COUNT_SPAN    4       /* blocks between two looks at the work done */
#define COUNT_FLIP    8       /* a flip takes as long as telling so many neighbours */
#define COUNT_TOLD    1       /* neighbours that are told in the time of a slot, twice as many of 16 bits */
#define COUNT_LEAST   0x1p-60 /* probabilities below are as good as 0 */

static void count_close(void *opaque)
{
    qb_anneal_count_state *s = opaque;
    qb_free(s->position);
    qb_free(s->variable);
    qb_free(s->x);
    qb_free(s->linear);
    qb_free(s->field);
    qb_free(s->first);
    qb_free(s->slot);
    qb_free(s->weight);
    qb_free(s->list);
    qb_free(s->entry);
    qb_free(s);
}

static int32_t weight_of(const qb_anneal_count_state *s, double coefficient)
{
    return qb_fixed_round(&s->fixed, coefficient) * (s->model->sense == QB_MINIMISE ? 1 : -1);
}

static void put(const qb_anneal_count_state *s, void *array, size_t at, int32_t value)
{
    if (s->wide)
        ((int16_t *)array)[at] = (int16_t)value;
    else
        ((int8_t *)array)[at] = (int8_t)value;
}

static bool all_equal(const qb_qubo *q)
{
    for (uint64_t k = 1; k < q->nonzeros; k++)
        if (qb_qubo_weight(q, k) != qb_qubo_weight(q, 0))
            return false;
    return true;
}

/* Neighbours of variable i in each table: count[tables]. */
static void count_neighbours(const qb_anneal_count_state *s, uint32_t i, uint32_t *count)
{
    memset(count, 0, s->tables * sizeof *count);
    for (uint64_t k = s->model->start[i]; k < s->model->start[i + 1]; k++)
        count[s->position[s->model->neighbour[k]] / (QB_COUNT_BLOCK * QB_COUNT_TABLE)]++;
}

/* The order, and how many slots its blocks need. */
static qb_status set_slots(qb_anneal_count_state *s, uint32_t *count, qb_budget *budget)
{
    s->position = QB_NEW(uint32_t, s->n);
    qb_status status =
        s->position ? qb_anneal_pack(s->model, QB_COUNT_BLOCK, UINT32_MAX, s->position, &s->blocks, budget)
                    : QB_NO_MEMORY;
    if (status)
        return status;
    s->tables = (s->blocks + QB_COUNT_TABLE - 1) / QB_COUNT_TABLE;
    size_t lists = (size_t)s->blocks * s->tables;
    s->first = QB_NEW(uint32_t, lists + 1);
    if (!s->first)
        return QB_NO_MEMORY;
    for (uint32_t i = 0; i < s->n && qb_rows_spend(budget, s->model, i); i++) {
        uint32_t *most = s->first + (size_t)(s->position[i] / QB_COUNT_BLOCK) * s->tables + 1;
        count_neighbours(s, i, count);
        for (uint32_t t = 0; t < s->tables; t++)
            most[t] = most[t] > count[t] ? most[t] : count[t];
    }
    for (size_t k = 0; k < lists; k++)
        s->first[k + 1] += s->first[k];
    uint64_t most = COUNT_MOST * (uint64_t)s->n + COUNT_FREE;
    return s->first[lists] + COUNT_ATTEMPT * (uint64_t)s->blocks > most ? QB_REFUSED : QB_OK;
}

static void fill(qb_anneal_count_state *s, uint32_t *count, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    for (uint32_t i = 0; i < s->n; i++)
        s->list[s->position[i] + 1] = (uint32_t)(q->start[i + 1] - q->start[i]);
    for (size_t p = 0; p < (size_t)s->blocks * QB_COUNT_BLOCK; p++)
        s->list[p + 1] += s->list[p];
    for (size_t p = 0; s->wide && p < (size_t)s->blocks * QB_COUNT_BLOCK; p++)
        put(s, s->linear, p, INT16_MAX); /* where nobody stands a field too high to flip: nothing to decide */
    for (uint32_t i = 0; i < s->n && qb_rows_spend(budget, q, i); i++) {
        uint32_t p = s->position[i], lane = p % QB_COUNT_BLOCK;
        const uint32_t *first = s->first + (size_t)(p / QB_COUNT_BLOCK) * s->tables;
        qb_single_entry *entry = s->entry + s->list[p];
        s->variable[p] = i;
        put(s, s->linear, p, weight_of(s, qb_qubo_linear(q, i)));
        memset(count, 0, s->tables * sizeof *count);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            uint32_t at = s->position[q->neighbour[k]], table = at / (QB_COUNT_BLOCK * QB_COUNT_TABLE);
            size_t slot = first[table] + count[table]++;
            int32_t weight = weight_of(s, qb_qubo_weight(q, k));
            *entry++ = (qb_single_entry){at, weight};
            s->slot[slot].byte[lane] = (uint8_t)(at / 8 % 128);
            s->slot[slot].bit[lane] = (uint8_t)(1 << at % 8);
            put(s, s->weight, slot * s->weight_step + lane, weight);
        }
    }
    for (uint32_t lane = 0; !s->weight_step && q->nonzeros && lane < QB_COUNT_BLOCK; lane++)
        put(s, s->weight, lane, weight_of(s, qb_qubo_weight(q, 0)));
}

static qb_status allocate(qb_anneal_count_state *s)
{
    size_t places = (size_t)s->blocks * QB_COUNT_BLOCK, slots = s->first[(size_t)s->blocks * s->tables];
    size_t width = s->wide ? sizeof(int16_t) : sizeof(int8_t);
    s->weight_step = all_equal(s->model) ? 0 : QB_COUNT_BLOCK;
    s->x = QB_NEW(uint64_t, (size_t)s->tables * QB_COUNT_TABLE);
    s->variable = QB_NEW(uint32_t, places);
    s->linear = qb_alloc(places, width);
    s->field = qb_alloc(places, width);
    s->slot = QB_NEW(qb_count_slot, slots);
    s->weight = qb_alloc(s->weight_step ? slots * QB_COUNT_BLOCK : QB_COUNT_BLOCK, width);
    s->list = QB_NEW(uint32_t, places + 1);
    s->entry = QB_NEW(qb_single_entry, s->model->nonzeros);
    return s->x && s->variable && s->linear && s->field && s->slot && s->weight && s->list && s->entry
               ? QB_OK
               : QB_NO_MEMORY;
}

static qb_status count_open(const qb_qubo *q, uint64_t seed, qb_budget *budget, void **state,
                            qb_anneal_walk *walk, qb_diag *diag)
{
    static const char why[] = "annealing by counting takes sparse models whose fields fit into 16 bits";
    bool full =
        q->nonzeros / QB_COUNT_BLOCK > COUNT_MOST * (uint64_t)q->n + COUNT_FREE; /* whatever the order */
    if (q->n > COUNT_LARGEST || full)
        return qb_fail(diag, QB_REFUSED, "%s", why);
    qb_fixed fixed = qb_fixed_of(q, QB_COUNT_BITS, budget);
    if (!fixed.decides)
        return qb_fail(diag, QB_REFUSED, "%s", why);
    qb_anneal_count_state *s = *state = QB_NEW(qb_anneal_count_state, 1);
    uint32_t *count = QB_NEW(uint32_t, q->n / QB_COUNT_TABLE + 1);
    qb_status status = s && count ? QB_OK : QB_NO_MEMORY;
    if (!status) {
        *s = (qb_anneal_count_state){
            .model = q,
            .n = q->n,
            .fixed = fixed,
            .wide = fixed.slack || fixed.reach > QB_COUNT_REACH,
            .beta = -1,
        };
        status = set_slots(s, count, budget);
    }
    if (!status)
        status = allocate(s);
    if (!status) {
        fill(s, count, budget);
        qb_lanes_rng_init(&s->rng, seed, 1);
        qb_rng_init(&s->fresh, seed, 16);
        *walk = (qb_anneal_walk){s->blocks, COUNT_SPAN, QB_ANNEAL_QUANTUM};
    }
    qb_free(count);
    return status == QB_REFUSED ? qb_fail(diag, status, "%s", why) : status;
}

static bool is_one(const qb_anneal_count_state *s, uint32_t position)
{
    return s->x[position / QB_COUNT_BLOCK] >> position % QB_COUNT_BLOCK & 1;
}

/* All fields anew, which are kept from now on. */
static void keep_fields(qb_anneal_count_state *s)
{
    for (uint32_t p = 0; p < s->blocks * QB_COUNT_BLOCK; p++) {
        int32_t field = s->wide ? ((const int16_t *)s->linear)[p] : ((const int8_t *)s->linear)[p];
        for (uint32_t k = s->list[p]; k < s->list[p + 1]; k++)
            field += is_one(s, s->entry[k].at) * s->entry[k].weight;
        put(s, s->field, p, field);
    }
    s->kept = true;
}

/* Before a sweep, by the flips of the last one: are fields to be kept, or counted?  Keeping them begins with
 * all of them anew, so it has to be cheaper by far. */
static void choose(qb_anneal_count_state *s)
{
    uint64_t told = s->flips * (COUNT_FLIP + s->model->nonzeros / s->n),
             counted = COUNT_TOLD * (1 + (uint64_t)s->wide) * s->first[(size_t)s->blocks * s->tables];
    if (s->kept)
        s->kept = told < counted;
    else if (2 * told < counted)
        keep_fields(s);
    s->flips = 0;
}

static void count_start(void *opaque, const uint8_t *x)
{
    qb_anneal_count_state *s = opaque;
    memset(s->x, 0, (size_t)s->tables * QB_COUNT_TABLE * sizeof *s->x);
    for (uint32_t i = 0; i < s->n; i++) {
        s->x[s->position[i] / QB_COUNT_BLOCK] |= (uint64_t)x[i] << s->position[i] % QB_COUNT_BLOCK;
    }
    const qb_anneal_tier *tier = qb_anneal_tier_selected();
    s->sweep = s->wide ? tier->count_sweep_wide : tier->count_sweep;
    s->counts = tier->counts;
    s->kept = false;
    s->flips = UINT32_MAX; /* hot, until it turns out otherwise */
    if (!s->counts)
        keep_fields(s);
}

static bool variable_is_one(const void *opaque, uint32_t i)
{
    const qb_anneal_count_state *s = opaque;
    return is_one(s, s->position[i]);
}

bool qb_count_accepts(const qb_anneal_count_state *s, uint32_t position, float threshold)
{
    return qb_fixed_accepts(&s->fixed, s->model, s->variable[position], threshold, variable_is_one, s);
}

/* exp(-beta c) for all costs c > 0. */
static void set_chances(qb_anneal_count_state *s, double beta)
{
    double step = qb_anneal_exp_minus(beta * s->fixed.unit), p = 1;
    for (int32_t c = 1; c <= s->fixed.reach; c++) {
        p = p > COUNT_LEAST ? p * step : 0;
        s->p[c] = p;
        s->chance[c] = p < 1 ? (uint8_t)(256 * p) : 255;
    }
}

static uint64_t count_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    qb_anneal_count_state *s = opaque;
    if (beta != s->beta && !s->wide)
        set_chances(s, beta);
    s->beta = beta;
    if (from == 0 && s->counts)
        choose(s);
    return s->sweep(s, from, to);
}

static void count_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_count_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        x[i] = is_one(s, s->position[i]);
}

const qb_anneal_kernel qb_anneal_count = {
    .name = "count",
    .replicas = 1,
    .open = count_open,
    .close = count_close,
    .start = count_start,
    .attempt = count_attempt,
    .get = count_get,
};
