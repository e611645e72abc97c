/* The sweeps of the two-valued dense kernel (anneal_bits.h), for one tier.  Uses the adders of
 * anneal_sliced_body.h and the thresholds of anneal_single_widths.h. */
#include "solvers/kernels/anneal_bits.h"

#define BITS_RECENT 64 /* flips that a group looks up one by one; more bring the block up to date */

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

/* Attempts the flips of 32 spins, [from, from + 32), whose bits are in rows[variable][0], in registers. */
INLINE void bits_group(qb_anneal_bits_state *s, const single_fields16 *limit, uint32_t from,
                       const uint32_t *rows, uint32_t seen)
{
    const int16_t a = s->a, step = s->step, sense = s->sense > 0 ? 1 : -1;
    single_fields16 *toward = (single_fields16 *)(s->toward + from), signs = *toward;
    single_fields16 field = *(single_fields16 *)(s->value + from) + (int16_t)(a * s->ones);
    uint32_t open = s->n - from < QB_BITS_GROUP ? (1u << (s->n - from)) - 1 : UINT32_MAX, yes;
    uint32_t flips = s->flips, *log = s->log;
    int16_t ones = s->ones, *value = s->value;
    bits_recent(s, log + seen, flips - seen, rows, &field);
    while ((yes = open & SINGLE_TEST16(signs * field, *limit))) {
        /* A flip rarely changes what becomes of the others: the next one is begun as if it did not, so that
         * one does not wait for the other. */
        bool as_expected = true;
        for (; yes && as_expected; as_expected = (open & SINGLE_TEST16(signs * field, *limit)) == yes) {
            uint32_t lane = (uint32_t)__builtin_ctz(yes), i = from + lane;
            int16_t up = (int16_t)(s->toward[i] * sense); /* change of x_i */
            single_fields16 own, amount = (single_fields16){0} + (int16_t)(up * step);
            bits_add(&field, rows[(size_t)i * QB_BITS_GROUPS], &amount);
            amount = (single_fields16){0} + (int16_t)(up * a);
            bits_add(&field, ~(UINT32_C(1) << lane), &amount);
            bits_spread(UINT32_C(1) << lane, -1, &own);
            signs = (signs ^ own) - own;
            value[i] = (int16_t)(value[i] - up * a);
            ones = (int16_t)(ones + up);
            log[flips++] = 8 * i + (up < 0);
            open &= single_after(lane);
            yes &= yes - 1;
        }
    }
    s->ones = ones;
    s->flips = flips;
    *toward = signs;
}

/* Attempts the flips of one block. */
static uint64_t bits_sweep(qb_anneal_bits_state *s, double beta, uint32_t block)
{
    const float temperature = single_temperature(beta * s->unit);
    const uint32_t *rows = (const uint32_t *)(s->bit + (size_t)block * (s->n + 1));
    uint32_t from = block * QB_LANES, size = s->n - from < QB_LANES ? s->n - from : QB_LANES, flips;
    uint32_t groups = (size + QB_BITS_GROUP - 1) / QB_BITS_GROUP;
    single_fields16 limit[QB_BITS_GROUPS];
    if (s->flips + QB_LANES > s->capacity)
        bits_settle(s);
    bits_catch_up(s, block);
    flips = s->flips;
    for (uint32_t g = 0; g < groups; g++) { /* all at once, so that none has to be waited for */
        qb_floats t[QB_BITS_GROUP / QB_THRESHOLDS];
        single_draw16(&s->rng, temperature, INT16_MAX - 1, t, (single_half16 *)&limit[g]);
    }
    for (uint32_t g = 0; g < groups; g++) {
        if (s->flips - s->seen[block] > BITS_RECENT)
            bits_catch_up(s, block);
        bits_group(s, &limit[g], from + g * QB_BITS_GROUP, rows + g, s->seen[block]);
    }
    return size + (uint64_t)(s->flips - flips) * s->n;
}
