/* The enumeration's three widths, compiled for the tier whose flags the including file gets; QB_GRAY_TIER
 * names the table of functions. */
#include "solvers/kernels/gray_kernel.h"

#include <float.h>

#define GRAY_COST       int16_t
#define GRAY_FLAG       int16_t
#define GRAY_LOWEST     INT16_MIN
#define GRAY_HIGHEST    INT16_MAX
#define GRAY_NAME(name) gray_##name##16
#include "solvers/kernels/gray_body.h"
#undef GRAY_COST
#undef GRAY_FLAG
#undef GRAY_LOWEST
#undef GRAY_HIGHEST
#undef GRAY_NAME

#define GRAY_COST       int32_t
#define GRAY_FLAG       int32_t
#define GRAY_LOWEST     INT32_MIN
#define GRAY_HIGHEST    INT32_MAX
#define GRAY_NAME(name) gray_##name##32
#include "solvers/kernels/gray_body.h"
#undef GRAY_COST
#undef GRAY_FLAG
#undef GRAY_LOWEST
#undef GRAY_HIGHEST
#undef GRAY_NAME

#define GRAY_COST       double
#define GRAY_FLAG       int64_t
#define GRAY_LOWEST     (-DBL_MAX)
#define GRAY_HIGHEST    DBL_MAX
#define GRAY_NAME(name) gray_##name##64
#include "solvers/kernels/gray_body.h"

const gray_tier QB_GRAY_TIER = {gray_chunk16, gray_chunk32, gray_chunk64};
