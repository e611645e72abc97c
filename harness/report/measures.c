#include "harness/report/measures.h"
#include "harness/base/memory.h"
#include "harness/report/baselines.h"
#include "harness/report/compare.h"
#include "harness/report/crossings.h"
#include "harness/report/paired.h"
#include "harness/run/experiment.h"
#include "harness/stats/friedman.h"
#include "harness/stats/gap.h"
#include "harness/stats/multiple.h"
#include "harness/stats/portfolio.h"
#include "harness/stats/running_time.h"
#include "harness/stats/sample.h"
#include "harness/stats/shapley.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CONFIDENCE 0.95
#define LENGTHS    7 /* of runs that are tried for the time to solution: the budget and its halves */

typedef struct taker {
    qb_store *store;
    const qb_evidence *e;
    const qb_experiment *x;
    qb_digest digest;
    qb_crossings crossings;
    uint32_t target;        /* index */
    double *time, *scratch; /* [runs] of the largest entry; [runs] */
    bool *reached;          /* [runs] */
    size_t *first;          /* [instances + 1] */
    qb_measures *m;
    qb_diag *diag;
} taker;

/* When a run reached the target; NaN: not. */
static double crossing(const taker *t, uint64_t run)
{
    return t->target < t->crossings.targets[t->e->run[run].instance]
               ? t->crossings.time[run * t->crossings.width + t->target]
               : NAN;
}

static bool has_target(const taker *t, uint32_t instance)
{
    return t->target < t->crossings.targets[instance];
}

/* ---- one entry on one instance */

/* Runs of a cell that reached the target within `length`, of all, the even or the odd repeats. */
static uint64_t successes(const taker *t, const qb_cell_digest *cell, double length, qb_seeds seeds,
                          uint64_t *trials)
{
    uint64_t count = 0;
    *trials = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        bool odd = t->e->run[k].repeat % 2;
        if (seeds != QB_SEEDS_ALL && odd != (seeds == QB_SEEDS_ODD))
            continue;
        (*trials)++;
        count += crossing(t, k) <= length;
    }
    return count;
}

/* Chosen on one half of the seeds and judged on the other: the least of several estimates flatters. */
static void choose_length(const taker *t, const qb_cell_digest *cell, bool may_choose, qb_measure_cell *c)
{
    double least = INFINITY;
    uint64_t trials;
    c->tts_run = t->e->budget;
    for (int k = 0; may_choose && k < LENGTHS; k++) {
        double length = ldexp(t->e->budget, -k);
        uint64_t s = successes(t, cell, length, QB_SEEDS_EVEN, &trials);
        double value = qb_time_to_solution(s, trials, length, 0.99, CONFIDENCE).value;
        if (value < least) {
            least = value;
            c->tts_run = length;
        }
    }
    uint64_t s = successes(t, cell, c->tts_run, may_choose ? QB_SEEDS_ODD : QB_SEEDS_ALL, &trials);
    c->tts = qb_time_to_solution(s, trials, c->tts_run, 0.99, CONFIDENCE);
}

static void fill_cell(taker *t, uint32_t entry, uint32_t instance)
{
    const qb_cell_digest *cell = qb_digest_cell(&t->digest, entry, instance);
    qb_measure_cell *c = &t->m->cell[(uint64_t)entry * t->e->instances + instance];
    c->successes = successes(t, cell, INFINITY, QB_SEEDS_ALL, &c->runs);
    c->jeffreys = qb_interval_jeffreys(c->successes, c->runs, CONFIDENCE);
    c->clopper_pearson = qb_interval_clopper_pearson(c->successes, c->runs, CONFIDENCE);
    choose_length(t, cell, !qb_sees_its_limit(&t->e->entry[entry]) && cell->runs >= 4, c);
    for (uint64_t k = 0; k < cell->runs; k++) {
        double at = crossing(t, cell->first + k);
        t->reached[k] = !isnan(at);
        t->scratch[k] = isnan(at) ? t->e->budget : at;
    }
    c->running_time = qb_expected_running_time(t->scratch, t->reached, cell->runs);
}

/* ---- one entry */

/* Times and ends of an entry's runs, instance by instance; returns how many. */
static size_t gather(taker *t, uint32_t entry)
{
    size_t count = 0;
    for (uint32_t i = 0; i < t->e->instances; i++) {
        const qb_cell_digest *cell = qb_digest_cell(&t->digest, entry, i);
        t->first[i] = count;
        for (uint64_t k = cell->first; has_target(t, i) && k < cell->first + cell->runs; k++, count++) {
            double at = crossing(t, k);
            t->reached[count] = !isnan(at);
            t->time[count] = isnan(at) ? t->e->budget : at;
        }
    }
    t->first[t->e->instances] = count;
    return count;
}

static void fill_medians(taker *t, uint32_t entry, qb_measure *m)
{
    double *tts = t->scratch, total = 0;
    size_t count = 0;
    for (int what = 0; what < 2; what++) {
        count = 0;
        for (uint32_t i = 0; i < t->e->instances; i++) {
            const qb_measure_cell *c = &t->m->cell[(uint64_t)entry * t->e->instances + i];
            if (!has_target(t, i) || !c->runs)
                continue;
            tts[count++] = what ? c->running_time : c->tts.value;
            total += what ? (double)c->successes / (double)c->runs : 0;
        }
        *(what ? &m->median_running_time : &m->median_tts) = qb_median(tts, count);
    }
    m->success = count ? total / (double)count : NAN;
}

static void fill_qualities(const taker *t, uint32_t entry, qb_measure *m)
{
    double integral = 0, ratio = 0;
    uint64_t integrals = 0, ratios = 0;
    for (uint64_t k = 0; k < t->e->runs; k++) {
        const qb_evidence_run *run = &t->e->run[k];
        if (run->entry != entry || run->noise != 0)
            continue;
        int sign = t->e->instance[run->instance].sense == QB_MAXIMISE ? -1 : 1;
        double r = qb_run_counts(run)
                       ? qb_approximation_ratio(run->objective, t->digest.best[run->instance], sign)
                       : NAN;
        integral += isnan(run->primal_integral) ? 0 : run->primal_integral;
        integrals += isnan(run->primal_integral) ? 0 : 1;
        ratio += isnan(r) ? 0 : r;
        ratios += isnan(r) ? 0 : 1;
    }
    m->primal_integral = integrals ? integral / (double)integrals : NAN;
    m->approximation_ratio = ratios ? ratio / (double)ratios : NAN;
}

static void fill_entry(taker *t, uint32_t entry)
{
    qb_measure *m = &t->m->entry[entry];
    *m = (qb_measure){.name = t->e->entry[entry].name, .hodges_lehmann = NAN, .a12 = NAN, .wilcoxon_p = NAN};
    for (uint32_t i = 0; i < t->e->instances; i++)
        fill_cell(t, entry, i);
    fill_medians(t, entry, m);
    fill_qualities(t, entry, m);
    size_t count = gather(t, entry);
    m->penalised = qb_penalised_average(t->time, t->reached, count, t->e->budget, t->m->factor);
    m->shifted_mean = qb_shifted_geometric_mean(t->time, count, t->m->shift);
    m->restricted = qb_restricted_mean_by_stratum(t->time, t->reached, t->first, t->e->instances,
                                                  t->e->budget, CONFIDENCE);
}

/* ---- entries together */

static void compare_with_best(taker *t)
{
    uint32_t baseline = qb_digest_best_baseline(&t->digest), count = 0;
    if (baseline == UINT32_MAX)
        return;
    t->m->baseline = t->e->entry[baseline].name;
    double *p = t->scratch, *adjusted = t->scratch + t->e->entries;
    for (uint32_t k = 0; k < t->e->entries; k++) {
        qb_compared c;
        qb_measure *m = &t->m->entry[k];
        if (k == baseline || qb_compare(t->e, m->name, t->m->baseline, CONFIDENCE, &c, NULL) != QB_OK)
            continue;
        m->hodges_lehmann = c.hodges_lehmann;
        m->a12 = c.a12;
        m->wilcoxon_p = p[count++] = c.wilcoxon_p;
        qb_compared_clear(&c);
    }
    if (!count || !qb_holm(p, count, adjusted))
        return;
    for (uint32_t k = 0, at = 0; k < t->e->entries; k++)
        if (!isnan(t->m->entry[k].wilcoxon_p))
            t->m->entry[k].wilcoxon_p = adjusted[at++];
}

/* Mean scores of all entries on the instances on which all have one: score [problems * entries]. */
static size_t tabulate(const taker *t, double *score)
{
    size_t problems = 0;
    for (uint32_t i = 0; i < t->e->instances; i++) {
        bool whole = true;
        for (uint32_t k = 0; k < t->e->entries; k++) {
            score[problems * t->e->entries + k] = qb_digest_cell(&t->digest, k, i)->mean_score;
            whole = whole && !isnan(score[problems * t->e->entries + k]);
        }
        problems += whole;
    }
    return problems;
}

static qb_status rank_entries(taker *t)
{
    uint32_t n = t->e->entries;
    double *score = QB_NEW(double, (size_t)n * t->e->instances), *value = QB_NEW(double, 3 * (size_t)n);
    qb_status status = score && value ? QB_OK : qb_fail(t->diag, QB_NO_MEMORY, "no memory for ranks");
    if (status == QB_OK) {
        size_t problems = tabulate(t, score);
        t->m->friedman_p = problems ? qb_friedman_test(score, problems, n, value).p : NAN;
        t->m->critical_difference = qb_critical_difference(problems, n, 0.05);
        qb_shapley(score, problems, n, QB_FALLBACK_SCORE, value + n);
        qb_marginal_contribution(score, problems, n, QB_FALLBACK_SCORE, value + 2 * n);
        for (uint32_t k = 0; k < n; k++) {
            t->m->entry[k].mean_rank = problems ? value[k] : NAN;
            t->m->entry[k].shapley = value[n + k];
            t->m->entry[k].marginal = value[2 * n + k];
        }
    }
    qb_free(score);
    qb_free(value);
    return status;
}

/* ---- all of it */

static qb_status choose_target(taker *t, double gap)
{
    t->target = t->x->targets - 1;
    for (uint32_t k = 0; !isnan(gap) && k < t->x->targets; k++)
        if (t->x->target[k] == gap) {
            t->m->target = gap;
            t->target = k;
            return QB_OK;
        }
    t->m->target = t->x->targets ? t->x->target[t->target] : NAN;
    return isnan(gap) && t->x->targets
               ? QB_OK
               : qb_fail(t->diag, QB_BAD_INPUT, "experiment '%s' registered no target at a gap of %g",
                         t->x->name, gap);
}

static qb_status allocate(taker *t)
{
    size_t n = t->e->instances, k = t->e->entries, most = t->e->runs + 2 * k + n;
    t->m->entry = QB_NEW(qb_measure, k);
    t->m->cell = QB_NEW(qb_measure_cell, k * n);
    t->time = QB_NEW(double, most);
    t->scratch = QB_NEW(double, most);
    t->reached = QB_NEW(bool, most);
    t->first = QB_NEW(size_t, n + 1);
    return t->m->entry && t->m->cell && t->time && t->scratch && t->reached && t->first
               ? QB_OK
               : qb_fail(t->diag, QB_NO_MEMORY, "no memory for the statistics");
}

static qb_status take_all(taker *t, double gap)
{
    qb_status status = choose_target(t, gap);
    if (status == QB_OK)
        status = qb_digest_make(t->e, &t->digest, t->diag);
    if (status == QB_OK)
        status = qb_crossings_make(t->store, &t->digest, &t->crossings, t->diag);
    if (status == QB_OK)
        status = allocate(t);
    if (status != QB_OK)
        return status;
    t->m->budget = t->e->budget;
    t->m->factor = isnan(t->x->averages.factor) ? 10 : t->x->averages.factor;
    t->m->shift = isnan(t->x->averages.shift) ? t->e->budget / 100 : t->x->averages.shift;
    for (uint32_t k = 0; k < t->e->entries; k++)
        fill_entry(t, k);
    compare_with_best(t);
    t->m->virtual_best = qb_baselines_virtual_best(&t->digest, NULL, UINT32_MAX, NULL);
    status = rank_entries(t);
    return status == QB_OK ? qb_baselines_portfolio(t->store, &t->digest, NULL, &t->m->portfolio, t->diag)
                           : status;
}

qb_status qb_measures_make(qb_store *store, const qb_evidence *evidence, double target, qb_measures *measures,
                           qb_diag *diag)
{
    const char *spec =
        evidence->amendments ? evidence->amendment[evidence->amendments - 1].spec : evidence->experiment.spec;
    qb_measures m = {.evidence = evidence};
    taker t = {.store = store, .e = evidence, .m = &m, .diag = diag};
    qb_status status = qb_experiment_parse(evidence->experiment.name, spec, strlen(spec), &t.x, diag);
    if (status == QB_OK)
        status = take_all(&t, target);
    qb_free(t.time);
    qb_free(t.scratch);
    qb_free(t.reached);
    qb_free(t.first);
    qb_crossings_clear(&t.crossings);
    qb_digest_clear(&t.digest);
    qb_experiment_free(t.x);
    if (status == QB_OK)
        *measures = m;
    else
        qb_measures_clear(&m);
    return status;
}

void qb_measures_clear(qb_measures *measures)
{
    qb_free(measures->entry);
    qb_free(measures->cell);
    *measures = (qb_measures){0};
}
