/* Threads that share steps out: each step once, the budget's count, and a member that holds nobody up. */
#define _GNU_SOURCE
#include "harness/base/budget_probe.h"
#include "solvers/kernels/team.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>

#define STEPS 1024

typedef struct record {
    _Atomic int made[STEPS];
    pthread_t by[STEPS];
    uint32_t members;
    pthread_t caller;
    _Atomic size_t total;
    size_t wait_for; /* the caller's first step waits until so many others are made */
} record;

static void note(void *context, size_t step, uint32_t member)
{
    record *r = context;
    if (r->wait_for && pthread_equal(pthread_self(), r->caller))
        while (r->total < r->wait_for)
            ;
    r->by[step] = pthread_self();
    r->made[step] += member < r->members ? 1 : STEPS;
    r->total++;
}

Test(team, makes_every_step_once_and_a_unit_by_one_member)
{
    for (uint32_t threads = 1; threads <= 5; threads++) {
        qb_team *team = qb_team_open(threads);
        cr_assert_not_null(team);
        for (size_t unit = 1; unit <= STEPS; unit *= 4)
            for (size_t steps = unit; steps <= STEPS; steps *= 2) {
                static record r;
                r = (record){.members = qb_team_size(team), .caller = pthread_self()};
                cr_assert_eq(qb_team_run(team, steps, unit, note, &r, 1, NULL), QB_OK);
                cr_assert_eq(r.total, steps);
                for (size_t s = 0; s < steps; s++) {
                    cr_assert_eq(r.made[s], 1, "%u threads, step %zu: made %d times", threads, s, r.made[s]);
                    cr_assert(pthread_equal(r.by[s], r.by[s / unit * unit]));
                }
            }
        qb_team_close(team);
    }
}

/* The caller is stuck in its first unit until all but that are made, most of its own range among them. */
Test(team, a_member_that_is_held_up_loses_its_steps_to_the_others)
{
    enum { UNIT = 4 };
    qb_team *team = qb_team_open(2);
    static record r;
    r = (record){.members = qb_team_size(team), .caller = pthread_self(), .wait_for = STEPS - UNIT};
    cr_assert_eq(qb_team_run(team, STEPS, UNIT, note, &r, 1, NULL), QB_OK);
    cr_assert_eq(r.total, STEPS);
    qb_team_close(team);
}

static uint64_t work_of(uint32_t threads, double limit, qb_status expected)
{
    static qb_budget_probe_record kept;
    static record r;
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, limit, 8, false, false);
    qb_budget_probe probe;
    qb_team *team = qb_team_open(threads);
    r = (record){.members = qb_team_size(team), .caller = pthread_self()};
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(qb_team_run(team, STEPS, 2, note, &r, 1000, probe.budget), expected);
    qb_budget_finish(probe.budget, QB_OK, "");
    qb_budget_probe_read(&probe, &kept);
    qb_budget_probe_close(&probe);
    qb_team_close(team);
    cr_assert(expected ? r.total <= STEPS : r.total == STEPS);
    return kept.summary.work;
}

Test(team, charges_the_same_whatever_the_number_of_members)
{
    uint64_t stopped = work_of(1, 300500, QB_STOPPED);
    for (uint32_t threads = 1; threads <= 4; threads++)
        for (int repeat = 0; repeat < 20; repeat++) {
            cr_assert_eq(work_of(threads, 1e9, QB_OK), 1000 * STEPS);
            cr_assert_eq(work_of(threads, 300500, QB_STOPPED), stopped);
        }
}
