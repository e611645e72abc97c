#define _GNU_SOURCE
#include "harness/run/launcher_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define MOST_FDS 2

bool qb_launch_send(int socket, const void *data, size_t bytes, const int *fd, int fds)
{
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(MOST_FDS * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)data, bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds > 0) {
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE((size_t)fds * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN((size_t)fds * sizeof(int));
        memcpy(CMSG_DATA(head), fd, (size_t)fds * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)bytes;
}

long qb_launch_receive(int socket, void *data, size_t bytes, int *fd, int fds)
{
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(MOST_FDS * sizeof(int))];
    } control;
    struct iovec part = {data, bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds > 0) { /* else descriptors are dropped: a run could send any number of them */
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
    }
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    for (int k = 0; k < fds; k++)
        fd[k] = -1;
    struct cmsghdr *head = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN((size_t)fds * sizeof(int)))
        memcpy(fd, CMSG_DATA(head), (size_t)fds * sizeof(int));
    return got;
}

qb_launch_request *qb_launch_take(int socket, int fd[2])
{
    _Alignas(64) static unsigned char packet[QB_LAUNCH_PACKET];
    qb_launch_request *request = (qb_launch_request *)(void *)packet;
    long got = qb_launch_receive(socket, packet, sizeof packet, fd, 2);
    bool whole = got >= (long)sizeof *request && (size_t)got == qb_launch_bytes(request);
    return whole && fd[0] >= 0 && fd[1] >= 0 ? request : NULL;
}
