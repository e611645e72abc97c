#define QB_ANNEAL_TIER qb_anneal_avx512
#include "solvers/kernels/anneal_tier.h"
