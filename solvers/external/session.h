/* One run of a program outside, from its start to the end of its words; answer.h says what they come to. */
#ifndef QB_SOLVERS_EXTERNAL_SESSION_H
#define QB_SOLVERS_EXTERNAL_SESSION_H

#include "harness/base/scratch.h"
#include "harness/base/spawn.h"
#include "solvers/external/heard.h"
#include "solvers/external/startup.h"
#include "solvers/external/stream.h"

#define QB_EXTERNAL_SOLUTION   "solution.sol"
#define QB_EXTERNAL_WORDS_KEPT ((size_t)1 << 16) /* of what it prints, from the beginning */

typedef struct qb_external_session {
    const qb_external *external;
    qb_external_model *model;
    qb_scratch *scratch; /* where the model is and the program runs */
    uint64_t seed;
    double reserve;                    /* share of the time left that the program is not told of */
    double startup_most, reading_most; /* seconds that are credited back (startup.h) */
    qb_budget *budget;
    qb_diag *diag;
    qb_spawned *program; /* NULL: not started */
    qb_external_startup *startup;
    qb_heard output, errors;
    qb_external_stream stream;
} qb_external_session;

/* The name of the model's file. */
const char *qb_external_model_file(const qb_external *external);

/* Writes the small files and starts the program, for which the run's clocks are held; the command goes into
 * the run's details.  Errors: those of qb_spawn_open and qb_scratch_write. */
qb_status qb_external_start(qb_external_session *session);

/* Hears the program until it ends (QB_OK) or the budget does (QB_STOPPED).  A stream is published as it
 * comes: its errors are those of qb_external_stream_take.  Errors: also QB_NO_MEMORY. */
qb_status qb_external_listen(qb_external_session *session);

#endif
