/* Time that a run is credited back, and time that it is charged beforehand. */
#include "tests/base/budget_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void keep_credit(void *context, const qb_credit *credit)
{
    *(qb_credit *)context = *credit;
}

Test(budget, held_clocks_stand_still)
{
    hand_clock clock = {0};
    qb_credit told = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WALL_TIME, 1);
    setup.credits = keep_credit;
    setup.credits_context = &told;
    qb_budget_probe p = open_probe(&setup);
    qb_budget_hold(p.budget, 100);
    cr_assert(told.held == 1 && told.since_wall == 0);
    move(&clock, 5000000000);
    cr_assert(qb_budget_spend_samples(p.budget, 0) && qb_budget_remaining_seconds(p.budget) == 1);
    qb_budget_incumbent(p.budget, vector(1), 0);
    qb_budget_resume(p.budget, true);
    cr_assert(told.held == 0 && told.wall == 5000000000 && told.cpu == 5000000000);
    move(&clock, 400000000);
    qb_budget_incumbent(p.budget, vector(3), -1);
    move(&clock, 700000000);
    cr_assert(!qb_budget_spend_samples(p.budget, 0));
    qb_budget_finish(p.budget, QB_STOPPED, NULL);
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->count == 2 && r->points[0].wall_s == 0 && r->points[0].cpu_s == 0);
    cr_assert_float_eq(r->points[1].wall_s, 0.4, 1e-9);
    cr_assert_float_eq(r->points[1].cpu_s, 0.4, 1e-9);
    cr_assert_float_eq(r->summary.wall_s, 1.1, 1e-9);
    cr_assert(strstr(qb_budget_probe_details(&p), "\"credited_wall_s\":5"));
    qb_budget_probe_close(&p);
}

/* 2 of 5 seconds are charged beforehand; a hold of 10 in between counts for nothing. */
Test(budget, what_is_charged_beforehand_is_spent)
{
    const qb_budget_kind kinds[] = {QB_BUDGET_WALL_TIME, QB_BUDGET_CPU_TIME};
    for (int k = 0; k < 2; k++) {
        hand_clock clock = {0};
        qb_credit told = {0};
        qb_budget_setup setup = setup_on(&clock, kinds[k], 5);
        setup.charged = 2;
        setup.credits = keep_credit;
        setup.credits_context = &told;
        qb_budget_probe p = open_probe(&setup);
        qb_budget_stage(p.budget, "lowering");
        move(&clock, 500000000);
        qb_budget_stage(p.budget, "solve");
        cr_assert(qb_budget_spend_samples(p.budget, 0) && qb_budget_remaining_seconds(p.budget) == 2.5);
        qb_budget_hold(p.budget, 100);
        move(&clock, 10000000000);
        qb_budget_resume(p.budget, true);
        cr_assert(told.wall == 10000000000 && told.cpu == 10000000000 && told.charged == 2000000000);
        cr_assert(qb_credit_is_possible(&told, 10500000000));
        qb_budget_incumbent(p.budget, vector(1), 0);
        move(&clock, 2400000000);
        cr_assert(qb_budget_spend_samples(p.budget, 0));
        move(&clock, 100000000);
        cr_assert(!qb_budget_spend_samples(p.budget, 0));
        qb_budget_finish(p.budget, QB_STOPPED, NULL);
        qb_budget_probe_record *r = read_probe(&p);
        cr_assert(r->count == 1 && r->points[0].wall_s == 2.5 && r->points[0].cpu_s == 2.5);
        cr_assert(r->summary.wall_s == 5 && r->summary.cpu_s == 5);
        cr_assert(r->summary.stages == 2 && r->summary.stage[0].cpu_s == 2.5 &&
                  r->summary.stage[1].cpu_s == 2.5);
        qb_budget_probe_close(&p);
    }
}

Test(budget, a_hold_has_an_end_and_may_come_to_nothing)
{
    hand_clock clock = {0};
    qb_credit told;
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_CPU_TIME, 1);
    setup.credits = keep_credit;
    setup.credits_context = &told;
    qb_budget_probe p = open_probe(&setup);
    qb_budget_hold(p.budget, 2);
    move(&clock, 2500000000);
    cr_assert_float_eq(qb_budget_remaining_seconds(p.budget), 0.5, 1e-9);
    clock.cpu += 250000000; /* more than one thread can: it is charged */
    cr_assert_float_eq(qb_budget_remaining_seconds(p.budget), 0.25, 1e-9);
    qb_budget_hold(p.budget, 2); /* ends the one before */
    cr_assert(told.wall == 2000000000 && told.cpu == 2000000000);
    move(&clock, 1000000000);
    cr_assert_float_eq(qb_budget_remaining_seconds(p.budget), 0.25, 1e-9);
    qb_budget_resume(p.budget, false);
    cr_assert(told.wall == 2000000000 && qb_budget_remaining_seconds(p.budget) == 0);
    cr_assert(!qb_budget_spend(p.budget, 1));
    qb_budget_probe_close(&p);
}

Test(budget, nobody_holds_clocks_who_may_not)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WALL_TIME, 1);
    qb_budget_probe p = open_probe(&setup);
    qb_budget_hold(p.budget, 100);
    move(&clock, 1500000000);
    cr_assert(!qb_budget_spend_samples(p.budget, 0));
    qb_budget_resume(p.budget, true);
    qb_budget_finish(p.budget, QB_STOPPED, NULL);
    cr_assert(read_probe(&p)->summary.wall_s == 1.5);
    qb_budget_probe_close(&p);
}

Test(budget, a_credit_that_cannot_be_is_told)
{
    const int64_t s = 1000000000;
    const qb_credit fine = {s, s / 2, 2 * s, s, 5 * s, 1, 1, 0};
    qb_credit c = fine;
    cr_assert(qb_credit_is_possible(&c, 3 * s) && qb_credit_is_possible(&c, 2 * s));
    cr_assert(!qb_credit_is_possible(&c, s)); /* held from a moment that has not come */
    c.wall = 4 * s;
    cr_assert(!qb_credit_is_possible(&c, 3 * s)); /* more than has passed */
    c = fine;
    c.cpu = 3 * s;
    cr_assert(!qb_credit_is_possible(&c, 3 * s)); /* more than a thread can */
    c = fine;
    c.most = INT64_MAX;
    cr_assert(!qb_credit_is_possible(&c, 3 * s));
    c = fine;
    c.wall = -1;
    cr_assert(!qb_credit_is_possible(&c, 3 * s));
    c = fine;
    c.held = 2;
    cr_assert(!qb_credit_is_possible(&c, 3 * s));
}
