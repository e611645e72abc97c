#define QB_GRAY_TIER qb_gray_avx2
#include "solvers/kernels/gray_tier.h"
