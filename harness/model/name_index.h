/* Columns or rows by name: a hash table over their names; unnamed ones are xK or x#K (rK, r#K), K from 1. */
#ifndef QB_MODEL_NAME_INDEX_H
#define QB_MODEL_NAME_INDEX_H

#include "harness/model/problem.h"

typedef struct qb_name_index {
    qb_names names;
    uint32_t count;
    char letter;    /* of the unnamed: 'x' or 'r' */
    uint32_t *slot; /* [mask + 1] position + 1, or 0; NULL when unnamed */
    uint64_t mask;
} qb_name_index;

/* O(count).  Of those that share a name the first is found.  Errors: QB_NO_MEMORY. */
qb_status qb_name_index_open(qb_names names, uint32_t count, char letter, qb_name_index *index);
void qb_name_index_close(qb_name_index *index);

/* False when there is none.  name need not be NUL-terminated.  O(length). */
bool qb_name_index_find(const qb_name_index *index, const char *name, size_t length, uint32_t *position);

#endif
