/* What a QAOA circuit is made of, as a device without connectivity limits would run it.
 *
 * Gates: H on every qubit, then a layer of RZ for each field, RZZ for each pair coupling (one two-qubit gate
 * each), a ladder of 2 (d - 1) CNOT around one RZ for a coupling of order d > 2, and RX on every qubit.
 * Depth: H, then per layer one step of RZ where there are fields, the couplings in the order of a greedy
 * colouring (each gate as early as its qubits allow), one step of RX; measurement is not counted.
 */
#ifndef QB_KERNELS_QAOA_CIRCUIT_H
#define QB_KERNELS_QAOA_CIRCUIT_H

#include "solvers/kernels/diagonal.h"

typedef struct qb_circuit {
    uint64_t gates_1q, gates_2q, depth;
    uint64_t steps_1q, steps_2q; /* of the depth: of one-qubit gates; of couplings (and ladders) */
} qb_circuit;

/* O(spin terms * n). */
qb_circuit qb_qaoa_circuit(const qb_cost *cost, uint32_t layers);

#endif
