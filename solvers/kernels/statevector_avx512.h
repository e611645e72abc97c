/* AVX-512 (F, DQ, VL) as statevector_tmpl.h asks for it; SINGLE chooses float. */
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_BITS 4
#define LEAF_ROWS  3
#define HIGH_ROWS  3

typedef __m512d dvec;
typedef __m512i indices;

#define EXACT_FMA(a, b, c) _mm512_fmadd_pd(a, b, c)

static inline dvec bytes_to_double(const uint8_t *p)
{
    return _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)p)));
}

static inline dvec words_to_double(const uint16_t *p)
{
    return _mm512_cvtepi32_pd(_mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)p)));
}

#if SINGLE

#define REAL      float
#define LANE_BITS 4
#define HALVES    2
typedef __m512 vec;
#define FMA(a, b, c)   _mm512_fmadd_ps(a, b, c)
#define FMS(a, b, c)   _mm512_fmsub_ps(a, b, c)
#define FNMA(a, b, c)  _mm512_fnmadd_ps(a, b, c)
#define PICK(table, i) _mm512_permutexvar_ps(i, _mm512_loadu_ps(table))

static inline indices bytes_to_index(const uint8_t *p)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)p));
}

static inline indices high_nibble(indices i)
{
    return _mm512_srli_epi32(i, 4);
}

static inline vec narrow(const dvec *half)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(half[0])), _mm512_cvtpd_ps(half[1]), 1);
}

static inline indices low_bits(const dvec *half)
{
    __m256i low = _mm512_cvtepi64_epi32(_mm512_castpd_si512(half[0]));
    __m256i high = _mm512_cvtepi64_epi32(_mm512_castpd_si512(half[1]));
    return _mm512_inserti32x8(_mm512_castsi256_si512(low), high, 1);
}

static inline void widen(vec v, dvec *half)
{
    half[0] = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
    half[1] = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
}

#else

#define REAL           double
#define LANE_BITS      3
#define HALVES         1
typedef __m512d vec;
#define FMA(a, b, c)   _mm512_fmadd_pd(a, b, c)
#define FMS(a, b, c)   _mm512_fmsub_pd(a, b, c)
#define FNMA(a, b, c)  _mm512_fnmadd_pd(a, b, c)
#define PICK(table, i) _mm512_permutex2var_pd(_mm512_loadu_pd(table), i, _mm512_loadu_pd((table) + 8))

static inline indices bytes_to_index(const uint8_t *p)
{
    return _mm512_cvtepu8_epi64(_mm_loadl_epi64((const void *)p));
}

static inline indices high_nibble(indices i)
{
    return _mm512_srli_epi64(i, 4);
}

static inline vec narrow(const dvec *half)
{
    return half[0];
}

static inline indices low_bits(const dvec *half)
{
    return _mm512_castpd_si512(half[0]);
}

static inline void widen(vec v, dvec *half)
{
    half[0] = v;
}

#endif
