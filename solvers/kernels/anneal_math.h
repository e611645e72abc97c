/* exp and ln for whatever decides a random choice.
 *
 * libm picks its own variants by processor, so its last bit is not the same everywhere; these are plain
 * arithmetic without contraction.  Relative error below 1e-15 for exp, below 4e-16 (1 + |ln x|) absolute for
 * ln.
 */
#ifndef QB_KERNELS_ANNEAL_MATH_H
#define QB_KERNELS_ANNEAL_MATH_H

#include <stdint.h>
#include <string.h>

#define QB_LN2_HIGH 0x1.62e42fefa38p-1 /* ln 2 rounded to 40 bits, so that whole multiples are exact */
#define QB_LN2_LOW  0x1.ef35793c7673p-45

/* e^-x for x >= 0 (infinity included); 0 beyond x = 700. */
static inline double qb_anneal_exp_minus(double x)
{
    if (!(x < 700))
        return 0;
    double k = (double)(int64_t)(x * 1.44269504088896340736 + 0.5); /* x = k ln 2 + r, |r| <= ln 2 / 2 */
    double r = -((x - k * QB_LN2_HIGH) - k * QB_LN2_LOW), sum = 1;
    for (int term = 14; term > 0; term--)
        sum = 1 + sum * r / term;
    uint64_t bits = (uint64_t)(1023 - (int64_t)k) << 52;
    double power;
    if ((int64_t)k > 1022)
        return 0;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

/* ln x for finite, normal x > 0. */
static inline double qb_anneal_ln(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t e = (int64_t)(bits - 0x3fe6a09e667f3bcdu) >> 52; /* x = m 2^e, m in [1/sqrt 2, sqrt 2) */
    bits -= (uint64_t)e << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1) / (m + 1), q = s * s, sum = 0;
    for (int term = 23; term > 0; term -= 2)
        sum = sum * q + 1.0 / term;
    return (double)e * QB_LN2_HIGH + (2 * s * sum + (double)e * QB_LN2_LOW);
}

#endif
