/* The sweeps of the counting kernel (anneal_count.h), for one tier. */
#include "solvers/kernels/anneal_count.h"

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

#if defined(__AVX512VBMI__)

/* Fields of a block, counted. */
INLINE __m512i count_fields(const qb_anneal_count_state *s, uint32_t block)
{
    __m512i field = _mm512_load_si512(s->linear + (size_t)block * QB_COUNT_BLOCK);
    const uint32_t *first = s->first + (size_t)block * s->tables;
    const qb_count_slot *slot = s->slot + first[0];
    const int8_t *weight = s->weight + (size_t)first[0] * s->weight_step;
    for (uint32_t t = 0; t < s->tables; t++) {
        const uint64_t *x = s->x + (size_t)t * QB_COUNT_TABLE;
        __m512i low = _mm512_load_si512(x), high = _mm512_load_si512(x + QB_COUNT_TABLE / 2);
        for (const qb_count_slot *end = s->slot + first[t + 1]; slot < end;
             slot++, weight += s->weight_step) {
            __m512i byte = _mm512_permutex2var_epi8(low, _mm512_load_si512(slot->byte), high);
            __mmask64 one = _mm512_test_epi8_mask(byte, _mm512_load_si512(slot->bit));
            field = _mm512_mask_add_epi8(field, one, field, _mm512_load_si512(weight));
        }
    }
    return field;
}

static uint64_t count_sweep(qb_anneal_count_state *s, uint32_t from, uint32_t to)
{
    const __m512i low = _mm512_loadu_si512(s->chance), high = _mm512_loadu_si512(s->chance + 64), zero = {0};
    qb_lanes_rng rng = s->rng;
    for (uint32_t block = from; block < to; block++) {
        qb_lanes random;
        qb_lanes_next(&rng, &random);
        __m512i cost = count_fields(s, block);
        cost = _mm512_mask_sub_epi8(cost, s->x[block], zero, cost);
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
    }
    s->rng = rng;
    return (uint64_t)QB_COUNT_BLOCK * (to - from + s->first[to * s->tables] - s->first[from * s->tables]);
}

#else

/* Bit k is set where byte k is -1; all are -1 or 0. */
INLINE uint64_t count_bits(const single_bytes *half)
{
    return single_bits(half[0]) | (uint64_t)single_bits(half[1]) << 32;
}

static uint64_t count_sweep(qb_anneal_count_state *s, uint32_t from, uint32_t to)
{
    typedef uint8_t half __attribute__((vector_size(32), may_alias));
    for (uint32_t block = from; block < to; block++) {
        int8_t *field = s->field + (size_t)block * QB_COUNT_BLOCK;
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
        for (; flips; flips &= flips - 1) {
            uint32_t lane = (uint32_t)__builtin_ctzll(flips), p = block * QB_COUNT_BLOCK + lane;
            int32_t change = own >> lane & 1 ? -1 : 1;
            for (const qb_single_entry *e = s->entry + s->list[p]; e < s->entry + s->list[p + 1]; e++)
                s->field[e->at] = (int8_t)(s->field[e->at] + change * e->weight);
        }
    }
    return (uint64_t)QB_COUNT_BLOCK * (to - from + s->first[to * s->tables] - s->first[from * s->tables]);
}

#endif
