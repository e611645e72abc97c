#include "harness/report/baselines.h"
#include "harness/base/memory.h"
#include "harness/report/paired.h"

#include <math.h>
#include <string.h>

double qb_baselines_virtual_best(const qb_digest *d, const bool *take, uint32_t single, double *single_mean)
{
    double best = 0, alone = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->evidence->instances; i++) {
        double least = INFINITY, judged = NAN;
        for (uint32_t k = 0; k < d->evidence->entries && (!take || take[i]); k++) {
            bool takes_part = d->evidence->entry[k].role == QB_EVIDENCE_BASELINE;
            double chosen_by = takes_part ? qb_mean_score(d, k, i, QB_SEEDS_EVEN) : NAN;
            if (chosen_by < least) {
                least = chosen_by;
                judged = qb_mean_score(d, k, i, QB_SEEDS_ODD);
            }
        }
        double same_runs = single_mean ? qb_mean_score(d, single, i, QB_SEEDS_ODD) : 0;
        if (isnan(judged) || isnan(same_runs))
            continue;
        best += judged;
        alone += same_runs;
        count++;
    }
    if (single_mean)
        *single_mean = count ? alone / count : NAN;
    return count ? best / count : NAN;
}

/* Baselines that can be replayed at a smaller budget; 0 where one of them sees its limit. */
static uint32_t replayable(const qb_evidence *e)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < e->entries; k++) {
        if (e->entry[k].role != QB_EVIDENCE_BASELINE)
            continue;
        if (qb_sees_its_limit(&e->entry[k]))
            return 0;
        count++;
    }
    return count;
}

/* Scored against the values that the whole budget is measured by. */
static double score_of(const qb_digest *d, uint64_t run, const qb_evidence_by *by)
{
    const qb_evidence_run *r = &d->evidence->run[run];
    if (by->ended)
        return d->score[run];
    return by->feasible ? qb_digest_score(d, r->instance, by->objective) : QB_FALLBACK_SCORE;
}

/* Mean over instances and repeats of the least score of any baseline. */
static double mean_least(const qb_digest *d, const bool *take, const qb_evidence_by *by)
{
    const qb_evidence *e = d->evidence;
    double total = 0;
    uint64_t count = 0;
    for (uint32_t i = 0; i < e->instances; i++)
        for (uint32_t repeat = 0; !take || take[i]; repeat++) {
            double least = INFINITY;
            for (uint32_t k = 0; k < e->entries; k++) {
                const qb_cell_digest *cell = qb_digest_cell(d, k, i);
                if (e->entry[k].role == QB_EVIDENCE_BASELINE && repeat < cell->runs)
                    least = fmin(least, score_of(d, cell->first + repeat, &by[cell->first + repeat]));
            }
            if (isinf(least))
                break;
            total += least;
            count++;
        }
    return count ? total / (double)count : NAN;
}

/* The runs that the portfolio is made of: baselines on unperturbed instances that take part. */
static void mark_runs(const qb_digest *d, const bool *take, bool *marked)
{
    const qb_evidence *e = d->evidence;
    for (uint32_t k = 0; k < e->entries; k++)
        for (uint32_t i = 0; i < e->instances; i++) {
            const qb_cell_digest *cell = qb_digest_cell(d, k, i);
            if (e->entry[k].role == QB_EVIDENCE_BASELINE && (!take || take[i]))
                memset(marked + cell->first, true, cell->runs);
        }
}

qb_status qb_baselines_portfolio(qb_store *store, const qb_digest *digest, const bool *take, double *mean,
                                 qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    uint32_t k = replayable(e);
    *mean = NAN;
    if (!k || e->registered_budget > 0)
        return QB_OK;
    qb_evidence_by *by = QB_NEW(qb_evidence_by, e->runs);
    bool *marked = QB_NEW(bool, e->runs);
    qb_status status = by && marked ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory to replay runs");
    if (status == QB_OK) {
        mark_runs(digest, take, marked);
        status = qb_evidence_replay(store, e, marked, e->budget / k, by, diag);
    }
    if (status == QB_OK)
        *mean = mean_least(digest, take, by);
    qb_free(marked);
    qb_free(by);
    return status;
}
