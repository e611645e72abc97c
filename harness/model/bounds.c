#include "harness/model/bounds.h"

#include <math.h>

#define SWEEPS_MOST 10
#define LOOSE       1e-6

typedef struct bounds {
    const qb_mip *mip;
    double *lower, *upper;
    bool moved;
} bounds;

/* The least of sum a_j v_j, kept apart: its finite part, and how many terms are minus infinity. */
typedef struct activity {
    double finite;
    uint64_t infinite;
} activity;

static bool is_continuous(const qb_mip *mip, uint32_t j)
{
    return mip->type && mip->type[j] == QB_COLUMN_CONTINUOUS;
}

static double least_term(const bounds *b, uint64_t k, double sign)
{
    double a = sign * b->mip->row_value[k];
    uint32_t j = b->mip->row_column[k];
    return a * (a > 0 ? b->lower[j] : b->upper[j]);
}

static double slack_of(double value)
{
    return LOOSE * fmax(1, fabs(value));
}

static qb_status refuse_column(const bounds *b, uint32_t j, qb_diag *diag)
{
    char buffer[16];
    return qb_fail(diag, QB_REFUSED, "no integer lies within the bounds of '%s'",
                   qb_mip_column_name(b->mip, j, buffer));
}

static qb_status refuse_row(const bounds *b, uint32_t r, qb_diag *diag)
{
    char buffer[16];
    return qb_fail(diag, QB_REFUSED, "constraint '%s' cannot be satisfied within the bounds of its variables",
                   qb_mip_row_name(b->mip, r, buffer));
}

/* Takes v_j <= limit (v_j >= limit); false when nothing is left of the column. */
static bool draw_in(bounds *b, uint32_t j, double limit, bool is_upper)
{
    double *bound = is_upper ? &b->upper[j] : &b->lower[j];
    if (is_continuous(b->mip, j)) {
        if (isinf(*bound)) {
            *bound = is_upper ? limit + slack_of(limit) : limit - slack_of(limit);
            b->moved = true;
        }
        return b->lower[j] <= b->upper[j];
    }
    limit = is_upper ? floor(limit + slack_of(limit)) : ceil(limit - slack_of(limit));
    if (is_upper ? limit < *bound : limit > *bound) {
        *bound = limit;
        b->moved = true;
    }
    return b->lower[j] <= b->upper[j];
}

/* sign * (row) <= limit: what is left for each column when the others are at their least. */
static bool sweep_side(bounds *b, uint32_t r, double sign, double limit)
{
    activity all = {0, 0};
    uint64_t begin = b->mip->row_start[r], end = b->mip->row_start[r + 1];
    for (uint64_t k = begin; k < end; k++) {
        double term = least_term(b, k, sign);
        all.finite += isinf(term) ? 0 : term;
        all.infinite += isinf(term) != 0;
    }
    if (all.infinite > 1)
        return true;
    for (uint64_t k = begin; k < end; k++) {
        double term = least_term(b, k, sign), a = sign * b->mip->row_value[k];
        if (all.infinite && !isinf(term))
            continue; /* some other column can go as low as it likes */
        double rest = all.finite - (isinf(term) ? 0 : term);
        if (isfinite(rest) && !draw_in(b, b->mip->row_column[k], (limit - rest) / a, a > 0))
            return false;
    }
    return true;
}

qb_status qb_bounds_tighten(const qb_mip *mip, double *lower, double *upper, qb_diag *diag)
{
    bounds b = {.mip = mip, .lower = lower, .upper = upper, .moved = true};
    for (uint32_t j = 0; j < mip->columns; j++) {
        lower[j] = mip->lower ? mip->lower[j] : 0;
        upper[j] = mip->upper ? mip->upper[j] : 1;
        if (is_continuous(mip, j))
            continue;
        lower[j] = ceil(lower[j]);
        upper[j] = floor(upper[j]);
        if (lower[j] > upper[j])
            return refuse_column(&b, j, diag);
    }
    for (int sweep = 0; b.moved && sweep < SWEEPS_MOST; sweep++) {
        b.moved = false;
        for (uint32_t r = 0; r < mip->rows; r++)
            if ((isfinite(mip->row_upper[r]) && !sweep_side(&b, r, 1, mip->row_upper[r])) ||
                (isfinite(mip->row_lower[r]) && !sweep_side(&b, r, -1, -mip->row_lower[r])))
                return refuse_row(&b, r, diag);
    }
    return QB_OK;
}
