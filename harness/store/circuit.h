/* The circuit of a run, in columns of its own.
 *
 * Solvers that simulate a device tell of their circuit among the details; what analyses need of it is lifted
 * into the table `circuit`, by the same statement when a run is recorded and when an older file is migrated.
 * Its times are modelled, never measured.  Private to harness/store.
 */
#ifndef QB_STORE_CIRCUIT_H
#define QB_STORE_CIRCUIT_H

#include "harness/store/loader.h"

extern const char qb_circuit_table[]; /* creates it */

/* Fills it from runs ?1 and later; from all of them where nothing is bound. */
extern const char qb_circuit_lift[];

/* Columns of `circuit c` that qb_circuit_read takes, in its order. */
#define QB_CIRCUIT_COLUMNS                                                                                \
    "c.qubits, c.layers, c.gates_1q, c.gates_2q, c.depth, c.noisy, c.angles_from, c.angles_fitted_on,"    \
    " c.training_shots, c.device, c.coupling, c.routing, c.device_gates_2q, c.swaps, c.device_depth,"     \
    " c.modelled_shot_s, c.modelled_overhead_s, c.all_to_all_gates_2q, c.line_gates_2q, c.grid_gates_2q," \
    " c.heavy_hex_gates_2q, c.all_to_all_depth, c.line_depth, c.grid_depth, c.heavy_hex_depth"

/* From columns `first` and on of a row; NULL without a circuit.  before: one whose texts may be shared, or
 * NULL.  Errors go to the loader. */
const qb_evidence_circuit *qb_circuit_read(qb_loader *l, qb_sql *q, int first,
                                           const qb_evidence_circuit *before);

#endif
