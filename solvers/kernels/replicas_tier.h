/* All kernels of replicas, compiled for the tier whose flags the including file gets; QB_REPLICAS_TIER names
 * the table. */
#include <string.h>

/* The order matters: each uses what stands before it. */
#include "solvers/kernels/replicas_body.h"

#include "solvers/kernels/bifurcation_body.h"

#include "solvers/kernels/path_integral_body.h"

const qb_replica_tier QB_REPLICAS_TIER = {
    .energies = replica_energies,
    .forces = replica_forces,
    .bifurcation_move = bifurcation_move,
    .path_slices = path_slices,
    .path_lines = path_lines,
};
