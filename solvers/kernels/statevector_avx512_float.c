#define SINGLE 1
#define KERNEL qb_sv_avx512_float
#include "solvers/kernels/statevector_avx512.h"
#include "solvers/kernels/statevector_tmpl.h"
