/* The case for a pilot: the five questions to answer before building, from a small YAML file.
 *
 *   case: routing
 *   workload: constrained-optimisation
 *   discrete: yes          # is the problem discrete or combinatorial?
 *   pays: yes              # does a better solution pay for the experiment?
 *   headroom: unknown      # does the classical baseline leave room above it?
 *   separable: yes         # does it separate cleanly into a hybrid step?
 *   kpi: yes               # can success be measured as a business KPI?
 *   store: runs.db         # evidence, relative to this file; optional
 *   experiment: routing    # in that store; optional
 */
#ifndef QB_RUN_PILOT_CASE_H
#define QB_RUN_PILOT_CASE_H

#include "harness/base/arena.h"
#include "harness/base/status.h"
#include "harness/run/workload.h"

typedef enum qb_answer { QB_ANSWER_YES, QB_ANSWER_NO, QB_ANSWER_UNKNOWN } qb_answer;
typedef enum qb_question {
    QB_ASK_DISCRETE,
    QB_ASK_PAYS,
    QB_ASK_HEADROOM,
    QB_ASK_SEPARABLE,
    QB_ASK_KPI,
    QB_QUESTIONS
} qb_question;

const char *qb_answer_name(qb_answer answer);      /* "yes", "no", "unknown" */
const char *qb_question_key(qb_question question); /* as in the file */
const char *qb_question_text(qb_question question);

typedef struct qb_pilot_case {
    const char *name;
    const qb_workload *workload; /* NULL when not given */
    qb_answer answer[QB_QUESTIONS];
    const char *store;      /* path as seen from here; NULL when not given */
    const char *experiment; /* NULL when not given */
    qb_arena arena;         /* owns the texts */
} qb_pilot_case;

/* Errors: QB_BAD_INPUT with FILE:LINE, QB_ENVIRONMENT, QB_NO_MEMORY.  Free with qb_pilot_case_clear. */
qb_status qb_pilot_case_read(const char *path, qb_pilot_case *pilot, qb_diag *diag);
void qb_pilot_case_clear(qb_pilot_case *pilot);

#endif
