/* The version of hwloc, as it reports itself: "name version" a line. */
#ifndef QB_RUN_VERSIONS_H
#define QB_RUN_VERSIONS_H

#include "harness/base/text.h"

void qb_run_versions(qb_text *out);

#endif
