/* CPU time of a whole process tree, as its watcher sees it.
 *
 * perf   a task-clock counter that every descendant inherits: exact at any moment, and nobody escapes it
 * clock  the CPU clock of the child, which moves only once a scheduler tick while the child runs elsewhere,
 *        plus what /proc says of its helpers
 */
#ifndef QB_RUN_TREE_CLOCK_H
#define QB_RUN_TREE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct qb_tree_clock {
    int tree,
        own; /* counters of this process with its descendants, and without; -1 where perf is not allowed */
    int64_t start_ns;
    int child_clock;
} qb_tree_clock;

/* Once a watcher, before it forks: opening the first counter of a machine takes milliseconds. */
void qb_tree_clock_open(qb_tree_clock *clock);
void qb_tree_clock_close(qb_tree_clock *clock);

bool qb_tree_clock_is_exact(const qb_tree_clock *clock);
const char *qb_tree_clock_way(const qb_tree_clock *clock); /* "perf", "clock" */

/* Before a child is forked; and after, with its number. */
void qb_tree_clock_start(qb_tree_clock *clock);
void qb_tree_clock_follow(qb_tree_clock *clock, pid_t child);

/* CPU time of all descendants since qb_tree_clock_start.  The caller is single-threaded and has no child but
 * the one it follows.  Cost: a few microseconds, or a walk through /proc. */
int64_t qb_tree_clock_ns(const qb_tree_clock *clock);

#endif
