/* Threads that share steps of work out, beside whatever else the machine does.
 *
 * Every member has a range of neighbouring steps to itself and takes them in their order, a few at a time;
 * one that is done takes from the end of the range that has most left, so that a member whose core is busy
 * with something else holds nobody up.  Who waits, for more work or for another's last step, goes to sleep
 * after a moment, so that the system can run that other member, or that something else, in its place.
 */
#ifndef QB_KERNELS_TEAM_H
#define QB_KERNELS_TEAM_H

#include "harness/base/budget.h"

#include <stddef.h>
#include <stdint.h>

typedef struct qb_team qb_team;

/* A team of the calling thread and `threads` - 1 more, or of fewer where the system refuses them: some 20 us
 * a thread.  A solver opens one for its run and hands it on.  NULL: out of memory.  Close it with
 * qb_team_close (NULL is fine). */
qb_team *qb_team_open(uint32_t threads);
void qb_team_close(qb_team *team);

/* How many members there are; NULL stands for the calling thread alone. */
uint32_t qb_team_size(const qb_team *team);

/* Called once for each step, by any member, which is numbered below the team's size. */
typedef void qb_team_step(void *context, size_t step, uint32_t member);

/* Makes steps [0, steps); of each `unit` neighbouring ones, which divide `steps`, one member makes one after
 * the other.  Charges `work` for every step, on the calling thread; team and budget may be NULL.  One call at
 * a time.
 * Errors: QB_STOPPED, with steps left out.
 * Determinism: what is charged depends on the arguments alone.
 * Cost: below 0.1 us a step, and some us a call with more than one member. */
qb_status qb_team_run(qb_team *team, size_t steps, size_t unit, qb_team_step *function, void *context,
                      uint64_t work, qb_budget *budget);

#endif
