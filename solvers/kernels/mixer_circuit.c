#define _GNU_SOURCE
#include "solvers/kernels/mixer_circuit.h"

typedef struct group {
    uint64_t members, ones;
} group;

static uint64_t log2_up(uint64_t m)
{
    return m > 1 ? 64 - (uint64_t)__builtin_clzll(m - 1) : 0;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static bool is_fixed(group g)
{
    return g.ones == 0 || g.ones == g.members;
}

static qb_circuit start_of(group g)
{
    if (is_fixed(g))
        return (qb_circuit){.gates_1q = g.ones, .depth = g.ones > 0};
    if (g.ones == 1)
        return (qb_circuit){.gates_1q = 1, .gates_2q = g.members - 1, .depth = 1 + log2_up(g.members)};
    uint64_t blocks = g.ones * (g.members - g.ones);
    return (qb_circuit){.gates_1q = g.ones + 4 * blocks, .gates_2q = 5 * blocks, .depth = 5 * g.members};
}

static qb_circuit xy_of(group g, bool ring)
{
    uint64_t m = g.members;
    if (is_fixed(g))
        return (qb_circuit){0};
    if (ring)
        return (qb_circuit){.gates_2q = m > 2 ? m : 1, .depth = m > 2 ? 2 + m % 2 : 1};
    if (g.ones == 1)
        return (qb_circuit){.gates_1q = 1, .gates_2q = 2 * (m - 1), .depth = 1 + 2 * log2_up(m)};
    return (qb_circuit){.gates_2q = m * (m - 1) / 2, .depth = m - 1 + m % 2};
}

/* The phase on one state of c qubits. */
static qb_circuit phase_of(uint64_t c)
{
    if (c < 2)
        return (qb_circuit){.gates_1q = c, .depth = c};
    uint64_t toffolis = 2 * (c - 2);
    return (qb_circuit){.gates_1q = 2 * c + 9 * toffolis + 3,
                        .gates_2q = 6 * toffolis + 2,
                        .depth = 2 + 22 * (log2_up(c) - 1) + 5};
}

/* Beside each other. */
static void join(qb_circuit *to, qb_circuit part)
{
    to->gates_1q += part.gates_1q;
    to->gates_2q += part.gates_2q;
    to->depth = greater(to->depth, part.depth);
}

qb_circuit qb_mixer_circuit(const qb_cost *cost, const qb_qubo *qubo, qb_mixer mixer, uint32_t layers)
{
    uint32_t groups = qb_mixer_keeps_groups(mixer) ? qubo->groups + qubo->cardinalities : 0;
    uint64_t free = cost->n, controls = 0;
    qb_circuit start = {0}, mix = {0};
    for (uint32_t k = 0; k < groups; k++) {
        group g = {qubo->group_start[k + 1] - qubo->group_start[k], qubo->group_ones[k]};
        free -= g.members;
        controls += is_fixed(g) ? 0 : g.ones == 1 ? 1 : g.members;
        join(&start, start_of(g));
        if (mixer != QB_MIXER_GROVER)
            join(&mix, xy_of(g, mixer == QB_MIXER_XY_RING));
    }
    join(&start, (qb_circuit){.gates_1q = free, .depth = free > 0});
    if (mixer == QB_MIXER_GROVER) {
        qb_circuit phase = phase_of(controls + free);
        mix = (qb_circuit){.gates_1q = 2 * start.gates_1q + phase.gates_1q,
                           .gates_2q = 2 * start.gates_2q + phase.gates_2q,
                           .depth = 2 * start.depth + phase.depth};
    } else {
        uint64_t turns = mixer == QB_MIXER_WARM ? 3 : 1;
        join(&mix, (qb_circuit){.gates_1q = turns * free, .depth = free > 0 ? turns : 0});
    }
    qb_circuit all = qb_qaoa_circuit(cost, layers),
               plain = {.gates_1q = cost->n, .depth = 1}; /* H, or RX, on every qubit */
    all.gates_1q += start.gates_1q - plain.gates_1q + layers * (mix.gates_1q - plain.gates_1q);
    all.gates_2q += start.gates_2q + layers * mix.gates_2q;
    all.depth += start.depth - plain.depth + layers * (mix.depth - plain.depth);
    return all;
}
