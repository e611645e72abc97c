/* AVX-512 (F, DQ, VL) as statevector_tmpl.h asks for it; SINGLE chooses float. */
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_BITS 4
#define LEAF_ROWS  (SINGLE ? 2 : 3)

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

/* The 64 byte entries of a LOW leaf, the bits of whose positions leaf_in permutes: `dwords` moves the dwords,
 * then the low two bits of a position change places with the next two. */
static inline void permute_bytes(const uint8_t *entries, __m512i dwords, uint8_t *permuted)
{
    const __m512i quarters =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    __m512i v = _mm512_permutexvar_epi32(dwords, _mm512_loadu_si512(entries));
    _mm512_storeu_si512(permuted, _mm512_shuffle_epi8(v, quarters));
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

#define REAL                    double
#define LANE_BITS               3
#define HALVES                  1
typedef __m512d vec;
#define FMA(a, b, c)            _mm512_fmadd_pd(a, b, c)
#define FMS(a, b, c)            _mm512_fmsub_pd(a, b, c)
#define FNMA(a, b, c)           _mm512_fnmadd_pd(a, b, c)
#define PICK(table, i)          _mm512_permutex2var_pd(_mm512_loadu_pd(table), i, _mm512_loadu_pd((table) + 8))

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

/* Rows r and lanes l: position r2 r1 r0 l2 l1 l0 becomes r2 l1 l2 l0 r1 r0; the two chunks l1, l2 come out in
 * the other order. */
static inline void leaf_keys(const uint8_t *entries, indices *key)
{
    static const int chunk[8] = {0, 2, 1, 3, 4, 6, 5, 7};
    uint8_t permuted[64];
    permute_bytes(entries, _mm512_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15), permuted);
    for (int row = 0; row < 8; row++)
        key[row] = bytes_to_index(permuted + 8 * chunk[row]);
}
#define LEAF_KEYS(entries, key) leaf_keys(entries, key)

#endif
