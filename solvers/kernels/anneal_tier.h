/* All sweeps, compiled for the tier whose flags the including file gets; QB_ANNEAL_TIER names the table. */
#include <string.h>

/* The order matters: each uses what stands before it. */
#include "solvers/kernels/anneal_single_widths.h"

#include "solvers/kernels/anneal_sliced_body.h"

#include "solvers/kernels/anneal_bits_body.h"

#include "solvers/kernels/anneal_gather_body.h"

#include "solvers/kernels/anneal_count_body.h"

const qb_anneal_tier QB_ANNEAL_TIER = {
    .sparse = {single_sparse8, single_sparse16, single_sparse32},
    .dense = {{single_dense_bytes8},
              {single_dense_bytes16, single_dense_shorts16},
              {single_dense_bytes32, single_dense_shorts32, single_dense_ints32}},
    .bits_sweep = bits_sweep,
    .bits_settle = bits_settle,
    .gather_sweep = gather_sweep,
    .counts = COUNT_CAN,
    .count_sweep = count_sweep,
    .count_sweep_wide = count_sweep_wide,
    .sliced_heat = sliced_heat,
    .sliced_flip = sliced_flip,
    .sliced_total = sliced_total,
};
