/* The clock of a process tree, on processes that say how much they have used: with counters where the machine
 * has them, and without. */
#define _GNU_SOURCE
#include "harness/run/tree_clock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000

/* No counters for this process and its descendants. */
static void forbid_counters(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    cr_assert(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    cr_assert(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

static int64_t own_cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Uses CPU time up to `until`, says so, and sleeps till killed. */
_Noreturn static void burn(int64_t until, int done)
{
    while (own_cpu() < until)
        ;
    ssize_t written = write(done, "", 1);
    (void)written;
    for (;;)
        pause();
}

/* A child that uses 40 ms and, where asked to, a helper that uses 80 ms; what the clock makes of them. */
static void follow(bool with_helper)
{
    qb_tree_clock clock;
    int done[2], go[2];
    char byte;
    qb_tree_clock_open(&clock);
    cr_assert(pipe(done) == 0 && pipe(go) == 0);
    qb_tree_clock_start(&clock);
    pid_t child = fork();
    if (child == 0) {
        (void)setsid();
        if (read(go[0], &byte, 1) == 1 && with_helper && fork() == 0)
            burn(80 * MS, done[1]);
        burn(40 * MS, done[1]);
    }
    qb_tree_clock_follow(&clock, child);
    qb_tree_clock_begin(&clock);
    cr_assert(write(go[1], "", 1) == 1);
    for (int k = 0; k < 1 + with_helper; k++)
        cr_assert(read(done[0], &byte, 1) == 1);
    usleep(20000); /* until both sleep: a clock that moves at ticks stands right then */
    int64_t used = (with_helper ? 120 : 40) * MS, all = qb_tree_clock_all(&clock);
    int64_t bound = qb_tree_clock_bound(&clock);
    int64_t step = with_helper && !qb_tree_clock_has_counter(&clock) ? 20 * MS : 2 * MS; /* 20: of /proc */
    kill(-child, SIGKILL); /* first: what a failed test leaves would hold its output open */
    qb_tree_clock_stop(&clock);
    qb_tree_clock_close(&clock);
    cr_assert(all >= used - step && all < used + 10 * MS, "%lld ms", (long long)all / MS);
    cr_assert(bound >= all - MS);
    waitpid(child, NULL, 0);
}

Test(tree_clock, counts_a_child)
{
    follow(false);
}

Test(tree_clock, counts_a_helper_too)
{
    follow(true);
}

Test(tree_clock, counts_a_child_without_counters)
{
    forbid_counters();
    follow(false);
}

Test(tree_clock, counts_a_helper_too_without_counters)
{
    forbid_counters();
    follow(true);
}
