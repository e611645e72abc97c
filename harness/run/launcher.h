/* The launcher: a small process, forked before the harness grows, that all runs descend from.
 *
 *   harness --- launcher          forks wardens on demand, knows nothing of instances
 *        \-- warden (one a job)   keeps limits and deadline of one run at a time, leaves no process behind
 *              \-- child          the run: waits for its request, maps instance and channel, solves, exits
 *
 * A warden is the first process of a PID namespace where that is allowed (then one signal ends all that a run
 * has left), else a subreaper with a kill loop.  It holds one end of a socket whose other end the harness
 * holds: when the harness dies, however it dies, the warden kills its run and goes.
 *
 * The one process-wide state of this library is here: which launcher this process has, and its idle wardens.
 */
#ifndef QB_RUN_LAUNCHER_H
#define QB_RUN_LAUNCHER_H

#include "harness/run/launcher_wire.h"

/* Forks the launcher unless there is one; call it early in main, while the process is small and has one
 * thread, but after the settings that runs inherit (QB_SIMD).  The first run starts it otherwise.  Errors:
 * QB_ENVIRONMENT. */
qb_status qb_launcher_start(qb_diag *diag);

/* Executes one request to its end; thread-safe, as many at a time as callers.  QB_OK whatever became of the
 * run.  Errors: QB_ENVIRONMENT (no processes left, the warden was killed), QB_BAD_INPUT (too large a
 * request). Cost beside the run: below 1 ms. */
qb_status qb_launcher_run(const qb_launch_request *request, int image, int channel, qb_launch_report *report,
                          qb_diag *diag);

/* Ends the launcher and idle wardens of this process, for tests that count processes; a later run starts them
 * anew.  No run may be under way. */
void qb_launcher_stop(void);

#endif
