/* What a registered decision can come to, before any run: planning for --dry-run. */
#ifndef QB_REPORT_PLANNED_H
#define QB_REPORT_PLANNED_H

#include "harness/base/text.h"
#include "harness/report/decidable.h"

typedef struct qb_planned {
    uint32_t instances; /* judged: less those for tuning */
    uint32_t challengers, baselines;
    double attainable_p; /* the smallest two-sided p of a signed-rank test, after Holm */
    double detectable; /* effect beyond the minimum found in 9 of 10 such experiments, in standard deviations
                          of the paired differences; NAN: none */
    double deviation;  /* that standard deviation where evidence has one, in points of score; NAN: unknown */
    char why[QB_OBSTACLE]; /* why it cannot be decided; empty: it can */
} qb_planned;

/* evidence: earlier runs of this experiment, or NULL. */
qb_planned qb_plan_decision(const qb_experiment *experiment, const qb_evidence *evidence);

/* A few lines for --dry-run. */
void qb_planned_say(const qb_experiment *experiment, const qb_planned *planned, qb_text *out);

#endif
