#define _GNU_SOURCE
#include "harness/base/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void qb_clock_today(char today[QB_DATE_TEXT])
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(today, QB_DATE_TEXT, "%Y-%m-%d", gmtime_r(&now, &utc));
}

static int64_t system_wall(void *context)
{
    (void)context;
    return read_ns(CLOCK_MONOTONIC);
}

static int64_t system_cpu(void *context)
{
    (void)context;
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

const qb_clock qb_clock_system = {system_wall, system_cpu, NULL};

int64_t qb_clock_thread_cpu_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

static int64_t fake_read(void *context)
{
    qb_clock_fake *fake = context;
    return fake->now_ns += fake->step_ns;
}

qb_clock qb_clock_from_fake(qb_clock_fake *fake)
{
    return (qb_clock){fake_read, fake_read, fake};
}
