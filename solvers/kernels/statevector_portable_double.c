#define SINGLE 0
#define KERNEL qb_sv_portable_double
#include "solvers/kernels/statevector_portable.h"
#include "solvers/kernels/statevector_tmpl.h"
