/* A child that waits for its run.
 *
 * A warden forks the next child when it has reported the run before, so that forking and settling go on
 * beside the referee's work, and a run begins with a message.
 */
#ifndef QB_RUN_PARKED_H
#define QB_RUN_PARKED_H

#include "harness/run/contain.h"
#include "harness/run/launcher_wire.h"
#include "harness/run/tree_clock.h"

typedef struct qb_parked {
    pid_t pid; /* 0: nobody waits */
    int socket;
} qb_parked;

/* Forks a child (child.h) and starts the tree's clock, which counts what the child uses to settle.  The child
 * closes `lifeline`, the warden's own.  false with errno set when that fails. */
bool qb_parked_fork(qb_parked *parked, int lifeline, const qb_contain *contain, qb_tree_clock *clock);

/* Hands the request to the child that waits, or to a new one where there is none or it has been killed; from
 * then on it is the caller's, and nobody waits.  false with errno set when that fails. */
bool qb_parked_start(qb_parked *parked, int lifeline, const qb_contain *contain, qb_tree_clock *clock,
                     const qb_launch_request *request, const int fd[2], pid_t *child, int *notes);

/* Ends the child that waits, if there is one. */
void qb_parked_end(qb_parked *parked);

#endif
