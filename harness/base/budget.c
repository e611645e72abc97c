/* Spending: how a solver pays, and when it is told to stop. */
#include "harness/base/budget_parts.h"

#include <math.h>

#define CHECK_NS   50000   /* how far apart clock readings are to be */
#define PUBLISH_NS 1000000 /* how old the summary of a killed run may be */

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Ends the run for good; said at once, since a solver that does not listen will be killed. */
bool qb_budget_stop(qb_budget *b)
{
    b->over = true;
    atomic_store_explicit(&b->check_at, 0, memory_order_relaxed);
    qb_budget_say(b, qb_budget_wall(b));
    return false;
}

/* Out of time at `wall`?  A CPU clock costs ten times a wall clock, so it is read only once wall time has
 * moved so far that all threads together could have used up what was left. */
static bool is_out_of_time(qb_budget *b, int64_t wall)
{
    if (wall >= b->backstop_ns)
        return true;
    if (qb_budget_counts_units(b) || wall < b->exact_at)
        return false;
    int64_t cpu = b->kind == QB_BUDGET_WALL_TIME ? 0 : qb_budget_cpu(b);
    int64_t left = b->limit_ns - qb_budget_charged(b, wall, cpu);
    b->said.budget_hit = left <= 0;
    if (b->kind == QB_BUDGET_DEVICE) { /* of what is not charged, the cap */
        int64_t more = b->simulator_limit_ns - qb_budget_simulated(b, cpu);
        left = more < left ? more : left;
    }
    b->exact_at = wall + left / b->threads;
    return left <= 0;
}

/* The work at which to look at the clock again.  The stride at most doubles, so that one cheap large charge
 * cannot put the next look far away. */
static uint64_t pace(qb_budget *b, int64_t wall)
{
    int64_t passed = wall - b->checked_ns;
    double fitting = passed > 0 ? (double)(b->work - b->checked_work) * CHECK_NS / (double)passed : HUGE_VAL;
    uint64_t doubled = b->stride < UINT64_MAX / 2 ? 2 * b->stride : UINT64_MAX;
    b->stride = fitting < (double)doubled ? (uint64_t)fitting : doubled;
    b->stride = b->stride ? b->stride : 1;
    b->checked_ns = wall;
    b->checked_work = b->work;
    return add_saturating(b->work, b->stride);
}

static bool check(qb_budget *b)
{
    if (b->over)
        return false;
    if (b->parent)
        return qb_budget_check_parent(b);
    if (atomic_load(&b->stop_requested))
        return qb_budget_stop(b);
    if (qb_budget_counts_units(b) && qb_budget_quantity(b, 0, 0) >= b->limit_units) {
        b->said.budget_hit = true;
        return qb_budget_stop(b);
    }
    uint64_t next = UINT64_MAX;
    if (!qb_budget_counts_units(b) || b->backstop_ns < QB_NEVER_NS) {
        int64_t wall = qb_budget_wall(b);
        if (is_out_of_time(b, wall))
            return qb_budget_stop(b);
        if (wall - b->said_ns >= PUBLISH_NS)
            qb_budget_say(b, wall);
        next = pace(b, wall);
    }
    if (b->kind == QB_BUDGET_WORK && next > b->limit_units)
        next = b->limit_units;
    atomic_store(&b->check_at, next);
    /* it may have been requested before that store */
    return !atomic_load(&b->stop_requested) || qb_budget_stop(b);
}

bool qb_budget_spend(qb_budget *budget, uint64_t work)
{
    if (!budget)
        return true;
    budget->work = add_saturating(budget->work, work);
    return budget->work < atomic_load_explicit(&budget->check_at, memory_order_relaxed) || check(budget);
}

bool qb_budget_spend_samples(qb_budget *budget, uint64_t count)
{
    if (budget->parent)
        budget->over = !qb_budget_spend_samples(budget->parent, count) || budget->over;
    budget->samples = add_saturating(budget->samples, count);
    return check(budget);
}

bool qb_budget_spend_device(qb_budget *budget, double seconds)
{
    if (budget->parent)
        budget->over = !qb_budget_spend_device(budget->parent, seconds) || budget->over;
    int64_t more = seconds > 0 ? qb_budget_ns(seconds) : 0, room = QB_NEVER_NS - budget->device_ns;
    budget->device_ns += more < room ? more : room;
    budget->exact_at = 0;
    return check(budget);
}

void qb_budget_simulation(qb_budget *budget, bool running)
{
    if (budget->parent) {
        qb_budget_simulation(budget->parent, running);
    } else if (budget->kind == QB_BUDGET_DEVICE && running != budget->simulating) {
        int64_t cpu = qb_budget_cpu(budget);
        if (running)
            budget->simulation_start = cpu;
        else
            budget->simulated_ns += cpu - budget->simulation_start;
        budget->simulating = running;
    }
}

void qb_budget_outside_cpu(qb_budget *budget, int64_t cpu_ns)
{
    if (cpu_ns <= budget->outside_ns)
        return;
    budget->outside_ns = cpu_ns;
    budget->exact_at = 0;
}

double qb_budget_remaining_seconds(qb_budget *budget)
{
    if (budget->parent)
        return budget->over ? 0 : qb_budget_remaining_seconds(budget->parent);
    if (!budget->tells_limit) {
        budget->said.asked_limit = true;
        qb_budget_say(budget, qb_budget_wall(budget)); /* now: it may not come back */
        return HUGE_VAL;
    }
    if (budget->over)
        return 0;
    int64_t wall = qb_budget_wall(budget), end = budget->backstop_ns;
    if (!qb_budget_counts_units(budget)) {
        int64_t left = budget->limit_ns - qb_budget_charged(budget, wall, qb_budget_cpu(budget));
        int64_t own = wall + left / (budget->kind == QB_BUDGET_CPU_TIME ? budget->threads : 1);
        end = own < end ? own : end;
    }
    return end >= QB_NEVER_NS ? HUGE_VAL : end > wall ? (double)(end - wall) * 1e-9 : 0;
}

bool qb_budget_is_over(const qb_budget *budget)
{
    return budget && (budget->over || qb_budget_is_over(budget->parent));
}

void qb_budget_request_stop(qb_budget *budget)
{
    atomic_store(&budget->stop_requested, true);
    atomic_store(&budget->check_at, 0);
}
