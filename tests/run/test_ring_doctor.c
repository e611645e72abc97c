#include "harness/base/json.h"
#include "harness/run/cores.h"
#include "harness/run/doctor.h"
#include "harness/run/run_compare.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void check_spread(const qb_json *root, const char *key, uint32_t count)
{
    const qb_json *spread = qb_json_get(root, key);
    int64_t counted;
    double least, median, p99, most;
    cr_assert(qb_json_integer(qb_json_get(spread, "count"), &counted) && counted == count, "%s", key);
    cr_assert(qb_json_number(qb_json_get(spread, "least_s"), &least) &&
              qb_json_number(qb_json_get(spread, "median_s"), &median) &&
              qb_json_number(qb_json_get(spread, "p99_s"), &p99) &&
              qb_json_number(qb_json_get(spread, "most_s"), &most));
    cr_assert(least <= median && median <= p99 && p99 <= most, "%s", key);
}

Test(ring_doctor, the_self_test_measures_everything)
{
    qb_doctor_selftest s;
    qb_diag diag = {0};
    cr_assert(qb_doctor_measure(3, NULL, 0, &s, &diag) == QB_OK, "%s", diag.text);
    cr_assert(s.pair_kill.count == 0);
    cr_assert(s.wall_kill.least >= 0.015 && s.cpu_kill.least >= 0.005); /* the grace, by design */
    cr_assert(s.wall_step.least > 0 && s.cpu_step.least > 0 && s.launch.least > 0);
    qb_text text = {0};
    qb_json *root;
    qb_doctor_json(&s, &text);
    cr_assert(qb_json_parse("self-test", qb_text_get(&text), text.length, &root, NULL) == QB_OK);
    const char *const keys[] = {"wall_stop", "cpu_stop", "wall_kill", "cpu_kill", "wall_step", "cpu_step"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        check_spread(root, keys[k], 3);
    check_spread(root, "launch", 6);
    cr_assert(qb_json_text(qb_json_get(root, "containment"))[0]);
    qb_json_free(root);
    qb_text_clear(&text);
    cr_assert(qb_doctor_measure(0, NULL, 0, &s, &diag) == QB_BAD_INPUT);
}

Test(ring_doctor, two_threads_are_measured_where_there_are_two_cores)
{
    qb_doctor_selftest s;
    qb_diag diag = {0};
    uint32_t all, unheld;
    qb_cores cores = {0};
    cr_assert(qb_cores_count(false, &all, &unheld, &diag) == QB_OK, "%s", diag.text);
    if (all < 2)
        cr_skip_test("this machine has one core");
    cr_assert(qb_cores_claim(1, 2, false, &cores, &diag) == QB_OK, "%s", diag.text);
    cr_assert(qb_doctor_measure(2, cores.cpu, cores.size, &s, &diag) == QB_OK, "%s", diag.text);
    cr_assert(s.pair_kill.count == 2 && s.half_kill.count == 2);
    /* at least 5 ms of CPU time in all, by at most two threads */
    cr_assert(s.pair_kill.least > 0.0024 && s.half_kill.least > 0.0024, "%g %g", s.pair_kill.least,
              s.half_kill.least);
    qb_text text = {0};
    qb_json *root;
    qb_doctor_json(&s, &text);
    cr_assert(qb_json_parse("self-test", qb_text_get(&text), text.length, &root, NULL) == QB_OK);
    check_spread(root, "pair_kill", 2);
    check_spread(root, "half_kill", 2);
    qb_json_free(root);
    qb_text_clear(&text);
    qb_cores_release(&cores);
}

Test(ring_compare, the_first_difference_is_named)
{
    qb_run_point a[] = {{.work = 1, .objective = 5, .feasible = true},
                        {.work = 3, .objective = 4, .feasible = true}};
    qb_run_point b[] = {a[0], a[1]};
    double x[] = {0, 1}, y[] = {0, 1};
    qb_run_result before = {.work = 9, .trajectory = a, .points = 2, .solution = x};
    qb_run_result now = {.work = 9, .trajectory = b, .points = 2, .solution = y, .wall_s = 7};
    qb_diag d = {0};
    cr_assert(qb_run_is_same(&before, &now, 2, &d) && !d.text[0]);
    y[1] = 0;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "variable 2: 1 before, 0 now");
    now.work = 8;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "work 9 and 0 samples before, 8 and 0 now");
    now.outcome = QB_RUN_LIED;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "'optimal' before, 'lied' now");
    now.points = 1;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "2 points before, 1 now");
    b[0].feasible = false;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "point 1: feasible before, infeasible now");
    b[0].objective = 6;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "point 1: objective 5 before, 6 now");
    b[0].work = 2;
    cr_assert(!qb_run_is_same(&before, &now, 2, &d));
    cr_assert_str_eq(d.text, "point 1: work 1 before, 2 now");
}
