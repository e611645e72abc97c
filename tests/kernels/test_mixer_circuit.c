/* Gates of start states and mixers, against counts by hand. */
#include "solvers/kernels/mixer_circuit.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>

/* The circuit of x_0 alone over n variables: one RZ a layer beside start and mixer. */
static qb_circuit circuit_of(uint32_t n, uint32_t groups, const uint32_t *start, const uint32_t *ones,
                             qb_mixer mixer, uint32_t layers)
{
    static const uint32_t member[] = {0, 1, 2, 3, 4, 5, 6, 7};
    double linear[8] = {1};
    qb_qubo qubo;
    qb_cost cost;
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, n, linear, 0, NULL, &qubo, NULL), QB_OK);
    cr_assert_eq(qb_cost_from_qubo(&qubo, &cost, NULL), QB_OK);
    qubo.groups = groups;
    qubo.group_start = start;
    qubo.group_ones = ones;
    qubo.group_member = member;
    qb_circuit circuit = qb_mixer_circuit(&cost, &qubo, mixer, layers);
    qb_cost_free(&cost);
    qb_qubo_free(&qubo);
    return circuit;
}

static void expect(qb_circuit got, uint64_t gates_1q, uint64_t gates_2q, uint64_t depth)
{
    cr_assert(got.gates_1q == gates_1q && got.gates_2q == gates_2q && got.depth == depth,
              "%llu, %llu, %llu, not %llu, %llu, %llu", (unsigned long long)got.gates_1q,
              (unsigned long long)got.gates_2q, (unsigned long long)got.depth, (unsigned long long)gates_1q,
              (unsigned long long)gates_2q, (unsigned long long)depth);
}

Test(mixer_circuit, without_groups)
{
    expect(circuit_of(5, 0, NULL, NULL, QB_MIXER_X, 2), 5 + 2 * (1 + 5), 0, 1 + 2 * 2);
    expect(circuit_of(5, 0, NULL, NULL, QB_MIXER_WARM, 2), 5 + 2 * (1 + 15), 0, 1 + 2 * 4);
    expect(circuit_of(5, 0, NULL, NULL, QB_MIXER_X, 0), 5, 0, 1);
    /* H back, a phase controlled by five (6 Toffoli gates, 10 X, 3 and 2), H forth */
    expect(circuit_of(5, 0, NULL, NULL, QB_MIXER_GROVER, 1), 5 + 1 + 10 + (10 + 54 + 3), 38,
           1 + 1 + 2 + (2 + 44 + 5));
}

/* A W state of four: X and 3 gates in two steps. */
Test(mixer_circuit, one_hot_group)
{
    static const uint32_t start[] = {0, 4}, ones[] = {1};
    expect(circuit_of(4, 1, start, ones, QB_MIXER_XY_RING, 1), 2, 3 + 4, 3 + 1 + 2);
    expect(circuit_of(4, 1, start, ones, QB_MIXER_XY_COMPLETE, 1), 3, 3 + 6, 3 + 1 + 5);
    expect(circuit_of(4, 1, start, ones, QB_MIXER_GROVER, 1), 5, 3 + 6, 3 + 1 + 7);
}

/* Two of five are 1, beside two free variables; and a group that nothing can change. */
Test(mixer_circuit, dicke_group_beside_free_variables)
{
    static const uint32_t start[] = {0, 5}, ones[] = {2}, all[] = {5};
    expect(circuit_of(7, 1, start, ones, QB_MIXER_XY_RING, 1), 2 + 24 + 2 + 1 + 2, 30 + 5, 25 + 1 + 3);
    expect(circuit_of(7, 1, start, ones, QB_MIXER_XY_COMPLETE, 1), 2 + 24 + 2 + 1 + 2, 30 + 10, 25 + 1 + 5);
    expect(circuit_of(7, 1, start, all, QB_MIXER_XY_RING, 1), 5 + 2 + 1 + 2, 0, 1 + 1 + 1);
}
