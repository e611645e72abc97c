/* AVX2 and FMA as statevector_tmpl.h asks for it; SINGLE chooses float. */
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define GROUP_BITS 3
#define LEAF_ROWS  2
#define HIGH_ROWS  2

typedef __m256d dvec;
typedef __m256i indices;

#define EXACT_FMA(a, b, c) _mm256_fmadd_pd(a, b, c)

static inline __m128i load_32(const void *p)
{
    int32_t word;
    memcpy(&word, p, sizeof word);
    return _mm_cvtsi32_si128(word);
}

static inline dvec bytes_to_double(const uint8_t *p)
{
    return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(load_32(p)));
}

static inline dvec words_to_double(const uint16_t *p)
{
    return _mm256_cvtepi32_pd(_mm_cvtepu16_epi32(_mm_loadl_epi64((const void *)p)));
}

#if SINGLE

#define REAL      float
#define LANE_BITS 3
#define HALVES    2
typedef __m256 vec;
#define FMA(a, b, c)   _mm256_fmadd_ps(a, b, c)
#define FMS(a, b, c)   _mm256_fmsub_ps(a, b, c)
#define FNMA(a, b, c)  _mm256_fnmadd_ps(a, b, c)
#define PICK(table, i) _mm256_i32gather_ps(table, _mm256_and_si256(i, _mm256_set1_epi32(15)), 4)

static inline indices bytes_to_index(const uint8_t *p)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)p));
}

static inline indices high_nibble(indices i)
{
    return _mm256_srli_epi32(i, 4);
}

static inline vec narrow(const dvec *half)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(half[0])), _mm256_cvtpd_ps(half[1]),
                                1);
}

/* The low 32 bits of each double. */
static inline indices low_bits(const dvec *half)
{
    const __m256i even = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    __m256i low = _mm256_permutevar8x32_epi32(_mm256_castpd_si256(half[0]), even);
    __m256i high = _mm256_permutevar8x32_epi32(_mm256_castpd_si256(half[1]), even);
    return _mm256_blend_epi32(low, high, 0xf0);
}

static inline void widen(vec v, dvec *half)
{
    half[0] = _mm256_cvtps_pd(_mm256_castps256_ps128(v));
    half[1] = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
}

#else

#define REAL           double
#define LANE_BITS      2
#define HALVES         1
typedef __m256d vec;
#define FMA(a, b, c)   _mm256_fmadd_pd(a, b, c)
#define FMS(a, b, c)   _mm256_fmsub_pd(a, b, c)
#define FNMA(a, b, c)  _mm256_fnmadd_pd(a, b, c)
#define PICK(table, i) _mm256_i64gather_pd(table, _mm256_and_si256(i, _mm256_set1_epi64x(15)), 8)

static inline indices bytes_to_index(const uint8_t *p)
{
    return _mm256_cvtepu8_epi64(load_32(p));
}

static inline indices high_nibble(indices i)
{
    return _mm256_srli_epi64(i, 4);
}

static inline vec narrow(const dvec *half)
{
    return half[0];
}

static inline indices low_bits(const dvec *half)
{
    return _mm256_castpd_si256(half[0]);
}

static inline void widen(vec v, dvec *half)
{
    half[0] = v;
}

#endif
