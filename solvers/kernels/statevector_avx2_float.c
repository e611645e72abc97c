#define SINGLE 1
#define KERNEL qb_sv_avx2_float
#include "solvers/kernels/statevector_avx2.h"
#include "solvers/kernels/statevector_tmpl.h"
