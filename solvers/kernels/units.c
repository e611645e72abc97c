#include "solvers/kernels/units.h"
#include "solvers/kernels/rows.h"

#include <stdlib.h>

/* The greatest common divisor of them and of u->unit, the greatest of them and of u->coupling, and how far
 * sums of some of them reach from the linear term; branches only where a divisor is still to be found. */
static void look_at(const int32_t *weight, uint64_t count, int32_t linear, qb_units *u)
{
    int32_t low = linear, high = linear, most = u->coupling;
    for (uint64_t k = 0; k < count; k++) {
        int32_t w = weight[k], size = abs(w);
        high += w > 0 ? w : 0;
        low += w < 0 ? w : 0;
        most = size > most ? size : most;
    }
    for (uint64_t k = 0; k < count && u->unit != 1; k++)
        u->unit = (int32_t)qb_common_divisor(u->unit, abs(weight[k]));
    u->coupling = most;
    u->reach = high > u->reach ? high : u->reach;
    u->reach = -low > u->reach ? -low : u->reach;
}

qb_units qb_units_of(const qb_qubo *q, qb_budget *budget)
{
    qb_units u = {0};
    for (uint32_t i = 0; i < q->n && qb_rows_spend(budget, q, i); i++) {
        int32_t linear = q->int_linear[i];
        u.unit = (int32_t)qb_common_divisor(u.unit, abs(linear));
        look_at(q->int_weight + q->start[i], q->start[i + 1] - q->start[i], linear, &u);
    }
    u.unit = u.unit ? u.unit : 1;
    u.coupling /= u.unit;
    u.reach /= u.unit;
    return u;
}
