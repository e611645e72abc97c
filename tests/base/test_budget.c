#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "tests/base/budget_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(budget, a_work_limit_is_kept_to_the_unit)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1000);
    qb_budget_probe p = open_probe(&setup);
    int calls = 0;
    while (qb_budget_spend(p.budget, 7))
        calls++;
    cr_assert(calls == 142); /* 142 * 7 = 994 < 1000 <= 143 * 7 */
    cr_assert(!qb_budget_spend(p.budget, 0) && qb_budget_is_over(p.budget));
    qb_budget_finish(p.budget, QB_STOPPED, NULL);
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->summary.budget_hit && r->summary.finished && r->summary.work == 1001);
    qb_budget_probe_close(&p);
}

Test(budget, work_alone_reads_no_clock)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1e9);
    qb_budget_probe p = open_probe(&setup);
    uint32_t before = clock.wall_reads + clock.cpu_reads;
    for (int k = 0; k < 100000; k++)
        cr_assert(qb_budget_spend(p.budget, 10));
    cr_assert(clock.wall_reads + clock.cpu_reads == before);
    qb_budget_probe_close(&p);
}

Test(budget, the_sum_of_work_cannot_wrap)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1e30);
    qb_budget_probe p = open_probe(&setup);
    cr_assert(qb_budget_spend(p.budget, UINT64_MAX - 1));
    cr_assert(!qb_budget_spend(p.budget, UINT64_MAX));
    cr_assert(!qb_budget_spend(p.budget, UINT64_MAX));
    qb_budget_probe_close(&p);
}

/* Calls of 1 us each: the stop comes within two checks, and the clock is read about once in 50 us. */
Test(budget, a_wall_limit_is_kept_with_few_readings)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WALL_TIME, 0.1);
    qb_budget_probe p = open_probe(&setup);
    while (qb_budget_spend(p.budget, 500))
        move(&clock, 1000);
    cr_assert(clock.wall >= 100000000 && clock.wall <= 100100000, "%ld", (long)clock.wall);
    cr_assert(clock.wall_reads < 2200 && clock.wall_reads > 1800, "%u", clock.wall_reads);
    qb_budget_probe_close(&p);
}

Test(budget, a_change_of_pace_is_noticed)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WALL_TIME, 1);
    qb_budget_probe p = open_probe(&setup);
    cr_assert(qb_budget_spend(p.budget, 1000000000)); /* a large charge that took no time */
    int64_t late = 0;
    for (int k = 0; k < 2000000 && !late; k++) {
        move(&clock, 1000);
        if (!qb_budget_spend(p.budget, 10))
            late = clock.wall - 1000000000;
    }
    cr_assert(late >= 0 && late < 100000, "%ld", (long)late);
    cr_assert(qb_budget_is_over(p.budget));
    qb_budget_probe_close(&p);
}

Test(budget, a_cpu_limit_is_kept_with_few_exact_readings)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_CPU_TIME, 0.1);
    setup.threads = 4;
    qb_budget_probe p = open_probe(&setup);
    int64_t step = 0;
    while (qb_budget_spend(p.budget, 500)) {
        clock.wall += 1000;
        clock.cpu += (step++ / 10000) % 2 ? 4000 : 500; /* now half a core, now four */
    }
    cr_assert(clock.cpu >= 100000000 && clock.cpu <= 100400000, "%ld", (long)clock.cpu);
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->summary.budget_hit);
    cr_assert(clock.cpu_reads < 200, "%u", clock.cpu_reads);
    qb_budget_probe_close(&p);
}

Test(budget, the_backstop_ends_any_kind)
{
    for (int kind = QB_BUDGET_CPU_TIME; kind <= QB_BUDGET_DEVICE; kind++) {
        hand_clock clock = {0};
        qb_budget_setup setup = setup_on(&clock, (qb_budget_kind)kind, 1e9);
        setup.wall_backstop = 0.01;
        qb_budget_probe p = open_probe(&setup);
        while (qb_budget_spend(p.budget, 1))
            clock.wall += 1000;
        cr_assert(clock.wall >= 10000000 && clock.wall <= 10200000);
        cr_assert(!read_probe(&p)->summary.budget_hit);
        qb_budget_probe_close(&p);
    }
}

Test(budget, samples_and_device_seconds_are_limits_too)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_SAMPLES, 100);
    qb_budget_probe p = open_probe(&setup);
    cr_assert(qb_budget_spend_samples(p.budget, 99) && qb_budget_spend(p.budget, 1000000));
    cr_assert(!qb_budget_spend_samples(p.budget, 1) && !qb_budget_spend(p.budget, 1));
    qb_budget_probe_close(&p);

    setup = setup_on(&clock, QB_BUDGET_DEVICE, 1);
    p = open_probe(&setup);
    cr_assert(qb_budget_spend_device(p.budget, 0.5));
    qb_budget_simulation(p.budget, true);
    move(&clock, 5000000000); /* the simulator's: not charged */
    cr_assert(qb_budget_spend_device(p.budget, 0.1));
    qb_budget_simulation(p.budget, false);
    move(&clock, 300000000);
    cr_assert(qb_budget_spend_device(p.budget, 0));
    move(&clock, 200000000);
    cr_assert(!qb_budget_spend_device(p.budget, 0));
    cr_assert(!qb_budget_spend_device(p.budget, 1e300) && !qb_budget_spend_device(p.budget, NAN));
    qb_budget_probe_close(&p);
}

Test(budget, a_simulation_is_capped_and_not_charged)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_DEVICE, 1);
    setup.simulator_limit = 2;
    qb_budget_probe p = open_probe(&setup);
    qb_budget_simulation(p.budget, true);
    move(&clock, 1500000000);
    cr_assert(qb_budget_spend_device(p.budget, 0.25));
    cr_assert(qb_budget_incumbent(p.budget, vector(1), -1) == QB_OK);
    qb_budget_simulation(p.budget, true); /* changes nothing */
    move(&clock, 499000000);
    cr_assert(qb_budget_spend_device(p.budget, 0));
    move(&clock, 1000000);
    cr_assert(!qb_budget_spend_device(p.budget, 0));
    qb_budget_simulation(p.budget, false);
    qb_budget_finish(p.budget, QB_STOPPED, NULL);
    const qb_budget_probe_record *r = read_probe(&p);
    cr_assert(!r->summary.budget_hit && r->summary.device_s == 0.25 && r->summary.simulator_s == 2);
    cr_assert(r->count == 1 && r->points[0].device_s == 0.25 && r->points[0].simulator_s == 1.5);
    qb_budget_probe_close(&p);

    const qb_budget_spent spent = {4, 3, 0.25, 2, 17, 5};
    const double counted[] = {3, 4, 17, 5, 1.25};
    for (int kind = QB_BUDGET_CPU_TIME; kind <= QB_BUDGET_DEVICE; kind++)
        cr_assert(qb_budget_counted((qb_budget_kind)kind, &spent) == counted[kind]);
}

static void expect_stage(const qb_stage_times *stage, const char *name, double wall_s, double cpu_s,
                         double device_s, double simulator_s)
{
    cr_assert_str_eq(stage->name, name);
    cr_assert(fabs(stage->wall_s - wall_s) < 1e-12 && fabs(stage->cpu_s - cpu_s) < 1e-12);
    cr_assert(fabs(stage->device_s - device_s) < 1e-12 && fabs(stage->simulator_s - simulator_s) < 1e-12);
}

Test(budget, stages_add_up_to_the_run)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_DEVICE, 1000);
    qb_budget_probe p = open_probe(&setup);
    qb_budget_stage(p.budget, "init");
    move(&clock, 1000000000);
    qb_budget_stage(p.budget, "train");
    qb_budget_simulation(p.budget, true);
    move(&clock, 2000000000);
    cr_assert(qb_budget_spend_device(p.budget, 3));
    qb_budget_stage(p.budget, "init"); /* a simulation may go on across stages */
    move(&clock, 1000000000);
    qb_budget_simulation(p.budget, false);
    qb_budget_outside_cpu(p.budget, 500000000);
    qb_budget_mark_setup(p.budget);
    move(&clock, 4000000000);
    qb_budget_finish(p.budget, QB_OK, NULL);
    const qb_channel_summary *said = &read_probe(&p)->summary;
    cr_assert(said->stages == 3);
    expect_stage(&said->stage[0], "init", 2, 2.5, 0, 1);
    expect_stage(&said->stage[1], "train", 2, 2, 3, 2);
    expect_stage(&said->stage[2], "solve", 4, 4, 0, 0);
    qb_budget_probe_close(&p);
}

Test(budget, more_stages_than_fit_count_to_the_last)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1000);
    qb_budget_probe p = open_probe(&setup);
    for (int k = 0; k < QB_CHANNEL_STAGES + 4; k++) {
        char name[] = "stage_a_of_a_long_name";
        name[6] = (char)('a' + k);
        qb_budget_stage(p.budget, name);
        move(&clock, 1000000);
    }
    qb_budget_stage(p.budget, "Not a name"); /* beyond the last: counts to it too */
    qb_budget_finish(p.budget, QB_OK, NULL);
    const qb_channel_summary *said = &read_probe(&p)->summary;
    cr_assert(said->stages == QB_CHANNEL_STAGES);
    expect_stage(&said->stage[0], "stage_a_of_a_lo", 0.001, 0.001, 0, 0);
    expect_stage(&said->stage[QB_CHANNEL_STAGES - 1], "stage_h_of_a_lo", 0.005, 0.005, 0, 0);
    qb_budget_probe_close(&p);
}

Test(budget, a_request_to_stop_is_heard_at_the_next_spend)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1e15);
    qb_budget_probe p = open_probe(&setup);
    cr_assert(qb_budget_spend(p.budget, 1) && !qb_budget_is_over(p.budget));
    qb_budget_request_stop(p.budget);
    cr_assert(!qb_budget_spend(p.budget, 1) && !qb_budget_spend(p.budget, 0));
    cr_assert(!read_probe(&p)->summary.budget_hit);
    qb_budget_probe_close(&p);
}

Test(budget, only_strict_improvements_are_published)
{
    hand_clock clock = {0};
    for (int maximise = 0; maximise < 2; maximise++) {
        qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1000);
        setup.maximise = maximise;
        double sign = maximise ? -1 : 1;
        qb_budget_probe p = open_probe(&setup);
        const double claims[] = {5, 5, 7, 3, NAN, INFINITY, -INFINITY, 4, 3, 2};
        for (int k = 0; k < 10; k++) {
            qb_budget_spend(p.budget, 10);
            cr_assert(qb_budget_incumbent(p.budget, vector((uint64_t)k), sign * claims[k]) == QB_OK);
        }
        qb_budget_finish(p.budget, QB_OK, NULL);
        qb_budget_probe_record *r = read_probe(&p);
        cr_assert(r->count == 3 && r->summary.offered == 10);
        cr_assert(r->points[0].claimed == sign * 5 && r->points[1].claimed == sign * 3);
        cr_assert(r->points[1].work == 40 && r->points[1].bits[0] == 3);
        uint8_t best[N];
        double claimed;
        cr_assert(qb_budget_probe_best(&p, best, &claimed) && claimed == sign * 2);
        cr_assert(memcmp(best, vector(9), N) == 0);
        qb_budget_probe_close(&p);
    }
}

Test(budget, what_is_late_is_never_credited)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WALL_TIME, 1);
    qb_budget_probe p = open_probe(&setup);
    cr_assert(qb_budget_incumbent(p.budget, vector(1), 10) == QB_OK);
    clock.wall = 1000000000; /* at the deadline: in time */
    cr_assert(qb_budget_incumbent(p.budget, vector(2), 9) == QB_OK);
    clock.wall++;
    cr_assert(qb_budget_incumbent(p.budget, vector(3), 5) == QB_STOPPED);
    cr_assert(qb_budget_incumbent(p.budget, vector(4), 7) == QB_STOPPED);
    cr_assert(!qb_budget_spend(p.budget, 1));
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->count == 2 && r->points[1].claimed == 9 && r->points[1].bits[0] == 2);
    cr_assert(r->summary.late == 2 && r->summary.has_late && r->summary.late_claimed == 5);
    cr_assert(r->summary.budget_hit);
    qb_budget_probe_close(&p);
}

Test(budget, no_point_is_beyond_the_work_limit)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 100);
    qb_budget_probe p = open_probe(&setup);
    cr_assert(!qb_budget_spend(p.budget, 100));
    cr_assert(qb_budget_incumbent(p.budget, vector(1), 2) == QB_STOPPED); /* at the limit: credited */
    qb_budget_spend(p.budget, 1);
    cr_assert(qb_budget_incumbent(p.budget, vector(1), 1) == QB_STOPPED);
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->count == 1 && r->points[0].work == 100 && r->summary.late == 1);
    qb_budget_probe_close(&p);
}

Test(budget, the_target_stops_the_run)
{
    hand_clock clock = {0};
    const double targets[] = {-10, -5};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1000);
    setup.targets = targets;
    setup.target_count = 2;
    setup.stop_at_target = true;
    qb_budget_probe p = open_probe(&setup);
    cr_assert(qb_budget_incumbent(p.budget, vector(1), -6) == QB_OK);
    cr_assert(qb_budget_incumbent(p.budget, vector(1), -10) == QB_STOPPED);
    cr_assert(!qb_budget_spend(p.budget, 1));
    cr_assert(read_probe(&p)->summary.target_reached && !read_probe(&p)->summary.budget_hit);
    qb_budget_probe_close(&p);
}

/* Feeds `count` improvements at growing amounts of work and checks the thinned trajectory against all of
 * them. */
static void check_thinning(uint64_t seed, uint64_t growth, uint32_t count, uint32_t target_count)
{
    hand_clock clock = {0};
    double targets[QB_BUDGET_TARGETS];
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    for (uint32_t k = 0; k < target_count; k++)
        targets[k] = -(double)(1 + qb_rng_below(&rng, count));
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1e19);
    setup.targets = targets;
    setup.target_count = target_count;
    qb_budget_probe p = open_probe(&setup);
    uint64_t *at = QB_NEW(uint64_t, count + 1), work = 0;
    for (uint32_t k = 1; k <= count; k++) { /* improvement k has value -k */
        uint64_t more = qb_rng_below(&rng, 1 + (growth ? work / growth : 2));
        at[k] = work += more;
        qb_budget_spend(p.budget, more);
        qb_budget_incumbent(p.budget, vector(k), -(double)k);
    }
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->count > 0 && r->count <= QB_CHANNEL_POINTS && !qb_budget_is_over(p.budget));
    cr_assert(r->points[0].claimed == -1 && r->points[r->count - 1].claimed == -(double)count);
    uint32_t next = 0;
    for (uint32_t k = 1; k <= count; k++) { /* conservative by less than one step of 5 % */
        while (next < r->count && r->points[next].claimed > -(double)k)
            next++;
        cr_assert(r->points[next].work >= at[k]);
        cr_assert(r->points[next].work == at[k] ||
                  (double)(r->points[next].work - at[k]) < 0.05 * (double)at[k]);
        cr_assert(at[(uint32_t)-r->points[next].claimed] == r->points[next].work); /* never a wrong stamp */
    }
    for (uint32_t t = 0; t < target_count; t++) { /* targets[t] is reached by improvement -targets[t] */
        bool found = false;
        for (uint32_t k = 0; k < r->count && !found; k++)
            found = r->points[k].claimed == targets[t];
        cr_assert(found);
    }
    qb_free(at);
    qb_budget_probe_close(&p);
}

Test(budget, thinning_is_bounded_and_exact_where_it_must_be)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        check_thinning(seed, 0, 20000, 0);                    /* about one unit each */
        check_thinning(seed, 100000, 30000, 10);              /* stands still at 0 */
        check_thinning(seed, 40, 1500, QB_BUDGET_TARGETS);    /* a few percent each */
        check_thinning(seed, 1000, 50000, QB_BUDGET_TARGETS); /* far less than a step each */
    }
}

/* The worst case: each improvement opens a step, up to the largest amount of work there is. */
Test(budget, the_finest_sequence_of_steps_fits)
{
    hand_clock clock = {0};
    double targets[QB_BUDGET_TARGETS];
    for (int k = 0; k < QB_BUDGET_TARGETS; k++)
        targets[k] = -(double)(10 * k + 1.5);
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 0x1p64);
    setup.targets = targets;
    setup.target_count = QB_BUDGET_TARGETS;
    qb_budget_probe p = open_probe(&setup);
    uint64_t work = 0, step = 0;
    uint32_t improvements = 0;
    while (work + (step = work / 20 ? work / 20 : 1) > work) {
        qb_budget_incumbent(p.budget, vector(improvements), -(double)improvements);
        improvements++;
        qb_budget_incumbent(p.budget, vector(improvements), -(double)improvements);
        improvements++;
        work += step;
        qb_budget_spend(p.budget, step);
    }
    uint32_t count = read_probe(&p)->count;
    cr_assert(count > 850 && count < QB_CHANNEL_POINTS, "%u", count); /* < : none was forced out */
    qb_budget_probe_close(&p);
}

/* ---- Held clocks */
static void run_twice(qb_budget_probe_record *record, int64_t step_ns)
{
    qb_clock_fake fake = {.step_ns = step_ns};
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e6, N, false, true);
    setup.clock = qb_clock_from_fake(&fake);
    setup.wall_backstop = 1e6;
    qb_budget_probe p = open_probe(&setup);
    qb_rng rng;
    qb_rng_init(&rng, 7, 0);
    for (double value = 0; qb_budget_spend(p.budget, qb_rng_below(&rng, 50)); value += qb_rng_uniform(&rng))
        qb_budget_incumbent(p.budget, vector((uint64_t)value), value);
    qb_budget_finish(p.budget, QB_STOPPED, NULL);
    *record = *read_probe(&p);
    qb_budget_probe_close(&p);
}

Test(budget, a_work_budget_does_not_depend_on_time)
{
    static qb_budget_probe_record fast, slow;
    run_twice(&fast, 3);
    run_twice(&slow, 900000);
    cr_assert(fast.count == slow.count && fast.count > 100 && fast.summary.work == slow.summary.work);
    for (uint32_t k = 0; k < fast.count; k++)
        cr_assert(fast.points[k].work == slow.points[k].work &&
                  fast.points[k].claimed == slow.points[k].claimed);
}

typedef struct accepted {
    int count;
    double last;
    qb_status answer;
} accepted;

static qb_status accept_into(void *context, const uint8_t *x, double claimed)
{
    accepted *a = context;
    a->count += x[0] <= 1;
    a->last = claimed;
    return a->answer;
}

Test(budget, a_child_spends_from_its_parent)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 100);
    qb_budget_probe p = open_probe(&setup);
    accepted a = {0};
    qb_budget *child, *grandchild;
    cr_assert(qb_budget_child_open(p.budget, 30, 5, true, accept_into, &a, &child) == QB_OK);
    cr_assert(qb_budget_spend(child, 29) && !qb_budget_spend(child, 1) && !qb_budget_spend(child, 0));
    cr_assert(qb_budget_is_over(child) && !qb_budget_is_over(p.budget));
    qb_budget_child_close(child);

    cr_assert(qb_budget_child_open(p.budget, UINT64_MAX, 5, true, accept_into, &a, &child) == QB_OK);
    cr_assert(qb_budget_child_open(child, UINT64_MAX, 5, true, accept_into, &a, &grandchild) == QB_OK);
    cr_assert(qb_budget_incumbent(child, vector(1), 1) == QB_OK && a.count == 1);
    cr_assert(qb_budget_incumbent(child, vector(1), 1) == QB_OK && a.count == 1);
    qb_budget_detail(child, "key", 1);
    qb_budget_bound(child, 1);
    qb_budget_infeasible(child);
    cr_assert(qb_budget_spend(grandchild, 69) && !qb_budget_spend(grandchild, 1));
    cr_assert(qb_budget_is_over(child) && qb_budget_is_over(p.budget));
    cr_assert(qb_budget_incumbent(child, vector(1), 0) == QB_STOPPED);
    qb_budget_child_close(grandchild);
    qb_budget_child_close(child);

    qb_budget_finish(p.budget, QB_STOPPED, "because");
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->summary.work == 100 && r->count == 0 && !r->summary.has_bound && !r->summary.infeasible);
    cr_assert_str_eq(r->summary.reason, "because");
    cr_assert_str_eq(qb_budget_probe_details(&p), "{}");
    qb_budget_probe_close(&p);
}

Test(budget, a_child_ends_when_its_incumbent_is_enough)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 100);
    qb_budget_probe p = open_probe(&setup);
    accepted a = {.answer = QB_STOPPED};
    qb_budget *child;
    cr_assert(qb_budget_child_open(p.budget, 30, 5, false, accept_into, &a, &child) == QB_OK);
    cr_assert(qb_budget_incumbent(child, vector(1), 1) == QB_STOPPED && !qb_budget_spend(child, 1));
    cr_assert(!qb_budget_is_over(p.budget) && qb_budget_spend(p.budget, 1));
    qb_budget_child_close(child);
    qb_budget_probe_close(&p);
}

Test(budget, bounds_only_get_tighter)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 100);
    qb_budget_probe p = open_probe(&setup);
    const double bounds[] = {-10, -20, NAN, -5, -INFINITY, -7};
    for (int k = 0; k < 6; k++)
        qb_budget_bound(p.budget, bounds[k]);
    qb_budget_infeasible(p.budget);
    qb_budget_probe_record *r = read_probe(&p);
    cr_assert(r->summary.has_bound && r->summary.bound == -5 && r->summary.infeasible);
    qb_budget_probe_close(&p);
}

Test(budget, details_are_one_valid_object)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 100);
    qb_budget_probe p = open_probe(&setup);
    const double list[] = {0.1, -2, NAN};
    qb_budget_detail(p.budget, "a", 1);
    qb_budget_detail_text(p.budget, "b", "x\"},\n\\[\xc3\xa9");
    qb_budget_detail_list(p.budget, "c", list, 3);
    qb_budget_detail_text(p.budget, "a", "new, \"a\":[");
    qb_budget_detail(p.budget, "Bad key", 1);
    qb_budget_detail(p.budget, "", 1);
    qb_budget_detail_list(p.budget, "c", list, 0);
    qb_budget_detail_list(p.budget, "d", list, 2);
    qb_budget_finish(p.budget, QB_OK, NULL);
    cr_assert_str_eq(qb_budget_probe_details(&p),
                     "{\"a\":\"new, \\\"a\\\":[\",\"b\":\"x\\\"},\\u000a\\\\[??\",\"c\":[],\"d\":[0.1,-2]}");
    qb_budget_probe_close(&p);
}

Test(budget, details_that_do_not_fit_are_dropped_whole)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 100);
    qb_budget_probe p = open_probe(&setup);
    char *text = qb_alloc(QB_CHANNEL_DETAILS_BYTES, 1);
    memset(text, 'x', QB_CHANNEL_DETAILS_BYTES - 1);
    qb_budget_detail_text(p.budget, "long", text);
    text[40000] = 0;
    qb_budget_detail_text(p.budget, "first", text);
    qb_budget_detail_text(p.budget, "second", text);
    qb_budget_detail(p.budget, "small", 3);
    qb_budget_finish(p.budget, QB_OK, NULL);
    const char *said = qb_budget_probe_details(&p);
    cr_assert(strlen(said) > 40000 && !strstr(said, "second") && !strstr(said, "long"));
    cr_assert_str_eq(said + strlen(said) - 11, ",\"small\":3}");
    qb_free(text);
    qb_budget_probe_close(&p);
}

Test(budget, tells_no_limit_to_those_who_are_not_to_know)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_CPU_TIME, 2);
    setup.tells_limit = false;
    qb_budget_probe p = open_probe(&setup);
    qb_budget_mark_setup(p.budget);
    cr_assert_not(read_probe(&p)->summary.asked_limit);
    cr_assert(isinf(qb_budget_remaining_seconds(p.budget)));
    cr_assert(read_probe(&p)->summary.asked_limit, "before the run has ended");
    qb_budget_probe_close(&p);

    p = open_probe(&setup);
    qb_budget *child = NULL;
    cr_assert_eq(qb_budget_child_open(p.budget, 100, N, false, NULL, NULL, &child), QB_OK);
    cr_assert(isinf(qb_budget_remaining_seconds(child)), "nor to their children");
    qb_budget_child_close(child);
    cr_assert(read_probe(&p)->summary.asked_limit);
    qb_budget_probe_close(&p);
}

Test(budget, remaining_seconds_follow_the_kind)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_CPU_TIME, 2);
    setup.threads = 2;
    qb_budget_probe p = open_probe(&setup);
    move(&clock, 1000000000);
    cr_assert_float_eq(qb_budget_remaining_seconds(p.budget), 0.5, 1e-9);
    qb_budget_probe_close(&p);

    setup = setup_on(&clock, QB_BUDGET_WORK, 2);
    p = open_probe(&setup);
    cr_assert(isinf(qb_budget_remaining_seconds(p.budget)));
    qb_budget_probe_close(&p);
    setup.wall_backstop = 3;
    p = open_probe(&setup);
    move(&clock, 1000000000);
    cr_assert_float_eq(qb_budget_remaining_seconds(p.budget), 2, 1e-9);
    cr_assert(!qb_budget_spend(p.budget, 2) && qb_budget_remaining_seconds(p.budget) == 0);
    qb_budget_probe_close(&p);
}

Test(budget, a_wrong_setup_is_refused)
{
    hand_clock clock = {0};
    double targets[QB_BUDGET_TARGETS + 1] = {NAN};
    qb_budget_probe p;
    qb_diag diag = {0};
    qb_budget_setup good = setup_on(&clock, QB_BUDGET_WORK, 1), bad[6];
    for (int k = 0; k < 6; k++)
        bad[k] = good;
    bad[0].limit = 0;
    bad[1].limit = NAN;
    bad[2].threads = 0;
    bad[3].targets = bad[4].targets = targets;
    bad[3].target_count = QB_BUDGET_TARGETS + 1;
    bad[4].target_count = 1;
    bad[5].kind = (qb_budget_kind)17;
    for (int k = 0; k < 6; k++)
        cr_assert(qb_budget_probe_open(&bad[k], 0, &p, &diag) == QB_BAD_INPUT && diag.text[0], "%d", k);
}

Test(budget, running_out_of_memory_is_reported)
{
    hand_clock clock = {0};
    qb_budget_setup setup = setup_on(&clock, QB_BUDGET_WORK, 1);
    qb_budget_probe p;
    for (int64_t successes = 0; successes < 2; successes++) {
        qb_memory_fail_after(successes);
        cr_assert(qb_budget_probe_open(&setup, 0, &p, NULL) == QB_NO_MEMORY);
        qb_memory_fail_never();
    }
    p = open_probe(&setup);
    qb_budget *child;
    qb_memory_fail_after(0);
    cr_assert(qb_budget_child_open(p.budget, 1, 1, true, accept_into, NULL, &child) == QB_NO_MEMORY);
    qb_memory_fail_never();
    qb_budget_probe_close(&p);
}
