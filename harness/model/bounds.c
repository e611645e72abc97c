#include "harness/model/bounds.h"

#include <math.h>

#define SWEEPS_MOST 10
#define LOOSE       1e-6

static bool is_whole(double value)
{
    return fabs(value - nearbyint(value)) <= 1e-9 * fmax(1, fabs(value));
}

/* Does the row say v_open = an integer combination of integral columns?  Then *open is that column. */
static bool gives_integer(const qb_mip *mip, uint32_t r, const bool *integral, uint32_t *open)
{
    uint64_t begin = mip->row_start[r], end = mip->row_start[r + 1], at = end;
    if (mip->row_lower[r] != mip->row_upper[r])
        return false;
    for (uint64_t k = begin; k < end; k++) {
        if (integral[mip->row_column[k]])
            continue;
        if (at < end)
            return false;
        at = k;
    }
    if (at == end || !is_whole(mip->row_upper[r] / mip->row_value[at]))
        return false;
    for (uint64_t k = begin; k < end; k++)
        if (!is_whole(mip->row_value[k] / mip->row_value[at]))
            return false;
    *open = mip->row_column[at];
    return true;
}

void qb_bounds_find_integral(const qb_mip *mip, bool *integral)
{
    bool found = false;
    for (uint32_t j = 0; j < mip->columns; j++) {
        integral[j] = !mip->type || mip->type[j] != QB_COLUMN_CONTINUOUS;
        found |= !integral[j];
    }
    for (int sweep = 0; found && sweep < SWEEPS_MOST; sweep++) {
        uint32_t open;
        found = false;
        for (uint32_t r = 0; r < mip->rows; r++)
            if (gives_integer(mip, r, integral, &open))
                integral[open] = found = true;
    }
}

typedef struct bounds {
    const qb_mip *mip;
    const bool *integral;
    double *lower, *upper;
    bool moved;
} bounds;

/* The least of sum a_j v_j, kept apart: its finite part, and how many terms are minus infinity. */
typedef struct activity {
    double finite;
    uint64_t infinite;
} activity;

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
    if (!b->integral[j]) {
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

qb_status qb_bounds_tighten(const qb_mip *mip, const bool *integral, double *lower, double *upper,
                            qb_diag *diag)
{
    bounds b = {.mip = mip, .integral = integral, .lower = lower, .upper = upper, .moved = true};
    for (uint32_t j = 0; j < mip->columns; j++) {
        lower[j] = mip->lower ? mip->lower[j] : 0;
        upper[j] = mip->upper ? mip->upper[j] : 1;
        if (!integral[j])
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
