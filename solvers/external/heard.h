/* What a program has said, kept within limits: its first and its last words, whatever lies between.
 */
#ifndef QB_SOLVERS_EXTERNAL_HEARD_H
#define QB_SOLVERS_EXTERNAL_HEARD_H

#include "solvers/external/definition.h"

typedef struct qb_heard {
    qb_text head, tail;
    size_t head_limit; /* bytes */
    bool truncated;    /* there was more than the head holds */
} qb_heard;

void qb_heard_open(qb_heard *heard, size_t head_limit);
void qb_heard_close(qb_heard *heard);

/* Errors: QB_NO_MEMORY. */
qb_status qb_heard_add(qb_heard *heard, const char *block, size_t size);

/* Head and tail, in this order. */
void qb_heard_texts(const qb_heard *heard, qb_external_text text[2]);

/* The last line that is not blank, printable and cut to size; "" when nothing was said. */
void qb_heard_last_words(const qb_heard *heard, char *quote, size_t size);

#endif
