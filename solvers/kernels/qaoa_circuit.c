#define _GNU_SOURCE
#include "solvers/kernels/qaoa_circuit.h"

/* Steps that the couplings of one layer take: each starts as soon as all of its qubits are free, in the order
 * of the terms, again and again over what fits into a step (which is a greedy edge colouring for pairs). */
static uint64_t coupling_steps(const qb_cost *cost)
{
    uint64_t free_at[QB_COST_VARIABLES] = {0}, steps = 0;
    uint64_t busy[QB_COST_VARIABLES][2 * QB_COST_VARIABLES / 64 + 1] = {{0}};
    for (uint64_t t = 0; t < cost->spin_terms; t++) {
        uint64_t mask = cost->spin[t].mask, start = 0;
        int order = __builtin_popcountll(mask);
        if (order < 2)
            continue;
        if (order == 2) {
            /* the first step in which neither end is busy; a pair is never delayed beyond 2 n steps */
            uint32_t a = (uint32_t)__builtin_ctzll(mask), b = 63 - (uint32_t)__builtin_clzll(mask);
            while ((busy[a][start / 64] | busy[b][start / 64]) >> start % 64 & 1)
                start++;
            busy[a][start / 64] |= 1ull << start % 64;
            busy[b][start / 64] |= 1ull << start % 64;
            steps = start + 1 > steps ? start + 1 : steps;
            continue;
        }
        uint64_t length = 2 * (uint64_t)(order - 1) + 1;
        for (uint64_t rest = mask; rest; rest &= rest - 1) {
            uint64_t at = free_at[__builtin_ctzll(rest)];
            start = at > start ? at : start;
        }
        for (uint64_t rest = mask; rest; rest &= rest - 1)
            free_at[__builtin_ctzll(rest)] = start + length;
    }
    uint64_t ladders = 0; /* ladders come after the pairs */
    for (uint32_t q = 0; q < cost->n; q++)
        ladders = free_at[q] > ladders ? free_at[q] : ladders;
    return steps + ladders;
}

qb_circuit qb_qaoa_circuit(const qb_cost *cost, uint32_t layers)
{
    uint64_t fields = 0, ladders = 0, two = 0;
    for (uint64_t t = 0; t < cost->spin_terms; t++) {
        uint64_t order = (uint64_t)__builtin_popcountll(cost->spin[t].mask);
        fields += order == 1;
        ladders += order > 2;
        two += order == 2 ? 1 : order > 2 ? 2 * (order - 1) : 0;
    }
    uint64_t steps_1q = 1 + layers * ((fields > 0) + 1ull), steps_2q = layers * coupling_steps(cost);
    return (qb_circuit){
        .gates_1q = cost->n + layers * (fields + ladders + cost->n),
        .gates_2q = layers * two,
        .depth = steps_1q + steps_2q,
        .steps_1q = steps_1q,
        .steps_2q = steps_2q,
    };
}
