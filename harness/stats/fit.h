/* How a time grows with the size of the problem.
 *
 *   polynomial   log t = a + b log n
 *   stretched    log t = a + b sqrt n
 *   exponential  log t = a + b n
 *
 * Least squares on the logarithm.  A fit describes the sizes that were seen: qb_scaling_at refuses others.
 */
#ifndef QB_STATS_FIT_H
#define QB_STATS_FIT_H

#include "harness/stats/interval.h"

#include <stdbool.h>

typedef enum qb_growth { QB_POLYNOMIAL, QB_STRETCHED, QB_EXPONENTIAL } qb_growth;

const char *qb_growth_name(qb_growth growth);

typedef struct qb_scaling {
    qb_growth growth;
    double a, b;
    qb_interval b_interval; /* Student's, at the confidence asked for */
    double aicc;            /* Akaike's criterion, corrected for small samples: smaller is better */
    double smallest, largest;
    size_t points;
} qb_scaling;

/* Fits size [points] > 0, time [points] > 0 (finite ones; medians with +inf have no fit).  False with fewer
 * than four points, fewer than three sizes, or a value out of range. */
bool qb_scaling_fit(qb_growth growth, const double *size, const double *time, size_t points,
                    double confidence, qb_scaling *scaling);

/* The growth with the least AICc; the same conditions.  Source: Hurvich and Tsai, Biometrika 76 (1989). */
bool qb_scaling_best(const double *size, const double *time, size_t points, double confidence,
                     qb_scaling *scaling);

/* The fitted time at a size in [smallest, largest]; NaN outside: no extrapolation. */
double qb_scaling_at(const qb_scaling *scaling, double size);

#endif
