/* What a verdict is computed from, while it is computed.  Private to the report. */
#ifndef QB_REPORT_JUDGE_H
#define QB_REPORT_JUDGE_H

#include "harness/report/digest.h"
#include "harness/report/paired.h"
#include "harness/report/verdict.h"
#include "harness/run/experiment.h"

typedef struct qb_judge {
    const qb_evidence *e;
    const qb_experiment *x;
    qb_digest digest;
    bool *take;         /* [instances] judged: not for tuning, with headroom, ... */
    double *difference; /* [challengers * instances] */
    double *scratch;    /* [instances] */
    uint32_t *index;    /* [challengers * instances] */
    size_t *count;      /* [challengers] */
    uint32_t *entry;    /* [challengers] */
    uint32_t baseline;
    qb_looks looks;
    qb_seeds choosing, judging;
    uint64_t seed; /* of the bootstrap: the same store gives the same verdict */
    qb_verdict *v;
} qb_judge;

/* The registered experiment, as it was last amended; QB_REFUSED where it can have no verdict. */
qb_status qb_judge_read(qb_judge *judge, qb_diag *diag);

uint64_t qb_judge_planned(const qb_evidence *evidence, const qb_experiment *experiment);

/* Fills take, baseline, choosing and judging, and what the verdict says about them.
 *
 * A sequential rule that is applied before the end judges the beginning of the registered sequence: instances
 * in the order of the plan, which the seed fixed before the first run, up to the first run that is missing.
 * So nobody can choose which instances are in by what is finished first, and an interval that holds at every
 * number of them holds. */
qb_status qb_judge_choose(qb_judge *judge, qb_diag *diag);

#endif
