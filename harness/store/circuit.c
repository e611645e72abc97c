#include "harness/store/circuit.h"

#include <math.h>
#include <string.h>

const char qb_circuit_table[] =
    "CREATE TABLE circuit ("
    "  run_id INTEGER PRIMARY KEY REFERENCES run, qubits INTEGER NOT NULL, layers INTEGER, gates_1q INTEGER,"
    "  gates_2q INTEGER, depth INTEGER, noisy INTEGER NOT NULL, angles_from TEXT, angles_fitted_on TEXT,"
    "  executions INTEGER, shots INTEGER, training_executions INTEGER, training_shots INTEGER, device TEXT,"
    "  coupling TEXT, routing TEXT, device_gates_2q INTEGER, swaps INTEGER, device_depth INTEGER,"
    "  modelled_shot_s REAL, modelled_overhead_s REAL, all_to_all_gates_2q INTEGER, line_gates_2q INTEGER,"
    "  grid_gates_2q INTEGER, heavy_hex_gates_2q INTEGER, all_to_all_depth INTEGER, line_depth INTEGER,"
    "  grid_depth INTEGER, heavy_hex_depth INTEGER) STRICT";

/* Lists go by the order of qb_coupling. */
const char qb_circuit_lift[] =
    "INSERT INTO circuit SELECT id, details->>'qubits', details->>'depth', details->>'gates_1q',"
    "  details->>'gates_2q', details->>'circuit_depth', coalesce(details->>'trajectories' > 0, 0),"
    "  details->>'angles_from', details->>'angles_fitted_on', details->>'executions', details->>'shots',"
    "  details->>'training_executions', details->>'training_shots', details->>'device',"
    "  details->>'device_coupling', details->>'device_routing', details->>'device_gates_2q',"
    "  details->>'device_swaps', details->>'device_depth_1q' + details->>'device_depth_2q',"
    "  details->>'modelled_shot_s', details->>'modelled_overhead_s', details->>'$.coupling_gates_2q[0]',"
    "  details->>'$.coupling_gates_2q[1]', details->>'$.coupling_gates_2q[2]',"
    "  details->>'$.coupling_gates_2q[3]', details->>'$.coupling_depth[0]', details->>'$.coupling_depth[1]',"
    "  details->>'$.coupling_depth[2]', details->>'$.coupling_depth[3]'"
    " FROM run WHERE id >= coalesce(?1, 1)"
    "  AND CASE WHEN json_valid(details) THEN details->>'qubits' END IS NOT NULL";

/* Runs of an entry say the same: their texts are kept once. */
static const char *keep(qb_loader *l, const char *text, const char *before)
{
    return before && !strcmp(text, before) ? before : qb_loader_keep_text(l, text);
}

const qb_evidence_circuit *qb_circuit_read(qb_loader *l, qb_sql *q, int first,
                                           const qb_evidence_circuit *before)
{
    static const qb_evidence_circuit none;
    if (isnan(qb_sql_real(q, first)))
        return NULL;
    qb_evidence_circuit *c = qb_loader_keep(l, 1, sizeof *c);
    if (!c)
        return NULL;
    before = before ? before : &none;
    *c = (qb_evidence_circuit){
        .qubits = qb_sql_count(q, first),
        .layers = qb_sql_count(q, first + 1),
        .gates_1q = qb_sql_real(q, first + 2),
        .gates_2q = qb_sql_real(q, first + 3),
        .depth = qb_sql_real(q, first + 4),
        .noisy = qb_sql_int(q, first + 5) != 0,
        .angles_from = keep(l, qb_sql_text(q, first + 6), before->angles_from),
        .fitted_on = keep(l, qb_sql_text(q, first + 7), before->fitted_on),
        .training_shots = qb_sql_count(q, first + 8),
        .device = keep(l, qb_sql_text(q, first + 9), before->device),
        .coupling = keep(l, qb_sql_text(q, first + 10), before->coupling),
        .routing = keep(l, qb_sql_text(q, first + 11), before->routing),
        .device_gates_2q = qb_sql_real(q, first + 12),
        .swaps = qb_sql_real(q, first + 13),
        .device_depth = qb_sql_real(q, first + 14),
        .shot_s = qb_sql_real(q, first + 15),
        .overhead_s = qb_sql_real(q, first + 16),
    };
    for (int k = 0; k < QB_EVIDENCE_COUPLINGS; k++) {
        c->on_gates_2q[k] = qb_sql_real(q, first + 17 + k);
        c->on_depth[k] = qb_sql_real(q, first + 17 + QB_EVIDENCE_COUPLINGS + k);
    }
    return c;
}
