/* Vargha and Delaney's effect size: descriptive, it never decides a verdict. */
#ifndef QB_STATS_A12_H
#define QB_STATS_A12_H

#include <stddef.h>

/* Vargha and Delaney's A12: the probability that a value of x is greater than one of y, ties by half.  NaN
 * when either is empty.  x and y are sorted in place.  O((nx + ny) log). Source: J. Educational and
 * Behavioral Statistics 25 (2000). */
double qb_a12(double *x /* [nx] */, size_t nx, double *y /* [ny] */, size_t ny);

#endif
