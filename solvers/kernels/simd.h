/* Which vector instructions the kernels use: detected once, lowered on request.
 *
 * Portable C defines every result.  A tier above it lives in files of its own, compiled for that tier, and is
 * chosen at run time by qb_simd_tier:
 *
 *   portable   C17, nothing assumed
 *   avx2       AVX2, FMA, BMI1, BMI2, POPCNT
 *   avx512     the above and AVX-512 F, BW, CD, DQ, VL
 *
 * The selection is one word for the whole process (children inherit it); it is meant to be made once, at
 * start-up, before any kernel runs, and is safe to read from every thread.
 */
#ifndef QB_KERNELS_SIMD_H
#define QB_KERNELS_SIMD_H

#include "harness/base/status.h"

typedef enum qb_simd { QB_SIMD_PORTABLE, QB_SIMD_AVX2, QB_SIMD_AVX512, QB_SIMD_COUNT } qb_simd;

/* "portable", "avx2", "avx512" */
const char *qb_simd_name(qb_simd tier);

/* The best tier of this machine. */
qb_simd qb_simd_detect(void);

/* The tier that kernels use: the selected one, else the best. */
qb_simd qb_simd_tier(void);

/* Selects a tier by name, as QB_SIMD gives it; NULL or "" selects the best.  Errors: QB_BAD_INPUT for an
 * unknown tier and for one that this machine lacks; the selection is then unchanged. */
qb_status qb_simd_select(const char *request, qb_diag *diag);

#endif
