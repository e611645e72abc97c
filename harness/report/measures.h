/* The descriptive statistics of an experiment: they describe, they never decide.
 *
 * A target is a gap that the experiment registered; a run succeeds when it reaches it within the budget.
 * Times are in the budget's own quantity, T = budget when a run did not get there.  Shift and factor are
 * those that the experiment registered (`averages`), by default a hundredth of the budget, and 10.
 */
#ifndef QB_REPORT_MEASURES_H
#define QB_REPORT_MEASURES_H

#include "harness/report/digest.h"
#include "harness/stats/kaplan_meier.h"
#include "harness/stats/time_to_solution.h"

/* One entry on one instance. */
typedef struct qb_measure_cell {
    uint64_t runs, successes;
    qb_interval jeffreys, clopper_pearson; /* of the success probability */
    qb_tts tts;                            /* with probability 0.99, by runs of length tts_run */
    double tts_run; /* of the lengths budget / 2^k the one that is best on the even repeats; tts is of the
                       odd ones.  The budget itself where there are fewer than 4 repeats, or the solver
                       sees its limit */
    double running_time; /* expected, until success; INFINITY: none */
} qb_measure_cell;

/* One entry over all instances with a target. */
typedef struct qb_measure {
    const char *name;
    double success;                /* mean over instances of the share of runs that succeed */
    double median_tts;             /* over instances */
    double median_running_time;    /* over instances */
    double penalised;              /* PAR: mean over runs, failures count factor times the budget */
    double shifted_mean;           /* shifted geometric mean of T over runs */
    qb_stratified_mean restricted; /* mean of T, by Kaplan and Meier within instances */
    double primal_integral;        /* mean over runs; NaN: none */
    double approximation_ratio;    /* mean over instances of the mean; NaN where none is defined */
    /* against the best baseline, by instance; NaN for that one itself */
    double hodges_lehmann, a12, wilcoxon_p; /* wilcoxon_p: after Holm */
    double mean_rank, shapley, marginal;
} qb_measure;

typedef struct qb_measures {
    const qb_evidence *evidence;
    double target; /* the gap */
    double shift, factor, budget;
    const char *baseline;  /* the best by mean score, or NULL */
    qb_measure *entry;     /* [entries] */
    qb_measure_cell *cell; /* [entries * instances], entry-major */
    double friedman_p, critical_difference;
    double
        virtual_best; /* mean score of the best baseline an instance, chosen and judged on disjoint seeds */
    double portfolio; /* of all k baselines in parallel at budget / k each; NaN: cannot be replayed */
} qb_measures;

/* target: one of the registered gaps; NaN: the hardest.  Errors: QB_BAD_INPUT (no such target), QB_REFUSED
 * (no instance has a target), QB_NO_MEMORY, what the store says.  Free with qb_measures_clear, before the
 * evidence. */
qb_status qb_measures_make(qb_store *store, const qb_evidence *evidence, double target, qb_measures *measures,
                           qb_diag *diag);
void qb_measures_clear(qb_measures *measures);

/* Tables of at most 80 columns; and one JSON object, with every instance. */
void qb_measures_say(const qb_measures *measures, qb_text *out);
void qb_measures_json(const qb_measures *measures, qb_text *out);

#endif
