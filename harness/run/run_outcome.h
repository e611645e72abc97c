/* How a run has ended: one of qb_outcome, and the reason where there is something to say.
 *
 * Three witnesses: the warden, what the run itself left in its channel, and the referee.  A lie that the
 * referee has found stands above all; the run's own word counts only where its code has returned.
 */
#ifndef QB_RUN_RUN_OUTCOME_H
#define QB_RUN_RUN_OUTCOME_H

#include "harness/run/launcher_wire.h"
#include "harness/run/run_score.h"

/* How far off a target may be: relative to it in the source, and absolute below 1. */
#define QB_RUN_TARGET_SLACK 1e-9

typedef struct qb_run_ending {
    const qb_run_spec *spec;
    const qb_launch_report *report; /* the warden's */
    const qb_channel_summary *said;
    bool damaged;       /* does the channel hold what no budget writes? */
    bool lied;          /* as qb_run_score has found */
    qb_run_proof proof; /* likewise */
} qb_run_ending;

/* Did the solver's code return?  Its word for that may be lost (it can close every descriptor), but then it
 * finished the channel and left in good order. */
bool qb_run_has_returned(const qb_launch_report *report, const qb_channel_summary *said);

/* Sets outcome, and reason where it is empty.  Of the result it reads the score and overshoot_s. */
void qb_run_judge(const qb_run_ending *ending, qb_run_result *result);

#endif
