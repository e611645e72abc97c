#include "harness/model/bounds.h"

#include <float.h>
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

/* Columns count as integral by their type, and once `implied` is set by that, too. */
typedef struct bounds {
    const qb_mip *mip;
    const bool *implied; /* [columns] or NULL */
    double *lower, *upper;
    bool moved;
} bounds;

static bool is_typed_integer(const bounds *b, uint32_t j)
{
    return !b->mip->type || b->mip->type[j] != QB_COLUMN_CONTINUOUS;
}

static bool is_integral(const bounds *b, uint32_t j)
{
    return is_typed_integer(b, j) || (b->implied && b->implied[j]);
}

static double slack_of(double value)
{
    return LOOSE * fmax(1, fabs(value));
}

/* The least of sum a_j v_j, kept apart: its finite part, how many terms are minus infinity, and how far the
 * row's side has to give way for rounding and for the referee's tolerance, which an integer row has not. */
typedef struct activity {
    double finite;
    uint64_t infinite;
    double give;
} activity;

/* Continuous columns may be outside their bounds by the tolerance. */
static double least_term(const bounds *b, uint64_t k, double sign)
{
    double a = sign * b->mip->row_value[k];
    uint32_t j = b->mip->row_column[k];
    double give = is_typed_integer(b, j) ? 0 : fabs(a) * slack_of(a > 0 ? b->lower[j] : b->upper[j]);
    return a * (a > 0 ? b->lower[j] : b->upper[j]) - give;
}

static activity least_activity(const bounds *b, uint32_t r, double sign, double limit)
{
    activity all = {0};
    double size = fabs(limit);
    uint64_t begin = b->mip->row_start[r], end = b->mip->row_start[r + 1];
    bool whole = limit == nearbyint(limit);
    for (uint64_t k = begin; k < end; k++) {
        double term = least_term(b, k, sign), a = b->mip->row_value[k];
        whole = whole && a == nearbyint(a) && is_typed_integer(b, b->mip->row_column[k]);
        all.finite += isinf(term) ? 0 : term;
        size += isinf(term) ? 0 : fabs(term);
        all.infinite += isinf(term) != 0;
    }
    all.give = (double)(end - begin + 2) * DBL_EPSILON * size + (whole ? 0 : slack_of(limit));
    return all;
}

/* What the sweeps leave with nothing, they have proven infeasible; not once integrality was implied: that is
 * true up to the tolerance alone. */
static qb_status nothing_left(const bounds *b)
{
    return b->implied ? QB_REFUSED : QB_INFEASIBLE;
}

static qb_status refuse_column(const bounds *b, uint32_t j, qb_diag *diag)
{
    char buffer[16];
    return qb_fail(diag, nothing_left(b), "no integer lies within the bounds of '%s'",
                   qb_mip_column_name(b->mip, j, buffer));
}

static qb_status refuse_row(const bounds *b, uint32_t r, qb_diag *diag)
{
    char buffer[16];
    return qb_fail(diag, nothing_left(b),
                   "constraint '%s' cannot be satisfied within the bounds of its variables",
                   qb_mip_row_name(b->mip, r, buffer));
}

/* Takes v_j <= limit (v_j >= limit); false when nothing is left of the column. */
static bool draw_in(bounds *b, uint32_t j, double limit, bool is_upper)
{
    double *bound = is_upper ? &b->upper[j] : &b->lower[j];
    if (!is_integral(b, j)) {
        if (isinf(*bound)) {
            *bound = is_upper ? limit + slack_of(limit) : limit - slack_of(limit);
            b->moved = true;
        }
        return true;
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
    activity all = least_activity(b, r, sign, limit);
    uint64_t begin = b->mip->row_start[r], end = b->mip->row_start[r + 1];
    limit += all.give;
    if (all.infinite > 1 || !isfinite(all.finite))
        return true;
    if (all.infinite == 0 && all.finite > limit)
        return false;
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

/* Integral columns rounded inwards, then rows, until nothing moves. */
static qb_status sweep(bounds *b, qb_diag *diag)
{
    const qb_mip *mip = b->mip;
    for (uint32_t j = 0; j < mip->columns; j++) {
        if (!is_integral(b, j))
            continue;
        bool exact = is_typed_integer(b, j);
        b->lower[j] = ceil(b->lower[j] - (exact ? 0 : slack_of(b->lower[j])));
        b->upper[j] = floor(b->upper[j] + (exact ? 0 : slack_of(b->upper[j])));
        if (b->lower[j] > b->upper[j])
            return refuse_column(b, j, diag);
    }
    b->moved = true;
    for (int sweeps = 0; b->moved && sweeps < SWEEPS_MOST; sweeps++) {
        b->moved = false;
        for (uint32_t r = 0; r < mip->rows; r++)
            if ((isfinite(mip->row_upper[r]) && !sweep_side(b, r, 1, mip->row_upper[r])) ||
                (isfinite(mip->row_lower[r]) && !sweep_side(b, r, -1, -mip->row_lower[r])))
                return refuse_row(b, r, diag);
    }
    return QB_OK;
}

qb_status qb_bounds_tighten(const qb_mip *mip, const bool *integral, double *lower, double *upper,
                            qb_diag *diag)
{
    bounds b = {.mip = mip, .lower = lower, .upper = upper};
    bool implied = false;
    for (uint32_t j = 0; j < mip->columns; j++) {
        lower[j] = mip->lower ? mip->lower[j] : 0;
        upper[j] = mip->upper ? mip->upper[j] : 1;
        implied |= integral[j] && !is_typed_integer(&b, j);
    }
    qb_status status = sweep(&b, diag);
    if (status || !implied)
        return status;
    b.implied = integral;
    return sweep(&b, diag);
}
