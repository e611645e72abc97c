/* The budget's inside, shared by its files: budget.c (spending, and when it is over), budget_publish.c (what
 * a solver publishes), budget_stage.c (what the run says of itself), budget_child.c (budgets within budgets),
 * budget_host.c (the harness's side). */
#ifndef QB_BASE_BUDGET_PARTS_H
#define QB_BASE_BUDGET_PARTS_H

#include "harness/base/budget_details.h"
#include "harness/base/budget_host.h"
#include "harness/base/channel_writer.h"

#include <stdatomic.h>

#define QB_NEVER_NS (INT64_MAX / 2) /* half, so that a time can be added to it */

/* What a run has spent, in ns: `simulated` is a part of `cpu`. */
typedef struct qb_spendings {
    int64_t wall, cpu, device, simulated;
} qb_spendings;

struct qb_budget {
    /* the hot path: spend compares these two and is done */
    uint64_t work;
    _Atomic uint64_t check_at; /* look closer when work reaches this; 0: at every call */
    _Atomic bool stop_requested;
    bool over;

    qb_budget_kind kind;
    int64_t limit_ns, backstop_ns; /* of time and device budgets; of wall time for any */
    uint64_t limit_units;          /* of work and samples budgets */
    uint32_t threads, variables;
    bool mip, maximise, stop_at_target, tells_limit;
    qb_clock clock;
    int64_t wall_start, cpu_start, outside_ns;
    qb_credit credit;
    void (*credits)(void *context, const qb_credit *credit);
    void *credits_context;

    int64_t exact_at;              /* wall time before which CPU time cannot have run out */
    int64_t checked_ns;            /* wall time and work of the last check, and the work until the next: */
    uint64_t checked_work, stride; /* calibrated so that checks are CHECK_NS apart */
    uint64_t samples;
    int64_t device_ns, simulated_ns, simulation_start, simulator_limit_ns;
    bool simulating;
    qb_spendings stage[QB_CHANNEL_STAGES]; /* by each, the current one up to stage_start */
    qb_spendings stage_start;
    uint32_t stage_now;

    qb_channel_writer channel;
    qb_channel_summary said;
    qb_budget_details *details;
    int64_t said_ns;
    bool has_best, last_is_pinned;
    double best;
    bool has_floor;
    double floor;         /* qb_budget_set_floor */
    uint64_t step_start;  /* of the last point's step, in the budget's own quantity */
    uint32_t next_target; /* the easiest one not reached yet */
    uint32_t target_count;
    double stop_target;
    double target[QB_BUDGET_TARGETS]; /* easiest first */

    qb_budget *parent; /* of a child budget; then only work, limit_units and what follows are used */
    uint64_t passed_on;
    qb_budget_accept accept;
    void *context;
};

/* ---- Time, in ns since the budget was opened */

/* Seconds as ns, at most QB_NEVER_NS. */
static inline int64_t qb_budget_ns(double seconds)
{
    return seconds < 4e9 ? (int64_t)(seconds * 1e9) : QB_NEVER_NS;
}

/* By clocks that are never held. */
static inline int64_t qb_budget_raw_wall(const qb_budget *b)
{
    return b->clock.wall_ns(b->clock.context) - b->wall_start;
}

static inline int64_t qb_budget_raw_cpu(const qb_budget *b)
{
    return b->clock.cpu_ns(b->clock.context) - b->cpu_start + b->outside_ns;
}

/* By the run's own. */
static inline int64_t qb_budget_wall(const qb_budget *b)
{
    int64_t raw = qb_budget_raw_wall(b);
    return raw - qb_credit_wall(&b->credit, raw);
}

static inline int64_t qb_budget_cpu(const qb_budget *b)
{
    int64_t raw = qb_budget_raw_cpu(b);
    return raw - qb_credit_cpu(&b->credit, b->credit.held ? qb_budget_raw_wall(b) : 0, raw);
}

/* CPU time that went into simulating a device. */
static inline int64_t qb_budget_simulated(const qb_budget *b, int64_t cpu)
{
    return b->simulated_ns + (b->simulating ? cpu - b->simulation_start : 0);
}

/* What a time or device budget counts. */
static inline int64_t qb_budget_charged(const qb_budget *b, int64_t wall, int64_t cpu)
{
    if (b->kind == QB_BUDGET_WALL_TIME)
        return wall;
    if (b->kind == QB_BUDGET_CPU_TIME)
        return cpu;
    return b->device_ns + cpu - qb_budget_simulated(b, cpu);
}

static inline bool qb_budget_counts_units(const qb_budget *b)
{
    return b->kind == QB_BUDGET_WORK || b->kind == QB_BUDGET_SAMPLES;
}

/* The budget's own quantity: what its limit is about and its trajectory is thinned by. */
static inline uint64_t qb_budget_quantity(const qb_budget *b, int64_t wall, int64_t cpu)
{
    if (b->kind == QB_BUDGET_WORK)
        return b->work;
    if (b->kind == QB_BUDGET_SAMPLES)
        return b->samples;
    return (uint64_t)qb_budget_charged(b, wall, cpu);
}

static inline bool qb_budget_is_better(const qb_budget *b, double a, double than)
{
    return b->maximise ? a > than : a < than;
}

/* ---- Across files */

/* budget.c: ends the run for good; false, for the caller to return. */
bool qb_budget_stop(qb_budget *budget);

/* budget_stage.c: what is spent at `wall`; brings the current stage up to date; puts all that the run says of
 * itself into the channel. */
qb_spendings qb_budget_spent_now(const qb_budget *budget, int64_t wall);
void qb_budget_account(qb_budget *budget, const qb_spendings *now);
void qb_budget_say(qb_budget *budget, int64_t wall);

/* budget_child.c: hands on to the parent what a child has spent; does it go on? */
bool qb_budget_check_parent(qb_budget *child);

#endif
