/* The run's own process: maps instance and channel, lowers, solves, says how it ended. */
#ifndef QB_RUN_CHILD_H
#define QB_RUN_CHILD_H

#include "harness/run/contain.h"
#include "harness/run/launcher_wire.h"

/* Does not return.  Notes go to `notes` (a pipe); the descriptors are the child's to close.  limit_memory: by
 * rlimit, for want of a control group. */
_Noreturn void qb_child_main(const qb_launch_request *request, int image, int channel, int notes,
                             const qb_contain *contain, bool limit_memory);

#endif
