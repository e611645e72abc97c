/* All sweeps, compiled for the tier whose flags the including file gets; QB_ANNEAL_TIER names the table. */
#include <string.h>

/* The order matters: each uses what stands before it. */
#include "solvers/kernels/anneal_single_widths.h"

#include "solvers/kernels/anneal_sliced_body.h"

#include "solvers/kernels/anneal_bits_body.h"

#include "solvers/kernels/anneal_gather_body.h"

#include "solvers/kernels/anneal_count_body.h"

#define SINGLE_MOVES(name, bits)                        \
    {                                                   \
        single_##name##bits, single_##name##_turn##bits \
    }

const qb_anneal_tier QB_ANNEAL_TIER = {
    .sparse = {SINGLE_MOVES(sparse, 8), SINGLE_MOVES(sparse, 16), SINGLE_MOVES(sparse, 32)},
    .dense = {{SINGLE_MOVES(dense_bytes, 8)},
              {SINGLE_MOVES(dense_bytes, 16), SINGLE_MOVES(dense_shorts, 16)},
              {SINGLE_MOVES(dense_bytes, 32), SINGLE_MOVES(dense_shorts, 32), SINGLE_MOVES(dense_ints, 32)}},
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
