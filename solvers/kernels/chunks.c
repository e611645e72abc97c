#include "solvers/kernels/chunks.h"

#include <omp.h>

enum {
    BATCH_WORK = 1 << 16, /* between two looks at the budget */
    BATCH_MOST = 1024     /* chunks in a batch */
};

qb_status qb_chunks_run(uint64_t chunks, uint64_t work, uint32_t threads, qb_chunk_function *function,
                        const void *context, qb_budget *budget, qb_chunk_sums *total)
{
    uint64_t batch = work < BATCH_WORK ? BATCH_WORK / work : 1;
    batch = batch < BATCH_MOST ? batch : BATCH_MOST;
    qb_chunk_sums all = {0, 0, 0};
    for (uint64_t start = 0; start < chunks; start += batch) {
        qb_chunk_sums part[BATCH_MOST];
        uint64_t end = start + batch < chunks ? start + batch : chunks;
#pragma omp parallel for num_threads(threads) if (threads > 1 && end - start > 1) schedule(static)
        for (uint64_t chunk = start; chunk < end; chunk++)
            part[chunk - start] = function(context, chunk);
        for (uint64_t chunk = start; chunk < end; chunk++) {
            all.first += part[chunk - start].first;
            all.second += part[chunk - start].second;
            all.third += part[chunk - start].third;
        }
        if (!qb_budget_spend(budget, (end - start) * work))
            return QB_STOPPED;
    }
    if (total)
        *total = all;
    return QB_OK;
}
