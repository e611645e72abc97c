#include "harness/model/naming.h"

#include <math.h>
#include <stdio.h>

qb_naming qb_naming_choose(const qb_mip *mip, bool (*legal)(const char *name))
{
    qb_naming naming = {.mip = mip};
    char buffer[16];
    for (uint32_t j = 0; j < mip->columns && !naming.numbered_columns; j++)
        naming.numbered_columns = !legal(qb_mip_column_name(mip, j, buffer));
    for (uint32_t i = 0; i < mip->rows && !naming.numbered_rows; i++)
        naming.numbered_rows = !legal(qb_mip_row_name(mip, i, buffer));
    return naming;
}

const char *qb_naming_column(const qb_naming *naming, uint32_t column, char buffer[16])
{
    if (!naming->numbered_columns)
        return qb_mip_column_name(naming->mip, column, buffer);
    snprintf(buffer, 16, "C%u", column + 1);
    return buffer;
}

const char *qb_naming_row(const qb_naming *naming, uint32_t row, char buffer[16])
{
    if (!naming->numbered_rows)
        return qb_mip_row_name(naming->mip, row, buffer);
    snprintf(buffer, 16, "R%u", row + 1);
    return buffer;
}

void qb_naming_write(const qb_naming *naming, const char *mark, qb_text *out)
{
    char number[16], own[16];
    for (uint32_t j = 0; naming->numbered_columns && j < naming->mip->columns; j++) {
        qb_text_appendf(out, "%s column %s %s\n", mark, qb_naming_column(naming, j, number),
                        qb_mip_column_name(naming->mip, j, own));
    }
    for (uint32_t i = 0; naming->numbered_rows && i < naming->mip->rows; i++) {
        qb_text_appendf(out, "%s row %s %s\n", mark, qb_naming_row(naming, i, number),
                        qb_mip_row_name(naming->mip, i, own));
    }
}

static bool fits(double side)
{
    return isinf(side) || fabs(side) < 1e30;
}

bool qb_naming_sides_fit(const qb_mip *mip)
{
    for (uint32_t i = 0; i < mip->rows; i++)
        if (!fits(mip->row_lower[i]) || !fits(mip->row_upper[i]))
            return false;
    for (uint32_t j = 0; mip->lower && j < mip->columns; j++)
        if (!fits(mip->lower[j]) || !fits(mip->upper[j]))
            return false;
    return true;
}
