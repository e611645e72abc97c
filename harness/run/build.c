#include "harness/run/build_info.h"
#include "harness/run/machine.h"
#include "solvers/kernels/simd.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

qb_build qb_build_capture(void)
{
    return (qb_build){QB_BUILD_VERSION, QB_BUILD_REVISION, COMPILER, QB_BUILD_FLAGS,
                      qb_simd_name(qb_simd_tier())};
}
