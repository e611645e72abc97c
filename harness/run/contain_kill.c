#define _GNU_SOURCE
#include "harness/run/contain.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A process as /proc shows it.  Numbers are those of whoever mounted /proc, which need not be ours. */
typedef struct process {
    long pid, parent;
    uint64_t own_ticks, reaped_ticks;
    int depth; /* below the caller: 1 for its children; 0: not a descendant */
} process;

#define UNKNOWN (-1)

static bool read_process(const char *name, process *p)
{
    char path[300], text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", name);
    if (!qb_contain_read(path, text, sizeof text))
        return false;
    const char *tail = strrchr(text, ')'); /* the name before it may hold anything */
    unsigned long user, system;
    long reaped_user, reaped_system;
    if (!tail || sscanf(tail + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &p->parent,
                        &user, &system, &reaped_user, &reaped_system) != 5)
        return false;
    p->pid = strtol(name, NULL, 10);
    p->own_ticks = user + system;
    p->reaped_ticks = (uint64_t)(reaped_user + reaped_system);
    p->depth = UNKNOWN;
    return true;
}

static int by_pid(const void *a, const void *b)
{
    long x = ((const process *)a)->pid, y = ((const process *)b)->pid;
    return (x > y) - (x < y);
}

/* Fills in the depth of p and of those above it.  list [count] is sorted; the way up is as long as it is
 * deep. */
static int find_depth(process *list, size_t count, long own, process *p)
{
    if (p->depth == UNKNOWN) {
        p->depth = 0; /* ends the way up, should pids have been reused into a circle */
        process key = {.pid = p->parent};
        process *parent = p->parent == own ? NULL : bsearch(&key, list, count, sizeof *list, by_pid);
        int above = parent ? find_depth(list, count, own, parent) : 0;
        p->depth = p->parent == own ? 1 : above ? above + 1 : 0;
    }
    return p->depth;
}

/* All processes, with the depth of the caller's descendants filled in.  The caller frees. */
static process *list_processes(size_t *count)
{
    char self[32] = "";
    size_t used = 0, room = 0;
    process *list = NULL;
    DIR *folder = readlink("/proc/self", self, sizeof self - 1) > 0 ? opendir("/proc") : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        if (used == room) {
            process *grown = realloc(list, (room = 2 * room + 256) * sizeof *list);
            if (!grown)
                break;
            list = grown;
        }
        used += read_process(entry->d_name, &list[used]);
    }
    if (folder)
        closedir(folder);
    if (used)
        qsort(list, used, sizeof *list, by_pid);
    for (size_t k = 0; k < used; k++)
        (void)find_depth(list, used, strtol(self, NULL, 10), &list[k]);
    *count = used;
    return list;
}

int64_t qb_contain_helpers_cpu(void)
{
    size_t count;
    process *list = list_processes(&count);
    uint64_t ticks = 0;
    for (size_t k = 0; k < count; k++)
        if (list[k].depth)
            ticks += list[k].reaped_ticks + (list[k].depth > 1 ? list[k].own_ticks : 0);
    free(list);
    return (int64_t)ticks * (1000000000 / sysconf(_SC_CLK_TCK));
}

/* One pass of the kill loop: whatever descends from us now. */
static void kill_descendants(void)
{
    size_t count;
    process *list = list_processes(&count);
    for (size_t k = 0; k < count; k++)
        if (list[k].depth)
            (void)kill((pid_t)list[k].pid, SIGKILL);
    free(list);
}

static int64_t time_of(const struct rusage *u)
{
    return ((int64_t)u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000000 +
           ((int64_t)u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1000;
}

uint32_t qb_contain_kill_all(const qb_contain *contain, int64_t *cpu_ns)
{
    const struct timespec pause = {.tv_nsec = 200000};
    const struct sched_param ahead = {.sched_priority = 1}, normal = {0};
    uint32_t ended = 0;
    /* The loop has to be faster than those who fork meanwhile: ahead of them all, where that is allowed.
     * Where it is not, RLIMIT_NPROC binds them. */
    if (!contain->has_namespace)
        (void)sched_setscheduler(0, SCHED_FIFO, &ahead);
    qb_contain_kill_group(contain);
    for (;;) {
        struct rusage usage;
        int status;
        /* In a namespace of ours one signal reaches all, those being forked included.  Else the loop goes on
         * until nobody is left: a subreaper inherits every orphan. */
        if (contain->has_namespace)
            (void)kill(-1, SIGKILL);
        pid_t pid = wait4(-1, &status, contain->has_namespace ? 0 : WNOHANG, &usage);
        if (pid > 0) {
            *cpu_ns += time_of(&usage);
            ended++;
        } else if (pid < 0 && errno == ECHILD) {
            break;
        } else if (!contain->has_namespace) {
            kill_descendants();
            (void)nanosleep(&pause, NULL);
        }
    }
    if (!contain->has_namespace)
        (void)sched_setscheduler(0, SCHED_OTHER, &normal);
    return ended;
}
