/* Plain C as statevector_tmpl.h asks for it: one number at a time.  SINGLE chooses float. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define GROUP_BITS 2
#define LEAF_ROWS  2
#define HIGH_ROWS  2
#define LANE_BITS  0
#define HALVES     1

#if SINGLE
#define REAL float
#else
#define REAL double
#endif

typedef REAL vec;
typedef double dvec;
typedef uint64_t indices;

#define FMA(a, b, c)       ((a) * (b) + (c))
#define FMS(a, b, c)       ((a) * (b) - (c))
#define FNMA(a, b, c)      ((c) - (a) * (b))
#define EXACT_FMA(a, b, c) fma(a, b, c)
#define PICK(table, i)     ((table)[(i)&15])

static inline indices bytes_to_index(const uint8_t *p)
{
    return *p;
}

static inline indices high_nibble(indices i)
{
    return i >> 4;
}

static inline dvec bytes_to_double(const uint8_t *p)
{
    return *p;
}

static inline dvec words_to_double(const uint16_t *p)
{
    return *p;
}

static inline vec narrow(const dvec *half)
{
    return (vec)half[0];
}

static inline indices low_bits(const dvec *half)
{
    indices bits;
    memcpy(&bits, half, sizeof bits);
    return bits;
}

static inline void widen(vec v, dvec *half)
{
    half[0] = v;
}
