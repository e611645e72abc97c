/* All sweeps, compiled for the tier whose flags the including file gets; QB_ANNEAL_TIER names the table. */
#include "solvers/kernels/anneal_dense.h"
#include "solvers/kernels/anneal_scalar_body.h"
#include "solvers/kernels/anneal_sliced_body.h"

#define DENSE_FIELD      int16_t
#define DENSE_MOST       INT16_MAX
#define DENSE_NAME(name) name##16
#include "solvers/kernels/anneal_dense_body.h"
#undef DENSE_FIELD
#undef DENSE_MOST
#undef DENSE_NAME

#define DENSE_FIELD      int32_t
#define DENSE_MOST       2147483520 /* the greatest float below 2^31 */
#define DENSE_NAME(name) name##32
#include "solvers/kernels/anneal_dense_body.h"

const qb_anneal_tier QB_ANNEAL_TIER = {
    .scalar_int = scalar_int,
    .scalar_real = scalar_real,
    .dense16 = sweep16,
    .dense32 = sweep32,
    .sliced_heat = sliced_heat,
    .sliced_flip = sliced_flip,
    .sliced_total = sliced_total,
};
