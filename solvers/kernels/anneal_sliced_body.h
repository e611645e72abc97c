/* The sweeps of the bit-sliced kernel (anneal_sliced.h), for one tier.
 *
 * The tier carries a word in as many registers as it needs, one after the other: a "slice" is one of them.
 */
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/anneal_sliced.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#define SLICE_BYTES 64
#elif defined(__AVX2__)
#define SLICE_BYTES 32
#else
#define SLICE_BYTES 16
#endif
#define SLICES (64 / SLICE_BYTES)
#define INLINE static inline __attribute__((always_inline))

typedef uint64_t slice __attribute__((vector_size(SLICE_BYTES), may_alias));

/* One instruction where the tier has any function of three bits (its truth table is `table`), else `formula`.
 */
#if defined(__AVX512F__)
#define TERNARY(a, b, c, table, formula) \
    ((slice)_mm512_ternarylogic_epi64((__m512i)(a), (__m512i)(b), (__m512i)(c), table))
#else
#define TERNARY(a, b, c, table, formula) (formula)
#endif
#define PARITY(a, b, c)   TERNARY(a, b, c, 0x96, (a) ^ (b) ^ (c))
#define MAJORITY(a, b, c) TERNARY(a, b, c, 0xe8, ((a) & (b)) | ((c) & ((a) | (b))))

/* Adds a and b, of the same weight, to the digit `sum`; returns the carry. */
INLINE slice sliced_add2(slice *sum, slice a, slice b)
{
    slice old = *sum;
    *sum = PARITY(old, a, b);
    return MAJORITY(old, a, b);
}

INLINE slice sliced_input(const slice *word, uint32_t entry, bool is_signed)
{
    if (!is_signed)
        return *(const slice *)((const char *)word + (uint64_t)entry * 8);
    return *(const slice *)((const char *)word + (uint64_t)(entry & ~UINT32_C(7)) * 8) ^
           (0 - (uint64_t)(entry & 1));
}

/* Adds 2^log inputs to the digits from `digit` on; returns the carry into digit + log. */
INLINE slice sliced_add_block(slice *digit, const slice *word, const uint32_t *entry, bool is_signed, int log)
{
#define IN(k)   sliced_input(word, entry[k], is_signed)
#define ADD2(k) sliced_add2(digit, IN(k), IN((k) + 1))
    if (log == 1)
        return ADD2(0);
    slice a = ADD2(0), b = ADD2(2);
    slice fours = sliced_add2(digit + 1, a, b);
    if (log == 2)
        return fours;
    a = ADD2(4), b = ADD2(6);
    slice more = sliced_add2(digit + 1, a, b);
    slice eights = sliced_add2(digit + 2, fours, more);
    if (log == 3)
        return eights;
    a = ADD2(8), b = ADD2(10);
    fours = sliced_add2(digit + 1, a, b);
    a = ADD2(12), b = ADD2(14);
    more = sliced_add2(digit + 1, a, b);
    more = sliced_add2(digit + 2, fours, more);
    return sliced_add2(digit + 3, eights, more);
#undef ADD2
#undef IN
}

/* Adds one word to the digits [from, to). */
INLINE void sliced_ripple(slice *digit, int from, int to, slice carry)
{
#pragma GCC unroll 8
    for (int b = from; b < to; b++) {
        slice old = digit[b];
        digit[b] = old ^ carry;
        carry &= old;
    }
}

/* Adds `count` inputs (even) of weight 2^from. */
INLINE void sliced_add_inputs(slice *digit, int from, int digits, const slice *word, const uint32_t *entry,
                              uint32_t count, bool is_signed)
{
    if (digits > from + 4)
        for (; count >= 16; count -= 16, entry += 16)
            sliced_ripple(digit, from + 4, digits, sliced_add_block(digit + from, word, entry, is_signed, 4));
    if (digits > from + 3 && count & 8) {
        sliced_ripple(digit, from + 3, digits, sliced_add_block(digit + from, word, entry, is_signed, 3));
        entry += 8;
    }
    if (digits > from + 2 && count & 4) {
        sliced_ripple(digit, from + 2, digits, sliced_add_block(digit + from, word, entry, is_signed, 2));
        entry += 4;
    }
    if (digits > from + 1 && count & 2)
        sliced_ripple(digit, from + 1, digits, sliced_add_block(digit + from, word, entry, is_signed, 1));
}

/* Fresh bits for the lanes of element k in the row of table b that is theirs to draw: ones with probability
 * remainder / 2^32, found by comparing random binary fractions digit by digit until all lanes are decided. */
static __attribute__((noinline)) void sliced_refresh(qb_anneal_sliced_state *s, uint32_t b, uint32_t k)
{
    uint64_t ones = 0, open = UINT64_MAX;
    for (uint32_t digit = UINT32_C(1) << 31; digit && open; digit >>= 1) {
        uint64_t bits = qb_rng_next(&s->fresh);
        if (s->remainder[b] & digit) {
            ones |= open & ~bits;
            open &= bits;
        } else {
            open &= ~bits;
        }
    }
    s->table[b * QB_SLICED_ROWS + QB_SLICED_FRESH + k][k] = ones;
}

/* Table b: a lane is one in the rows where its rank is below `ones`. */
static void sliced_build(qb_anneal_sliced_state *s, uint32_t b)
{
    slice limit[QB_SLICED_RANKS];
    for (uint32_t d = 0; d < QB_SLICED_RANKS; d++)
        limit[d] = (slice){0} - (uint64_t)(s->ones[b] >> d & 1);
    for (uint32_t row = 0; row < QB_SLICED_ROWS; row++)
        for (uint32_t h = 0; h < SLICES; h++) {
            const slice *rank = (const slice *)(s->rank + row * QB_SLICED_RANKS) + h;
            slice below = {0};
#pragma GCC unroll 8
            for (uint32_t d = 0; d < QB_SLICED_RANKS; d++)
                below = MAJORITY(below, rank[d * SLICES], limit[d]);
            ((slice *)(s->table + b * QB_SLICED_ROWS + row))[h] = below;
        }
}

/* Prepares the tables for sweeps at beta. */
static void sliced_heat(qb_anneal_sliced_state *s, double beta)
{
    double step = beta * (double)s->spins.unit; /* beta times a cost of 4 in H */
    for (uint32_t b = 0; b < QB_SLICED_DIGITS; b++) {
        if (!(s->tables >> b & 1))
            continue;
        double scale = b == QB_SLICED_HALF ? 0.5 : (double)(1 << b);
        double rows = QB_SLICED_ROWS * (step > 0 ? qb_anneal_exp_minus(step * scale) : 1);
        uint32_t ones = rows < QB_SLICED_ROWS ? (uint32_t)rows : QB_SLICED_ROWS - 1;
        double rest = (rows - ones) * 0x1p32;
        s->remainder[b] = rest < 0x1p32 - 1 ? (uint32_t)rest : UINT32_MAX;
        if (ones != s->ones[b]) {
            s->ones[b] = ones;
            sliced_build(s, b);
        }
    }
}

typedef struct sliced_constants {
    slice flip[QB_SLICED_DIGITS], base[QB_SLICED_DIGITS]; /* digits of P + x are (x & flip) ^ base */
    uint64_t unused;                                      /* bytes of a pick that select nothing */
} sliced_constants;

INLINE void sliced_constants_of(const qb_sliced_run *run, sliced_constants *c)
{
    uint32_t odd = run->strength | 1, offset = (1u << (run->digits - 1)) - (odd + 1) / 2;
    bool carries = true;
    for (uint32_t b = 0; b < run->digits; b++) {
        uint64_t digit = 0 - (uint64_t)(offset >> b & 1);
        c->flip[b] = (slice){0} - (uint64_t)carries;
        c->base[b] = (slice){0} + digit;
        carries = carries && digit;
    }
    uint32_t tables = run->digits - 1;
    c->unused = tables < 8 ? ~UINT64_C(0) << (8 * tables) : 0;
    if (run->strength & 1)
        c->unused &= ~(UINT64_C(0xff) << (8 * QB_SLICED_HALF));
}

/* Attempts the flips of [from, to), all of one run with `digits` digits. */
INLINE void sliced_flips(qb_anneal_sliced_state *s, const qb_sliced_run *run, uint32_t from, uint32_t to,
                         int digits, bool is_odd, bool is_signed, bool is_weighted)
{
    sliced_constants constants;
    sliced_constants_of(run, &constants);
    qb_rng pick = s->pick;
    const uint32_t *entry = s->entry + s->first[from];
    const slice *table = (const slice *)s->table;
    for (uint32_t p = from; p < to; p++) {
        uint64_t rows = qb_rng_next(&pick), old = ~(rows | 0x0707070707070707u) | constants.unused;
        if (__builtin_expect(((old - 0x0101010101010101u) & ~old & 0x8080808080808080u) != 0, 0))
            for (uint32_t b = 0; b < QB_SLICED_DIGITS; b++)
                if (!(old >> 8 * b & 0xff))
                    sliced_refresh(s, b, (uint32_t)(rows >> 8 * b & 7));
        const uint16_t *inputs = s->inputs + (uint64_t)p * s->planes;
        for (uint32_t h = 0; h < SLICES; h++) {
            const slice *word = (const slice *)s->word + h;
            slice *own = (slice *)s->word + (uint64_t)p * SLICES + h, spin = *own, digit[QB_SLICED_DIGITS];
            slice lead = is_odd ? sliced_input(word, entry[0], is_signed) : ~spin;
#pragma GCC unroll 8
            for (int b = 0; b < digits; b++)
                digit[b] = TERNARY(lead, constants.flip[b], constants.base[b], 0x6a,
                                   (lead & constants.flip[b]) ^ constants.base[b]);
            if (!is_weighted) {
                sliced_add_inputs(digit, 0, digits, word, entry + is_odd, run->strength - is_odd, is_signed);
            } else {
                const uint32_t *next = entry + is_odd;
#pragma GCC unroll 8
                for (int b = 0; b < digits; b++)
                    if ((uint32_t)b < s->planes) {
                        uint32_t count = b == 0 ? (uint32_t)inputs[b] - is_odd : inputs[b];
                        sliced_add_inputs(digit, b, digits, word, next, count, is_signed);
                        next += count;
                    }
            }
            /* Digits of e once the spin's own word is in; e < 0 is accepted, else every set digit must be. */
            slice yes =
                is_odd ? table[(QB_SLICED_HALF * QB_SLICED_ROWS + (rows >> 8 * QB_SLICED_HALF)) * SLICES + h]
                       : ~(slice){0};
#pragma GCC unroll 8
            for (int b = 0; b < digits - 1; b++) {
                slice set = digit[b] ^ spin,
                      bit = table[((uint64_t)b * QB_SLICED_ROWS + (rows >> 8 * b & 0xff)) * SLICES + h];
                yes = TERNARY(yes, set, bit, 0xb0, yes & (~set | bit));
            }
            slice rises = digit[digits - 1] ^ spin;
            *own = TERNARY(spin, rises, yes, 0x4b, spin ^ (~rises | yes));
        }
        entry += s->first[p + 1] - s->first[p];
    }
    s->pick = pick;
}

#define SLICED_NAME_(digits, kind) sliced_flips_##digits##_##kind
#define SLICED_DEFINE_(digits, kind, is_signed, is_weighted)                                     \
    static void SLICED_NAME_(digits, kind)(qb_anneal_sliced_state * s, const qb_sliced_run *run, \
                                           uint32_t from, uint32_t to)                           \
    {                                                                                            \
        if (run->strength & 1)                                                                   \
            sliced_flips(s, run, from, to, digits, true, is_signed, is_weighted);                \
        else                                                                                     \
            sliced_flips(s, run, from, to, digits, false, is_signed, is_weighted);               \
    }
#define SLICED_DEFINE(digits)                   \
    SLICED_DEFINE_(digits, plain, false, false) \
    SLICED_DEFINE_(digits, signed, true, false) \
    SLICED_DEFINE_(digits, weighted, true, true)
SLICED_DEFINE(1)
SLICED_DEFINE(2)
SLICED_DEFINE(3)
SLICED_DEFINE(4)
SLICED_DEFINE(5)
SLICED_DEFINE(6)
SLICED_DEFINE(7)
SLICED_DEFINE(8)

typedef void sliced_flips_of(qb_anneal_sliced_state *, const qb_sliced_run *, uint32_t, uint32_t);
#define SLICED_ROW(digits)                                                                        \
    {                                                                                             \
        SLICED_NAME_(digits, plain), SLICED_NAME_(digits, signed), SLICED_NAME_(digits, weighted) \
    }
static sliced_flips_of *const sliced_variant[QB_SLICED_DIGITS][3] = {
    SLICED_ROW(1), SLICED_ROW(2), SLICED_ROW(3), SLICED_ROW(4),
    SLICED_ROW(5), SLICED_ROW(6), SLICED_ROW(7), SLICED_ROW(8),
};

static void sliced_flip(qb_anneal_sliced_state *s, const qb_sliced_run *run, uint32_t from, uint32_t to)
{
    uint32_t kind = s->planes > 1 ? 2 : s->is_signed;
    sliced_variant[run->digits - 1][kind](s, run, from, to);
}

/* Sums of satisfied couplings, being added up: digit b of the sum in each lane, and at most one word of
 * weight 2^b that waits for a second. */
typedef struct sliced_sum {
    slice digit[QB_SLICED_TOTAL], waiting[QB_SLICED_TOTAL];
    uint64_t waits; /* bit b: waiting[b] holds a word */
} sliced_sum;

INLINE void sliced_sum_add(sliced_sum *sum, uint32_t digit, slice word)
{
    for (; sum->waits >> digit & 1; digit++) {
        word = sliced_add2(&sum->digit[digit], sum->waiting[digit], word);
        sum->waits ^= UINT64_C(1) << digit;
    }
    sum->waiting[digit] = word;
    sum->waits |= UINT64_C(1) << digit;
}

INLINE void sliced_sum_add8(sliced_sum *sum, uint32_t digit, const slice *word)
{
    slice *d = sum->digit + digit;
    slice a = sliced_add2(d, word[0], word[1]), b = sliced_add2(d, word[2], word[3]);
    slice low = sliced_add2(d + 1, a, b);
    a = sliced_add2(d, word[4], word[5]), b = sliced_add2(d, word[6], word[7]);
    slice high = sliced_add2(d + 1, a, b);
    sliced_sum_add(sum, digit + 3, sliced_add2(d + 2, low, high));
}

/* The weight of satisfied couplings in each lane, as binary digits. */
static void sliced_total(const qb_anneal_sliced_state *s, qb_lanes *total /* [QB_SLICED_TOTAL] */)
{
    for (uint32_t h = 0; h < SLICES; h++) {
        const slice *word = (const slice *)s->word + h;
        sliced_sum sum = {0};
        slice batch[QB_SLICED_DIGITS][8];
        uint32_t filled[QB_SLICED_DIGITS] = {0};
        for (uint32_t p = 0; p < s->n; p++) {
            const uint32_t *entry = s->entry + s->first[p];
            slice spin = word[(uint64_t)p * SLICES];
            for (uint32_t b = 0; b < s->planes; b++) {
                uint64_t at = (uint64_t)p * s->planes + b;
                for (uint32_t k = 0; k < s->firsts[at]; k++) {
                    batch[b][filled[b]++] = sliced_input(word, entry[k], true) ^ spin;
                    if (filled[b] == 8) {
                        sliced_sum_add8(&sum, b, batch[b]);
                        filled[b] = 0;
                    }
                }
                entry += s->inputs[at];
            }
        }
        for (uint32_t b = 0; b < s->planes; b++)
            for (uint32_t k = 0; k < filled[b]; k++)
                sliced_sum_add(&sum, b, batch[b][k]);
        for (uint32_t b = 0; b < QB_SLICED_TOTAL; b++)
            if (sum.waits >> b & 1)
                sliced_ripple(sum.digit, (int)b, QB_SLICED_TOTAL, sum.waiting[b]);
        for (uint32_t b = 0; b < QB_SLICED_TOTAL; b++)
            ((slice *)(total + b))[h] = sum.digit[b];
    }
}
