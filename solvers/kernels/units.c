#include "solvers/kernels/units.h"

#include <stdlib.h>

qb_units qb_units_of(const qb_qubo *q)
{
    qb_units u = {0};
    for (uint32_t i = 0; i < q->n; i++) {
        int32_t low = q->int_linear[i], high = low;
        u.unit = (int32_t)qb_common_divisor(u.unit, abs(low));
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            int32_t weight = q->int_weight[k], size = abs(weight);
            if (u.unit != 1)
                u.unit = (int32_t)qb_common_divisor(u.unit, size);
            high += weight > 0 ? weight : 0;
            low += weight < 0 ? weight : 0;
            u.coupling = size > u.coupling ? size : u.coupling;
        }
        u.reach = high > u.reach ? high : u.reach;
        u.reach = -low > u.reach ? -low : u.reach;
    }
    u.unit = u.unit ? u.unit : 1;
    u.coupling /= u.unit;
    u.reach /= u.unit;
    return u;
}
