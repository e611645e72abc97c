#include "harness/base/watch.h"

#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

int qb_watch_open(const char *path)
{
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch >= 0 && inotify_add_watch(watch, path, IN_OPEN | IN_CLOSE) < 0) {
        close(watch);
        watch = -1;
    }
    return watch;
}

int qb_watch_take(int watch, bool *opened)
{
    char block[4096]; /* events of a file have no name: 16 bytes each */
    int more = 0;
    for (ssize_t got; (got = read(watch, block, sizeof block)) > 0;) {
        struct inotify_event event;
        for (char *at = block; at < block + got; at += sizeof event + event.len) {
            memcpy(&event, at, sizeof event);
            *opened |= (event.mask & IN_OPEN) != 0;
            more += ((event.mask & IN_OPEN) != 0) - ((event.mask & IN_CLOSE) != 0);
        }
    }
    return more;
}
