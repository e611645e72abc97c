/* What else the machine was doing during a run: reasons to distrust its timing.
 *
 *   steal      another virtual machine took more than 1 % of the processors' time
 *   pressure   somebody waited for a processor for more than 10 % of the time (/proc/pressure/cpu)
 *   load       the run itself waited for its processor for more than 1 % of its time (and 1 ms), or more
 *              threads were ready to run than there are processors
 *
 * What the kernel does not tell is not flagged.
 */
#ifndef QB_RUN_LOAD_H
#define QB_RUN_LOAD_H

#include <stddef.h>
#include <stdint.h>

typedef struct qb_load {
    int64_t at_ns;                     /* CLOCK_MONOTONIC */
    uint64_t steal_ticks, total_ticks; /* of all processors, since boot; 0: unknown */
    uint64_t stalled_us;               /* since boot */
    uint32_t ready, processors;        /* threads ready to run now, the caller included; 0: unknown */
} qb_load;

/* About 50 us. */
void qb_load_capture(qb_load *load);

/* Adds a flag of that name to a list of them. */
void qb_load_flag(char *flags, size_t size, const char *name);

/* Writes the flags as a comma-separated list, "" for none.  delay_ns: what the run waited; run_ns: its
 * length. */
void qb_load_flags(const qb_load *before, const qb_load *after, int64_t delay_ns, int64_t run_ns, char *flags,
                   size_t size);

#endif
