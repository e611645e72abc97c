#define QB_REPLICAS_TIER qb_replicas_avx512
#include "solvers/kernels/replicas_tier.h"
