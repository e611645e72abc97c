#include "solvers/kernels/anneal_count.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/anneal_pack.h"
#include "solvers/kernels/units.h"

#include <string.h>

#define COUNT_LARGEST 16384 /* variables: 16 tables */
#define COUNT_MOST    3 /* slots a variable, places that stay empty counted as well: beyond, rows are faster */
#define COUNT_FREE    128     /* slots more: of small models */
#define COUNT_ATTEMPT 14      /* deciding a block takes as long as so many slots */
#define COUNT_SPAN    4       /* blocks between two looks at the work done */
#define COUNT_LEAST   0x1p-60 /* probabilities below are as good as 0 */

static void count_close(void *opaque)
{
    qb_anneal_count_state *s = opaque;
    qb_free(s->position);
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

static int8_t weight_of(const qb_anneal_count_state *s, int32_t coefficient)
{
    return (int8_t)((s->model->sense == QB_MINIMISE ? coefficient : -coefficient) / s->unit);
}

static bool all_equal(const qb_qubo *q)
{
    for (uint64_t k = 1; k < q->nonzeros; k++)
        if (q->int_weight[k] != q->int_weight[0])
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
static qb_status set_slots(qb_anneal_count_state *s, uint32_t *count)
{
    s->position = QB_NEW(uint32_t, s->n);
    if (!s->position || qb_anneal_pack(s->model, QB_COUNT_BLOCK, UINT32_MAX, s->position, &s->blocks))
        return QB_NO_MEMORY;
    s->tables = (s->blocks + QB_COUNT_TABLE - 1) / QB_COUNT_TABLE;
    size_t lists = (size_t)s->blocks * s->tables;
    s->first = QB_NEW(uint32_t, lists + 1);
    if (!s->first)
        return QB_NO_MEMORY;
    for (uint32_t i = 0; i < s->n; i++) {
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

static void fill(qb_anneal_count_state *s, uint32_t *count)
{
    const qb_qubo *q = s->model;
    for (uint32_t i = 0; i < s->n; i++)
        s->list[s->position[i] + 1] = (uint32_t)(q->start[i + 1] - q->start[i]);
    for (size_t p = 0; p < (size_t)s->blocks * QB_COUNT_BLOCK; p++)
        s->list[p + 1] += s->list[p];
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t p = s->position[i], lane = p % QB_COUNT_BLOCK;
        const uint32_t *first = s->first + (size_t)(p / QB_COUNT_BLOCK) * s->tables;
        qb_single_entry *entry = s->entry + s->list[p];
        s->linear[p] = weight_of(s, q->int_linear[i]);
        memset(count, 0, s->tables * sizeof *count);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            uint32_t at = s->position[q->neighbour[k]], table = at / (QB_COUNT_BLOCK * QB_COUNT_TABLE);
            size_t slot = first[table] + count[table]++;
            int8_t weight = weight_of(s, q->int_weight[k]);
            *entry++ = (qb_single_entry){at, weight};
            s->slot[slot].byte[lane] = (uint8_t)(at / 8 % 128);
            s->slot[slot].bit[lane] = (uint8_t)(1 << at % 8);
            s->weight[slot * s->weight_step + lane] = weight;
        }
    }
    if (!s->weight_step && q->nonzeros)
        memset(s->weight, weight_of(s, q->int_weight[0]), QB_COUNT_BLOCK);
}

static qb_status allocate(qb_anneal_count_state *s)
{
    size_t places = (size_t)s->blocks * QB_COUNT_BLOCK, slots = s->first[(size_t)s->blocks * s->tables];
    s->weight_step = all_equal(s->model) ? 0 : QB_COUNT_BLOCK;
    s->x = QB_NEW(uint64_t, (size_t)s->tables * QB_COUNT_TABLE);
    s->linear = QB_NEW(int8_t, places);
    s->field = QB_NEW(int8_t, places);
    s->slot = QB_NEW(qb_count_slot, slots);
    s->weight = QB_NEW(int8_t, s->weight_step ? slots * QB_COUNT_BLOCK : QB_COUNT_BLOCK);
    s->list = QB_NEW(uint32_t, places + 1);
    s->entry = QB_NEW(qb_single_entry, s->model->nonzeros);
    bool complete = s->x && s->linear && s->field && s->slot && s->weight && s->list && s->entry;
    return complete ? QB_OK : QB_NO_MEMORY;
}

static qb_status count_open(const qb_qubo *q, uint64_t seed, void **state, qb_anneal_walk *walk,
                            qb_diag *diag)
{
    static const char why[] = "annealing by counting takes sparse models of small integers";
    if (!q->integral || q->n > COUNT_LARGEST)
        return qb_fail(diag, QB_REFUSED, "%s", why);
    qb_units units = qb_units_of(q);
    if (units.reach > QB_COUNT_REACH)
        return qb_fail(diag, QB_REFUSED, "%s", why);
    qb_anneal_count_state *s = *state = QB_NEW(qb_anneal_count_state, 1);
    uint32_t *count = QB_NEW(uint32_t, q->n / QB_COUNT_TABLE + 1);
    qb_status status = s && count ? QB_OK : QB_NO_MEMORY;
    if (!status) {
        *s = (qb_anneal_count_state){
            .model = q, .n = q->n, .unit = units.unit, .reach = units.reach, .beta = -1};
        status = set_slots(s, count);
    }
    if (!status)
        status = allocate(s);
    if (!status) {
        fill(s, count);
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

static void count_start(void *opaque, const uint8_t *x)
{
    qb_anneal_count_state *s = opaque;
    memset(s->x, 0, (size_t)s->tables * QB_COUNT_TABLE * sizeof *s->x);
    for (uint32_t i = 0; i < s->n; i++) {
        s->x[s->position[i] / QB_COUNT_BLOCK] |= (uint64_t)x[i] << s->position[i] % QB_COUNT_BLOCK;
    }
    for (uint32_t p = 0; p < s->blocks * QB_COUNT_BLOCK; p++) {
        int32_t field = s->linear[p];
        for (uint32_t k = s->list[p]; k < s->list[p + 1]; k++)
            field += is_one(s, s->entry[k].at) * s->entry[k].weight;
        s->field[p] = (int8_t)field;
    }
    s->sweep = qb_anneal_tier_selected()->count_sweep;
}

/* exp(-beta c) for all costs c > 0. */
static void set_chances(qb_anneal_count_state *s, double beta)
{
    double step = qb_anneal_exp_minus(beta * s->unit), p = 1;
    for (int32_t c = 1; c <= s->reach; c++) {
        p = p > COUNT_LEAST ? p * step : 0;
        s->p[c] = p;
        s->chance[c] = p < 1 ? (uint8_t)(256 * p) : 255;
    }
    s->beta = beta;
}

static uint64_t count_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    qb_anneal_count_state *s = opaque;
    if (beta != s->beta)
        set_chances(s, beta);
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
