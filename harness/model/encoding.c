#include "harness/base/memory.h"
#include "harness/model/lowering_parts.h"

#include <math.h>

uint32_t qb_encoding_steps(double range, double *step)
{
    uint32_t bits = 0;
    for (double next = 1; range > 0; next *= 2, bits++) {
        double taken = fmin(next, range);
        if (step)
            step[bits] = taken;
        range -= taken;
    }
    return bits;
}

static uint8_t type_of(const qb_mip *mip, uint32_t j)
{
    return mip->type ? mip->type[j] : QB_COLUMN_BINARY;
}

/* The values a column may take: lower..lower + range, in integers.  A fixed one may be of any type. */
static qb_status column_range(const qb_mip *mip, uint32_t j, double *base, double *range, qb_diag *diag)
{
    char buffer[16];
    const char *name = qb_mip_column_name(mip, j, buffer);
    double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
    if (type_of(mip, j) == QB_COLUMN_CONTINUOUS) {
        if (lower != upper)
            return qb_fail(diag, QB_REFUSED, "'%s' is continuous: bits cannot say its values", name);
        *base = lower;
        *range = 0;
        return QB_OK;
    }
    if (isinf(lower) || isinf(upper))
        return qb_fail(diag, QB_REFUSED, "the integer '%s' is unbounded: no finite number of bits says it",
                       name);
    lower = ceil(lower);
    upper = floor(upper);
    if (lower > upper)
        return qb_fail(diag, QB_REFUSED, "no integer lies within the bounds of '%s'", name);
    if (fabs(lower) >= QB_EXACT_MOST || fabs(upper) >= QB_EXACT_MOST || upper - lower >= QB_EXACT_MOST)
        return qb_fail(diag, QB_REFUSED, "the bounds of the integer '%s' are beyond 2^53", name);
    *base = lower;
    *range = upper - lower;
    return QB_OK;
}

static qb_status fill(const qb_mip *mip, const bool *wanted, qb_encoding *e, qb_diag *diag)
{
    uint64_t bits = 0;
    double range;
    for (uint32_t j = 0; j < e->columns; j++) {
        e->start[j] = (uint32_t)bits;
        if (wanted && !wanted[j])
            continue;
        qb_status status = column_range(mip, j, &e->base[j], &range, diag);
        if (status)
            return status;
        bits += qb_encoding_steps(range, NULL);
        if (bits > INT32_MAX)
            return qb_fail(diag, QB_REFUSED, "the problem takes more than 2147483647 bits");
    }
    e->start[e->columns] = e->bits = (uint32_t)bits;
    if (!(e->step = QB_NEW(double, bits)))
        return QB_NO_MEMORY;
    for (uint32_t j = 0; j < e->columns; j++)
        if (e->start[j] < e->start[j + 1]) {
            column_range(mip, j, &e->base[j], &range, NULL);
            qb_encoding_steps(range, e->step + e->start[j]);
        }
    return QB_OK;
}

qb_status qb_encoding_build(const qb_mip *mip, const bool *wanted, qb_encoding *encoding, qb_diag *diag)
{
    qb_encoding e = {
        .columns = mip->columns,
        .base = QB_NEW(double, mip->columns),
        .start = QB_NEW(uint32_t, (size_t)mip->columns + 1),
    };
    qb_status status = e.base && e.start ? fill(mip, wanted, &e, diag) : QB_NO_MEMORY;
    if (status)
        qb_encoding_clear(&e);
    else
        *encoding = e;
    return status;
}

void qb_encoding_clear(qb_encoding *encoding)
{
    qb_free(encoding->base);
    qb_free(encoding->start);
    qb_free(encoding->step);
    *encoding = (qb_encoding){0};
}
