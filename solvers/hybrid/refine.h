/* What solves a part for the hybrid: shots of a QAOA circuit, or one of its controls.
 *
 *   qaoa        shots of the circuit over the part's own cost (solvers/kernels/qaoa_state.h); where the part
 *               has groups, under the mixer xy-complete, which never leaves them
 *   uniform     as many uniformly random points: what the shots are worth without the circuit
 *   exhaustive  every point (solvers/kernels/gray.h): what a perfect step would be worth
 *
 * Random and all points are of those that groups leave, as the circuit's are.  All are offered, at the part's
 * value, to the budget, a child whose incumbents the policy takes.
 */
#ifndef QB_SOLVERS_HYBRID_REFINE_H
#define QB_SOLVERS_HYBRID_REFINE_H

#include "solvers/hybrid/part.h"
#include "solvers/kernels/device.h"
#include "solvers/kernels/team.h"

typedef enum refine_rule { REFINE_QAOA, REFINE_UNIFORM, REFINE_EXHAUSTIVE } refine_rule;
typedef enum refine_angles { REFINE_FIXED, REFINE_RAMP, REFINE_LBFGS } refine_angles;

#define REFINE_DEPTH 16 /* at most */

typedef struct refiner {
    refine_rule rule;
    refine_angles angles;
    uint32_t depth, shots, evaluations;
    qb_team *team; /* not owned */
    double ramp;   /* height of a ramp, in natural units */
    double shot_s; /* modelled seconds of a shot */
    uint64_t seed;
    uint64_t shots_taken, circuits, training_circuits; /* so far */
} refiner;

/* Bytes that a step on a part of so many states needs at most. */
uint64_t refine_bytes(const refiner *r, double states);

/* Models the circuit of all pairs of a part of this shape (its variables and groups) on a device, compiled
 * once: a part's weights are its parameters; tells of both.  A uniform point costs a circuit without layers.
 * Errors: QB_NO_MEMORY. */
qb_status refine_model(refiner *r, const part *shape, const qb_device *device, qb_budget *budget,
                       qb_diag *diag);

/* One step on a part; its random numbers are stream `stream` of the seed.  Errors: QB_STOPPED (the child's
 * work or the run's budget is spent), QB_NO_MEMORY, QB_REFUSED. */
qb_status refine(refiner *r, const part *p, uint64_t stream, qb_budget *budget, qb_diag *diag);

#endif
