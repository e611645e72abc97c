/* Containment: what a run has started can be counted, limited and ended.  Used by a warden for its runs.
 *
 * Control groups are probed at run time, v2 and v1 alike, below the group that the harness itself is in: a
 * group of the warden's own is made where that is allowed, and the warden joins it, so that a run inherits it
 * at no cost.  Where there is none, rlimits and watching must do (limits.h).
 */
#ifndef QB_RUN_CONTAIN_H
#define QB_RUN_CONTAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define QB_CONTAIN_PATH 512

typedef struct qb_contain {
    bool has_namespace;    /* the warden is the first process of a PID namespace */
    bool limits_processes; /* a control group does, else the run's RLIMIT_NPROC has to */
    bool is_v2;            /* memory is limited by `unified`, else by `memory` */
    /* folders of control groups; "": none */
    char unified[QB_CONTAIN_PATH]; /* v2 */
    char run[QB_CONTAIN_PATH]; /* in `unified`; runs join it, and one write ends it; only without a namespace
                                */
    char memory[QB_CONTAIN_PATH];    /* v1 */
    char processes[QB_CONTAIN_PATH]; /* v1 */
    uint64_t limit;                  /* of memory, as it was set last; 0: not yet */
} qb_contain;

#define QB_CONTAIN_PROCESSES 512 /* that a run may have, its threads included */

/* Where control groups are found, and how one is made: Linux's way, or a test's. */
typedef struct qb_contain_system {
    const char *groups; /* file: this process's group in each hierarchy */
    const char *mounts; /* file: where hierarchies are mounted */
    int (*make)(const char *path, mode_t mode);
} qb_contain_system;

extern const qb_contain_system qb_contain_linux;

/* Under v2 a group cannot limit those below it while it holds processes itself.  Moves the harness and the
 * caller into a group of their own below theirs, where nobody else is in it (as in a delegated scope), and
 * has it hand its controllers down.  Called once, before wardens are forked; else nothing changes. */
void qb_contain_make_room(pid_t harness, const qb_contain_system *system);

/* Makes what groups the system allows and joins them.  The system is not needed any more afterwards. */
void qb_contain_open(qb_contain *contain, bool has_namespace, const qb_contain_system *system);
void qb_contain_close(qb_contain *contain);

/* Sets the group's limit (UINT64_MAX: none); false when there is no such group. */
bool qb_contain_limit_memory(qb_contain *contain, uint64_t bytes);

/* How often the group's limit has killed, since it was made. */
uint64_t qb_contain_memory_kills(const qb_contain *contain);

/* A run joins the group that ends it, before anything else.  Nothing to do where there is none. */
void qb_contain_enter(const qb_contain *contain);

/* "pid-namespace", "cgroup" or "kill-loop" */
const char *qb_contain_way(const qb_contain *contain);

/* Ends every process that descends from the caller and reaps it; returns how many there were, and adds their
 * CPU time to *cpu_ns. */
uint32_t qb_contain_kill_all(const qb_contain *contain, int64_t *cpu_ns);

/* CPU time, to a clock tick, of the caller's descendants, less the own time of its one child. */
int64_t qb_contain_helpers_cpu(void);

/* contain_kill.c's, of contain.c: ends the group that a run is in, where there is one; reads a small file as
 * text, false when it cannot be read. */
void qb_contain_kill_group(const qb_contain *contain);
bool qb_contain_read(const char *path, char *text, size_t size);

#endif
