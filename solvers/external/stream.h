/* What a program that streams says: lines on its standard output.
 *
 *   incumbent VALUE 0110...        a QUBO: a digit a variable, in the order of the file
 *   incumbent VALUE 1 0 2.5 ...    a MIP: a number a column
 *   bound VALUE                    proven: no solution is better
 *   done | optimal | infeasible    the last line: searched enough, or proven (of the best incumbent)
 *   # anything                     ignored, as are blank lines
 *
 * VALUE is that of the file the program was given, which is to be minimised.  Anything else ends the run as
 * a failure; so does an end without the last line.
 */
#ifndef QB_SOLVERS_EXTERNAL_STREAM_H
#define QB_SOLVERS_EXTERNAL_STREAM_H

#include "harness/base/text.h"
#include "solvers/external/model.h"
#include "solvers/external/startup.h"

typedef struct qb_external_stream {
    qb_external_model *model;
    qb_external_startup *startup; /* hears of the first line that is no comment */
    qb_text line;                 /* the beginning of one that is not complete */
    size_t line_limit;
    bool has_ended; /* the last line was seen */
    bool has_best;
    double best; /* value said */
} qb_external_stream;

void qb_external_stream_open(qb_external_model *model, qb_external_startup *startup,
                             qb_external_stream *stream);
void qb_external_stream_close(qb_external_stream *stream);

/* Takes a piece of output and publishes what it says.  Errors: QB_STOPPED (by the budget), QB_INTERNAL (a
 * wrong line, with the reason), QB_NO_MEMORY. */
qb_status qb_external_stream_take(qb_external_stream *stream, const char *block, size_t size,
                                  qb_budget *budget, qb_diag *diag);

#endif
