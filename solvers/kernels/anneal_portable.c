#define QB_ANNEAL_TIER qb_anneal_portable
#include "solvers/kernels/anneal_tier.h"
