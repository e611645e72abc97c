/* Limits of a run that need no watching: memory, processes, core dumps, processors.  And the wall time after
 * which any run ends.
 */
#ifndef QB_RUN_LIMITS_H
#define QB_RUN_LIMITS_H

#include "harness/base/budget_host.h"

/* Wall seconds after which a run of this budget ends whatever it does: generous, because it is there for what
 * sleeps or hangs, not for what is slow.
 *   wall-time   limit (the limit itself is enforced)
 *   cpu-time    5 limit + 10 s: a busy machine may give a run a fifth of its processor
 *   device      5 (limit + simulator_limit) + 10 s, for the same reason
 *   work        100 ns a unit + 60 s, samples: 1 s each + 60 s; at most 30 days */
double qb_limits_backstop(qb_budget_kind kind, double limit, double simulator_limit);

/* CPU seconds that simulating a device may take under a device budget of `limit` modelled seconds, where the
 * experiment does not say: 10 limit + 60 s. */
double qb_limits_simulator(double limit);

/* Applied by a run's process to itself.  memory_bytes: private memory, UINT64_MAX for none.  False when the
 * memory limit could not be set. */
bool qb_limits_apply_memory(uint64_t memory_bytes);
/* No core dumps.  (No RLIMIT_CPU either, not even as a backstop: while a process has a CPU timer of any kind,
 * Linux moves its CPU clock only at ticks, and the run's own stamps become as coarse; measured on 6.18.) */
void qb_limits_forbid_dumps(void);
/* At most `most` processes beside those that this user has now; no effect on root. */
void qb_limits_apply_processes(uint32_t most);
/* New memory comes from the node of the processor that asks for it, whatever policy (numactl) the harness was
 * started under. */
void qb_limits_near_memory(void);
/* Binds to the processors cpu [count]; false when that is not allowed. */
bool qb_limits_pin(const uint32_t *cpu, uint32_t count);

/* Can RLIMIT_DATA be used in this build?  Not under AddressSanitizer, whose shadow counts as data. */
bool qb_limits_has_rlimit_memory(void);

#endif
