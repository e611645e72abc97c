/* Two entries of one experiment, side by side; and one experiment in two stores (the nightly gate). */
#ifndef QB_REPORT_COMPARE_H
#define QB_REPORT_COMPARE_H

#include "harness/report/report.h"
#include "harness/stats/decision.h"

/* One instance: mean gaps, and the chance that a run of A is better than one of B. */
typedef struct qb_compared_instance {
    const char *name;
    double a, b, a12;
} qb_compared_instance;

/* What `qubout compare A B` says.  Differences are score of B - score of A, an instance each: positive where
 * A is better.  Everything beside the effect is descriptive. */
typedef struct qb_compared {
    const char *a, *b;
    double mean_a, mean_b; /* mean gaps */
    qb_effect effect;
    uint32_t wins, ties, losses; /* of A, by instance */
    double hodges_lehmann;
    double wilcoxon_p; /* two-sided, zeros after Pratt */
    double a12;        /* P(a run of A is better than one of B), within instances, then averaged */
    qb_compared_instance *instance; /* [effect.instances] the largest difference first */
} qb_compared;

/* a, b: names of entries.  Errors: QB_BAD_INPUT (no such entry, naming the nearest), QB_REFUSED (no instance
 * in common), QB_NO_MEMORY.  Free with qb_compared_clear, before the evidence. */
qb_status qb_compare(const qb_evidence *evidence, const char *a, const char *b, double confidence,
                     qb_compared *compared, qb_diag *diag);
void qb_compared_clear(qb_compared *compared);

/* At most 80 columns; and one JSON object. */
void qb_compare_say(const qb_evidence *evidence, const qb_compared *compared, qb_text *out);
void qb_compare_json(const qb_compared *compared, qb_text *out);

/* ---- the gate */

typedef struct qb_regress_options {
    double margin;     /* a mean gap that grows by more than this is worse: 0.001 is a tenth of a point */
    double slow_down;  /* CPU time for the same work that grows by more than this share is slower: 0.1 */
    double confidence; /* of the intervals, before Holm */
    const char *baseline_label, *candidate_label; /* only this label, held against this one; NULL: each label
                                                     against itself */
} qb_regress_options;

/* Compares labels that both hold, on the instances that both hold (by their hash), scored against the better
 * reference of the two.  Worse: the interval of the difference lies on the wrong side of 0 and its estimate
 * beyond the margin (Holm over labels); or more runs that crashed, lied, overran or ran out of memory than
 * before.  Slower, under a work budget only: the interval of the mean over instances of
 *
 *   d_i = median over repeats of log (CPU time after / before)
 *
 * (Bonferroni over labels) lies above the slow-down.  Two labels of one store had each repeat within one
 * block of the plan, so that what the machine did meanwhile met both: 5 % then show in 20 instances x 20
 * seeds of a few milliseconds.  Between two nights the machine may have changed by more.  Writes a table and
 * sets *regressed. Errors: QB_REFUSED (nothing in common, other budgets), QB_NO_MEMORY.  */
qb_status qb_regress(const qb_evidence *baseline, const qb_evidence *candidate,
                     const qb_regress_options *options, qb_text *out, bool *regressed, qb_diag *diag);

#endif
