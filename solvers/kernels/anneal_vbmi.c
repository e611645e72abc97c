#define QB_ANNEAL_TIER qb_anneal_vbmi
#include "solvers/kernels/anneal_tier.h"
