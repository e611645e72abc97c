/* Compensated summation: the error of n additions stays near one rounding, whatever n.
 *
 * Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54
 * (1974) 39-51.
 */
#ifndef QB_MODEL_SUM_H
#define QB_MODEL_SUM_H

#include <math.h>

typedef struct qb_sum {
    double total, lost;
} qb_sum; /* zero-initialise */

static inline void qb_sum_add(qb_sum *sum, double term)
{
    double total = sum->total + term;
    sum->lost += fabs(sum->total) >= fabs(term) ? (sum->total - total) + term : (term - total) + sum->total;
    sum->total = total;
}

static inline double qb_sum_value(qb_sum sum)
{
    return sum.total + sum.lost;
}

#endif
