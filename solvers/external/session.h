/* One run of a program outside, from its start to the end of its words; answer.h says what they come to. */
#ifndef QB_SOLVERS_EXTERNAL_SESSION_H
#define QB_SOLVERS_EXTERNAL_SESSION_H

#include "harness/base/scratch.h"
#include "harness/base/spawn.h"
#include "solvers/external/heard.h"
#include "solvers/external/stream.h"

#define QB_EXTERNAL_SOLUTION   "solution.sol"
#define QB_EXTERNAL_WORDS_KEPT ((size_t)1 << 16) /* of what it prints, from the beginning */

typedef struct qb_external_session {
    const qb_external *external;
    qb_external_model *model;
    qb_scratch *scratch; /* where the model is and the program runs */
    uint64_t seed;
    double reserve; /* share of the time left that the program is not told of */
    qb_budget *budget;
    qb_diag *diag;
    qb_spawned *program; /* NULL: not started */
    double began;        /* when it was, in seconds */
    bool spoke;          /* its first word was heard */
    qb_heard output, errors;
    qb_external_stream stream;
} qb_external_session;

/* Seconds on the wall. */
double qb_external_now(void);

/* The name of the model's file. */
const char *qb_external_model_file(const qb_external *external);

/* Writes the small files and starts the program; the command goes into the run's details.  Errors: those of
 * qb_spawn_open and qb_scratch_write. */
qb_status qb_external_start(qb_external_session *session);

/* Hears the program until it ends (QB_OK) or the budget does (QB_STOPPED); what passes before its first word
 * is stored as its start-up.  A stream is published as it comes: its errors are those of
 * qb_external_stream_take.  Errors: also QB_NO_MEMORY. */
qb_status qb_external_listen(qb_external_session *session);

#endif
