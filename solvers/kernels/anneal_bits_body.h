/* The sweeps of the two-valued dense kernel (anneal_bits.h), for one tier.  Uses the adders of
 * anneal_sliced_body.h and the thresholds of anneal_single_widths.h. */
#include "solvers/kernels/anneal_bits.h"

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

/* Adds `amount` to those of 32 values whose bit is set. */
INLINE void bits_add(int16_t *value, uint32_t where, int16_t amount)
{
    single_fields16 change;
    bits_spread(where, amount, &change);
    *(single_fields16 *)value += change;
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
        int16_t *value = s->value + block * QB_LANES;
        for (uint32_t g = 0; g < QB_BITS_GROUPS; g++, value += QB_BITS_GROUP) {
            bits_add(value, UINT32_MAX, (int16_t)(-(int32_t)cleared * s->step));
            for (uint32_t d = 0; d < QB_BITS_DIGITS; d++)
                bits_add(value, planes[d][g], (int16_t)(s->step * (1 << d)));
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

/* Attempts the flips of 32 spins, [from + base, ...), in registers; flips reach the later groups of `value`.
 */
INLINE void bits_group(qb_anneal_bits_state *s, float temperature, uint32_t from, uint32_t base,
                       uint32_t groups, const uint32_t *rows, int16_t *value)
{
    single_fields16 limit, change, *toward = (single_fields16 *)(s->toward + from + base), signs = *toward;
    single_fields16 field = *(single_fields16 *)(value + base) + (int16_t)(s->a * s->ones);
    uint32_t open = s->n - from - base < QB_BITS_GROUP ? (1u << (s->n - from - base)) - 1 : UINT32_MAX;
    qb_floats t[QB_BITS_GROUP / QB_THRESHOLDS];
    single_draw16(&s->rng, temperature, INT16_MAX - 1, t, (single_half16 *)&limit);
    for (;;) {
        uint32_t yes = open & SINGLE_TEST16(signs * field, limit);
        if (!yes)
            break;
        uint32_t lane = (uint32_t)__builtin_ctz(yes), i = from + base + lane;
        int16_t up = (int16_t)(s->toward[i] * s->sense); /* change of x_i */
        const uint32_t *row = rows + (size_t)i * QB_BITS_GROUPS;
        bits_spread(row[base / QB_BITS_GROUP], (int16_t)(up * s->step), &change);
        field += change;
        bits_spread(~(UINT32_C(1) << lane), (int16_t)(up * s->a), &change);
        field += change;
        bits_spread(UINT32_C(1) << lane, -1, &change);
        signs = (signs ^ change) - change;
        for (uint32_t g = base / QB_BITS_GROUP + 1; g < groups; g++)
            bits_add(value + g * QB_BITS_GROUP, row[g], (int16_t)(up * s->step));
        s->value[i] = (int16_t)(s->value[i] - up * s->a);
        s->ones = (int16_t)(s->ones + up);
        s->log[s->flips++] = 8 * i + (up < 0);
        open &= single_after(lane);
    }
    *toward = signs;
}

/* Attempts the flips of one block.  `value` is a copy of its values that flips update at once. */
static uint64_t bits_visit(qb_anneal_bits_state *s, float temperature, uint32_t block, int16_t *value)
{
    uint32_t from = block * QB_LANES, size = s->n - from < QB_LANES ? s->n - from : QB_LANES,
             before = s->flips;
    const uint32_t *rows = (const uint32_t *)(s->bit + (size_t)block * (s->n + 1));
    for (uint32_t base = 0; base < size; base += QB_BITS_GROUP)
        bits_group(s, temperature, from, base, (size + QB_BITS_GROUP - 1) / QB_BITS_GROUP, rows, value);
    return size + (uint64_t)(s->flips - before) * s->n;
}

static uint64_t bits_sweep(qb_anneal_bits_state *s, double beta, uint32_t block)
{
    _Alignas(64) int16_t value[QB_LANES];
    if (s->flips + QB_LANES > s->capacity)
        bits_settle(s);
    bits_catch_up(s, block);
    memcpy(value, s->value + block * QB_LANES, sizeof value);
    return bits_visit(s, single_temperature(beta * s->unit), block, value);
}
