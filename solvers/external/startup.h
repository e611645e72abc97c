/* Start-up and reading of a program outside, which are credited back: the run's clocks are held meanwhile.
 *
 * The program's start-up is what passes until it opens the model's file.  Nothing of the instance can be
 * solved before, whatever the program does or says, so no word of its own has to be believed; where an answer
 * comes without a look at the model, the time until then is charged after all.  While the file is open the
 * program reads.  It could keep the file open and compute, so of that at most `reading` seconds count, what
 * the harness itself took to write that file.
 */
#ifndef QB_SOLVERS_EXTERNAL_STARTUP_H
#define QB_SOLVERS_EXTERNAL_STARTUP_H

#include "harness/base/budget.h"

typedef struct qb_external_startup {
    qb_budget *budget;
    int watch;           /* on the model's file; -1: it cannot be watched, and nothing is credited */
    double began;        /* when the program was started, in seconds */
    double opened, left; /* when the file was last found open; seconds of reading that are still credited */
    double read_s;       /* that it was open */
    int openings;        /* of it, less closings */
    bool has_read, has_answered;
} qb_external_startup;

/* Seconds on the wall. */
double qb_external_now(void);

/* Just before the program is started; `most` and `reading` are the seconds that are credited at most. */
void qb_external_startup_begin(qb_external_startup *startup, const char *model, double most, double reading,
                               qb_budget *budget);

/* Takes the kernel 10 ms: not while time counts. */
void qb_external_startup_end(qb_external_startup *startup);

/* When the watch can be read. */
void qb_external_startup_follow(qb_external_startup *startup);

/* Before the first piece of an answer is taken, and when the program has ended. */
void qb_external_startup_answer(qb_external_startup *startup);

#endif
