/* What the fakes of these tests saw, and what they are told to do. */
#ifndef QB_TESTS_RUN_FAKES_H
#define QB_TESTS_RUN_FAKES_H

#include "harness/run/run.h"

#include <pthread.h>
#include <signal.h>

typedef struct fake_runs {
    pthread_mutex_t lock;
    uint64_t runs, copies_made, scored_on_nominal;
    uint64_t seeds, copy_seeds, cpus; /* seeds exclusive-ored, processors as bits */
    uint32_t running, most_running;
    uint64_t fail_at, crash_at, stop_at;   /* the number of a run, from 1; 0: never */
    uint64_t disturb_every, disturb_until; /* every so-many-th execution up to that one is flagged "load" */
    bool disturb_crashes;                  /* those that are flagged crash, too */
    volatile sig_atomic_t *stop;
} fake_runs;

extern fake_runs fake;

#endif
