#define _GNU_SOURCE
#include "harness/run/limits.h"

#include <dirent.h>
#include <linux/mempolicy.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

double qb_limits_backstop(qb_budget_kind kind, double limit, double simulator_limit)
{
    const double month = 30 * 86400.0;
    switch (kind) {
    case QB_BUDGET_WALL_TIME:
        return limit;
    case QB_BUDGET_CPU_TIME:
        return 5 * limit + 10;
    case QB_BUDGET_DEVICE:
        return 5 * (limit + simulator_limit) + 10;
    case QB_BUDGET_WORK:
        return fmin(100e-9 * limit + 60, month);
    case QB_BUDGET_SAMPLES:
        return fmin(limit + 60, month);
    }
    return month;
}

double qb_limits_simulator(double limit)
{
    return 10 * limit + 60;
}

bool qb_limits_has_rlimit_memory(void)
{
#ifdef SANITIZED
    return false;
#else
    return true;
#endif
}

bool qb_limits_apply_memory(uint64_t memory_bytes)
{
    if (memory_bytes == UINT64_MAX || !qb_limits_has_rlimit_memory())
        return true;
    /* RLIMIT_DATA counts what is private and writable: neither the instance nor the channel */
    struct rlimit data = {memory_bytes, memory_bytes};
    return setrlimit(RLIMIT_DATA, &data) == 0;
}

void qb_limits_forbid_dumps(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
}

/* Processes of this user; RLIMIT_NPROC counts against all of them. */
static rlim_t own_processes(void)
{
    rlim_t count = 0;
    DIR *folder = opendir("/proc");
    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat about;
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            fstatat(dirfd(folder), entry->d_name, &about, 0) == 0 && about.st_uid == geteuid())
            count++;
    }
    closedir(folder);
    return count;
}

void qb_limits_apply_processes(uint32_t most)
{
    struct rlimit processes;
    rlim_t wanted = own_processes() + most;
    if (getrlimit(RLIMIT_NPROC, &processes) || processes.rlim_max <= wanted)
        return;
    processes.rlim_cur = processes.rlim_max = wanted;
    (void)setrlimit(RLIMIT_NPROC, &processes);
}

void qb_limits_near_memory(void)
{
    (void)syscall(SYS_set_mempolicy, MPOL_LOCAL, NULL, 0); /* a kernel without NUMA refuses, and need not */
}

bool qb_limits_pin(const uint32_t *cpu, uint32_t count)
{
    if (count == 0)
        return true;
    cpu_set_t *set = CPU_ALLOC(CPU_SETSIZE * 8);
    if (!set)
        return false;
    size_t bytes = CPU_ALLOC_SIZE(CPU_SETSIZE * 8);
    CPU_ZERO_S(bytes, set);
    for (uint32_t k = 0; k < count; k++)
        CPU_SET_S(cpu[k], bytes, set);
    bool pinned = sched_setaffinity(0, bytes, set) == 0;
    CPU_FREE(set);
    return pinned;
}
