#include "harness/cli/version.h"

#include "harness/base/versions.h"
#include "harness/run/machine.h"
#include "harness/run/versions.h"
#include "harness/store/versions.h"
#include "solvers/versions.h"

void qb_version_text(qb_text *out)
{
    qb_build build = qb_build_capture();
    qb_text_appendf(out, "qubout %s (%s)\n%s, SIMD tier %s\n", build.version, build.revision, build.compiler,
                    build.simd);
    qb_base_versions(out);
    qb_solvers_versions(out);
    qb_run_versions(out);
    qb_store_versions(out);
    qb_text_append(out, "licence GPL-3.0-or-later; no warranty\n");
}
