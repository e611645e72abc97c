/* Budgets on a clock that the test moves by hand. */
#ifndef QB_TESTS_BASE_BUDGET_CASES_H
#define QB_TESTS_BASE_BUDGET_CASES_H

#include "harness/base/budget_probe.h"

#include <criterion/criterion.h>

#define N 40

/* A clock that stands still until the test moves it; `reads` counts how often it was asked. */
typedef struct hand_clock {
    int64_t wall, cpu;
    uint32_t wall_reads, cpu_reads;
} hand_clock;

static inline int64_t hand_wall(void *context)
{
    hand_clock *c = context;
    c->wall_reads++;
    return c->wall;
}

static inline int64_t hand_cpu(void *context)
{
    hand_clock *c = context;
    c->cpu_reads++;
    return c->cpu;
}

static inline void move(hand_clock *clock, int64_t ns)
{
    clock->wall += ns;
    clock->cpu += ns;
}

static inline qb_budget_setup setup_on(hand_clock *clock, qb_budget_kind kind, double limit)
{
    qb_budget_setup setup = qb_budget_probe_setup(kind, limit, N, false, false);
    setup.clock = (qb_clock){hand_wall, hand_cpu, clock};
    return setup;
}

static inline qb_budget_probe open_probe(const qb_budget_setup *setup)
{
    qb_budget_probe probe;
    qb_diag diag = {0};
    cr_assert(qb_budget_probe_open(setup, 0, &probe, &diag) == QB_OK, "%s", diag.text);
    return probe;
}

static const uint8_t *vector(uint64_t value)
{
    static uint8_t x[N]; /* the test's, overwritten by the next call */
    for (int i = 0; i < N; i++)
        x[i] = value >> i & 1;
    return x;
}

static inline qb_budget_probe_record *read_probe(const qb_budget_probe *probe)
{
    static qb_budget_probe_record record; /* too large for a test's stack to hold several */
    qb_budget_probe_read(probe, &record);
    cr_assert(record.damaged == 0);
    return &record;
}

#endif
