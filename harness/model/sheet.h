/* A linear program under construction: columns and rows are added one after the other, into room that was
 * reserved.  Private to the lowering.
 */
#ifndef QB_MODEL_SHEET_H
#define QB_MODEL_SHEET_H

#include "harness/model/problem.h"

typedef struct qb_sheet {
    uint32_t columns, rows;
    uint64_t entries;
    double *linear, *lower, *upper; /* by column */
    uint8_t *type;
    double *row_lower, *row_upper;
    qb_triplet *entry;
} qb_sheet;

/* Room for so many.  Errors: QB_NO_MEMORY.  Close in any case. */
qb_status qb_sheet_open(qb_sheet *sheet, uint64_t columns, uint64_t rows, uint64_t entries);
void qb_sheet_close(qb_sheet *sheet);

/* Returns the column's index. */
uint32_t qb_sheet_add_column(qb_sheet *sheet, qb_column_type type, double linear, double lower, double upper);

/* Entries belong to the row that the next end_row closes. */
void qb_sheet_add_entry(qb_sheet *sheet, uint32_t column, double value);
void qb_sheet_end_row(qb_sheet *sheet, double lower, double upper);

#endif
