#include "harness/model/sheet.h"

#include "harness/base/memory.h"

qb_status qb_sheet_open(qb_sheet *sheet, uint64_t columns, uint64_t rows, uint64_t entries)
{
    *sheet = (qb_sheet){
        .linear = QB_NEW(double, columns),
        .lower = QB_NEW(double, columns),
        .upper = QB_NEW(double, columns),
        .type = QB_NEW(uint8_t, columns),
        .row_lower = QB_NEW(double, rows),
        .row_upper = QB_NEW(double, rows),
        .entry = QB_NEW(qb_triplet, entries),
    };
    bool have = sheet->linear && sheet->lower && sheet->upper && sheet->type && sheet->row_lower &&
                sheet->row_upper && sheet->entry;
    return have ? QB_OK : QB_NO_MEMORY;
}

void qb_sheet_close(qb_sheet *sheet)
{
    qb_free(sheet->linear);
    qb_free(sheet->lower);
    qb_free(sheet->upper);
    qb_free(sheet->type);
    qb_free(sheet->row_lower);
    qb_free(sheet->row_upper);
    qb_free(sheet->entry);
}

uint32_t qb_sheet_add_column(qb_sheet *sheet, qb_column_type type, double linear, double lower, double upper)
{
    uint32_t j = sheet->columns++;
    sheet->linear[j] = linear;
    sheet->lower[j] = lower;
    sheet->upper[j] = upper;
    sheet->type[j] = (uint8_t)type;
    return j;
}

void qb_sheet_add_entry(qb_sheet *sheet, uint32_t column, double value)
{
    sheet->entry[sheet->entries++] = (qb_triplet){sheet->rows, column, value};
}

void qb_sheet_end_row(qb_sheet *sheet, double lower, double upper)
{
    sheet->row_lower[sheet->rows] = lower;
    sheet->row_upper[sheet->rows] = upper;
    sheet->rows++;
}
