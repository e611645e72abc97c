/* All sweeps, compiled for the tier whose flags the including file gets; QB_ANNEAL_TIER names the table. */
#include "solvers/kernels/anneal_scalar_body.h"
#include "solvers/kernels/anneal_sliced_body.h"

const qb_anneal_tier QB_ANNEAL_TIER = {
    .scalar_int = scalar_int,
    .scalar_real = scalar_real,
    .sliced_heat = sliced_heat,
    .sliced_flip = sliced_flip,
    .sliced_total = sliced_total,
};
