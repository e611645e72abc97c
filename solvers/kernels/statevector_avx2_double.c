#define SINGLE 0
#define KERNEL qb_sv_avx2_double
#include "solvers/kernels/statevector_avx2.h"
#include "solvers/kernels/statevector_tmpl.h"
