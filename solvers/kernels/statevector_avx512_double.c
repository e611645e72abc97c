#define SINGLE 0
#define KERNEL qb_sv_avx512_double
#include "solvers/kernels/statevector_avx512.h"
#include "solvers/kernels/statevector_tmpl.h"
