#include "solvers/kernels/anneal_fixed.h"
#include "solvers/kernels/units.h"

#include <stdlib.h>

#define FIXED_LEAST_EXPONENT (-1000) /* of the unit */

/* max |field| of a real model. */
static double reach_of(const qb_qubo *q)
{
    double reach = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        double high = fmax(q->real_linear[i], 0), low = fmin(q->real_linear[i], 0);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            high += fmax(q->real_weight[k], 0);
            low += fmin(q->real_weight[k], 0);
        }
        reach = fmax(reach, fmax(high, -low));
    }
    return reach;
}

static double error_of(const qb_fixed *f, double coefficient)
{
    return fabs(coefficient / f->unit - qb_fixed_round(f, coefficient));
}

/* Bounds the error of every field, and with it the slack; notes the greatest coupling. */
static void bound_errors(const qb_qubo *q, qb_fixed *f)
{
    double worst = 0, greatest = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        double error = error_of(f, q->real_linear[i]);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            error += error_of(f, q->real_weight[k]);
            greatest = fmax(greatest, fabs(q->real_weight[k]));
        }
        worst = fmax(worst, error);
    }
    f->slack = 2 + (int32_t)worst; /* rounded up, and one more: whole(t) is up to one below t */
    f->coupling = abs(qb_fixed_round(f, greatest));
}

qb_fixed qb_fixed_of(const qb_qubo *q, int bits)
{
    if (q->integral) {
        qb_units units = qb_units_of(q);
        return (qb_fixed){units.unit, 0, units.coupling, units.reach};
    }
    double reach = reach_of(q);
    int exponent = reach > 0 ? ilogb(reach) + 1 - bits : 0;
    qb_fixed f = {.unit = ldexp(1, exponent > FIXED_LEAST_EXPONENT ? exponent : FIXED_LEAST_EXPONENT)};
    bound_errors(q, &f);
    f.reach = (int32_t)ceil(reach / f.unit);
    return f;
}
