/* A QAOA circuit on a device whose qubits are not all neighbours: gates, SWAPs and depth after scheduling.
 *
 * One layer of couplings is routed; the next layer runs the same route backwards (its gates commute), so that
 * p layers cost p times as much.  A coupling takes `gates_a_coupling` native two-qubit gates; a SWAP takes
 * three, and so does a coupling together with a SWAP of the same pair.  One-qubit gates within a two-qubit
 * block are not counted.
 *
 *   all-to-all  couplings in the order of a greedy edge colouring (qaoa_circuit.h)
 *   line        a swap network: alternating rows of SWAPs bring every pair together within n steps; it ends
 *               once the last coupling has met
 *   grid        the least square that holds n qubits        \  the swap network along a line through it, or
 *   heavy-hex   a patch of 53 or 63 qubits in four rows     /  greedy routing, whichever is shallower
 *
 * Greedy routing executes every coupling whose ends are neighbours as early as its qubits allow, then makes
 * the SWAP that shortens the remaining distances most, or, where none does, walks the closest pair together.
 * It is tried on the line too.  These are upper bounds: a better compiler may find less.
 *
 * Source: Kivlichan et al., PRL 120, 110501 (2018), and O'Gorman et al., arXiv:1905.05118 (swap networks);
 * Weidenfeller et al., Quantum 6, 870 (2022) (QAOA on lines within heavy-hex).
 */
#ifndef QB_KERNELS_QAOA_ROUTING_H
#define QB_KERNELS_QAOA_ROUTING_H

#include "solvers/kernels/diagonal.h"

typedef enum qb_coupling { QB_ALL_TO_ALL, QB_LINE, QB_GRID, QB_HEAVY_HEX, QB_COUPLINGS } qb_coupling;

/* "all-to-all", "line", "grid", "heavy-hex" */
const char *qb_coupling_name(qb_coupling coupling);

/* QB_COUPLINGS: none of them. */
qb_coupling qb_coupling_find(const char *name);

typedef struct qb_routed {
    uint64_t gates_1q, gates_2q, swaps;
    uint64_t depth_1q, depth_2q; /* gates of each kind on the longest path */
    const char *method;          /* "direct", "swap network" or "greedy routing" */
} qb_routed;

/* parallel: two-qubit gates that can run at a time, 0 for no limit.  Errors: QB_REFUSED for couplings of more
 * than two variables on anything but all-to-all.  O(n^2) for the network, O(couplings * edges * n) for greedy
 * routing. */
qb_status qb_qaoa_route(const qb_cost *cost, uint32_t layers, qb_coupling coupling, uint32_t gates_a_coupling,
                        uint32_t parallel, qb_routed *routed, qb_diag *diag);

#endif
