/* The passes of the dense tabu walker with AVX2: 16, 8 or 4 gains a vector, bits spread into lanes. */
#include "solvers/kernels/tabu_dense_body.h"

#include <immintrin.h>
#include <math.h>

/* 16-bit gains */

enum { i16_lanes = 16 };
typedef __m256i i16_vector, i16_tags, i16_mask;

/* All ones in lane k where bit k is set. */
static inline i16_mask i16_spread(uint64_t bits)
{
    __m256i lane = _mm256_set_epi16(-32768, 0x4000, 0x2000, 0x1000, 0x800, 0x400, 0x200, 0x100, 0x80, 0x40,
                                    0x20, 0x10, 8, 4, 2, 1);
    return _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16((short)bits), lane), lane);
}

static inline i16_vector i16_from_i8(const i8 *w)
{
    return _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)w));
}

static inline i16_vector i16_negate(i16_vector v, uint64_t bits)
{
    i16_mask minus = i16_spread(bits);
    return _mm256_sub_epi16(_mm256_xor_si256(v, minus), minus);
}

static inline i16_vector i16_add_to(i16 *gain, i16_vector change)
{
    i16_vector sum = _mm256_add_epi16(_mm256_load_si256((const __m256i *)gain), change);
    _mm256_store_si256((__m256i *)gain, sum);
    return sum;
}

static inline i16_mask i16_better(i16_vector sum, i16_vector best, uint64_t bits)
{
    return _mm256_and_si256(_mm256_cmpgt_epi16(sum, best), i16_spread(bits));
}

static inline i16_vector i16_raise(i16_vector best, i16_vector sum, uint64_t bits)
{
    return _mm256_blendv_epi8(best, _mm256_max_epi16(best, sum), i16_spread(bits));
}

static inline i16_tags i16_put(i16_tags tags, i16_mask mask, i16_tags here)
{
    return _mm256_blendv_epi8(tags, here, mask);
}

static inline i16_vector i16_lowest(void)
{
    return _mm256_set1_epi16(INT16_MIN);
}

static inline i16_tags i16_no_tags(void)
{
    return _mm256_setzero_si256();
}

static inline i16_tags i16_first_tags(uint32_t lane, uint32_t turn)
{
    __m256i number = _mm256_set_epi16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m256i rank = _mm256_add_epi16(number, _mm256_set1_epi16((short)(lane + turn)));
    return _mm256_or_si256(_mm256_slli_epi16(rank, QB_TABU_RANK_BITS), _mm256_set1_epi16(QB_TABU_LEFT_MASK));
}

static inline i16_tags i16_next_tags(i16_tags here)
{
    return _mm256_sub_epi16(here, _mm256_set1_epi16(1));
}

/* Gain above tag in one 32-bit key; the greater of each two. */
static inline __m256i i16_keys(i16_tags tags, i16_vector best)
{
    return _mm256_max_epi32(_mm256_unpacklo_epi16(tags, best), _mm256_unpackhi_epi16(tags, best));
}

static inline qb_tabu_pick i16_reduce(const i16_vector *best, const i16_tags *tags)
{
    __m256i y = i16_keys(tags[0], best[0]);
    for (int part = 1; part < QB_TABU_LANES / i16_lanes; part++)
        y = _mm256_max_epi32(y, i16_keys(tags[part], best[part]));
    __m128i z = _mm_max_epi32(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1));
    z = _mm_max_epi32(z, _mm_shuffle_epi32(z, _MM_SHUFFLE(1, 0, 3, 2)));
    z = _mm_max_epi32(z, _mm_shuffle_epi32(z, _MM_SHUFFLE(2, 3, 0, 1)));
    int32_t key = _mm_cvtsi128_si32(z);
    return (qb_tabu_pick){(double)(key >> 16), (uint32_t)key & 0xffff};
}

/* 32-bit gains */

enum { i32_lanes = 8 };
typedef __m256i i32_vector, i32_tags, i32_mask;

static inline i32_mask i32_spread(uint64_t bits)
{
    __m256i lane = _mm256_set_epi32(128, 64, 32, 16, 8, 4, 2, 1);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), lane), lane);
}

static inline i32_vector i32_from_i8(const i8 *w)
{
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)w));
}

static inline i32_vector i32_from_i16(const i16 *w)
{
    return _mm256_cvtepi16_epi32(_mm_load_si128((const __m128i *)w));
}

static inline i32_vector i32_from_i32(const i32 *w)
{
    return _mm256_load_si256((const __m256i *)w);
}

static inline i32_vector i32_negate(i32_vector v, uint64_t bits)
{
    i32_mask minus = i32_spread(bits);
    return _mm256_sub_epi32(_mm256_xor_si256(v, minus), minus);
}

static inline i32_vector i32_add_to(i32 *gain, i32_vector change)
{
    i32_vector sum = _mm256_add_epi32(_mm256_load_si256((const __m256i *)gain), change);
    _mm256_store_si256((__m256i *)gain, sum);
    return sum;
}

static inline i32_mask i32_better(i32_vector sum, i32_vector best, uint64_t bits)
{
    return _mm256_and_si256(_mm256_cmpgt_epi32(sum, best), i32_spread(bits));
}

static inline i32_vector i32_raise(i32_vector best, i32_vector sum, uint64_t bits)
{
    return _mm256_blendv_epi8(best, _mm256_max_epi32(best, sum), i32_spread(bits));
}

static inline i32_tags i32_put(i32_tags tags, i32_mask mask, i32_tags here)
{
    return _mm256_blendv_epi8(tags, here, mask);
}

static inline i32_vector i32_lowest(void)
{
    return _mm256_set1_epi32(INT32_MIN);
}

static inline i32_tags i32_no_tags(void)
{
    return _mm256_setzero_si256();
}

static inline i32_tags i32_first_tags(uint32_t lane, uint32_t turn)
{
    __m256i number = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
    __m256i rank = _mm256_add_epi32(number, _mm256_set1_epi32((int)(lane + turn)));
    rank = _mm256_and_si256(rank, _mm256_set1_epi32(QB_TABU_LANES - 1));
    return _mm256_or_si256(_mm256_slli_epi32(rank, QB_TABU_RANK_BITS), _mm256_set1_epi32(QB_TABU_LEFT_MASK));
}

static inline i32_tags i32_next_tags(i32_tags here)
{
    return _mm256_sub_epi32(here, _mm256_set1_epi32(1));
}

QB_TABU_DEFINE_REDUCE(i32, uint32_t)

/* double gains, 64-bit tags */

enum { f64_lanes = 4 };
typedef __m256d f64_vector;
typedef __m256i f64_tags, f64_mask;

static inline f64_mask f64_spread(uint64_t bits)
{
    __m256i lane = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x((long long)bits), lane), lane);
}

static inline f64_vector f64_from_f64(const f64 *w)
{
    return _mm256_load_pd(w);
}

static inline f64_vector f64_negate(f64_vector v, uint64_t bits)
{
    __m256i sign = _mm256_slli_epi64(f64_spread(bits), 63);
    return _mm256_xor_pd(v, _mm256_castsi256_pd(sign));
}

static inline f64_vector f64_add_to(f64 *gain, f64_vector change)
{
    f64_vector sum = _mm256_add_pd(_mm256_load_pd(gain), change);
    _mm256_store_pd(gain, sum);
    return sum;
}

static inline f64_mask f64_better(f64_vector sum, f64_vector best, uint64_t bits)
{
    __m256i greater = _mm256_castpd_si256(_mm256_cmp_pd(sum, best, _CMP_GT_OQ));
    return _mm256_and_si256(greater, f64_spread(bits));
}

static inline f64_vector f64_raise(f64_vector best, f64_vector sum, uint64_t bits)
{
    return _mm256_blendv_pd(best, _mm256_max_pd(best, sum), _mm256_castsi256_pd(f64_spread(bits)));
}

static inline f64_tags f64_put(f64_tags tags, f64_mask mask, f64_tags here)
{
    return _mm256_blendv_epi8(tags, here, mask);
}

static inline f64_vector f64_lowest(void)
{
    return _mm256_set1_pd(-INFINITY);
}

static inline f64_tags f64_no_tags(void)
{
    return _mm256_setzero_si256();
}

static inline f64_tags f64_first_tags(uint32_t lane, uint32_t turn)
{
    __m256i rank = _mm256_add_epi64(_mm256_set_epi64x(3, 2, 1, 0), _mm256_set1_epi64x(lane + turn));
    rank = _mm256_and_si256(rank, _mm256_set1_epi64x(QB_TABU_LANES - 1));
    return _mm256_or_si256(_mm256_slli_epi64(rank, QB_TABU_RANK_BITS), _mm256_set1_epi64x(QB_TABU_LEFT_MASK));
}

static inline f64_tags f64_next_tags(f64_tags here)
{
    return _mm256_sub_epi64(here, _mm256_set1_epi64x(1));
}

QB_TABU_DEFINE_REDUCE(f64, uint64_t)

QB_TABU_DEFINE_PASS(i8, i16)
QB_TABU_DEFINE_PASS(i8, i32)
QB_TABU_DEFINE_PASS(i16, i32)
QB_TABU_DEFINE_PASS(i32, i32)
QB_TABU_DEFINE_PASS(f64, f64)

qb_tabu_pass *const qb_tabu_pass_avx2[QB_TABU_LANES_COUNT] = {
    [QB_TABU_I8_I16] = pass_i8_i16,   [QB_TABU_I8_I32] = pass_i8_i32,   [QB_TABU_I16_I32] = pass_i16_i32,
    [QB_TABU_I32_I32] = pass_i32_i32, [QB_TABU_F64_F64] = pass_f64_f64,
};
