/* The sweeps of the two-valued dense kernel (anneal_bits.h), for one tier.  Uses the adders of
 * anneal_sliced_body.h and the thresholds of anneal_single_widths.h. */
#include "solvers/kernels/anneal_bits.h"

#define BITS_RECENT 64 /* flips that a group looks up one by one; more bring the block up to date */
#define BITS_FEW    16 /* attempts a flip, on a visit after which the next one goes by bounds */

/* `amount` where the bit is set, else 0, for 32 values. */
INLINE void bits_spread(uint32_t where, int16_t amount, single_fields16 *values)
{
#if defined(__AVX512BW__)
    *values = (single_fields16)_mm512_maskz_set1_epi16(where, amount);
#else
    typedef int16_t half __attribute__((vector_size(32)));
    const half place = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, INT16_MIN};
    for (uint32_t h = 0; h < 2; h++) {
        half set = (half){0} + (int16_t)(where >> 16 * h);
        ((half *)values)[h] = ((set & place) == place) & amount;
    }
#endif
}

/* Adds `amount`, the same in all lanes, to those of 32 values whose bit is set. */
INLINE void bits_add(single_fields16 *value, uint32_t where, const single_fields16 *amount)
{
#if defined(__AVX512BW__)
    *value =
        (single_fields16)_mm512_mask_add_epi16((__m512i)*value, where, (__m512i)*value, (__m512i)*amount);
#else
    single_fields16 mask;
    bits_spread(where, -1, &mask);
    *value += mask & *amount;
#endif
}

/* Brings the values of a block up to date with the log. */
static void bits_catch_up(qb_anneal_bits_state *s, uint32_t block)
{
    const qb_lanes *rows = s->bit + (size_t)block * (s->n + 1);
    while (s->seen[block] < s->flips) {
        const uint32_t *entry = s->log + s->seen[block];
        uint32_t count = s->flips - s->seen[block], cleared = 0, planes[QB_BITS_DIGITS][QB_BITS_GROUPS];
        count = count < QB_BITS_BATCH ? count : QB_BITS_BATCH;
        for (uint32_t k = 0; k < count; k++)
            cleared += entry[k] & 1;
        uint32_t last = s->log[s->seen[block] + count]; /* an odd batch is made even by a row of zeros */
        s->log[s->seen[block] + count] = 8 * s->n;
        for (uint32_t h = 0; h < SLICES; h++) {
            slice digit[QB_BITS_DIGITS] = {{0}};
            sliced_add_inputs(digit, 0, QB_BITS_DIGITS, (const slice *)rows + h, entry, count + count % 2,
                              true);
            for (uint32_t d = 0; d < QB_BITS_DIGITS; d++)
                memcpy((char *)planes[d] + h * SLICE_BYTES, &digit[d], SLICE_BYTES);
        }
        s->log[s->seen[block] + count] = last;
        /* Rows of flips to 0 went in complemented: sum bit - sum bit' = counted - cleared. */
        single_fields16 *value = (single_fields16 *)(s->value + block * QB_LANES);
        for (uint32_t g = 0; g < QB_BITS_GROUPS; g++) {
            single_fields16 sum = value[g] - (int16_t)((int32_t)cleared * s->step);
            for (uint32_t d = 0; count >> d; d++) {
                single_fields16 amount = (single_fields16){0} + (int16_t)(s->step * (1 << d));
                bits_add(&sum, planes[d][g], &amount);
            }
            value[g] = sum;
        }
        s->seen[block] += count;
    }
}

/* All blocks up to date, the log empty. */
static void bits_settle(qb_anneal_bits_state *s)
{
    for (uint32_t block = 0; block < s->blocks; block++)
        bits_catch_up(s, block);
    memset(s->seen, 0, s->blocks * sizeof *s->seen);
    s->flips = 0;
}

/* Adds to 32 values what the flips logged in this visit, entry[0 .. count), did to them. */
INLINE void bits_recent(const qb_anneal_bits_state *s, const uint32_t *entry, uint32_t count,
                        const uint32_t *rows, single_fields16 *value)
{
    const single_fields16 step = (single_fields16){0} + s->step;
    uint32_t cleared = 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t was = entry[k] & 1;
        bits_add(value, rows[(size_t)(entry[k] / 8) * QB_BITS_GROUPS] ^ (0 - was), &step);
        cleared += was;
    }
    *value -= (int16_t)((int32_t)cleared * s->step);
}

/* Random numbers for the attempts of one visit, and what they allow a flip to cost. */
typedef struct bits_thresholds {
    single_fields16 limit[QB_BITS_GROUPS]; /* the cost that is allowed, or one that is not below it */
    qb_floats u[QB_LANES / QB_THRESHOLDS]; /* the latter: what decides */
    float temperature;
} bits_thresholds;

#define BITS_HIGHEST (INT16_MAX - 1)

/* Exactly, sixteen logarithms at a time. */
static void bits_draw_limits(qb_lanes_rng *state, uint32_t groups, bits_thresholds *t)
{
    qb_lanes_rng rng = *state; /* in registers */
    for (uint32_t g = 0; g < groups; g++) {
        qb_floats unused[QB_BITS_GROUP / QB_THRESHOLDS];
        single_draw16(&rng, t->temperature, BITS_HIGHEST, unused, (single_half16 *)&t->limit[g]);
    }
    *state = rng;
}

/* By bounds, for visits on which so few flips pass that a logarithm for each of them is less. */
static void bits_draw_bounds(qb_lanes_rng *state, uint32_t groups, bits_thresholds *t)
{
    qb_lanes_rng rng = *state;
    const float scale = QB_THRESHOLD_BOUND * t->temperature;
    for (uint32_t h = 0; h < groups * (QB_BITS_GROUP / QB_THRESHOLDS); h++) {
        qb_floats bound;
        qb_threshold_uniform(&rng, &t->u[h]);
        qb_threshold_bound(&t->u[h], scale, &bound);
        single_cut16(&bound, BITS_HIGHEST, (single_half16 *)t->limit + h);
    }
    *state = rng;
}

/* Whether a cost that passed a bound is allowed. */
INLINE bool bits_allows(const bits_thresholds *t, uint32_t at, int16_t cost)
{
    float limit = qb_threshold_of(((const float *)t->u)[at]) * t->temperature;
    return (float)cost <= limit;
}

/* Attempts the flips of the g-th 32 spins of a block, whose bits are in rows[variable][0], in registers. */
INLINE void bits_group(qb_anneal_bits_state *s, const bits_thresholds *t, bool by_bounds, uint32_t from,
                       uint32_t g, const uint32_t *rows, uint32_t seen)
{
    const int16_t a = s->a, step = s->step, sense = s->sense > 0 ? 1 : -1;
    const single_fields16 limit = t->limit[g];
    single_fields16 *toward = (single_fields16 *)(s->toward + from), signs = *toward;
    single_fields16 field = *(single_fields16 *)(s->value + from) + (int16_t)(a * s->ones);
    uint32_t open = s->n - from < QB_BITS_GROUP ? (1u << (s->n - from)) - 1 : UINT32_MAX, yes;
    uint32_t flips = s->flips, *log = s->log;
    int16_t ones = s->ones, *value = s->value;
    bits_recent(s, log + seen, flips - seen, rows, &field);
    while ((yes = open & SINGLE_TEST16(signs * field, limit))) {
        /* A flip rarely changes what becomes of the others: the next one is begun as if it did not, so that
         * one does not wait for the other. */
        bool as_expected = true;
        for (; yes && as_expected; as_expected = (open & SINGLE_TEST16(signs * field, limit)) == yes) {
            uint32_t lane = (uint32_t)__builtin_ctz(yes), i = from + lane;
            int16_t up = (int16_t)(s->toward[i] * sense); /* change of x_i */
            open &= single_after(lane);
            yes &= yes - 1;
            if (by_bounds) {
                single_fields16 cost = signs * field;
                if (!bits_allows(t, g * QB_BITS_GROUP + lane, cost[lane]))
                    continue;
            }
            single_fields16 own, amount = (single_fields16){0} + (int16_t)(up * step);
            bits_add(&field, rows[(size_t)i * QB_BITS_GROUPS], &amount);
            amount = (single_fields16){0} + (int16_t)(up * a);
            bits_add(&field, ~(UINT32_C(1) << lane), &amount);
            bits_spread(UINT32_C(1) << lane, -1, &own);
            signs = (signs ^ own) - own;
            value[i] = (int16_t)(value[i] - up * a);
            ones = (int16_t)(ones + up);
            log[flips++] = 8 * i + (up < 0);
        }
    }
    s->ones = ones;
    s->flips = flips;
    *toward = signs;
}

INLINE void bits_groups(qb_anneal_bits_state *s, const bits_thresholds *t, bool by_bounds, uint32_t block,
                        uint32_t groups)
{
    const uint32_t *rows = (const uint32_t *)(s->bit + (size_t)block * (s->n + 1));
    for (uint32_t g = 0; g < groups; g++) {
        if (s->flips - s->seen[block] > BITS_RECENT)
            bits_catch_up(s, block);
        bits_group(s, t, by_bounds, block * QB_LANES + g * QB_BITS_GROUP, g, rows + g, s->seen[block]);
    }
}

/* Attempts the flips of one block. */
static uint64_t bits_sweep(qb_anneal_bits_state *s, double beta, uint32_t block)
{
    uint32_t from = block * QB_LANES, size = s->n - from < QB_LANES ? s->n - from : QB_LANES, flips;
    uint32_t groups = (size + QB_BITS_GROUP - 1) / QB_BITS_GROUP;
    bits_thresholds t;
    t.temperature = single_temperature(beta * s->unit);
    if (s->flips + QB_LANES > s->capacity)
        bits_settle(s);
    bits_catch_up(s, block);
    flips = s->flips;
    if (s->few) { /* all at once, so that none has to be waited for */
        bits_draw_bounds(&s->rng, groups, &t);
        bits_groups(s, &t, true, block, groups);
    } else {
        bits_draw_limits(&s->rng, groups, &t);
        bits_groups(s, &t, false, block, groups);
    }
    flips = s->flips - flips;
    s->few = flips * BITS_FEW < size;
    return size + (uint64_t)flips * s->n;
}
