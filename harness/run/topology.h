/* The machine's topology through hwloc; private to harness/run. */
#ifndef QB_RUN_TOPOLOGY_H
#define QB_RUN_TOPOLOGY_H

#include "harness/base/status.h"

#include <hwloc.h>

/* Errors: QB_NO_MEMORY, QB_ENVIRONMENT.  A few milliseconds.  Close with hwloc_topology_destroy. */
qb_status qb_topology_open(hwloc_topology_t *topology, qb_diag *diag);

#endif
