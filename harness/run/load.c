#define _GNU_SOURCE
#include "harness/run/load.h"

#include "harness/base/clock.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool read_start(const char *path, char *text, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, text, size - 1) : -1;
    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = 0;
    return got > 0;
}

void qb_load_capture(qb_load *load)
{
    char text[512];
    unsigned long long t[8], stalled;
    unsigned ready;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    *load =
        (qb_load){.at_ns = qb_clock_system.wall_ns(NULL), .processors = online > 0 ? (uint32_t)online : 1};
    if (read_start("/proc/stat", text, sizeof text) &&
        sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5],
               &t[6], &t[7]) == 8) {
        load->steal_ticks = t[7];
        for (int k = 0; k < 8; k++)
            load->total_ticks += t[k];
    }
    const char *total = read_start("/proc/pressure/cpu", text, sizeof text) ? strstr(text, "total=") : NULL;
    if (total && sscanf(total, "total=%llu", &stalled) == 1)
        load->stalled_us = stalled;
    if (read_start("/proc/loadavg", text, sizeof text) && sscanf(text, "%*s %*s %*s %u/", &ready) == 1)
        load->ready = ready;
}

void qb_load_flag(char *flags, size_t size, const char *name)
{
    size_t length = strlen(flags);
    snprintf(flags + length, size - length, "%s%s", length ? "," : "", name);
}

void qb_load_flags(const qb_load *before, const qb_load *after, int64_t delay_ns, int64_t run_ns, char *flags,
                   size_t size)
{
    uint64_t ticks = after->total_ticks - before->total_ticks,
             steal = after->steal_ticks - before->steal_ticks;
    uint64_t stalled_us = after->stalled_us - before->stalled_us;
    int64_t passed_us = (after->at_ns - before->at_ns) / 1000;
    flags[0] = 0;
    if (steal >= 2 && 100 * steal > ticks) /* one tick may have begun before */
        qb_load_flag(flags, size, "steal");
    if (passed_us > 0 && 10 * stalled_us > (uint64_t)passed_us)
        qb_load_flag(flags, size, "pressure");
    if ((delay_ns > 1000000 && 100 * delay_ns > run_ns) ||
        (before->ready > before->processors && after->ready > after->processors))
        qb_load_flag(flags, size, "load");
}
