#include "solvers/kernels/anneal_fixed.h"
#include "solvers/kernels/rows.h"
#include "solvers/kernels/units.h"

#include <stdlib.h>

#define FIXED_LEAST_EXPONENT (-1000) /* of the unit */
#define FIXED_ROUNDING       1e-9    /* more than what adding up errors may be off */
#define FIXED_DOUBT          32      /* the slack is so many times less than a usual field, or more */

/* How far terms can take a sum from 0 when each is in or out, the first one always in: what is positive and
 * what is negative, from sums without a branch on the sign. */
typedef struct span {
    double first, sum, size;
} span;

static void span_add(span *s, double term)
{
    s->sum += term;
    s->size += fabs(term);
}

static double span_of(const span *s)
{
    return fmax(fabs(s->first + (s->sum + s->size) / 2), fabs(s->first + (s->sum - s->size) / 2));
}

/* max |field|. */
static double reach_of(const qb_qubo *q, qb_budget *budget)
{
    double reach = 0;
    for (uint32_t i = 0; i < q->n && qb_rows_spend(budget, q, i); i++) {
        span field = {.first = qb_qubo_linear(q, i)};
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            span_add(&field, qb_qubo_weight(q, k));
        reach = fmax(reach, span_of(&field));
    }
    return reach;
}

static double error_of(const qb_fixed *f, double coefficient)
{
    return coefficient / f->unit - qb_fixed_round(f, coefficient);
}

/* Bounds the error of every field in any state, and with it the slack; notes the greatest coupling.  What a
 * field of a random state is off its mean, by the root mean square over the variables, is usual. */
static void bound_errors(const qb_qubo *q, qb_fixed *f, qb_budget *budget)
{
    double worst = 0, greatest = 0, square = 0;
    for (uint32_t i = 0; i < q->n && qb_rows_spend(budget, q, i); i++) {
        span error = {.first = error_of(f, qb_qubo_linear(q, i))};
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            double weight = qb_qubo_weight(q, k), size = fabs(weight);
            span_add(&error, error_of(f, weight));
            greatest = size > greatest ? size : greatest;
            square += weight * weight;
        }
        worst = fmax(worst, span_of(&error));
    }
    f->slack = 1 + (int32_t)(worst * (1 + FIXED_ROUNDING) + FIXED_ROUNDING);
    f->coupling = abs(qb_fixed_round(f, greatest));
    f->decides = f->slack * f->unit * FIXED_DOUBT <= sqrt(square / q->n) / 2;
}

qb_fixed qb_fixed_of(const qb_qubo *q, int bits, qb_budget *budget)
{
    double reach;
    if (q->integral) {
        qb_units units = qb_units_of(q, budget);
        if (units.reach < (INT64_C(2) << bits) - 1)
            return (qb_fixed){units.unit, 0, units.coupling, units.reach, true};
        reach = (double)units.unit * units.reach;
    } else {
        reach = reach_of(q, budget);
    }
    int exponent = reach > 0 ? ilogb(reach) + 1 - bits : 0;
    qb_fixed f = {.unit = ldexp(1, exponent > FIXED_LEAST_EXPONENT ? exponent : FIXED_LEAST_EXPONENT)};
    bound_errors(q, &f, budget);
    f.reach = (int32_t)ceil(reach / f.unit);
    return f;
}
