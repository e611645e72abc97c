#define _GNU_SOURCE
#include "harness/run/parked.h"

#include "harness/run/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool qb_parked_fork(qb_parked *parked, int lifeline, const qb_contain *contain, qb_tree_clock *clock)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return false;
    qb_tree_clock_start(clock);
    pid_t pid = fork();
    if (pid == 0) {
        close(lifeline);
        close(pair[0]);
        qb_tree_clock_close(clock); /* a run could stop the counter */
        qb_child_main(pair[1], contain);
    }
    int error = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        errno = error;
        return false;
    }
    *parked = (qb_parked){pid, pair[0]};
    return true;
}

bool qb_parked_start(qb_parked *parked, int lifeline, const qb_contain *contain, qb_tree_clock *clock,
                     const qb_launch_request *request, const int fd[2], pid_t *child, int *notes)
{
    /* who waits may have been killed by someone: then one more try, with a new one */
    for (int attempt = 0; attempt < 2; attempt++) {
        if (parked->pid && waitpid(parked->pid, NULL, WNOHANG)) {
            close(parked->socket);
            parked->pid = 0;
        }
        if (!parked->pid && !qb_parked_fork(parked, lifeline, contain, clock))
            return false;
        if (qb_launch_send(parked->socket, request, qb_launch_bytes(request), fd, 2)) {
            *child = parked->pid;
            *notes = parked->socket;
            parked->pid = 0;
            return true;
        }
    }
    int error = errno;
    qb_parked_end(parked);
    errno = error;
    return false;
}

void qb_parked_end(qb_parked *parked)
{
    if (!parked->pid)
        return;
    (void)kill(parked->pid, SIGKILL);
    (void)waitpid(parked->pid, NULL, 0);
    close(parked->socket);
    parked->pid = 0;
}
