#include "solvers/kernels/chunks.h"

enum {
    BATCH_WORK = 1 << 16, /* between two looks at the budget */
    BATCH_MOST = 1024,    /* chunks in a batch */
    STEPS = 16            /* that a batch is shared out in, at most */
};

/* Chunks of neighbouring numbers, `each` a step. */
typedef struct batch {
    qb_chunk_function *function;
    const void *context;
    uint64_t start, count, each;
    qb_chunk_sums *part; /* [count] */
} batch;

static void run_step(void *context, size_t step, uint32_t member)
{
    (void)member;
    batch *b = context;
    uint64_t first = step * b->each, end = first + b->each < b->count ? first + b->each : b->count;
    for (uint64_t k = first; k < end; k++)
        b->part[k] = b->function(b->context, b->start + k);
}

qb_status qb_chunks_run(uint64_t chunks, uint64_t work, qb_team *team, qb_chunk_function *function,
                        const void *context, qb_budget *budget, qb_chunk_sums *total)
{
    uint64_t most = work < BATCH_WORK ? BATCH_WORK / work : 1;
    most = most < BATCH_MOST ? most : BATCH_MOST;
    qb_chunk_sums all = {0, 0, 0};
    qb_chunk_sums part[BATCH_MOST];
    batch b = {.function = function, .context = context, .part = part};
    for (; b.start < chunks; b.start += b.count) {
        b.count = chunks - b.start < most ? chunks - b.start : most;
        b.each = (b.count + STEPS - 1) / STEPS;
        (void)qb_team_run(team, (b.count + b.each - 1) / b.each, 1, run_step, &b, 0, NULL);
        for (uint64_t k = 0; k < b.count; k++) {
            all.first += b.part[k].first;
            all.second += b.part[k].second;
            all.third += b.part[k].third;
        }
        if (!qb_budget_spend(budget, b.count * work))
            return QB_STOPPED;
    }
    if (total)
        *total = all;
    return QB_OK;
}
