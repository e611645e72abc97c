/* The budget, as a solver sees it: the only way out of `init` and `solve`.
 *
 * A solver spends work, publishes incumbents, and stops when told to.  It cannot see the limit, the clock,
 * the instance's name or its best-known value.  The harness's side is budget_host.h.
 *
 * Thread safety: a budget belongs to the thread that runs `solve`; a solver with threads of its own calls it
 * from one thread only.  None of these functions reads the clock more often than every few microseconds of
 * work.
 */
#ifndef QB_BASE_BUDGET_H
#define QB_BASE_BUDGET_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct qb_budget qb_budget;

/* Charges `work` units (one unit: one matrix nonzero or state-vector amplitude touched, per replica) and says
 * whether to go on.  false: stop now and return QB_STOPPED; every later call is false too.  Call it at least
 * every 100 us or so of computing, in amounts that depend on nothing but the seed and the model (never on
 * time), so that a work budget reproduces the run.  Cost: a few nanoseconds.  Of NULL nothing is charged, and
 * it never ends: kernels that may run without a budget pass on what they got. */
bool qb_budget_spend(qb_budget *budget /* or NULL */, uint64_t work);

/* Charges `count` returned samples (shots, reads); the unit of a samples budget.  Same contract as
 * qb_budget_spend. */
bool qb_budget_spend_samples(qb_budget *budget, uint64_t count);

/* Charges `seconds` of modelled device time: every shot on a device, those of training included.  A device
 * budget counts
 *   modelled seconds + CPU seconds of the host, without those of simulating the device,
 * so host work (classical optimisation, compilation) is charged as measured and the simulator is not.  Charge
 * a batch of shots before its answers are looked at: what is published after the limit is late.  Under other
 * kinds of budget the seconds are recorded and charge nothing.  Same contract as qb_budget_spend. */
bool qb_budget_spend_device(qb_budget *budget, double seconds);

/* Brackets the simulation of a device: the CPU time in between is the simulator's.  A device budget does not
 * charge it but caps it (qb_budget_setup.simulator_limit); a run that comes to the cap, or to its wall
 * backstop, before its budget is spent ends as simulator-limited.  Spend work inside the bracket as ever, so
 * that the cap is noticed.  Other kinds of budget charge the CPU time as ever.  Calls do not nest; a second
 * `true` changes nothing.  Cost: two readings of a clock. */
void qb_budget_simulation(qb_budget *budget, bool running);

/* Begins a stage of the run: what is spent from now on counts to `name`, until another stage begins.  The
 * harness begins "lowering", "init" and "solve" itself; a solver names what lies inside those ("presolve",
 * "compile", "train") and goes back by beginning "init" or "solve" again: times of one name add up.  name:
 * [a-z0-9_], at most 15 characters; at most 8 stages, further ones count to the last.  A child budget's are
 * not kept. */
void qb_budget_stage(qb_budget *budget, const char *name);

/* For solvers that run programs outside: what those have used of CPU time so far, in nanoseconds.  It counts
 * like the solver's own. */
void qb_budget_outside_cpu(qb_budget *budget, int64_t cpu_ns);

/* For solvers that run programs outside, and no effect for others: the run's clocks stand still from now on,
 * at most for `most_s` seconds, while something goes on that is not the solver's time (writing the model for
 * the program, starting it, reading its answer).  A hold that is on is ended by another.  qb_budget_resume
 * lets the clocks go on; without `counts`, from where they would be by now: what passed is charged after all.
 * What was credited is told in `details` (credited_wall_s, credited_cpu_s). */
void qb_budget_hold(qb_budget *budget, double most_s);
void qb_budget_resume(qb_budget *budget, bool counts);

/* Publishes x, a 0/1 vector of the model's n variables, of value `claimed` in the model's own sense and scale
 * (qubo.h).  Only strict improvements over what this run has published are kept; others return QB_OK at once,
 * so a solver may offer freely.  QB_STOPPED: the target is reached or the deadline has passed, return
 * QB_STOPPED. x is copied.  Cost: below 2 us plus the copy of n bytes. */
qb_status qb_budget_incumbent(qb_budget *budget, const uint8_t *x /* [n] */, double claimed);

/* The same for a MIP: x holds the model's columns. */
qb_status qb_budget_incumbent_mip(qb_budget *budget, const double *x /* [columns] */, double claimed);

/* A proven bound on the model's optimum (a lower bound when minimising), in the same scale as `claimed`. */
void qb_budget_bound(qb_budget *budget, double bound);

/* The solver has proved that the model has no feasible point. */
void qb_budget_infeasible(qb_budget *budget);

/* A returned sample with its multiplicity, for sampling tasks; kept up to the run's registered number of
 * samples. Does not count as an incumbent and spends nothing by itself. */
qb_status qb_budget_sample(qb_budget *budget, const uint8_t *x /* [n] */, double claimed, uint64_t count);

/* Is there room for one more sample? */
bool qb_budget_keeps_samples(const qb_budget *budget);

/* Is the budget one of samples?  (How large it is, nobody tells.)  What a solver looks at without returning
 * it would then be free: one of many replicas offers nothing but samples, one by one and charged each. */
bool qb_budget_limits_samples(const qb_budget *budget);

/* A named fact for `details`: a number, a text, or a list of numbers.  A later fact of the same key replaces
 * the earlier.  key: [a-z0-9_]+.  Facts are about what was done (kernel chosen, angles, shots), never a
 * solution. */
void qb_budget_detail(qb_budget *budget, const char *key, double value);
void qb_budget_detail_text(qb_budget *budget, const char *key, const char *value);
void qb_budget_detail_list(qb_budget *budget, const char *key, const double *values /* [count] */,
                           uint32_t count);

/* Seconds or work units left, for the few solvers that must tell a library its limit (capability
 * needs_deadline). INFINITY where the budget's kind gives no limit on time, and for a solver that has not
 * declared the capability: asking is recorded, and its run has lied. */
double qb_budget_remaining_seconds(qb_budget *budget);

/* True once the budget has said stop; reads no clock.  NULL never does. */
bool qb_budget_is_over(const qb_budget *budget);

/* A child budget for a sub-solver: it spends from the parent, ends after `work` units of its own or with the
 * parent, and hands the sub-solver's incumbents to `accept` (called with the sub-model's x and claim) instead
 * of publishing them. Details given to a child are dropped.  Free with qb_budget_child_close. */
typedef qb_status (*qb_budget_accept)(void *context, const uint8_t *x, double claimed);
qb_status qb_budget_child_open(qb_budget *parent, uint64_t work, uint32_t variables, bool maximise,
                               qb_budget_accept accept, void *context, qb_budget **child);
void qb_budget_child_close(qb_budget *child);

#endif
