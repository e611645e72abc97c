/* Named quantum devices, and how long they would take: modelled times, never measured ones.
 *
 *   seconds a shot = reset + depth_1q one_qubit + depth_2q two_qubit + readout
 *
 * with the depths of qaoa_routing.h.  Profiles with their sources stand in devices.yaml, which is part of the
 * program.
 */
#ifndef QB_KERNELS_DEVICE_H
#define QB_KERNELS_DEVICE_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "solvers/kernels/qaoa_routing.h"

typedef struct qb_device {
    char name[32];
    qb_coupling coupling;
    double one_qubit_s, two_qubit_s, reset_s, readout_s;
    uint32_t gates_a_coupling; /* native two-qubit gates of exp(-i angle Z Z) */
    uint32_t parallel;         /* two-qubit gates at a time; 0: no limit */
    double error_1q, error_2q; /* depolarising probability a gate */
    double error_readout;      /* of a flip */
    double t1_s;               /* 0: no damping */
} qb_device;

/* Errors: QB_BAD_INPUT for an unknown name (naming the nearest), QB_NO_MEMORY. */
qb_status qb_device_find(const char *name, qb_device *device, qb_diag *diag);

/* Is it the bound on all devices instead of one of them? */
bool qb_device_is_bound(const char *name);

/* Modelled seconds of one shot of a routed circuit. */
double qb_device_shot_seconds(const qb_device *device, const qb_routed *circuit);

/* Routes a QAOA circuit for the device and tells, as details, what it would need there and, with the device's
 * gates, on every kind of coupling (lists in the order of qb_coupling): device, device_coupling,
 * device_routing, device_gates_2q, device_swaps, device_depth_1q, device_depth_2q, modelled_shot_s and of
 * this modelled_overhead_s (reset and readout), coupling_gates_2q, coupling_depth.  *routed: on the device.
 * Errors: QB_REFUSED as qb_qaoa_route. */
qb_status qb_device_model(const qb_device *device, const qb_cost *cost, uint32_t layers, qb_budget *budget,
                          qb_routed *routed, qb_diag *diag);

/* Calls `visit` for every device, in the order of the file; what it is given lives until it returns. assumed:
 * what of it no source says.  Errors: as visit. */
typedef qb_status (*qb_device_visit)(void *context, const qb_device *device, const char *source,
                                     const char *assumed);
qb_status qb_device_each(qb_device_visit visit, void *context, qb_diag *diag);

#endif
