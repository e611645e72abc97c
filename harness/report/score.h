/* The five questions, answered from data where the store has some: what to do about a case for a pilot. */
#ifndef QB_REPORT_SCORE_H
#define QB_REPORT_SCORE_H

#include "harness/base/text.h"
#include "harness/run/pilot_case.h"
#include "harness/store/evidence.h"

/* Mean score of the best baseline below which there is no room left for anybody. */
#define QB_HEADROOM_LEAST 0.001

typedef enum qb_score_advice {
    QB_ADVICE_CLASSICAL, /* an answer is no, or the workload's nature speaks against it */
    QB_ADVICE_FIND_OUT,  /* an answer is unknown: cheaper to find out than to build */
    QB_ADVICE_MEASURE,   /* every answer is yes: a measured pilot, nothing more is known yet */
    QB_ADVICE_SCALE,     /* the pilot was measured, and its verdict says so */
} qb_score_advice;

typedef struct qb_case_score {
    qb_answer answer[QB_QUESTIONS];
    bool measured[QB_QUESTIONS];          /* answered by the store, whatever the file says */
    double baseline_score;                /* mean score of the best baseline; NAN: not measured */
    const char *baseline;                 /* its name, or NULL; belongs to the evidence */
    uint32_t instances, without_headroom; /* of that experiment; those that its weakest control solves */
    const char *measured_at;              /* when that experiment was registered, or NULL; likewise */
    const char *verdict; /* what its registered rule says: it takes the place of the prior; NULL: none */
    qb_score_advice advice;
} qb_case_score;

/* evidence NULL: from the file alone.  From a store it takes the gap of the best baseline (is there
 * headroom?), the KPI (was one registered, with what a unit of the objective is worth?), and, where a
 * decision was registered, its verdict on `today` (YYYY-MM-DD).  Errors: QB_NO_MEMORY. */
qb_status qb_case_score_compute(const qb_pilot_case *pilot, const qb_evidence *evidence, const char *today,
                                qb_case_score *score, qb_diag *diag);

/* For a terminal, and as one JSON object. */
void qb_case_score_say(const qb_pilot_case *pilot, const qb_case_score *score, qb_text *out);
void qb_case_score_json(const qb_pilot_case *pilot, const qb_case_score *score, qb_text *out);

#endif
