#define _GNU_SOURCE
#include "harness/run/launcher.h"

#include "harness/run/contain.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_IDLE 256

/* owner: the process that the rest belongs to; after a fork of the harness the copy starts its own. */
static struct {
    pthread_mutex_t lock;
    pid_t owner, launcher;
    int control;
    int idle[MOST_IDLE], idle_count; /* sockets of wardens that wait for a run */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Keeps `keep` and drops every other descriptor; the standard ones lead nowhere. */
static int keep_only(int keep)
{
    keep = fcntl(keep, F_DUPFD_CLOEXEC, 4); /* it may be a standard one, where those were closed */
    int nowhere = open("/dev/null", O_RDWR);
    for (int k = 0; k < 3 && nowhere >= 0; k++)
        (void)dup2(nowhere, k);
    int kept = dup2(keep, 3);
    (void)fcntl(kept, F_SETFD, FD_CLOEXEC);
    (void)close_range(4, ~0u, 0);
    return kept;
}

static void default_signals(void)
{
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Starts the launcher; the lock is held. */
static qb_status start(qb_diag *diag)
{
    if (state.owner == getpid() && state.launcher > 0)
        return QB_OK;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return qb_fail(diag, QB_ENVIRONMENT, "cannot open a socket to the launcher: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        /* a session of its own, so that Ctrl-C in the harness's terminal is the harness's to handle */
        (void)setsid();
        default_signals();
        qb_launcher_main(keep_only(pair[1]));
    }
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return qb_fail(diag, QB_ENVIRONMENT, "cannot fork the launcher: %s", strerror(errno));
    }
    if (state.owner != getpid()) { /* inherited: not ours to talk to */
        for (int k = 0; k < state.idle_count; k++)
            close(state.idle[k]);
        state.idle_count = 0;
        if (state.owner)
            close(state.control);
    }
    state.owner = getpid();
    state.launcher = pid;
    state.control = pair[0];
    return QB_OK;
}

qb_status qb_launcher_start(qb_diag *diag)
{
    pthread_mutex_lock(&state.lock);
    qb_status status = start(diag);
    pthread_mutex_unlock(&state.lock);
    return status;
}

void qb_launcher_stop(void)
{
    pthread_mutex_lock(&state.lock);
    if (state.owner == getpid() && state.launcher > 0) {
        for (int k = 0; k < state.idle_count; k++)
            close(state.idle[k]);
        close(state.control);
        (void)waitpid(state.launcher, NULL, 0);
        state.idle_count = 0;
        state.owner = state.launcher = 0;
    }
    pthread_mutex_unlock(&state.lock);
}

/* A socket to an idle warden, or to a new one; -1 on failure. */
static int take_warden(qb_diag *diag)
{
    int pair[2] = {-1, -1};
    pthread_mutex_lock(&state.lock);
    if (start(diag) == QB_OK) {
        if (state.idle_count > 0) {
            pair[0] = state.idle[--state.idle_count];
        } else if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
            pair[0] = -1;
            (void)qb_fail(diag, QB_ENVIRONMENT, "cannot open a socket to a warden: %s", strerror(errno));
        } else {
            if (!qb_launch_send(state.control, "w", 1, &pair[1], 1)) {
                (void)qb_fail(diag, QB_ENVIRONMENT, "the launcher is gone: %s", strerror(errno));
                close(pair[0]);
                pair[0] = -1;
                close(state.control);
                (void)waitpid(state.launcher, NULL, WNOHANG);
                state.launcher = 0;
            }
            close(pair[1]);
        }
    }
    pthread_mutex_unlock(&state.lock);
    return pair[0];
}

static void give_back(int warden)
{
    pthread_mutex_lock(&state.lock);
    bool kept = state.owner == getpid() && state.launcher > 0 && state.idle_count < MOST_IDLE;
    if (kept)
        state.idle[state.idle_count++] = warden;
    pthread_mutex_unlock(&state.lock);
    if (!kept)
        close(warden);
}

qb_status qb_launcher_run(const qb_launch_request *request, int image, int channel, qb_launch_report *report,
                          qb_diag *diag)
{
    size_t bytes = qb_launch_bytes(request);
    if (bytes > QB_LAUNCH_PACKET)
        return qb_fail(diag, QB_BAD_INPUT, "the run's parameters take %zu bytes, at most %d fit", bytes,
                       QB_LAUNCH_PACKET);
    /* an idle warden may have been killed by someone: then one more try, with a new one */
    for (int attempt = 0; attempt < 2; attempt++) {
        int warden = take_warden(diag), fds[2] = {image, channel};
        if (warden < 0)
            return QB_ENVIRONMENT;
        bool sent = qb_launch_send(warden, request, bytes, fds, 2);
        if (sent && qb_launch_receive(warden, report, sizeof *report, NULL, 0) == sizeof *report) {
            give_back(warden);
            return QB_OK;
        }
        close(warden);
        if (sent)
            break;
    }
    return qb_fail(diag, QB_ENVIRONMENT, "the process that watches the run was killed");
}

/* The user and its group stand for themselves in the user namespace that this process is in. */
static void map_user(unsigned user, unsigned group)
{
    static const char *const path[] = {"/proc/self/setgroups", "/proc/self/gid_map", "/proc/self/uid_map"};
    char text[3][48] = {"deny"};
    snprintf(text[1], sizeof text[1], "%u %u 1", group, group);
    snprintf(text[2], sizeof text[2], "%u %u 1", user, user);
    for (int k = 0; k < 3; k++) {
        int map = open(path[k], O_WRONLY | O_CLOEXEC);
        if (map < 0)
            continue;
        ssize_t written = write(map, text[k], strlen(text[k]));
        (void)written; /* unmapped works too: files then show another owner */
        close(map);
    }
}

/* Gives what is forked next a PID namespace of its own, directly for root, else inside a user namespace. */
static bool leave_namespace(void)
{
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWPID) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID))
        return false;
    map_user(user, group);
    return true;
}

/* There is a process in between, which leaves the namespace so that the launcher need not, and ends at once:
 * the warden's parent is then the launcher. */
static void fork_warden(int lifeline)
{
    pid_t between = fork();
    if (between == 0) {
        default_signals();
        bool has_namespace = leave_namespace();
        pid_t pid = fork();
        if (pid == 0)
            qb_warden_main(keep_only(lifeline), has_namespace);
        _exit(pid < 0);
    }
    if (between > 0)
        (void)waitpid(between, NULL, 0);
}

void qb_launcher_main(int control)
{
    (void)prctl(PR_SET_NAME, "qubout-launcher");
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    qb_contain_make_room(getppid(), &qb_contain_linux);
    for (;;) {
        char order;
        int lifeline;
        if (qb_launch_receive(control, &order, 1, &lifeline, 1) <= 0)
            break; /* the harness has gone; wardens see that for themselves */
        if (lifeline >= 0) {
            fork_warden(lifeline);
            close(lifeline);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    _exit(0);
}
