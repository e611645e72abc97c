#include "solvers/kernels/anneal_sliced.h"
#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"

#include <stdlib.h>
#include <string.h>

#define SLICED_LARGEST (UINT32_C(1) << 29) /* 8 times a position fits in an entry */

static void sliced_close(void *opaque)
{
    qb_anneal_sliced_state *s = opaque;
    qb_free(s->order);
    qb_free(s->position);
    qb_free(s->run);
    qb_free(s->first);
    qb_free(s->entry);
    qb_free(s->inputs);
    qb_free(s->firsts);
    qb_free(s->word);
    qb_free(s->rank);
    qb_free(s->table);
    qb_free(s);
}

static uint32_t strength_of(const qb_spins *spins, uint32_t i)
{
    const qb_qubo *q = spins->model;
    int64_t strength = llabs(qb_spins_field(spins, i));
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        strength += llabs(qb_spins_coupling(spins, k));
    return (uint32_t)strength;
}

static uint32_t binary_digits(uint64_t value)
{
    uint32_t digits = 0;
    for (; value; value >>= 1)
        digits++;
    return digits;
}

/* Orders the spins by strength (stable) and cuts the order into runs. */
static qb_status sliced_order(qb_anneal_sliced_state *s, qb_budget *budget)
{
    uint32_t n = s->n, count[QB_SLICED_BOUND + 2] = {0};
    uint8_t *strength = QB_NEW(uint8_t, n);
    if (!strength)
        return QB_NO_MEMORY;
    for (uint32_t i = 0; i < n && qb_rows_spend(budget, s->spins.model, i); i++) {
        strength[i] = (uint8_t)strength_of(&s->spins, i);
        count[strength[i] + 1]++;
    }
    for (uint32_t w = 0; w <= QB_SLICED_BOUND; w++) {
        if (count[w + 1]) {
            uint32_t digits = binary_digits(w | 1);
            s->run[s->runs++] = (qb_sliced_run){count[w], count[w] + count[w + 1], w, digits};
            s->tables |= (1u << (digits - 1)) - 1;
            if (w & 1)
                s->tables |= 1u << QB_SLICED_HALF;
        }
        count[w + 1] += count[w];
    }
    for (uint32_t i = 0; i < n; i++) {
        s->position[i] = count[strength[i]]++;
        s->order[s->position[i]] = i;
    }
    qb_free(strength);
    return QB_OK;
}

/* Visits the inputs of the spin at position p that belong to plane b, those to be counted here first. */
static uint32_t sliced_inputs_of(const qb_anneal_sliced_state *s, uint32_t p, uint32_t b, uint32_t *entry,
                                 uint16_t *firsts)
{
    const qb_qubo *q = s->spins.model;
    uint32_t i = s->order[p], count = 0;
    int64_t field = qb_spins_field(&s->spins, i);
    if (llabs(field) >> b & 1)
        entry[count++] =
            8 * s->n + (field > 0); /* a zero, complemented where a positive field wants s = -1 */
    for (int later = 0; later < 2; later++) {
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            int64_t coupling = qb_spins_coupling(&s->spins, k);
            uint32_t other = s->position[q->neighbour[k]];
            if (llabs(coupling) >> b & 1 && (other > p) == later)
                entry[count++] = 8 * other + (coupling < 0);
        }
        if (!later)
            *firsts = (uint16_t)count;
    }
    if (b && count & 1)
        entry[count++] = 8 * s->n;
    return count;
}

static qb_status sliced_lists(qb_anneal_sliced_state *s, qb_budget *budget)
{
    const qb_qubo *q = s->spins.model;
    uint64_t most = q->nonzeros * s->planes + (uint64_t)s->n * 2 * s->planes;
    uint32_t *entry = QB_NEW(uint32_t, most);
    if (!entry)
        return QB_NO_MEMORY;
    uint64_t filled = 0;
    for (uint32_t p = 0; p < s->n && qb_rows_spend(budget, q, s->order[p]); p++) {
        s->first[p] = filled;
        for (uint32_t b = 0; b < s->planes; b++) {
            uint64_t at = (uint64_t)p * s->planes + b;
            uint32_t count = sliced_inputs_of(s, p, b, entry + filled, &s->firsts[at]);
            s->inputs[at] = (uint16_t)count;
            for (uint32_t k = 0; k < count; k++)
                s->is_signed = s->is_signed || entry[filled + k] & 1;
            filled += count;
        }
    }
    s->first[s->n] = filled;
    s->entry = entry;
    return QB_OK;
}

/* Bit k of byte j becomes bit j of byte k. */
static uint64_t transpose8(uint64_t x)
{
    uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aau;
    x ^= t ^ t << 7;
    t = (x ^ x >> 14) & 0x0000cccc0000ccccu;
    x ^= t ^ t << 14;
    t = (x ^ x >> 28) & 0x00000000f0f0f0f0u;
    return x ^ t ^ t << 28;
}

/* Each lane's own random order of the rows, bit-sliced and complemented, eight lanes at a time.  The row that
 * is drawn afresh ranks last: it is never among the ones of the table. */
static void sliced_ranks(qb_anneal_sliced_state *s, uint64_t seed)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 32);
    for (uint32_t lane = 0; lane < QB_LANES; lane += 8) {
        uint32_t fresh = QB_SLICED_FRESH + lane / 64;
        uint8_t rank[QB_SLICED_ROWS][8];
        for (uint32_t k = 0; k < 8; k++) {
            for (uint32_t row = 0; row < QB_SLICED_ROWS - 1; row++) {
                /* Slightly uneven, which does no harm: any permutation is exact. */
                uint32_t other = (uint32_t)((qb_rng_next(&rng) >> 32) * (row + 1) >> 32);
                rank[row][k] = rank[other][k];
                rank[other][k] = (uint8_t)row;
            }
            rank[QB_SLICED_ROWS - 1][k] = rank[fresh][k];
            rank[fresh][k] = QB_SLICED_ROWS - 1;
        }
        for (uint32_t row = 0; row < QB_SLICED_ROWS; row++) {
            uint64_t bytes = 0;
            for (uint32_t k = 0; k < 8; k++)
                bytes |= (uint64_t)(uint8_t)~rank[row][k] << 8 * k;
            bytes = transpose8(bytes);
            for (uint32_t d = 0; d < QB_SLICED_RANKS; d++)
                s->rank[row * QB_SLICED_RANKS + d][lane / 64] |= (bytes >> 8 * d & 0xff) << lane % 64;
        }
    }
}

static qb_status sliced_open(const qb_qubo *model, uint64_t seed, qb_budget *budget, void **state,
                             qb_anneal_walk *walk, qb_diag *diag)
{
    qb_spins spins;
    qb_status status = qb_spins_of(model, &spins, budget, diag);
    if (status)
        return status;
    if (spins.bound > QB_SLICED_BOUND || model->n >= SLICED_LARGEST)
        return qb_fail(diag, QB_REFUSED, "bit-sliced annealing takes local fields up to %d, these reach %lld",
                       QB_SLICED_BOUND, (long long)spins.bound);
    uint32_t n = model->n;
    qb_anneal_sliced_state *s = *state = QB_NEW(qb_anneal_sliced_state, 1);
    if (!s)
        return QB_NO_MEMORY;
    s->beta = -1;
    s->spins = spins;
    s->n = n;
    s->planes = 1;
    for (uint32_t i = 0; i < n; i++) { /* fields count like couplings */
        uint32_t planes = binary_digits((uint64_t)llabs(qb_spins_field(&spins, i)));
        s->planes = planes > s->planes ? planes : s->planes;
    }
    if (binary_digits((uint64_t)spins.coupling) > s->planes)
        s->planes = binary_digits((uint64_t)spins.coupling);
    s->order = QB_NEW(uint32_t, n);
    s->position = QB_NEW(uint32_t, n);
    s->run = QB_NEW(qb_sliced_run, QB_SLICED_BOUND + 1);
    s->first = QB_NEW(uint64_t, (size_t)n + 1);
    s->inputs = QB_NEW(uint16_t, (size_t)n * s->planes);
    s->firsts = QB_NEW(uint16_t, (size_t)n * s->planes);
    s->word = QB_NEW(qb_lanes, (size_t)n + 1);
    s->rank = QB_NEW(qb_lanes, QB_SLICED_ROWS * QB_SLICED_RANKS);
    s->table = QB_NEW(qb_lanes, QB_SLICED_DIGITS * QB_SLICED_ROWS);
    bool complete = s->order && s->position && s->run && s->first && s->inputs && s->firsts && s->word &&
                    s->rank && s->table;
    if (!complete || sliced_order(s, budget) || sliced_lists(s, budget))
        return QB_NO_MEMORY;
    sliced_ranks(s, seed);
    for (uint32_t b = 0; b < QB_SLICED_DIGITS; b++)
        s->ones[b] = QB_SLICED_ROWS;
    qb_rng_init(&s->pick, seed, 0);
    qb_rng_init(&s->fresh, seed, 8);
    qb_lanes_rng_init(&s->start, seed, 16);
    *walk = (qb_anneal_walk){n, QB_ANNEAL_SPAN, QB_ANNEAL_QUANTUM};
    return QB_OK;
}

static void sliced_start(void *opaque, const uint8_t *x)
{
    qb_anneal_sliced_state *s = opaque;
    for (uint32_t p = 0; p < s->n; p++)
        if (x)
            s->word[p] = (qb_lanes){0} - (uint64_t)x[s->order[p]];
        else
            qb_lanes_next(&s->start, &s->word[p]);
}

static uint64_t sliced_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    qb_anneal_sliced_state *s = opaque;
    const qb_anneal_tier *tier = qb_anneal_tier_selected();
    if (beta != s->beta)
        tier->sliced_heat(s, s->beta = beta);
    for (const qb_sliced_run *run = s->run; run < s->run + s->runs; run++) {
        uint32_t first = run->from > from ? run->from : from, end = run->to < to ? run->to : to;
        if (first < end)
            tier->sliced_flip(s, run, first, end);
    }
    return to - from + s->first[to] - s->first[from];
}

static double sliced_energy(const qb_anneal_sliced_state *s, uint64_t satisfied)
{
    return qb_spins_energy(&s->spins, s->spins.magnitude - 2 * (int64_t)satisfied);
}

/* Narrows the lanes down to those with the most satisfied couplings, from the highest digit. */
static bool sliced_best(void *opaque, double *energy, uint32_t *replica)
{
    qb_anneal_sliced_state *s = opaque;
    qb_lanes total[QB_SLICED_TOTAL], best = ~(qb_lanes){0};
    uint64_t satisfied = 0;
    qb_anneal_tier_selected()->sliced_total(s, total);
    for (uint32_t b = QB_SLICED_TOTAL; b-- > 0;) {
        qb_lanes with = best & total[b];
        uint64_t any = 0;
        for (uint32_t k = 0; k < 8; k++)
            any |= with[k];
        if (any) {
            best = with;
            satisfied |= UINT64_C(1) << b;
        }
    }
    uint32_t k = 0;
    while (!best[k])
        k++;
    *replica = 64 * k + (uint32_t)__builtin_ctzll(best[k]);
    *energy = sliced_energy(s, satisfied);
    return true;
}

static void sliced_energies(void *opaque, double *energy)
{
    qb_anneal_sliced_state *s = opaque;
    qb_lanes total[QB_SLICED_TOTAL];
    qb_anneal_tier_selected()->sliced_total(s, total);
    for (uint32_t lane = 0; lane < QB_LANES; lane++) {
        uint64_t satisfied = 0;
        for (uint32_t b = 0; b < QB_SLICED_TOTAL; b++)
            satisfied |= (total[b][lane / 64] >> lane % 64 & 1) << b;
        energy[lane] = sliced_energy(s, satisfied);
    }
}

static void sliced_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    const qb_anneal_sliced_state *s = opaque;
    for (uint32_t p = 0; p < s->n; p++)
        x[s->order[p]] = s->word[p][replica / 64] >> replica % 64 & 1;
}

static void sliced_copy(void *opaque, uint32_t first, uint32_t end, uint32_t count, const uint32_t *from,
                        const uint32_t *to)
{
    qb_anneal_sliced_state *s = opaque;
    uint32_t until[QB_LANES / 64]; /* of the copies into each word of 64 lanes */
    qb_lanes kept = ~(qb_lanes){0};
    for (uint32_t w = 0, k = 0; w < QB_LANES / 64; w++) {
        for (; k < count && to[k] / 64 == w; k++)
            kept[w] &= ~(UINT64_C(1) << to[k] % 64);
        until[w] = k;
    }
    for (uint32_t p = first; p < end; p++) {
        qb_lanes old = s->word[p], copied = {0};
        for (uint32_t w = 0, k = 0; w < QB_LANES / 64; w++) {
            uint64_t bits = 0;
            for (; k < until[w]; k++)
                bits |= (old[from[k] / 64] >> from[k] % 64 & 1) << to[k] % 64;
            copied[w] = bits;
        }
        s->word[p] = (old & kept) | copied;
    }
}

const qb_anneal_kernel qb_anneal_sliced = {
    .name = "sliced",
    .replicas = QB_LANES,
    .open = sliced_open,
    .close = sliced_close,
    .start = sliced_start,
    .attempt = sliced_attempt,
    .best = sliced_best,
    .energies = sliced_energies,
    .get = sliced_get,
    .copy = sliced_copy,
};
