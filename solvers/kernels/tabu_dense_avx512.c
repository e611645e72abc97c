/* The passes of the dense tabu walker with AVX-512: 32, 16 or 8 gains a vector, bits straight to masks. */
#include "solvers/kernels/tabu_dense_body.h"

#include <immintrin.h>
#include <math.h>

/* 16-bit gains */

enum { i16_lanes = 32 };
typedef __m512i i16_vector, i16_tags;
typedef __mmask32 i16_mask;

static inline i16_vector i16_from_i8(const i8 *w)
{
    return _mm512_cvtepi8_epi16(_mm256_load_si256((const __m256i *)w));
}

static inline i16_vector i16_negate(i16_vector v, uint64_t bits)
{
    return _mm512_mask_sub_epi16(v, (i16_mask)bits, _mm512_setzero_si512(), v);
}

static inline i16_vector i16_add_to(i16 *gain, i16_vector change)
{
    i16_vector sum = _mm512_add_epi16(_mm512_load_si512(gain), change);
    _mm512_store_si512(gain, sum);
    return sum;
}

static inline i16_mask i16_better(i16_vector sum, i16_vector best, uint64_t bits)
{
    return _mm512_mask_cmpgt_epi16_mask((i16_mask)bits, sum, best);
}

static inline i16_vector i16_raise(i16_vector best, i16_vector sum, uint64_t bits)
{
    return _mm512_mask_max_epi16(best, (i16_mask)bits, best, sum);
}

static inline i16_tags i16_put(i16_tags tags, i16_mask mask, i16_tags here)
{
    return _mm512_mask_mov_epi16(tags, mask, here);
}

static inline i16_vector i16_lowest(void)
{
    return _mm512_set1_epi16(INT16_MIN);
}

static inline i16_tags i16_no_tags(void)
{
    return _mm512_setzero_si512();
}

static inline i16_tags i16_first_tags(uint32_t lane, uint32_t turn)
{
    __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    __m512i odd = _mm512_slli_epi32(_mm512_add_epi32(even, _mm512_set1_epi32(1)), 16);
    __m512i rank = _mm512_add_epi16(_mm512_or_si512(even, odd), _mm512_set1_epi16((short)(lane + turn)));
    return _mm512_or_si512(_mm512_slli_epi16(rank, QB_TABU_RANK_BITS), _mm512_set1_epi16(QB_TABU_LEFT_MASK));
}

static inline i16_tags i16_next_tags(i16_tags here)
{
    return _mm512_sub_epi16(here, _mm512_set1_epi16(1));
}

/* Gain above tag in one 32-bit key; the greater of each two. */
static inline __m512i i16_keys(i16_tags tags, i16_vector best)
{
    return _mm512_max_epi32(_mm512_unpacklo_epi16(tags, best), _mm512_unpackhi_epi16(tags, best));
}

static inline qb_tabu_pick i16_reduce(const i16_vector *best, const i16_tags *tags)
{
    __m512i x = _mm512_max_epi32(i16_keys(tags[0], best[0]), i16_keys(tags[1], best[1]));
    __m256i y = _mm256_max_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
    __m128i z = _mm_max_epi32(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1));
    z = _mm_max_epi32(z, _mm_shuffle_epi32(z, _MM_SHUFFLE(1, 0, 3, 2)));
    z = _mm_max_epi32(z, _mm_shuffle_epi32(z, _MM_SHUFFLE(2, 3, 0, 1)));
    int32_t key = _mm_cvtsi128_si32(z);
    return (qb_tabu_pick){(double)(key >> 16), (uint32_t)key & 0xffff};
}

/* 32-bit gains */

enum { i32_lanes = 16 };
typedef __m512i i32_vector, i32_tags;
typedef __mmask16 i32_mask;

static inline i32_vector i32_from_i8(const i8 *w)
{
    return _mm512_cvtepi8_epi32(_mm_load_si128((const __m128i *)w));
}

static inline i32_vector i32_from_i16(const i16 *w)
{
    return _mm512_cvtepi16_epi32(_mm256_load_si256((const __m256i *)w));
}

static inline i32_vector i32_from_i32(const i32 *w)
{
    return _mm512_load_si512(w);
}

static inline i32_vector i32_negate(i32_vector v, uint64_t bits)
{
    return _mm512_mask_sub_epi32(v, (i32_mask)bits, _mm512_setzero_si512(), v);
}

static inline i32_vector i32_add_to(i32 *gain, i32_vector change)
{
    i32_vector sum = _mm512_add_epi32(_mm512_load_si512(gain), change);
    _mm512_store_si512(gain, sum);
    return sum;
}

static inline i32_mask i32_better(i32_vector sum, i32_vector best, uint64_t bits)
{
    return _mm512_mask_cmpgt_epi32_mask((i32_mask)bits, sum, best);
}

static inline i32_vector i32_raise(i32_vector best, i32_vector sum, uint64_t bits)
{
    return _mm512_mask_max_epi32(best, (i32_mask)bits, best, sum);
}

static inline i32_tags i32_put(i32_tags tags, i32_mask mask, i32_tags here)
{
    return _mm512_mask_mov_epi32(tags, mask, here);
}

static inline i32_vector i32_lowest(void)
{
    return _mm512_set1_epi32(INT32_MIN);
}

static inline i32_tags i32_no_tags(void)
{
    return _mm512_setzero_si512();
}

static inline i32_tags i32_first_tags(uint32_t lane, uint32_t turn)
{
    __m512i number = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i rank = _mm512_add_epi32(number, _mm512_set1_epi32((int)(lane + turn)));
    rank = _mm512_and_si512(rank, _mm512_set1_epi32(QB_TABU_LANES - 1));
    return _mm512_or_si512(_mm512_slli_epi32(rank, QB_TABU_RANK_BITS), _mm512_set1_epi32(QB_TABU_LEFT_MASK));
}

static inline i32_tags i32_next_tags(i32_tags here)
{
    return _mm512_sub_epi32(here, _mm512_set1_epi32(1));
}

QB_TABU_DEFINE_REDUCE(i32, uint32_t)

/* double gains, 64-bit tags */

enum { f64_lanes = 8 };
typedef __m512d f64_vector;
typedef __m512i f64_tags;
typedef __mmask8 f64_mask;

static inline f64_vector f64_from_f64(const f64 *w)
{
    return _mm512_load_pd(w);
}

static inline f64_vector f64_negate(f64_vector v, uint64_t bits)
{
    return _mm512_mask_sub_pd(v, (f64_mask)bits, _mm512_setzero_pd(), v);
}

static inline f64_vector f64_add_to(f64 *gain, f64_vector change)
{
    f64_vector sum = _mm512_add_pd(_mm512_load_pd(gain), change);
    _mm512_store_pd(gain, sum);
    return sum;
}

static inline f64_mask f64_better(f64_vector sum, f64_vector best, uint64_t bits)
{
    return _mm512_mask_cmp_pd_mask((f64_mask)bits, sum, best, _CMP_GT_OQ);
}

static inline f64_vector f64_raise(f64_vector best, f64_vector sum, uint64_t bits)
{
    return _mm512_mask_max_pd(best, (f64_mask)bits, best, sum);
}

static inline f64_tags f64_put(f64_tags tags, f64_mask mask, f64_tags here)
{
    return _mm512_mask_mov_epi64(tags, mask, here);
}

static inline f64_vector f64_lowest(void)
{
    return _mm512_set1_pd(-INFINITY);
}

static inline f64_tags f64_no_tags(void)
{
    return _mm512_setzero_si512();
}

static inline f64_tags f64_first_tags(uint32_t lane, uint32_t turn)
{
    __m512i rank = _mm512_add_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi64(lane + turn));
    rank = _mm512_and_si512(rank, _mm512_set1_epi64(QB_TABU_LANES - 1));
    return _mm512_or_si512(_mm512_slli_epi64(rank, QB_TABU_RANK_BITS), _mm512_set1_epi64(QB_TABU_LEFT_MASK));
}

static inline f64_tags f64_next_tags(f64_tags here)
{
    return _mm512_sub_epi64(here, _mm512_set1_epi64(1));
}

QB_TABU_DEFINE_REDUCE(f64, uint64_t)

QB_TABU_DEFINE_PASS(i8, i16)
QB_TABU_DEFINE_PASS(i8, i32)
QB_TABU_DEFINE_PASS(i16, i32)
QB_TABU_DEFINE_PASS(i32, i32)
QB_TABU_DEFINE_PASS(f64, f64)

qb_tabu_pass *const qb_tabu_pass_avx512[QB_TABU_LANES_COUNT] = {
    [QB_TABU_I8_I16] = pass_i8_i16,   [QB_TABU_I8_I32] = pass_i8_i32,   [QB_TABU_I16_I32] = pass_i16_i32,
    [QB_TABU_I32_I32] = pass_i32_i32, [QB_TABU_F64_F64] = pass_f64_f64,
};
