/* What the start state and the mixer of a QAOA circuit take on a device without connectivity limits.
 *
 * Two-qubit gates are those of a device that has exp(-i t (XX + YY) / 2) as one gate (the iSWAP family;
 * elsewhere it is two CNOTs):
 *
 *   start        H or RY a free variable; a W state is one X and m - 1 XY gates in a tree of log2 m steps;
 *                a Dicke state of k ones at most 5 k (m - k) gates in 5 m steps
 *   x, warm      one RX; RY, RZ, RY
 *   xy-ring      a gate an edge, in two steps, three for an odd number of members
 *   xy-complete  one-hot: J is m |W><W|, so the mixer is the W state's gates back, one phase, and forth;
 *                more ones: a gate a pair, in the rounds of a tournament
 *   grover       the start state's gates back, a phase on one state, and forth: controlled by c qubits (the
 *                free variables, one for each one-hot group, all of another group), with c - 2 ancillas that
 *                are not counted among the qubits, 2 (c - 2) Toffoli gates of 6 two-qubit and 9 one-qubit
 *                gates in 11 steps, as a tree, and one controlled phase of 2 and 3
 *
 * Sources: Wang et al. (mixer.h); Baertschi and Eidenbenz, FCT 2019, with the count of Mukherjee et al., IEEE
 * Trans. Quantum Eng. 1 (2020), for Dicke states; Cruz et al., Adv. Quantum Technol. 2 (2019), for W states.
 */
#ifndef QB_KERNELS_MIXER_CIRCUIT_H
#define QB_KERNELS_MIXER_CIRCUIT_H

#include "solvers/kernels/mixer.h"
#include "solvers/kernels/qaoa_circuit.h"

/* The whole circuit: qb_qaoa_circuit's cost layers with this start and this mixer. */
qb_circuit qb_mixer_circuit(const qb_cost *cost, const qb_qubo *qubo, qb_mixer mixer, uint32_t layers);

#endif
