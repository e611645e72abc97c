/* Names that a file format cannot hold, as its writer puts them.
 *
 * A writer uses the original names where the format takes all of them, else C1, C2, ... (rows R1, R2, ...)
 * and comments `MARK column C1 NAME` that only our readers understand.
 */
#ifndef QB_MODEL_NAMING_H
#define QB_MODEL_NAMING_H

#include "harness/base/text.h"
#include "harness/model/problem.h"

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

/* MPS and LP spell infinity as 1e30: do all finite sides and bounds stay below it? */
bool qb_naming_sides_fit(const qb_mip *mip);

#endif
