/* The verdict: scale, pause, stop or void, from the recorded runs by the registered rule.
 *
 * What is compared: each challenger with the single best baseline.  The baseline is chosen on the tuning
 * split (instances that then leave the verdict) or, without one, on the even repeats and judged on the odd
 * ones, so that choosing does not flatter it.  Scores, estimand and rule: digest.h, stats/decision.h.
 *
 * A rule that is registered as sequential may be applied at any moment: it takes the beginning of the
 * registered sequence of instances, as far as all runs are there (judge.h), and intervals that hold at every
 * look (stats/sequence.h).
 *
 * A claim about a device that is simulated never scales.  It stops where even its optimistic bound
 * (device_claim.h) stays below the minimum effect or does not beat a control that draws as many shots, else
 * it pauses, with the layer time at which a device would break even.  Angles that no device could find count
 * for nothing but the bound.  Instances that angles were fitted on leave the verdict, whatever is claimed.
 *
 * What overrules the rule, in this order: an incomplete plan (pause, unless sequential), a broken control or
 * too many flagged runs (void), a claim that the runs cannot carry (no scale), losing to a control (stop), a
 * resolution coarser than the minimum effect (no scale), a conclusion that hangs on one family (pause), a
 * deadline that has passed (pause reads stop).
 */
#ifndef QB_REPORT_VERDICT_H
#define QB_REPORT_VERDICT_H

#include "harness/base/text.h"
#include "harness/report/device_claim.h"
#include "harness/stats/decision.h"
#include "harness/store/evidence.h"

#define QB_CONTROL_LEVEL 0.001 /* an A/A difference at this level voids */

/* One comparison; names belong to the evidence. */
typedef struct qb_comparison {
    const char *entry, *other;
    qb_effect effect;
} qb_comparison;

typedef struct qb_challenger_verdict {
    qb_comparison against_best; /* Holm-adjusted where there are several challengers */
    qb_decision decision;
    const char *lost_to;  /* the control that is better, or NULL */
    const char *unbeaten; /* a control that is not worse beyond chance, or NULL; for a claim about a device
                           * only those that draw as many shots */
    qb_circuits circuits; /* what its runs told of them */
    const char *sham, *sampler; /* controls that draw as many shots, of a circuit without layers and without a
                                 * device; NULL: none */
    qb_break_even break_even;   /* of a claim about a device, run in simulation */
    const char *family;         /* the family on which the conclusion hangs, or NULL */
    size_t instances_needed;    /* when pausing: to tell the effect from the minimum; SIZE_MAX: unknown */
    size_t seeds_needed;        /* likewise, on the instances that there are; 0: seeds alone cannot do it */
    double kpi;                 /* the effect in the registered unit; NAN: none */
} qb_challenger_verdict;

#define QB_REASONS 16

typedef struct qb_verdict {
    qb_decision decision;
    char sentence[2][640];                /* what a manager reads */
    char reason[QB_REASONS][384];         /* [reasons] what overruled or qualified it */
    const char *reason_query[QB_REASONS]; /* [reasons] what its numbers come from: an id of store/views.h */
    uint32_t reasons;
    double minimum_effect, confidence;
    const char *claim;                 /* software or device */
    const char *baseline;              /* the single best */
    const char *baseline_chosen_by;    /* "tuning split", "even repeats", "all runs" */
    qb_challenger_verdict *challenger; /* [challengers] */
    uint32_t challengers;
    qb_comparison control_pair; /* A/A: twins, or the baseline's odd against its even repeats */
    bool has_control_pair, control_is_twin;
    double virtual_best; /* mean score of the best baseline per instance, on disjoint seeds; NAN: none */
    double best_baseline_score; /* that of the single best, on the same seeds */
    double portfolio;           /* of all baselines side by side, each with its part of the budget; NAN: not
                                 * replayed */
    bool control_differs;       /* by more than chance does at QB_CONTROL_LEVEL, however often one looks */
    uint32_t instances, without_headroom, tuning_instances, fitted_instances;
    uint32_t waiting; /* of a sequential rule: behind the first run that is missing */
    uint64_t runs, planned, flagged;
    char references_sha256[65];
} qb_verdict;

/* today: YYYY-MM-DD, for the deadline.  Errors: QB_REFUSED when the experiment registered no decision, was
 * limited by work, or has no challenger or no baseline; QB_BAD_INPUT when its text cannot be read;
 * QB_NO_MEMORY.  Free with qb_verdict_clear, before the evidence. */
qb_status qb_verdict_compute(const qb_evidence *evidence, const char *today, qb_verdict *verdict,
                             qb_diag *diag);
/* The same, with what stands beside the virtual best: all baselines at a part of the budget, replayed where
 * none of them sees its limit.  Errors: what the store says, too.  O(points). */
qb_status qb_verdict_compute_whole(qb_store *store, const qb_evidence *evidence, const char *today,
                                   qb_verdict *verdict, qb_diag *diag);
void qb_verdict_clear(qb_verdict *verdict);

/* Every sentence behind the two: what overruled or qualified them, against whom, how far a solver differs
 * from itself.  query: an id of store/views.h. */
typedef void qb_verdict_note(void *context, const char *query, const char *sentence);
void qb_verdict_notes(const qb_verdict *verdict, qb_verdict_note *note, void *context);

/* For a terminal, and as one JSON object. */
void qb_verdict_say(const qb_verdict *verdict, qb_text *out);
void qb_verdict_json(const qb_verdict *verdict, qb_text *out);

#endif
