/* A warden: keeps the limits and the deadline of one run at a time.
 *
 * Deadline D: the run's own code stops at D; SIGTERM at D + 5 ms; SIGKILL at D + 15 ms of wall time.  Of CPU
 * time less will do, since a run that waits for a processor spends none: SIGTERM at D + 2 ms, SIGKILL at
 * D + 5 ms, for each thread that runs, as the tree's clock shows it (tree_clock.h: up to a tick late).  How
 * many run is told by how fast CPU time passes.  While a run's clocks are held (qb_budget_hold), they are
 * here, too.  A wall limit is watched by the clock; a CPU limit by reading
 * the CPU time of the process tree, each time at the earliest moment at which it could have run out.
 */
#define _GNU_SOURCE
#include "harness/run/contain.h"
#include "harness/run/launcher_wire.h"
#include "harness/run/limits.h"
#include "harness/run/parked.h"
#include "harness/run/tree_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS     1000000     /* between looks at a CPU clock, at least */
#define FINE_NS     500000      /* the same with a counter beside it, when time is nearly out, */
#define LEAST_NS    50000       /* and when it is out */
#define EARLY_NS    12000000    /* what is nearly out, a thread: two ticks or three */
#define START_NS    10000000000 /* in which a child must have started */
#define TEARDOWN_NS 10000000000 /* that freeing memory may take after user code has ended */
#define NEVER_NS    (INT64_MAX / 2)

/* How long after the deadline a run is asked to stop, and killed. */
typedef struct grace {
    int64_t ask_ns, kill_ns;
} grace;

static const grace wall_grace = {5000000, 15000000}, cpu_grace = {2000000, 5000000}; /* a thread */

typedef enum lateness { IN_TIME, TO_BE_ASKED, TO_BE_KILLED } lateness;

typedef struct run {
    const qb_launch_request *request;
    pid_t child;
    int child_fd, notes, lifeline;
    int64_t asked_ns, start_ns, cpu_start_ns;
    int64_t ended_ns;                 /* when user code returned; 0: not yet */
    int64_t killed_ns, killed_cpu_ns; /* when it was killed, and the CPU time until then; 0: not */
    int64_t processors;               /* that can burn CPU time at once */
    int64_t limit_ns, backstop_ns;
    int64_t in_time_ns; /* when CPU time had not run out yet */
    qb_tree_clock *clock;
    bool abandoned; /* the harness has gone */
    qb_launch_note first, second;
    qb_credit credit; /* by which deadlines move */
    qb_launch_report *report;
} run;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t to_ns(double seconds)
{
    return seconds < 4e9 ? (int64_t)(seconds * 1e9) : NEVER_NS;
}

static lateness judge(int64_t late, const grace *after)
{
    return late >= after->kill_ns ? TO_BE_KILLED : late >= after->ask_ns ? TO_BE_ASKED : IN_TIME;
}

/* What is due next at a lateness that is judged so. */
static int64_t next_ns(lateness judged, const grace *after)
{
    return judged == IN_TIME ? after->ask_ns : after->kill_ns;
}

/* Threads that spend CPU time, given how much of it has passed since it ran out. */
static double running(const run *r, int64_t late, int64_t now)
{
    int64_t passed = now - r->in_time_ns;
    double pace = passed > 0 ? (double)late / (double)passed : 1;
    return pace < 1 ? 1 : pace > (double)r->processors ? (double)r->processors : pace;
}

/* Of the CPU time that the tree's clock shows. */
static int64_t credited_cpu(const run *r, int64_t now, int64_t spent)
{
    return qb_credit_cpu(&r->credit, now - r->start_ns, spent - r->cpu_start_ns);
}

/* How late a run under a CPU limit is.  While the bound says that it cannot be late it is left alone, but for
 * the last EARLY_NS, in which the clock is followed closely. */
static lateness examine_cpu(run *r, int64_t now, int64_t *look_at)
{
    int64_t spent = qb_tree_clock_all(r->clock); /* read at every look: it follows the ticks */
    int64_t threads = r->request->threads;
    int64_t limit = r->cpu_start_ns + r->limit_ns + credited_cpu(r, now, spent), late = spent - limit;
    int64_t due = limit + cpu_grace.ask_ns, bound = qb_tree_clock_bound(r->clock);
    bool fine = qb_tree_clock_has_counter(r->clock);
    if (late <= 0)
        r->in_time_ns = now;
    if (bound < due) {
        int64_t wait = (due - threads * EARLY_NS - bound) / r->processors;
        *look_at = now + (wait > FINE_NS ? wait : FINE_NS);
        return IN_TIME;
    }
    /* of each thread, and by how much at most it grows a nanosecond: no thread runs twice at once */
    double many = late > 0 ? fmin(running(r, late, now), (double)threads) : 1;
    double each = (double)late / many, pace = (double)r->processors / many;
    lateness judged = judge((int64_t)each, &cpu_grace);
    int64_t wait = (int64_t)(((double)next_ns(judged, &cpu_grace) - each) / pace);
    int64_t least = fine ? LEAST_NS : STEP_NS, most = fine ? FINE_NS : NEVER_NS;
    *look_at = now + (wait < least ? least : wait > most ? most : wait);
    return judged;
}

/* How late the run is, and when it can be later still. */
static lateness examine(run *r, int64_t now, int64_t *look_at)
{
    const qb_launch_request *q = r->request;
    int64_t limit = q->kind == QB_BUDGET_WALL_TIME ? r->limit_ns : r->backstop_ns, by_cpu;
    int64_t deadline = r->start_ns + limit + qb_credit_wall(&r->credit, now - r->start_ns);
    lateness judged = judge(now - deadline, &wall_grace);
    *look_at = deadline + next_ns(judged, &wall_grace);
    if (q->kind == QB_BUDGET_CPU_TIME) {
        lateness other = examine_cpu(r, now, &by_cpu);
        judged = other > judged ? other : judged;
        *look_at = by_cpu < *look_at ? by_cpu : *look_at;
    }
    return judged;
}

/* The child and its process group at once: what has not left the group cannot outrun the signal. */
static void end_now(const run *r)
{
    (void)kill(-r->child, SIGKILL);
    (void)kill(r->child, SIGKILL); /* it may not have made its group yet */
}

/* Acts on the deadline; returns when to look again. */
static int64_t enforce(run *r, int64_t now)
{
    qb_launch_report *report = r->report;
    if (r->start_ns == 0 || r->ended_ns) {
        int64_t until = r->ended_ns ? r->ended_ns + TEARDOWN_NS : r->asked_ns + START_NS;
        if (now >= until)
            end_now(r);
        return now >= until ? NEVER_NS : until;
    }
    int64_t look_at;
    lateness late = examine(r, now, &look_at);
    if (late == TO_BE_KILLED) {
        end_now(r);
        report->killed = true;
        r->killed_ns = now;
        int64_t spent = qb_tree_clock_all(r->clock);
        r->killed_cpu_ns = spent - r->cpu_start_ns - credited_cpu(r, now, spent);
        if (r->request->kind == QB_BUDGET_CPU_TIME)
            report->running = (uint32_t)lround(running(r, r->killed_cpu_ns - r->limit_ns, now));
        return NEVER_NS;
    }
    if (late == TO_BE_ASKED && !report->asked) {
        report->asked = true;
        (void)kill(r->child, SIGTERM);
    }
    return look_at;
}

/* The first note starts the clock; the last, which user code may have forged, only ends the watch. */
static void take_note(run *r)
{
    qb_launch_note note;
    long got = qb_launch_receive(r->notes, &note, sizeof note, NULL, 0);
    if (got != sizeof note || r->ended_ns) {
        close(r->notes);
        r->notes = -1;
    } else if (note.kind == QB_NOTE_CREDIT) {
        note.credit.threads = r->credit.threads;
        note.credit.charged = r->credit.charged;
        if (r->start_ns && r->request->solver->find &&
            qb_credit_is_possible(&note.credit, now_ns() - r->start_ns))
            r->credit = note.credit;
    } else if (r->start_ns == 0) {
        r->report->error = note.error;
        r->report->started = note.error == 0;
        r->first = note;
        r->start_ns = note.at_ns;
        r->cpu_start_ns = note.cpu_ns;
        r->in_time_ns = note.at_ns;
        qb_tree_clock_begin(r->clock);
    } else {
        r->second = note;
        r->ended_ns = now_ns();
    }
}

/* Until the child is dead. */
static void watch(run *r)
{
    for (int64_t look_at = 0;;) {
        int64_t now = now_ns();
        if (now >= look_at && !r->report->killed && !r->abandoned)
            look_at = enforce(r, now);
        int64_t wait = look_at > now ? look_at - now : 0;
        struct timespec timeout = {wait / 1000000000, wait % 1000000000};
        struct pollfd events[] = {{.fd = r->child_fd, .events = POLLIN},
                                  {.fd = r->notes, .events = POLLIN},
                                  {.fd = r->abandoned ? -1 : r->lifeline, .events = POLLIN}};
        if (ppoll(events, 3, look_at >= NEVER_NS ? NULL : &timeout, NULL) < 0)
            continue;
        if (events[1].revents) {
            take_note(r);
            look_at = 0;
        } else if (events[0].revents) { /* all notes have been read by now */
            return;
        }
        if (events[2].revents) {
            r->abandoned = true;
            end_now(r);
            look_at = NEVER_NS;
        }
    }
}

static int64_t cpu_of(const struct rusage *u)
{
    return ((int64_t)u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000000 +
           ((int64_t)u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1000;
}

/* What the run itself had resident at its peak: less what it was born with, less the shared pages that it
 * touched since (as far as it lived to say so). */
static uint64_t own_peak(const run *r, const struct rusage *usage)
{
    uint64_t peak = (uint64_t)usage->ru_maxrss, others = r->first.resident_kib;
    if (r->second.shared_kib > r->first.shared_kib)
        others += r->second.shared_kib - r->first.shared_kib;
    return peak > others ? peak - others : 0;
}

static int open_child(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int64_t processors_of(const qb_launch_request *request)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return request->cpus ? request->cpus : online > 0 ? online : 1;
}

/* The child is dead: ends what it has left behind, and adds up. */
static void settle_accounts(run *r, const qb_contain *contain)
{
    qb_launch_report *report = r->report;
    struct rusage usage = {0};
    int64_t died_ns = now_ns(), strays_ns = 0;
    end_now(r); /* before the child is reaped, while its number is its own */
    (void)wait4(r->child, &report->wait_status, 0, &usage);
    report->strays = qb_contain_kill_all(contain, &strays_ns);
    report->ended = r->ended_ns != 0;
    report->delay_ns = r->second.delay_ns;
    report->peak_kib = own_peak(r, &usage);
    if (r->start_ns == 0)
        return;
    int64_t stopped_ns = r->ended_ns ? r->ended_ns : r->killed_ns ? r->killed_ns : died_ns;
    report->credited_ns = qb_credit_wall(&r->credit, stopped_ns - r->start_ns);
    report->wall_ns = stopped_ns - r->start_ns - report->credited_ns;
    report->teardown_ns = now_ns() - stopped_ns;
    report->helpers_ns = r->second.helpers_ns + strays_ns;
    int64_t spent = cpu_of(&usage) + strays_ns;
    report->cpu_ns = spent - r->cpu_start_ns - credited_cpu(r, stopped_ns, spent);
    if (r->killed_ns && r->killed_cpu_ns < report->cpu_ns)
        report->cpu_ns = r->killed_cpu_ns; /* what follows a kill is the system's time, not the run's */
}

static void execute(qb_launch_request *request, const int fd[2], int lifeline, qb_contain *contain,
                    qb_tree_clock *clock, qb_parked *parked, qb_launch_report *report, bool *abandoned)
{
    bool grouped = qb_contain_limit_memory(contain, request->memory_bytes);
    bool limited = request->memory_bytes != UINT64_MAX;
    uint64_t kills = limited ? qb_contain_memory_kills(contain) : 0;
    request->limit_memory = limited && !grouped && qb_limits_has_rlimit_memory();
    snprintf(report->memory_way, sizeof report->memory_way, "%s",
             !limited                ? "none"
             : grouped               ? "cgroup"
             : request->limit_memory ? "rlimit"
                                     : "none");
    snprintf(report->containment, sizeof report->containment, "%s", qb_contain_way(contain));
    snprintf(report->cpu_way, sizeof report->cpu_way, "%s", qb_tree_clock_way(clock));

    run r = {.request = request,
             .lifeline = lifeline,
             .asked_ns = now_ns(),
             .processors = processors_of(request),
             .limit_ns = to_ns(request->limit),
             .backstop_ns = to_ns(request->backstop),
             .credit = qb_credit_open(request->threads, to_ns(request->charged)),
             .clock = clock,
             .report = report};
    if (!qb_parked_start(parked, lifeline, contain, clock, request, fd, &r.child, &r.notes)) {
        report->error = errno;
        return;
    }
    r.child_fd = open_child(r.child);
    if (r.child_fd < 0) {
        report->error = errno;
        close(r.notes);
        (void)qb_contain_kill_all(contain, &report->helpers_ns);
        return;
    }
    qb_tree_clock_follow(clock, r.child);
    watch(&r);

    report->out_of_memory = limited && qb_contain_memory_kills(contain) > kills;
    settle_accounts(&r, contain);
    qb_tree_clock_stop(clock);
    *abandoned = r.abandoned;
    close(r.child_fd);
    if (r.notes >= 0)
        close(r.notes);
}

void qb_warden_main(int lifeline, bool has_namespace)
{
    (void)prctl(PR_SET_NAME, "qubout-warden");
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void)prctl(PR_SET_TIMERSLACK, 1000);
    qb_contain contain;
    qb_tree_clock clock;
    qb_parked parked = {0};
    qb_launch_request *request;
    int fd[2];
    qb_contain_open(&contain, has_namespace, &qb_contain_linux);
    qb_tree_clock_open(&clock);
    for (bool abandoned = false; !abandoned && (request = qb_launch_take(lifeline, fd));) {
        qb_launch_report report = {0};
        execute(request, fd, lifeline, &contain, &clock, &parked, &report, &abandoned);
        close(fd[0]);
        close(fd[1]);
        if (!abandoned && !qb_launch_send(lifeline, &report, sizeof report, NULL, 0))
            break;
        if (!abandoned)
            (void)qb_parked_fork(&parked, lifeline, &contain, &clock);
    }
    qb_parked_end(&parked);
    qb_tree_clock_close(&clock);
    qb_contain_close(&contain);
    _exit(0);
}
