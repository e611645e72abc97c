/* Clocks that a test can replace.
 *
 * All times are nanoseconds.  wall is CLOCK_MONOTONIC; cpu is the CPU time of the whole calling process, all
 * threads (CLOCK_PROCESS_CPUTIME_ID).  A wall reading costs about 25 ns, a cpu reading about 250 ns.
 */
#ifndef QB_BASE_CLOCK_H
#define QB_BASE_CLOCK_H

#include <stdint.h>

typedef struct qb_clock {
    int64_t (*wall_ns)(void *context);
    int64_t (*cpu_ns)(void *context);
    void *context;
} qb_clock;

/* The system's clocks. */
extern const qb_clock qb_clock_system;

/* CPU time of the calling thread alone. */
int64_t qb_clock_thread_cpu_ns(void);

/* The date of the day, as a deadline is written: YYYY-MM-DD, UTC. */
#define QB_DATE_TEXT 16
void qb_clock_today(char today[QB_DATE_TEXT]);

/* A clock that moves `step_ns` at every reading, on both sides; for tests.  `now_ns` is the caller's. */
typedef struct qb_clock_fake {
    int64_t now_ns, step_ns;
} qb_clock_fake;

qb_clock qb_clock_from_fake(qb_clock_fake *fake);

#endif
