/* Sums over chunks: the same bits and the same charges whoever makes them, and no chunk after the last. */
#include "harness/base/budget_probe.h"
#include "solvers/kernels/chunks.h"

#include <criterion/criterion.h>

static qb_chunk_sums sum_of(const void *context, uint64_t chunk)
{
    const uint64_t *chunks = context;
    double x = (double)chunk;
    return (qb_chunk_sums){1 / (1 + x), x / 3, chunk < *chunks};
}

static qb_chunk_sums run(uint64_t chunks, uint64_t work, uint32_t threads, double limit, uint64_t *spent)
{
    static qb_budget_probe_record record;
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, limit, 8, false, false);
    qb_budget_probe probe;
    qb_team *team = qb_team_open(threads);
    qb_chunk_sums total = {0};
    bool stops = (double)(chunks * work) >= limit;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(qb_chunks_run(chunks, work, team, sum_of, &chunks, probe.budget, &total),
                 stops ? QB_STOPPED : QB_OK);
    qb_budget_finish(probe.budget, QB_OK, "");
    qb_budget_probe_read(&probe, &record);
    qb_budget_probe_close(&probe);
    qb_team_close(team);
    *spent = record.summary.work;
    return total;
}

Test(chunks, add_up_to_the_same_bits_whatever_the_team)
{
    static const uint64_t count[] = {1, 2, 17, 1023, 1025, 5000}, work[] = {1, 64, 4096, 1 << 17};
    for (size_t c = 0; c < sizeof count / sizeof *count; c++)
        for (size_t w = 0; w < sizeof work / sizeof *work; w++) {
            uint64_t spent[4];
            qb_chunk_sums one = run(count[c], work[w], 1, 1e18, &spent[0]);
            run(count[c], work[w], 1, 1e5, &spent[2]);
            cr_assert_eq(spent[0], count[c] * work[w]);
            cr_assert_eq(one.third, (double)count[c]);
            for (uint32_t threads = 2; threads <= 4; threads++) {
                qb_chunk_sums some = run(count[c], work[w], threads, 1e18, &spent[1]);
                run(count[c], work[w], threads, 1e5, &spent[3]);
                cr_assert_eq(some.first, one.first);
                cr_assert_eq(some.second, one.second);
                cr_assert_eq(some.third, one.third);
                cr_assert_eq(spent[1], spent[0]);
                cr_assert_eq(spent[3], spent[2], "stopped after %lu, not %lu", (unsigned long)spent[3],
                             (unsigned long)spent[2]);
            }
        }
}
