#define _GNU_SOURCE
#include "harness/run/tree_clock.h"

#include "harness/run/contain.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* pid: 0 for this process.  threads: descendants count if they are threads of it. */
static int open_counter(pid_t pid, bool inherited, bool threads)
{
    struct perf_event_attr about = {.type = PERF_TYPE_SOFTWARE,
                                    .size = sizeof about,
                                    .config = PERF_COUNT_SW_TASK_CLOCK,
                                    .inherit = inherited,
                                    .inherit_thread = threads,
                                    .exclude_kernel = 1, /* of no effect on time, but else it is forbidden */
                                    .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &about, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int64_t read_counter(int counter)
{
    int64_t ns = 0;
    return read(counter, &ns, sizeof ns) == sizeof ns ? ns : 0;
}

static void close_counter(int *counter)
{
    if (*counter >= 0)
        close(*counter);
    *counter = -1;
}

void qb_tree_clock_open(qb_tree_clock *clock)
{
    *clock = (qb_tree_clock){
        .tree = open_counter(0, true, false), .own = -1, .child = -1, .child_clock = CLOCK_MONOTONIC};
    if (clock->tree >= 0 && (clock->own = open_counter(0, false, false)) < 0)
        close_counter(&clock->tree);
}

void qb_tree_clock_close(qb_tree_clock *clock)
{
    close_counter(&clock->tree);
    close_counter(&clock->own);
    close_counter(&clock->child);
}

bool qb_tree_clock_has_counter(const qb_tree_clock *clock)
{
    return clock->tree >= 0;
}

const char *qb_tree_clock_way(const qb_tree_clock *clock)
{
    return clock->tree >= 0 ? "perf" : "clock";
}

static int64_t counted_ns(const qb_tree_clock *clock)
{
    int64_t own =
        read_counter(clock->own); /* first: what it gains until the next line counts as the tree's */
    return read_counter(clock->tree) - own - clock->start_ns;
}

void qb_tree_clock_start(qb_tree_clock *clock)
{
    clock->start_ns = clock->before_ns = clock->ticked_ns = clock->then_ns = 0;
    if (clock->tree >= 0)
        clock->start_ns = counted_ns(clock);
}

void qb_tree_clock_follow(qb_tree_clock *clock, pid_t child)
{
    if (clock_getcpuclockid(child, &clock->child_clock))
        clock->child_clock = CLOCK_MONOTONIC; /* it is dead already, and the watcher will hear so */
    if (clock->tree >= 0)
        clock->child = open_counter(child, true, true);
}

void qb_tree_clock_begin(qb_tree_clock *clock)
{
    if (clock->child >= 0)
        clock->before_ns = counted_ns(clock) - read_counter(clock->child);
}

void qb_tree_clock_stop(qb_tree_clock *clock)
{
    close_counter(&clock->child);
}

int64_t qb_tree_clock_bound(const qb_tree_clock *clock)
{
    return clock->tree >= 0 ? counted_ns(clock) : INT64_MAX;
}

int64_t qb_tree_clock_all(qb_tree_clock *clock)
{
    struct timespec t = {0};
    (void)clock_gettime(clock->child_clock, &t);
    int64_t child = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    if (clock->child < 0)
        return child + qb_contain_helpers_cpu();
    int64_t counted = read_counter(clock->child), helpers = counted_ns(clock) - counted - clock->before_ns;
    if (child != clock->ticked_ns) {
        clock->ticked_ns = child;
        clock->then_ns = counted;
    }
    return child + counted - clock->then_ns + (helpers > 0 ? helpers : 0);
}
