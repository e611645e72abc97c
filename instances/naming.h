/* Names that a file format cannot hold, and how they survive a round trip through it.
 *
 * A writer uses the original names where the format takes all of them, else C1, C2, ... (rows R1, R2, ...)
 * and comments `MARK column C1 NAME` that only our readers understand.
 */
#ifndef QB_INSTANCES_NAMING_H
#define QB_INSTANCES_NAMING_H

#include "harness/base/text.h"
#include "instances/names.h"

/* How a writer names things. */
typedef struct qb_naming {
    const qb_mip *mip;
    bool numbered_columns, numbered_rows;
} qb_naming;

/* `legal` says whether the format can hold a name. */
qb_naming qb_naming_choose(const qb_mip *mip, bool (*legal)(const char *name));

/* The name in the file; buffer is used for numbers. */
const char *qb_naming_column(const qb_naming *naming, uint32_t column, char buffer[16]);
const char *qb_naming_row(const qb_naming *naming, uint32_t row, char buffer[16]);

/* Appends the comments; `mark` begins each. */
void qb_naming_write(const qb_naming *naming, const char *mark, qb_text *out);

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
