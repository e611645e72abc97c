#define _GNU_SOURCE
#include "solvers/kernels/phase.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

const double qb_sixteenth_cos[16] = {1,  0.9238795325112867,  0.7071067811865476,  0.3826834323650898,
                                     0,  -0.3826834323650898, -0.7071067811865476, -0.9238795325112867,
                                     -1, -0.9238795325112867, -0.7071067811865476, -0.3826834323650898,
                                     0,  0.3826834323650898,  0.7071067811865476,  0.9238795325112867};
const double qb_sixteenth_sin[16] = {0,  0.3826834323650898,  0.7071067811865476,  0.9238795325112867,
                                     1,  0.9238795325112867,  0.7071067811865476,  0.3826834323650898,
                                     0,  -0.3826834323650898, -0.7071067811865476, -0.9238795325112867,
                                     -1, -0.9238795325112867, -0.7071067811865476, -0.3826834323650898};

/* 8 / pi in two parts */
#define SIXTEENTHS_HIGH 0x1.45f306dc9c883p+1
#define SIXTEENTHS_LOW  -0x1.6b01ec5417056p-53

void qb_turn(double e, double high, double low, double *cosine, double *sine)
{
    double whole = fma(e, high, QB_ROUNDER), r = fma(e, low, fma(e, high, QB_ROUNDER - whole)), z = r * r;
    uint64_t bits;
    memcpy(&bits, &whole, sizeof bits);
    double tc = qb_sixteenth_cos[bits & 15], ts = qb_sixteenth_sin[bits & 15];
    double s = ((((QB_SIN_9 * z + QB_SIN_7) * z + QB_SIN_5) * z + QB_SIN_3) * z + QB_SIN_1) * r;
    double c = (((QB_COS_8 * z + QB_COS_6) * z + QB_COS_4) * z + QB_COS_2) * z + 1;
    *cosine = tc * c - ts * s;
    *sine = tc * s + ts * c;
}

void qb_phase_sixteenths(double gamma, double step, double *high, double *low)
{
    double product = gamma * step, product_low = fma(gamma, step, -product), t = product * SIXTEENTHS_HIGH;
    *high = t;
    *low = fma(product, SIXTEENTHS_HIGH, -t) + product * SIXTEENTHS_LOW + product_low * SIXTEENTHS_HIGH;
}

void qb_cos_sin(double angle, double *cosine, double *sine)
{
    qb_turn(angle, SIXTEENTHS_HIGH, SIXTEENTHS_LOW, cosine, sine);
}
