#include "harness/run/halving.h"

uint64_t qb_halving_least(uint32_t instances)
{
    return 2 + 2 * (uint64_t)instances;
}

qb_halving qb_halving_plan(uint64_t evaluations, uint32_t instances)
{
    qb_halving h = {.check = instances};
    if (evaluations < qb_halving_least(instances))
        return h;
    uint64_t search = evaluations - 2 * (uint64_t)instances;
    h.rungs = 1;
    while (h.rungs < QB_RUNGS && ((uint64_t)(h.rungs + 1) << (h.rungs + 1)) <= search)
        h.rungs++;
    h.configurations = 1U << h.rungs;
    for (uint32_t r = 0; r < h.rungs; r++) {
        uint64_t more = search / h.rungs / (h.configurations >> r);
        more = more < 1000000 ? more : 1000000;
        h.upto[r] = (r ? h.upto[r - 1] : 0) + (uint32_t)more;
    }
    return h;
}
