#define _GNU_SOURCE
#include "harness/run/symptoms.h"

#include "harness/base/watch.h"
#include "harness/run/tree_clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The first line of a small file, without its end; false when it cannot be read. */
static bool first_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, (int)size, file);
    if (file)
        fclose(file);
    if (read)
        line[strcspn(line, "\n")] = '\0';
    return read;
}

static void report(qb_symptom_visit visit, void *context, const char *name, qb_grade grade, const char *value,
                   const char *effect)
{
    qb_symptom symptom = {.name = name, .grade = grade, .effect = effect};
    snprintf(symptom.value, sizeof symptom.value, "%s", value);
    visit(context, &symptom);
}

static void examine_governor(qb_symptom_visit visit, void *context)
{
    char line[64];
    if (!first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, sizeof line))
        report(visit, context, "governor", QB_GRADE_NOTE, "not visible",
               "the host decides the clock frequency; times may drift with it");
    else if (!strcmp(line, "performance"))
        report(visit, context, "governor", QB_GRADE_GOOD, line, "short runs get the same clock as long ones");
    else
        report(visit, context, "governor", QB_GRADE_BAD, line,
               "the clock rises only after a run has begun: short runs look slower than long ones");
}

static void examine_turbo(qb_symptom_visit visit, void *context)
{
    char line[64];
    bool on;
    if (first_line("/sys/devices/system/cpu/intel_pstate/no_turbo", line, sizeof line))
        on = line[0] == '0';
    else if (first_line("/sys/devices/system/cpu/cpufreq/boost", line, sizeof line))
        on = line[0] == '1';
    else {
        report(visit, context, "turbo", QB_GRADE_NOTE, "not visible",
               "if it is on, the clock depends on how many cores are busy");
        return;
    }
    report(visit, context, "turbo", on ? QB_GRADE_BAD : QB_GRADE_GOOD, on ? "on" : "off",
           on ? "the clock depends on how many cores are busy and how hot they are"
              : "the clock is the same however many cores are busy");
}

static void examine_smt(qb_symptom_visit visit, void *context)
{
    char line[64];
    if (!first_line("/sys/devices/system/cpu/smt/active", line, sizeof line))
        report(visit, context, "smt", QB_GRADE_NOTE, "not visible",
               "two runs may share one core without its being seen");
    else if (line[0] == '0')
        report(visit, context, "smt", QB_GRADE_GOOD, "off or absent", "a run has its core to itself");
    else
        report(visit, context, "smt", QB_GRADE_NOTE, "on",
               "two threads share a core; runs are pinned to distinct cores, other processes are not");
}

static void examine_load(qb_symptom_visit visit, void *context)
{
    char line[128], value[160];
    double load = 0;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (!first_line("/proc/loadavg", line, sizeof line) || sscanf(line, "%lf", &load) != 1)
        return;
    snprintf(value, sizeof value, "%.2f on %ld processors", load, cores);
    bool busy = load > 0.25 * (double)cores;
    report(visit, context, "load", busy ? QB_GRADE_BAD : QB_GRADE_GOOD, value,
           busy ? "others compete for cores and caches: wall times grow, CPU times grow a little"
                : "nobody else competes for cores and caches");
}

/* Ticks in all and stolen ones, of all processors. */
static bool read_ticks(unsigned long long *all, unsigned long long *stolen)
{
    char line[512];
    unsigned long long t[8] = {0};
    if (!first_line("/proc/stat", line, sizeof line) ||
        sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5],
               &t[6], &t[7]) != 8)
        return false;
    *all = 0;
    for (size_t k = 0; k < 8; k++)
        *all += t[k];
    *stolen = t[7];
    return true;
}

static void examine_steal(qb_symptom_visit visit, void *context)
{
    unsigned long long all, stolen, all_later, stolen_later;
    struct timespec pause = {0, 250000000};
    if (!read_ticks(&all, &stolen) || nanosleep(&pause, NULL) || !read_ticks(&all_later, &stolen_later))
        return;
    char value[160];
    double share = all_later > all ? (double)(stolen_later - stolen) / (double)(all_later - all) : 0;
    snprintf(value, sizeof value, "%.1f %% now, %llu ticks since boot", 100 * share, stolen_later);
    bool often = stolen_later * 1000 > all_later;
    report(visit, context, "steal",
           share > 0.01 ? QB_GRADE_BAD
           : often      ? QB_GRADE_NOTE
                        : QB_GRADE_GOOD,
           value,
           share > 0.01 || often
               ? "the host gives this machine's time to others: wall times grow without notice"
               : "wall time is this machine's own");
}

static void examine_clock(qb_symptom_visit visit, void *context)
{
    char line[64];
    if (!first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", line, sizeof line))
        return;
    bool fast = !strcmp(line, "tsc") || !strcmp(line, "kvm-clock") || !strcmp(line, "arch_sys_counter");
    report(visit, context, "clocksource", fast ? QB_GRADE_GOOD : QB_GRADE_BAD, line,
           fast ? "reading the clock costs a run nothing to speak of"
                : "reading the clock takes a system call: frequent readings slow a solver down");
}

static void examine_containment(qb_symptom_visit visit, void *context)
{
    bool v2 = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    bool writable = access(v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory", W_OK) == 0;
    char value[160];
    snprintf(value, sizeof value, "%s, %s", v2 ? "v2" : "v1", writable ? "writable" : "not writable");
    report(visit, context, "cgroups", writable ? QB_GRADE_GOOD : QB_GRADE_NOTE, value,
           writable
               ? "memory is limited as it is used, helpers included"
               : "memory is limited by RLIMIT_DATA instead, which counts what is reserved and not helpers");
    bool namespaces = geteuid() == 0;
    char line[32];
    if (!namespaces && first_line("/proc/sys/user/max_user_namespaces", line, sizeof line))
        namespaces = strtol(line, NULL, 10) > 0;
    report(visit, context, "namespaces", namespaces ? QB_GRADE_GOOD : QB_GRADE_NOTE,
           namespaces ? "available" : "not available",
           namespaces ? "one signal ends every process that a run leaves behind"
                      : "stray processes of a run are hunted by a loop instead of ended by one signal");
}

static void examine_perf(qb_symptom_visit visit, void *context)
{
    qb_tree_clock clock;
    qb_tree_clock_open(&clock); /* levels of paranoia and what they mean differ from system to system */
    bool allowed = qb_tree_clock_has_counter(&clock);
    qb_tree_clock_close(&clock);
    report(
        visit, context, "perf", allowed ? QB_GRADE_GOOD : QB_GRADE_NOTE,
        allowed ? "task clock available" : "not available",
        allowed
            ? "CPU limits are watched between scheduler ticks too"
            : "another process's CPU clock moves once a tick: what ignores a CPU limit is ended that later");
}

static void examine_watching(qb_symptom_visit visit, void *context)
{
    int watch = qb_watch_open("/proc/self/exe");
    if (watch >= 0)
        close(watch);
    report(visit, context, "watching", watch >= 0 ? QB_GRADE_GOOD : QB_GRADE_BAD,
           watch >= 0 ? "files can be watched" : "files cannot be watched (fs.inotify limits?)",
           watch >= 0 ? "programs outside are credited their start-up, until they open the model"
                      : "programs outside are charged their start-up");
}

static void examine_tick(qb_symptom_visit visit, void *context)
{
    struct timespec tick;
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
        return;
    char value[160];
    double ms = (double)tick.tv_nsec * 1e-6;
    snprintf(value, sizeof value, "%.3g ms", ms);
    report(visit, context, "tick", ms <= 4 ? QB_GRADE_GOOD : QB_GRADE_NOTE, value,
           "runs that share a core wait this long for each other; without perf it is the step of CPU limits");
}

static void examine_cores(qb_symptom_visit visit, void *context)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    char value[160];
    snprintf(value, sizeof value, "%ld processors", online);
    report(visit, context, "cores", online > 1 ? QB_GRADE_GOOD : QB_GRADE_BAD, value,
           online > 1 ? "the harness has a core that runs do not use"
                      : "the harness and the run share one core: budgets end late");
}

void qb_symptoms_examine(qb_symptom_visit visit, void *context)
{
    examine_governor(visit, context);
    examine_turbo(visit, context);
    examine_smt(visit, context);
    examine_cores(visit, context);
    examine_load(visit, context);
    examine_steal(visit, context);
    examine_clock(visit, context);
    examine_tick(visit, context);
    examine_containment(visit, context);
    examine_perf(visit, context);
    examine_watching(visit, context);
}
