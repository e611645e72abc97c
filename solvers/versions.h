/* The versions of the libraries that solvers use, as they report themselves: "name version" a line. */
#ifndef QB_SOLVERS_VERSIONS_H
#define QB_SOLVERS_VERSIONS_H

#include "harness/base/text.h"

void qb_solvers_versions(qb_text *out);

#endif
