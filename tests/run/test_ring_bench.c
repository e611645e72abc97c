#include "harness/run/bench_ring.h"

#include <criterion/criterion.h>
#include <string.h>

Test(ring_bench, both_costs_are_measured)
{
    qb_bench bench[QB_BENCH_RING_COUNT];
    qb_diag diag = {0};
    qb_bench_options options = {.clock = qb_clock_system, .seconds = 0, .threads = 1};
    cr_assert(qb_bench_ring(&options, 1000, bench, &diag) == QB_OK, "%s", diag.text);
    cr_assert_str_eq(bench[QB_BENCH_RING_RUN].unit, "run");
    cr_assert_str_eq(bench[QB_BENCH_RING_INCUMBENT].unit, "incumbent");
    for (int k = 0; k < QB_BENCH_RING_COUNT; k++) {
        cr_assert(bench[k].seconds_per_unit > 0 && bench[k].repeats == 20 && bench[k].size == 1000);
        cr_assert(strstr(bench[k].details, "median_s") && strlen(bench[k].checksum) == 16);
    }
    cr_assert(strstr(bench[QB_BENCH_RING_INCUMBENT].details, "\"beside_copy_median_s\":"));
    cr_assert(qb_bench_ring(&options, 0, bench, &diag) == QB_BAD_INPUT);
}
