#define QB_ANNEAL_TIER qb_anneal_avx2
#include "solvers/kernels/anneal_tier.h"
