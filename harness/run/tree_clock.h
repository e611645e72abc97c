/* CPU time of a run's process tree, as its watcher sees it.
 *
 * Limits and stamps are of the scheduler's CPU clock.  That of another process moves only at scheduler ticks
 * while the process runs, and /proc tells of its helpers in steps of 10 ms and takes a walk of milliseconds.
 * Where perf is allowed, task-clock counters of the tree and of the child help out: they move all the time
 * and are inherited by every descendant, but also count what the scheduler's clock does not (interrupts, time
 * that the host took away).  So they bound the tree's time from above, fill in between two ticks and tell of
 * helpers; alone they would end runs early on a machine that is busy.
 */
#ifndef QB_RUN_TREE_CLOCK_H
#define QB_RUN_TREE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct qb_tree_clock {
    int tree, own, child; /* counters: this process with its descendants, without, the child; -1: none */
    int child_clock;
    int64_t start_ns;           /* of the tree when the child was forked */
    int64_t before_ns;          /* of the tree, not of the child, when the run began */
    int64_t ticked_ns, then_ns; /* the child's clock when it last moved, and its counter then */
} qb_tree_clock;

/* Once a watcher, before it forks: opening the first counter of a machine takes milliseconds. */
void qb_tree_clock_open(qb_tree_clock *clock);
void qb_tree_clock_close(qb_tree_clock *clock);

bool qb_tree_clock_has_counter(const qb_tree_clock *clock);
const char *qb_tree_clock_way(const qb_tree_clock *clock); /* "perf", "clock" */

/* Before a child is forked; after that, with its number; and when it says that it begins, before it has
 * helpers.  The caller is single-threaded and has no other child. */
void qb_tree_clock_start(qb_tree_clock *clock);
void qb_tree_clock_follow(qb_tree_clock *clock, pid_t child);
void qb_tree_clock_begin(qb_tree_clock *clock);

/* The child is dead. */
void qb_tree_clock_stop(qb_tree_clock *clock);

/* Not below the CPU time of all descendants since the start; INT64_MAX without a counter. */
int64_t qb_tree_clock_bound(const qb_tree_clock *clock);

/* CPU time of all descendants since the start.  With counters: a few microseconds, and exact to the interval
 * at which it is asked, once it has been asked for a tick. */
int64_t qb_tree_clock_all(qb_tree_clock *clock);

#endif
