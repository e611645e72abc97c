/* How names that a file format cannot hold survive a round trip through it: what a reader does with the
 * comments of a writer (harness/model/naming.h).
 */
#ifndef QB_INSTANCES_ALIASES_H
#define QB_INSTANCES_ALIASES_H

#include "harness/model/naming.h"
#include "instances/names.h"

/* What a reader has learnt from such comments.  Zero-initialise it ({0}). */
typedef struct qb_aliases {
    qb_name_table number[2]; /* C1 and R1: of columns, of rows */
    qb_token *name[2];       /* [number.count] */
    uint32_t capacity[2];
} qb_aliases;

/* Takes what follows the mark in a comment; other words than `column` and `row` are ignored. */
qb_status qb_aliases_take(qb_aliases *aliases, qb_scan *scan);

/* Puts the originals in place of the numbers; which: 0 columns, 1 rows. */
qb_status qb_aliases_apply(const qb_aliases *aliases, size_t which, const qb_scan *scan,
                           qb_name_table *names);

void qb_aliases_free(qb_aliases *aliases);

#endif
