#define _GNU_SOURCE
#include "harness/run/tree_clock.h"

#include "harness/run/contain.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int open_counter(bool inherited)
{
    struct perf_event_attr about = {.type = PERF_TYPE_SOFTWARE,
                                    .size = sizeof about,
                                    .config = PERF_COUNT_SW_TASK_CLOCK,
                                    .inherit = inherited,
                                    .exclude_kernel = 1, /* of no effect on time, but else it is forbidden */
                                    .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &about, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int64_t read_counter(int counter)
{
    int64_t ns = 0;
    return read(counter, &ns, sizeof ns) == sizeof ns ? ns : 0;
}

void qb_tree_clock_open(qb_tree_clock *clock)
{
    *clock = (qb_tree_clock){.tree = open_counter(true), .own = -1, .child_clock = CLOCK_MONOTONIC};
    if (clock->tree >= 0 && (clock->own = open_counter(false)) < 0) {
        close(clock->tree);
        clock->tree = -1;
    }
}

void qb_tree_clock_close(qb_tree_clock *clock)
{
    if (clock->tree >= 0) {
        close(clock->tree);
        close(clock->own);
    }
    clock->tree = clock->own = -1;
}

bool qb_tree_clock_is_exact(const qb_tree_clock *clock)
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
    return read_counter(clock->tree) - own;
}

void qb_tree_clock_start(qb_tree_clock *clock)
{
    if (clock->tree >= 0)
        clock->start_ns = counted_ns(clock);
}

void qb_tree_clock_follow(qb_tree_clock *clock, pid_t child)
{
    if (clock_getcpuclockid(child, &clock->child_clock))
        clock->child_clock = CLOCK_MONOTONIC; /* it is dead already, and the watcher will hear so */
}

int64_t qb_tree_clock_ns(const qb_tree_clock *clock)
{
    if (clock->tree >= 0)
        return counted_ns(clock) - clock->start_ns;
    struct timespec t = {0};
    (void)clock_gettime(clock->child_clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec + qb_contain_helpers_cpu();
}
