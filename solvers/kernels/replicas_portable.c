#define QB_REPLICAS_TIER qb_replicas_portable
#include "solvers/kernels/replicas_tier.h"
