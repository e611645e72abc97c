#include "solvers/versions.h"

#include "solvers/solver.h"

#include <gsl/gsl_version.h>
#include <nlopt.h>

void qb_solvers_versions(qb_text *out)
{
    int major, minor, bugfix;
    nlopt_version(&major, &minor, &bugfix);
    qb_text_appendf(out, "nlopt %d.%d.%d\ngsl %s\n", major, minor, bugfix, gsl_version);
    for (const qb_solver *const *s = qb_solvers; *s; s++)
        if ((*s)->version_text)
            qb_text_appendf(out, "%s %s\n", (*s)->name, (*s)->version_text());
}
