/* The sweeps of the counting kernel (anneal_count.h), for one tier.  Uses the thresholds of
 * anneal_single_widths.h and bits_spread of anneal_bits_body.h. */
#include "solvers/kernels/anneal_count.h"

#define COUNT_LARGEST 32766.0f /* threshold, where costs are exact */
#define COUNT_HIGHEST 24576.0f /* and where not: above 2^14, and 2^13 below what a field holds */

/* Those of `ties` that are accepted after all. */
static __attribute__((noinline)) uint64_t count_ties(qb_anneal_count_state *s, const int8_t *cost,
                                                     uint64_t ties)
{
    uint64_t accepted = 0;
    for (; ties; ties &= ties - 1) {
        uint32_t lane = (uint32_t)__builtin_ctzll(ties), c = (uint32_t)cost[lane];
        double missing = (256 * s->p[c] - s->chance[c]) * 0x1p32;
        if ((double)(qb_rng_next(&s->fresh) >> 32) < missing)
            accepted |= UINT64_C(1) << lane;
    }
    return accepted;
}

INLINE uint64_t count_work(const qb_anneal_count_state *s, uint32_t from, uint32_t to)
{
    return (uint64_t)QB_COUNT_BLOCK * (to - from + s->first[to * s->tables] - s->first[from * s->tables]);
}

/* Tells the neighbours of the flips of a block, whose spins were `own`. */
#define COUNT_DEFINE_TELL(name, width)                                                                 \
    INLINE void name(const qb_anneal_count_state *s, uint32_t block, uint64_t own, uint64_t flips)     \
    {                                                                                                  \
        width *field = s->field;                                                                       \
        for (; flips; flips &= flips - 1) {                                                            \
            uint32_t lane = (uint32_t)__builtin_ctzll(flips), p = block * QB_COUNT_BLOCK + lane;       \
            int32_t change = own >> lane & 1 ? -1 : 1;                                                 \
            for (const qb_single_entry *e = s->entry + s->list[p]; e < s->entry + s->list[p + 1]; e++) \
                field[e->at] = (width)(field[e->at] + change * e->weight);                             \
        }                                                                                              \
    }

COUNT_DEFINE_TELL(count_tell, int8_t)
COUNT_DEFINE_TELL(count_tell_wide, int16_t)
#undef COUNT_DEFINE_TELL

#if defined(__AVX512VBMI__)

#define COUNT_CAN true

/* Which of a block's variables have a one as their neighbour in this slot; low and high are the table. */
INLINE __mmask64 count_ones(const qb_count_slot *slot, __m512i low, __m512i high)
{
    __m512i byte = _mm512_permutex2var_epi8(low, _mm512_load_si512(slot->byte), high);
    return _mm512_test_epi8_mask(byte, _mm512_load_si512(slot->bit));
}

/* Fields of a block, counted. */
INLINE __m512i count_fields(const qb_anneal_count_state *s, uint32_t block)
{
    __m512i field = _mm512_load_si512((const int8_t *)s->linear + (size_t)block * QB_COUNT_BLOCK);
    const uint32_t *first = s->first + (size_t)block * s->tables;
    const qb_count_slot *slot = s->slot + first[0];
    const int8_t *weight = (const int8_t *)s->weight + (size_t)first[0] * s->weight_step;
    for (uint32_t t = 0; t < s->tables; t++) {
        const uint64_t *x = s->x + (size_t)t * QB_COUNT_TABLE;
        __m512i low = _mm512_load_si512(x), high = _mm512_load_si512(x + QB_COUNT_TABLE / 2);
        for (const qb_count_slot *end = s->slot + first[t + 1]; slot < end;
             slot++, weight += s->weight_step) {
            __mmask64 one = count_ones(slot, low, high);
            field = _mm512_mask_add_epi8(field, one, field, _mm512_load_si512(weight));
        }
    }
    return field;
}

/* The same of 16 bits, in two halves. */
INLINE void count_fields_wide(const qb_anneal_count_state *s, uint32_t block, single_fields16 *fields)
{
    const __m512i *linear = (const __m512i *)((const int16_t *)s->linear + (size_t)block * QB_COUNT_BLOCK);
    __m512i left = _mm512_load_si512(linear), right = _mm512_load_si512(linear + 1);
    const uint32_t *first = s->first + (size_t)block * s->tables;
    const qb_count_slot *slot = s->slot + first[0];
    const int16_t *weight = (const int16_t *)s->weight + (size_t)first[0] * s->weight_step;
    for (uint32_t t = 0; t < s->tables; t++) {
        const uint64_t *x = s->x + (size_t)t * QB_COUNT_TABLE;
        __m512i low = _mm512_load_si512(x), high = _mm512_load_si512(x + QB_COUNT_TABLE / 2);
        for (const qb_count_slot *end = s->slot + first[t + 1]; slot < end;
             slot++, weight += s->weight_step) {
            __mmask64 one = count_ones(slot, low, high);
            left = _mm512_mask_add_epi16(left, (__mmask32)one, left, _mm512_load_si512(weight));
            right =
                _mm512_mask_add_epi16(right, (__mmask32)(one >> 32), right, _mm512_load_si512(weight + 32));
        }
    }
    fields[0] = (single_fields16)left;
    fields[1] = (single_fields16)right;
}

static uint64_t count_sweep(qb_anneal_count_state *s, uint32_t from, uint32_t to)
{
    const __m512i low = _mm512_loadu_si512(s->chance), high = _mm512_loadu_si512(s->chance + 64), zero = {0};
    qb_lanes_rng rng = s->rng;
    for (uint32_t block = from; block < to; block++) {
        qb_lanes random;
        qb_lanes_next(&rng, &random);
        __m512i cost = s->kept ? _mm512_load_si512((const int8_t *)s->field + (size_t)block * QB_COUNT_BLOCK)
                               : count_fields(s, block);
        uint64_t own = s->x[block];
        cost = _mm512_mask_sub_epi8(cost, own, zero, cost);
        __m512i chance = _mm512_permutex2var_epi8(low, cost, high);
        __mmask64 rises = _mm512_cmpgt_epi8_mask(cost, zero);
        __mmask64 flips = _mm512_cmplt_epu8_mask((__m512i)random, chance) | ~rises;
        __mmask64 ties = _mm512_mask_cmpeq_epu8_mask(rises, (__m512i)random, chance);
        if (ties) {
            _Alignas(64) int8_t costs[QB_COUNT_BLOCK];
            _mm512_store_si512(costs, cost);
            flips |= count_ties(s, costs, ties);
        }
        s->x[block] ^= flips;
        s->flips += (uint64_t)__builtin_popcountll(flips);
        if (s->kept)
            count_tell(s, block, own, flips);
    }
    s->rng = rng;
    return count_work(s, from, to);
}

#else

#define COUNT_CAN false

/* Never called: fields are kept. */
INLINE void count_fields_wide(const qb_anneal_count_state *s, uint32_t block, single_fields16 *fields)
{
    (void)s, (void)block, (void)fields;
}

/* Bit k is set where byte k is -1; all are -1 or 0. */
INLINE uint64_t count_bits(const single_bytes *half)
{
    return single_bits(half[0]) | (uint64_t)single_bits(half[1]) << 32;
}

static uint64_t count_sweep(qb_anneal_count_state *s, uint32_t from, uint32_t to)
{
    typedef uint8_t half __attribute__((vector_size(32), may_alias));
    for (uint32_t block = from; block < to; block++) {
        const int8_t *field = (const int8_t *)s->field + (size_t)block * QB_COUNT_BLOCK;
        _Alignas(64) int8_t cost[QB_COUNT_BLOCK];
        _Alignas(64) uint8_t chance[QB_COUNT_BLOCK];
        uint64_t own = s->x[block];
        qb_lanes random;
        qb_lanes_next(&s->rng, &random);
        for (uint32_t k = 0; k < QB_COUNT_BLOCK; k++) {
            int8_t side = (int8_t) - (own >> k & 1);
            cost[k] = (int8_t)((field[k] ^ side) - side);
            chance[k] = s->chance[cost[k] & 127];
        }
        single_bytes below[2], equal[2], rise[2];
        for (uint32_t h = 0; h < 2; h++) {
            half bytes = ((const half *)&random)[h], most = ((const half *)chance)[h];
            below[h] = (single_bytes)(bytes < most);
            equal[h] = (single_bytes)(bytes == most);
            rise[h] = ((const single_bytes *)cost)[h] > 0;
        }
        uint64_t rises = count_bits(rise), flips = count_bits(below) | ~rises,
                 ties = count_bits(equal) & rises;
        if (ties)
            flips |= count_ties(s, cost, ties);
        s->x[block] ^= flips;
        count_tell(s, block, own, flips);
    }
    return count_work(s, from, to);
}

#endif

/* Those of `doubt` that are accepted after all. */
static __attribute__((noinline)) uint64_t count_decide(const qb_anneal_count_state *s, uint32_t block,
                                                       const float *t, uint64_t doubt)
{
    uint64_t accepted = 0;
    for (; doubt; doubt &= doubt - 1) {
        uint32_t lane = (uint32_t)__builtin_ctzll(doubt);
        if (qb_count_accepts(s, block * QB_COUNT_BLOCK + lane, t[lane]))
            accepted |= UINT64_C(1) << lane;
    }
    return accepted;
}

static uint64_t count_sweep_wide(qb_anneal_count_state *s, uint32_t from, uint32_t to)
{
    const int16_t slack = (int16_t)s->fixed.slack;
    const float temperature = single_temperature(s->beta * s->fixed.unit);
    const float highest = slack ? COUNT_HIGHEST : COUNT_LARGEST;
    qb_lanes_rng rng = s->rng;
    for (uint32_t block = from; block < to; block++) {
        qb_floats t[QB_COUNT_BLOCK / QB_THRESHOLDS];
        single_fields16 cost[2], side, limit;
        uint64_t own = s->x[block], sure = 0, likely = 0;
        if (s->kept)
            memcpy(cost, (const int16_t *)s->field + (size_t)block * QB_COUNT_BLOCK, sizeof cost);
        else
            count_fields_wide(s, block, cost);
        for (uint32_t h = 0; h < 2; h++) {
            single_draw16(&rng, temperature, highest, t + 2 * h, (single_half16 *)&limit);
            bits_spread((uint32_t)(own >> 32 * h), -1, &side);
            cost[h] = (cost[h] ^ side) - side;
            sure |= (uint64_t)SINGLE_TEST16(cost[h], limit - slack) << 32 * h;
            likely |= (uint64_t)SINGLE_TEST16(cost[h], limit + slack) << 32 * h;
        }
        uint64_t flips = sure;
        if (likely != sure)
            flips |= count_decide(s, block, (const float *)t, likely & ~sure);
        s->x[block] ^= flips;
        s->flips += (uint64_t)__builtin_popcountll(flips);
        if (s->kept)
            count_tell_wide(s, block, own, flips);
    }
    s->rng = rng;
    return count_work(s, from, to);
}
