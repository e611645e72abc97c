#include "solvers/kernels/gray.h"
#include "harness/base/memory.h"
#include "solvers/kernels/gray_kernel.h"
#include "solvers/kernels/units.h"

#include <math.h>
#include <string.h>

struct qb_gray {
    gray_model model;
    const qb_qubo *qubo;
    double unit;                       /* the greatest common divisor, with the sense's sign: E = unit cost */
    uint32_t order[QB_GRAY_VARIABLES]; /* variable behind each bit */
    void (*chunk)(const gray_model *, uint64_t, gray_tally *);
    const char *width;
    qb_team *team;     /* not owned; NULL: the calling thread */
    gray_tally *tally; /* [members of the team] */
};

void gray_tally_add(gray_tally *t, double cost, uint64_t count, uint64_t state, double tolerance)
{
    uint32_t at = t->levels;
    while (at > 0 && t->level[at - 1].cost > cost + tolerance)
        at--;
    if (at > 0 && t->level[at - 1].cost >= cost - tolerance) { /* seen before */
        gray_found *same = &t->level[at - 1];
        same->count += count;
        if (state < same->state) {
            same->state = state;
            same->cost = cost;
        }
        return;
    }
    if (at == t->capacity)
        return;
    memmove(t->level + at + 1, t->level + at, (t->levels - at) * sizeof *t->level);
    t->level[at] = (gray_found){cost, count, state};
    if (t->levels < t->capacity)
        t->levels++;
}

static double strength_of(const qb_qubo *q, uint32_t i)
{
    double strength = fabs(qb_qubo_linear(q, i));
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        strength += fabs(qb_qubo_weight(q, k));
    return strength;
}

/* Bits by rising strength (stable), so that the table's costs are small. */
static void order_by_strength(qb_gray *g, const qb_qubo *q)
{
    double strength[QB_GRAY_VARIABLES];
    for (uint32_t i = 0; i < q->n; i++) {
        uint32_t at = i;
        strength[i] = strength_of(q, i);
        while (at > 0 && strength[g->order[at - 1]] > strength[i]) {
            g->order[at] = g->order[at - 1];
            at--;
        }
        g->order[at] = i;
    }
}

static void fill_model(qb_gray *g, const qb_qubo *q)
{
    uint32_t bit[QB_GRAY_VARIABLES];
    for (uint32_t b = 0; b < q->n; b++)
        bit[g->order[b]] = b;
    g->model.n = q->n > GRAY_LOW_BITS ? q->n : GRAY_LOW_BITS;
    g->model.tolerance = q->integral ? 0 : 1e-11 * q->magnitude;
    for (uint32_t i = 0; i < q->n; i++) {
        g->model.linear[bit[i]] = qb_qubo_linear(q, i) / g->unit;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            g->model.weight[bit[i]][bit[q->neighbour[k]]] = qb_qubo_weight(q, k) / g->unit;
    }
}

/* The narrowest table that holds every cost of the low variables. */
static void choose_width(qb_gray *g)
{
    const gray_tier *tier = &qb_gray_portable;
#if defined(__x86_64__)
    if (qb_simd_tier() == QB_SIMD_AVX512)
        tier = &qb_gray_avx512;
    else if (qb_simd_tier() == QB_SIMD_AVX2)
        tier = &qb_gray_avx2;
#endif
    double reach = 0;
    for (uint32_t i = 0; i < GRAY_LOW_BITS; i++) {
        reach += fabs(g->model.linear[i]);
        for (uint32_t j = 0; j < g->model.n; j++)
            reach += fabs(g->model.weight[i][j]);
    }
    if (g->qubo->integral && reach < INT16_MAX)
        g->chunk = tier->chunk16, g->width = "int16";
    else if (g->qubo->integral && reach < INT32_MAX)
        g->chunk = tier->chunk32, g->width = "int32";
    else
        g->chunk = tier->chunk64, g->width = "double";
}

static qb_status open_tallies(qb_gray *g, uint32_t levels, qb_diag *diag)
{
    double lowest = 0, highest = 0;
    for (uint32_t i = 0; i < g->model.n; i++) {
        lowest += fmin(g->model.linear[i], 0);
        highest += fmax(g->model.linear[i], 0);
        for (uint32_t j = 0; j < i; j++) {
            lowest += fmin(g->model.weight[i][j], 0);
            highest += fmax(g->model.weight[i][j], 0);
        }
    }
    if (levels == 0 && !(g->qubo->integral && highest - lowest <= QB_GRAY_RANGE))
        return qb_fail(diag, QB_REFUSED, "a density of states takes integral models of at most %u steps",
                       QB_GRAY_RANGE);
    uint32_t members = qb_team_size(g->team);
    g->tally = QB_NEW(gray_tally, members);
    if (!g->tally)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for %u threads", members);
    for (uint32_t t = 0; t < members; t++) {
        gray_tally *tally = &g->tally[t];
        *tally = (gray_tally){.capacity = levels, .lowest = lowest};
        tally->level = QB_NEW(gray_found, levels + 1);
        if (levels == 0)
            tally->histogram = QB_NEW(uint64_t, QB_GRAY_RANGE + 1);
        if (!tally->level || (levels == 0 && !tally->histogram))
            return qb_fail(diag, QB_NO_MEMORY, "no memory for the levels");
    }
    return QB_OK;
}

qb_status qb_gray_open(const qb_qubo *q, uint32_t levels, qb_team *team, qb_gray **gray, qb_diag *diag)
{
    if (q->n > QB_GRAY_VARIABLES)
        return qb_fail(diag, QB_REFUSED, "enumeration takes at most %d variables, this model has %u",
                       QB_GRAY_VARIABLES, q->n);
    if (levels > 1 && !q->integral)
        return qb_fail(diag, QB_REFUSED, "several levels need an integral model");
    qb_gray *g = QB_NEW(qb_gray, 1);
    if (!g)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to enumerate");
    g->qubo = q;
    g->unit = (q->sense == QB_MINIMISE ? 1 : -1) * (q->integral ? qb_units_of(q, NULL).unit : 1);
    g->team = team;
    order_by_strength(g, q);
    fill_model(g, q);
    choose_width(g);
    qb_status status = open_tallies(g, levels < QB_GRAY_LEVELS ? levels : QB_GRAY_LEVELS, diag);
    if (status) {
        qb_gray_close(g);
        return status;
    }
    *gray = g;
    return QB_OK;
}

void qb_gray_close(qb_gray *g)
{
    if (!g)
        return;
    for (uint32_t t = 0; g->tally && t < qb_team_size(g->team); t++) {
        qb_free(g->tally[t].level);
        qb_free(g->tally[t].histogram);
    }
    qb_free(g->tally);
    qb_free(g);
}

uint64_t qb_gray_chunks(const qb_gray *g)
{
    return g->model.n > GRAY_CHUNK_BITS ? UINT64_C(1) << (g->model.n - GRAY_CHUNK_BITS) : 1;
}

uint64_t qb_gray_chunk_states(const qb_gray *g)
{
    return UINT64_C(1) << (g->model.n < GRAY_CHUNK_BITS ? g->model.n : GRAY_CHUNK_BITS);
}

/* Gathers what the other threads found in the first one's tally. */
static void gather(qb_gray *g)
{
    gray_tally *all = &g->tally[0];
    for (uint32_t t = 1; t < qb_team_size(g->team); t++) {
        gray_tally *one = &g->tally[t];
        for (uint32_t k = 0; k < one->levels; k++)
            gray_tally_add(all, one->level[k].cost, one->level[k].count, one->level[k].state,
                           g->model.tolerance);
        one->levels = 0;
        for (uint32_t k = 0; one->histogram && k <= QB_GRAY_RANGE; k++) {
            all->histogram[k] += one->histogram[k];
            one->histogram[k] = 0;
        }
    }
}

/* Chunks from `from` on. */
typedef struct range {
    qb_gray *gray;
    uint64_t from;
} range;

static void run_chunk(void *context, size_t step, uint32_t member)
{
    const range *r = context;
    r->gray->chunk(&r->gray->model, r->from + step, &r->gray->tally[member]);
}

qb_status qb_gray_run(qb_gray *g, uint64_t from, uint64_t to, qb_budget *budget)
{
    range r = {g, from};
    qb_status status = qb_team_run(g->team, to - from, 1, run_chunk, &r, qb_gray_chunk_states(g), budget);
    gather(g);
    return status;
}

/* Free variables that pad the model multiply every count. */
static uint64_t padding(const qb_gray *g)
{
    return UINT64_C(1) << (g->model.n - g->qubo->n);
}

uint64_t qb_gray_levels(const qb_gray *g, uint64_t capacity, qb_gray_level *level)
{
    const gray_tally *t = &g->tally[0];
    uint64_t count = 0;
    for (uint32_t k = 0; !t->histogram && k < t->levels; k++, count++)
        if (count < capacity)
            level[count] = (qb_gray_level){g->unit * t->level[k].cost, t->level[k].count / padding(g),
                                           t->level[k].state};
    for (uint32_t k = 0; t->histogram && k <= QB_GRAY_RANGE; k++)
        if (t->histogram[k]) {
            if (count < capacity)
                level[count] = (qb_gray_level){g->unit * (t->lowest + k), t->histogram[k] / padding(g), 0};
            count++;
        }
    return count;
}

void qb_gray_state(const qb_gray *g, uint64_t state, uint8_t *x)
{
    for (uint32_t b = 0; b < g->qubo->n; b++)
        x[g->order[b]] = state >> b & 1;
}

const char *qb_gray_width(const qb_gray *g)
{
    return g->width;
}
