#define QB_GRAY_TIER qb_gray_portable
#include "solvers/kernels/gray_tier.h"
