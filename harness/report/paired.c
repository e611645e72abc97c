#include "harness/report/paired.h"

#include <math.h>

double qb_mean_score(const qb_digest *digest, uint32_t entry, uint32_t instance, qb_seeds seeds)
{
    const qb_cell_digest *cell = qb_digest_cell(digest, entry, instance);
    double total = 0;
    uint64_t count = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        const qb_evidence_run *run = &digest->evidence->run[k];
        bool other_half =
            (seeds == QB_SEEDS_EVEN && run->repeat % 2) || (seeds == QB_SEEDS_ODD && run->repeat % 2 == 0);
        if (other_half || !qb_run_tells(run))
            continue;
        total += digest->score[k];
        count++;
    }
    return count ? total / (double)count : NAN;
}

uint32_t qb_paired_differences(const qb_digest *digest, qb_side entry, qb_side other, const bool *take,
                               double *difference, uint32_t *index)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < digest->evidence->instances; i++) {
        if (take && !take[i])
            continue;
        double d = qb_mean_score(digest, other.entry, i, other.seeds) -
                   qb_mean_score(digest, entry.entry, i, entry.seeds);
        if (isnan(d))
            continue;
        if (index)
            index[count] = i;
        difference[count++] = d;
    }
    return count;
}
