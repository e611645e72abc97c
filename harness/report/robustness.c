#include "harness/report/robustness.h"
#include "harness/base/memory.h"
#include "harness/stats/sample.h"

#include <math.h>

#define LEVELS 64 /* strengths of noise that an experiment can sensibly have */

const qb_robustness_cell *qb_robustness_at(const qb_robustness *robustness, uint32_t entry, uint32_t level)
{
    return &robustness->cell[(uint64_t)entry * robustness->levels + level];
}

void qb_robustness_clear(qb_robustness *robustness)
{
    qb_free(robustness->level);
    qb_free(robustness->cell);
    *robustness = (qb_robustness){0};
}

static uint32_t find_levels(const qb_evidence *e, double *level)
{
    uint32_t count = 0;
    for (uint64_t k = 0; k < e->runs; k++) {
        double noise = e->run[k].noise;
        uint32_t place = 0;
        while (place < count && level[place] < noise)
            place++;
        if (noise == 0 || count == LEVELS || (place < count && level[place] == noise))
            continue;
        for (uint32_t l = count++; l > place; l--)
            level[l] = level[l - 1];
        level[place] = noise;
    }
    return count;
}

static uint32_t level_of(const qb_robustness *r, double noise)
{
    uint32_t l = 0;
    while (l < r->levels && r->level[l] != noise)
        l++;
    return l;
}

/* sum and count [entries * levels * instances], then one cell from the losses of its instances */
static void fill(const qb_digest *d, qb_robustness *r, double *sum, uint64_t *count, double *loss)
{
    const qb_evidence *e = d->evidence;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        uint32_t level = run->noise != 0 ? level_of(r, run->noise) : r->levels;
        if (level == r->levels || isnan(d->score[k]))
            continue;
        uint64_t place = ((uint64_t)run->entry * r->levels + level) * e->instances + run->instance;
        sum[place] += d->score[k];
        count[place]++;
    }
    for (uint64_t c = 0; c < (uint64_t)r->entries * r->levels; c++) {
        qb_robustness_cell *cell = &r->cell[c];
        for (uint32_t i = 0; i < e->instances; i++) {
            double nominal = qb_digest_cell(d, (uint32_t)(c / r->levels), i)->mean_score;
            uint64_t place = c * e->instances + i;
            if (count[place] && !isnan(nominal))
                loss[cell->instances++] = sum[place] / (double)count[place] - nominal;
        }
        cell->mean = qb_mean(loss, cell->instances);
        qb_sort(loss, cell->instances);
        cell->lower_quartile = qb_quantile_sorted(loss, cell->instances, 0.25);
        cell->median = qb_quantile_sorted(loss, cell->instances, 0.5);
        cell->upper_quartile = qb_quantile_sorted(loss, cell->instances, 0.75);
    }
}

qb_status qb_robustness_make(const qb_digest *digest, qb_robustness *robustness, qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    qb_robustness r = {.entries = e->entries};
    r.level = QB_NEW(double, LEVELS);
    r.levels = r.level ? find_levels(e, r.level) : 0;
    uint64_t cells = (uint64_t)e->entries * r.levels;
    r.cell = QB_NEW(qb_robustness_cell, cells);
    double *sum = QB_NEW(double, cells * e->instances), *loss = QB_NEW(double, e->instances);
    uint64_t *count = QB_NEW(uint64_t, cells * e->instances);
    qb_status status = QB_OK;
    if (!r.level || !r.cell || !sum || !loss || !count)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for the noise figures");
    else if (!r.levels)
        status = qb_fail(diag, QB_REFUSED, "the experiment has no perturbed copies");
    else
        fill(digest, &r, sum, count, loss);
    qb_free(sum);
    qb_free(loss);
    qb_free(count);
    if (status != QB_OK)
        qb_robustness_clear(&r);
    else
        *robustness = r;
    return status;
}
