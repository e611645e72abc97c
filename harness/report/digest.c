#include "harness/report/digest.h"
#include "harness/base/memory.h"
#include "harness/stats/gap.h"
#include "harness/stats/sample.h"
#include "solvers/solver.h"

#include <math.h>

static int sign_of(const qb_evidence_instance *instance)
{
    return instance->sense == QB_MAXIMISE ? -1 : 1;
}

bool qb_sees_its_limit(const qb_evidence_entry *entry)
{
    const qb_solver *solver = qb_solver_find(entry->solver);
    return !solver || solver->needs_deadline;
}

bool qb_runs_outside(const qb_evidence_entry *entry)
{
    const qb_solver *solver = qb_solver_find(entry->solver);
    return solver && solver->find;
}

bool qb_run_counts(const qb_evidence_run *run)
{
    return run->has_solution && run->feasible && run->outcome != QB_RUN_CRASHED &&
           run->outcome != QB_RUN_OUT_OF_MEMORY && run->outcome != QB_RUN_LIED &&
           run->outcome != QB_RUN_REFUSED;
}

bool qb_run_tells(const qb_evidence_run *run)
{
    return run->outcome != QB_RUN_SIMULATOR_LIMITED;
}

static void find_best(qb_digest *d)
{
    const qb_evidence *e = d->evidence;
    for (uint32_t i = 0; i < e->instances; i++)
        d->best[i] = e->instance[i].reference;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        if (!qb_run_counts(run))
            continue;
        double *best = &d->best[run->instance];
        int sign = sign_of(&e->instance[run->instance]);
        if (isnan(*best) || sign * run->objective < sign * *best) {
            *best = run->objective;
            d->best_from_runs[run->instance] = true;
        }
    }
}

double qb_digest_score(const qb_digest *digest, uint32_t instance, double objective)
{
    const qb_evidence_instance *i = &digest->evidence->instance[instance];
    double gap = qb_gap(objective, digest->best[instance], i->anchor, sign_of(i));
    return isnan(gap) ? NAN : fmin(gap, QB_FALLBACK_SCORE);
}

double qb_digest_worth(const qb_digest *digest, uint32_t instance)
{
    double best = digest->best[instance];
    return isnan(best) ? NAN : qb_gap_scale(best, digest->evidence->instance[instance].anchor);
}

void qb_digest_rescore(qb_digest *digest)
{
    const qb_evidence *e = digest->evidence;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        if (isnan(digest->best[run->instance]))
            digest->score[k] = NAN;
        else if (qb_run_counts(run))
            digest->score[k] = qb_digest_score(digest, run->instance, run->objective);
        else
            digest->score[k] = QB_FALLBACK_SCORE;
    }
}

static void count_runs(qb_digest *d)
{
    for (uint64_t k = 0; k < d->evidence->runs; k++) {
        const qb_evidence_run *run = &d->evidence->run[k];
        d->nominal += run->noise == 0;
        d->noisy += run->noise != 0;
        d->failed += !qb_run_counts(run);
        d->flagged += run->flagged;
        d->repeated += run->attempts > 1;
        d->late += run->late > 0;
    }
}

/* scratch [2 * runs of the largest cell] */
static void sum_up(qb_digest *d, qb_cell_digest *cell, double *scratch)
{
    const qb_evidence *e = d->evidence;
    double *objective = scratch, *last = scratch + cell->runs, *score = scratch;
    uint64_t objectives = 0, lasts = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        bool good = qb_run_counts(run);
        cell->feasible += good;
        cell->proved += run->outcome == QB_RUN_OPTIMAL || run->outcome == QB_RUN_INFEASIBLE;
        cell->failed += !good;
        cell->flagged += run->flagged;
        if (good)
            objective[objectives++] = run->objective;
        if (good && !isnan(run->last_s))
            last[lasts++] = run->last_s;
    }
    cell->median_objective = qb_median(objective, objectives);
    cell->median_last_s = qb_median(last, lasts);
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
        if (qb_run_tells(&e->run[k]))
            score[cell->telling++] = d->score[k];
    cell->mean_score = qb_mean(score, cell->telling);
    cell->median_score = isnan(cell->mean_score) ? NAN : qb_median(score, cell->telling);
}

/* Runs are sorted by entry, instance, noise: each cell's unperturbed runs are one stretch. */
static qb_status fill_cells(qb_digest *d, qb_diag *diag)
{
    const qb_evidence *e = d->evidence;
    uint64_t largest = 0;
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        qb_cell_digest *cell = &d->cell[(uint64_t)run->entry * e->instances + run->instance];
        if (run->noise != 0)
            continue;
        if (!cell->runs)
            cell->first = k;
        cell->runs++;
        if (cell->runs > largest)
            largest = cell->runs;
    }
    double *scratch = QB_NEW(double, 2 * largest);
    if (!scratch)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a digest of the runs");
    for (uint64_t c = 0; c < (uint64_t)e->entries * e->instances; c++)
        sum_up(d, &d->cell[c], scratch);
    qb_free(scratch);
    return QB_OK;
}

qb_status qb_digest_make(const qb_evidence *evidence, qb_digest *digest, qb_diag *diag)
{
    qb_digest d = {.evidence = evidence};
    d.best = QB_NEW(double, evidence->instances);
    d.best_from_runs = QB_NEW(bool, evidence->instances);
    d.score = QB_NEW(double, evidence->runs);
    d.cell = QB_NEW(qb_cell_digest, (uint64_t)evidence->entries * evidence->instances);
    qb_status status = QB_OK;
    if (!d.best || !d.best_from_runs || !d.score || !d.cell) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for a digest of the runs");
    } else {
        find_best(&d);
        qb_digest_rescore(&d);
        count_runs(&d);
        status = fill_cells(&d, diag);
    }
    if (status != QB_OK)
        qb_digest_clear(&d);
    else
        *digest = d;
    return status;
}

void qb_digest_clear(qb_digest *digest)
{
    qb_free(digest->best);
    qb_free(digest->best_from_runs);
    qb_free(digest->score);
    qb_free(digest->cell);
    *digest = (qb_digest){0};
}

const qb_cell_digest *qb_digest_cell(const qb_digest *digest, uint32_t entry, uint32_t instance)
{
    return &digest->cell[(uint64_t)entry * digest->evidence->instances + instance];
}

double qb_digest_mean(const qb_digest *digest, uint32_t entry)
{
    double total = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < digest->evidence->instances; i++) {
        double score = qb_digest_cell(digest, entry, i)->mean_score;
        if (!isnan(score)) {
            total += score;
            count++;
        }
    }
    return count ? total / count : NAN;
}

uint32_t qb_digest_best_baseline(const qb_digest *digest)
{
    uint32_t best = UINT32_MAX;
    double least = INFINITY;
    for (uint32_t e = 0; e < digest->evidence->entries; e++) {
        double mean = qb_digest_mean(digest, e);
        if (digest->evidence->entry[e].role == QB_EVIDENCE_BASELINE && mean < least) {
            best = e;
            least = mean;
        }
    }
    return best;
}

void qb_digest_order(const qb_digest *digest, uint32_t *order)
{
    for (uint32_t e = 0; e < digest->evidence->entries; e++) { /* insertion: a handful of entries, stable */
        double mean = qb_digest_mean(digest, e);
        uint32_t place = e;
        for (; place > 0; place--) {
            double before = qb_digest_mean(digest, order[place - 1]);
            if (!(mean < before || (isnan(before) && !isnan(mean))))
                break;
            order[place] = order[place - 1];
        }
        order[place] = e;
    }
}

qb_standing qb_digest_standing(const qb_digest *digest, uint32_t entry)
{
    qb_standing s = {0};
    for (uint32_t i = 0; i < digest->evidence->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(digest, entry, i);
        double least = nextafter(QB_FALLBACK_SCORE, 0); /* where all fail, nobody is best */
        for (uint32_t other = 0; other < digest->evidence->entries; other++)
            least = fmin(least, qb_digest_cell(digest, other, i)->mean_score);
        s.best_on += cell->runs && cell->mean_score <= least;
        s.on += cell->runs > 0;
        s.runs += cell->runs;
        s.counted += cell->feasible;
        s.proved += cell->proved;
    }
    return s;
}
