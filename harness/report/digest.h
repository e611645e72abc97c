/* The digest of an experiment: every run scored, every (entry, instance) summed up.  Private to the report.
 *
 * f* of an instance is the better of its reference and the best refereed feasible value in the experiment
 * itself, for all entries alike; without either the instance has no gaps.  A run's score is its gap
 * (stats/gap.h) clipped at the fallback 1, which is also what a run without a feasible solution scores, so
 * that failing never pays.
 */
#ifndef QB_REPORT_DIGEST_H
#define QB_REPORT_DIGEST_H

#include "harness/base/text.h"
#include "harness/store/evidence.h"

#define QB_FALLBACK_SCORE 1.0

/* Runs of one entry on one unperturbed instance. */
typedef struct qb_cell_digest {
    uint64_t first, runs;                                /* evidence->run[first .. first + runs) */
    uint64_t feasible, proved, failed, flagged, telling; /* runs; telling: qb_run_tells is true */
    double median_objective;                             /* over runs that count; NaN: none */
    double median_score, mean_score;                     /* over runs that tell; NaN: none */
    double median_last_s; /* when the best was found, in the budget's quantity */
} qb_cell_digest;

typedef struct qb_digest {
    const qb_evidence *evidence;
    double *best;         /* [instances] f*; NaN: unknown */
    bool *best_from_runs; /* [instances] better than every reference, or the only one */
    double *score;        /* [runs]; NaN where f* is unknown */
    qb_cell_digest *cell; /* [entries * instances], entry-major */
    uint64_t nominal, noisy, failed, flagged, repeated, late; /* runs; failed: qb_run_counts is false;
                                                               * repeated: for load on the machine */
} qb_digest;

/* Can its runs not be replayed at a smaller budget: does its solver see its limit, or is it not one of this
 * build's? */
bool qb_sees_its_limit(const qb_evidence_entry *entry);

/* Is its solver a program outside, whose start-up and reading are credited back? */
bool qb_runs_outside(const qb_evidence_entry *entry);

/* Does the run's solution count?  Not without a feasible one, and not from a run that crashed, ran out of
 * memory, lied or was refused: those score as the fallback, and reach no target. */
bool qb_run_counts(const qb_evidence_run *run);

/* Does the run's score tell of its solver?  Not where the limit on simulating a device ended it: that is
 * neither win nor loss. */
bool qb_run_tells(const qb_evidence_run *run);

/* Errors: QB_NO_MEMORY.  Free with qb_digest_clear.  O(runs log runs). */
qb_status qb_digest_make(const qb_evidence *evidence, qb_digest *digest, qb_diag *diag);
void qb_digest_clear(qb_digest *digest);

/* Scores the runs again after best[] has been changed; the cells keep what they were. */
void qb_digest_rescore(qb_digest *digest);

const qb_cell_digest *qb_digest_cell(const qb_digest *digest, uint32_t entry, uint32_t instance);

/* The score that a value has on an instance; NaN where f* is unknown. */
double qb_digest_score(const qb_digest *digest, uint32_t instance, double objective);

/* What a score of 1 is worth on an instance in the objective's own units; NaN where f* is unknown.
 * Differences of scores times this are differences of objectives in which a run that failed costs what a
 * random answer does.
 */
double qb_digest_worth(const qb_digest *digest, uint32_t instance);

/* Mean over instances of the mean score of an entry; NaN without scores. */
double qb_digest_mean(const qb_digest *digest, uint32_t entry);

/* The baseline with the least mean score over all instances: what descriptions compare with, while the
 * verdict chooses on a tuning split.  UINT32_MAX: no baseline has a score. */
uint32_t qb_digest_best_baseline(const qb_digest *digest);

/* Entries from best to worst mean score (unknown last, then as they come): order [entries]. */
void qb_digest_order(const qb_digest *digest, uint32_t *order);

/* How an entry stands over all unperturbed runs. */
typedef struct qb_standing {
    uint64_t runs, counted, proved;
    uint32_t best_on,
        on; /* instances with the least mean score of all entries (below the fallback); with runs */
} qb_standing;

qb_standing qb_digest_standing(const qb_digest *digest, uint32_t entry);

/* The experiment in words: "2 s of CPU time a run, 1 thread, 1 GiB". */
void qb_say_budget(const qb_evidence *evidence, qb_text *out);
/* "CPU time" and "s", "work" and "units", ... */
const char *qb_say_quantity(const qb_evidence *evidence, const char **unit);
/* "1 280" with thin groups as a person writes numbers: digits in threes by `separator`. */
void qb_say_count(uint64_t count, const char *separator, qb_text *out);
const char *qb_say_role(qb_evidence_role role);

/* An objective, a score as percents, a share of the budget with its unit; "-" for NaN.  They return buffer or
 * a literal. */
#define QB_SAY 32
const char *qb_say_number(double value, char buffer[QB_SAY]);
const char *qb_say_percent(double score, char buffer[QB_SAY]);
const char *qb_say_spent(const qb_evidence *evidence, double spent, char buffer[QB_SAY]);

#endif
