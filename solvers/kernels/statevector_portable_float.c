#define SINGLE 1
#define KERNEL qb_sv_portable_float
#include "solvers/kernels/statevector_portable.h"
#include "solvers/kernels/statevector_tmpl.h"
