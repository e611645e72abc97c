#define QB_GRAY_TIER qb_gray_avx512
#include "solvers/kernels/gray_tier.h"
