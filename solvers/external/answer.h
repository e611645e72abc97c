/* What a program that has ended says of its answer: a solution in a file or in its output, its status in
 * words, the value that it claims.
 */
#ifndef QB_SOLVERS_EXTERNAL_ANSWER_H
#define QB_SOLVERS_EXTERNAL_ANSWER_H

#include "solvers/external/session.h"

/* Bytes that an answer to this model may have. */
size_t qb_external_answer_limit(const qb_external_model *model);

/* Reads and publishes the answer.  QB_OK: the program says that it is done, and proved what it says it
 * proved; QB_STOPPED: a limit of its own ended it.  Errors: QB_INTERNAL (failed, or hostile), QB_REFUSED
 * (unbounded), QB_NO_MEMORY. */
qb_status qb_external_read_answer(const qb_external_session *session);

/* QB_INTERNAL: the program did what it must not, with its last words. */
qb_status qb_external_fail(const qb_external_session *session, const char *what);

#endif
