/* The run's own process: maps instance and channel, lowers, solves, says how it ended. */
#ifndef QB_RUN_CHILD_H
#define QB_RUN_CHILD_H

#include "harness/run/contain.h"
#include "harness/run/launcher_wire.h"

/* Settles, waits on `warden` (a socket) for a request, executes it, and says through the same socket when it
 * begins and ends.  Ends without a word when the warden has gone before that.  Does not return. */
_Noreturn void qb_child_main(int warden, const qb_contain *contain);

#endif
