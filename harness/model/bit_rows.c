#include "harness/model/bit_rows.h"

#include "harness/base/memory.h"
#include "harness/model/grid.h"

#include <inttypes.h>
#include <math.h>

#define LOOSE 1e-6 /* the referee's tolerance of rows that it cannot add up exactly */

static qb_status refuse(const qb_mip *mip, uint32_t r, const char *why, qb_diag *diag)
{
    char buffer[16];
    return qb_fail(diag, QB_REFUSED, "constraint '%s' %s", qb_mip_row_name(mip, r, buffer), why);
}

static double common_divisor(double a, double b)
{
    while (b != 0) {
        double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}

/* A bound in the row's integers, less base: as meant where it is on the grid, else rounded inwards.  base is
 * fractional only where a fixed continuous column takes part; such a row is judged by tolerance. */
static double scaled_bound(double bound, double multiplier, double base, bool is_upper)
{
    double scaled = bound * multiplier, integer = nearbyint(scaled);
    if (isinf(bound))
        return bound;
    if (nearbyint(base) != base) {
        double left = scaled - base, whole = nearbyint(left);
        return fabs(left - whole) <= 1e-9 * fmax(1, fabs(scaled)) ? whole : left;
    }
    if (integer / multiplier == bound)
        return integer - base;
    return (is_upper ? floor(scaled) : ceil(scaled)) - base;
}

/* Appends the terms of row r, scaled to integers; *base is what the columns' bases contribute. */
static qb_status append_terms(const qb_mip *mip, const qb_encoding *e, uint32_t r, double multiplier,
                              qb_bit_rows *rows, qb_bit_row *row, double *base, qb_diag *diag)
{
    double size = 0;
    *base = 0;
    for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++) {
        uint32_t j = mip->row_column[k];
        double value = qb_grid_integer(mip->row_value[k], multiplier);
        *base += value * e->base[j] * e->grid;
        size += fabs(value * e->base[j] * e->grid);
        for (uint32_t b = e->start[j]; b < e->start[j + 1]; b++) {
            double coefficient = value * qb_grid_integer(e->step[b], e->grid);
            if (coefficient == 0)
                continue;
            rows->bit[row->end] = b;
            rows->coefficient[row->end++] = coefficient;
            size += fabs(coefficient);
        }
    }
    if (size >= QB_EXACT_MOST)
        return refuse(mip, r, "has integers beyond 2^53", diag);
    return QB_OK;
}

/* Divides the coefficients by what they have in common and finds what their sum can be; returns the divisor,
 * 0 without terms. */
static double reduce(qb_bit_rows *rows, qb_bit_row *row)
{
    double divisor = 0;
    for (uint64_t t = row->start; t < row->end; t++)
        divisor = common_divisor(divisor, fabs(rows->coefficient[t]));
    row->least = row->most = 0;
    for (uint64_t t = row->start; t < row->end; t++) {
        double c = rows->coefficient[t] /= divisor;
        row->least += fmin(0, c);
        row->most += fmax(0, c);
    }
    return divisor;
}

/* Draws lower <= sum <= upper in to what the sum can be; false when nothing is left. */
static bool bound(qb_bit_row *row, double lower, double upper, double multiplier, double base, double divisor)
{
    row->lower = scaled_bound(lower, multiplier, base, false);
    row->upper = scaled_bound(upper, multiplier, base, true);
    if (divisor > 0) {
        row->lower = ceil(row->lower / divisor);
        row->upper = floor(row->upper / divisor);
    }
    row->lower = fmax(row->lower, row->least);
    row->upper = fmin(row->upper, row->most);
    return row->lower <= row->upper;
}

/* A row that no bits satisfy: does no vector either? */
static qb_status nothing_satisfies(const qb_mip *mip, const qb_encoding *e, uint32_t r, qb_bit_row row,
                                   double multiplier, double base, double divisor, qb_diag *diag)
{
    double lower = mip->row_lower[r], upper = mip->row_upper[r];
    lower -= LOOSE * fmax(1, fabs(lower));
    upper += LOOSE * fmax(1, fabs(upper));
    bool proven = e->complete && !bound(&row, lower, upper, multiplier, base, divisor);
    for (uint64_t k = mip->row_start[r]; proven && k < mip->row_start[r + 1]; k++)
        proven = !mip->type || mip->type[mip->row_column[k]] != QB_COLUMN_CONTINUOUS;
    qb_status status = refuse(mip, r, "cannot be satisfied within the bounds of its variables", diag);
    return proven ? QB_INFEASIBLE : status;
}

/* With coefficients +-1 and q of them negative, the sum is the number of true literals less q, a literal
 * being the bit or, where negative, its negation.  "All but at most one" is at most one of the negations. */
static void recognise(const qb_bit_rows *rows, qb_bit_row *row)
{
    for (uint64_t t = row->start; t < row->end; t++)
        if (fabs(rows->coefficient[t]) != 1)
            return;
    bool low = row->lower == row->least && row->upper == row->least + 1;
    bool high = row->upper == row->most && row->lower == row->most - 1;
    row->at_most_one = low || high;
}

/* Keeps a row that can be violated; the terms of a redundant one are overwritten by the next. */
static bool keep(qb_bit_rows *rows, qb_bit_row *row, const qb_encoding *e, const qb_lowering_options *options)
{
    if (!qb_bit_row_has_lower(row) && !qb_bit_row_has_upper(row))
        return true;
    recognise(rows, row);
    double slack = qb_bit_row_takes_two(row) ? 0 : row->upper - row->lower;
    row->unbalanced = slack > 0 && options->inequality == QB_INEQUALITY_UNBALANCED;
    uint64_t bits = row->unbalanced ? 0 : qb_encoding_steps(slack, qb_encoding_limit(options), NULL);
    if (e->bits + rows->slack_bits + bits > QB_LOWERING_BITS_MOST)
        return false;
    row->first_slack = e->bits + rows->slack_bits;
    row->slack_bits = (uint32_t)bits;
    rows->slack_bits += row->slack_bits;
    rows->row[rows->count++] = *row;
    rows->terms = row->end;
    return true;
}

static qb_status build_row(const qb_mip *mip, const qb_encoding *e, uint32_t r,
                           const qb_lowering_options *options, qb_bit_rows *rows, qb_diag *diag)
{
    qb_bit_row row = {.start = rows->terms, .end = rows->terms};
    qb_grid grid = {0};
    for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++)
        qb_grid_admit(&grid, mip->row_value[k]);
    double multiplier = qb_grid_multiplier(&grid);
    if (multiplier == 0)
        return refuse(mip, r, "has coefficients that are no decimals of at most 9 digits", diag);
    double base;
    qb_status status = append_terms(mip, e, r, multiplier, rows, &row, &base, diag);
    if (status)
        return status;
    double divisor = reduce(rows, &row);
    multiplier *= e->grid;
    if (!bound(&row, mip->row_lower[r], mip->row_upper[r], multiplier, base, divisor))
        return nothing_satisfies(mip, e, r, row, multiplier, base, divisor, diag);
    if (!keep(rows, &row, e, options))
        return refuse(mip, r, "takes the slack beyond 50 million bits", diag);
    return QB_OK;
}

/* Exactly one of column j's bits. */
static void add_one_hot(const qb_encoding *e, uint32_t j, const qb_lowering_options *options,
                        qb_bit_rows *rows)
{
    qb_bit_row row = {.start = rows->terms, .end = rows->terms, .lower = 1, .upper = 1};
    for (uint32_t b = e->start[j]; b < e->start[j + 1]; b++) {
        rows->bit[row.end] = b;
        rows->coefficient[row.end++] = 1;
    }
    row.most = (double)(row.end - row.start);
    keep(rows, &row, e, options); /* takes no slack */
}

qb_status qb_bit_rows_build(const qb_mip *mip, const qb_encoding *encoding,
                            const qb_lowering_options *options, qb_bit_rows *rows, qb_diag *diag)
{
    uint64_t terms = 0, count = mip->rows;
    for (uint64_t k = 0; k < mip->row_start[mip->rows]; k++)
        terms += encoding->start[mip->row_column[k] + 1] - encoding->start[mip->row_column[k]];
    for (uint32_t j = 0; j < mip->columns; j++)
        if (qb_encoding_is_one_hot(encoding, j)) {
            terms += encoding->start[j + 1] - encoding->start[j];
            count++;
        }
    qb_bit_rows built = {
        .row = QB_NEW(qb_bit_row, count),
        .bit = QB_NEW(uint32_t, terms),
        .coefficient = QB_NEW(double, terms),
    };
    qb_status status = built.row && built.bit && built.coefficient ? QB_OK : QB_NO_MEMORY;
    for (uint32_t r = 0; !status && r < mip->rows; r++)
        status = build_row(mip, encoding, r, options, &built, diag);
    for (uint32_t j = 0; !status && j < mip->columns; j++)
        if (qb_encoding_is_one_hot(encoding, j))
            add_one_hot(encoding, j, options, &built);
    if (status)
        qb_bit_rows_clear(&built);
    else
        *rows = built;
    return status;
}

void qb_bit_rows_clear(qb_bit_rows *rows)
{
    qb_free(rows->row);
    qb_free(rows->bit);
    qb_free(rows->coefficient);
    *rows = (qb_bit_rows){0};
}

uint32_t qb_bit_row_cardinality(const qb_bit_rows *rows, const qb_bit_row *row)
{
    if (row->lower != row->upper || (row->least < 0 && row->most > 0))
        return 0;
    for (uint64_t t = row->start; t < row->end; t++)
        if (fabs(rows->coefficient[t]) != 1)
            return 0;
    double ones = fabs(row->lower), all = (double)(row->end - row->start);
    return ones > 0 && ones < all ? (uint32_t)ones : 0;
}

uint64_t qb_bit_row_products(const qb_bit_row *row)
{
    uint64_t terms = row->end - row->start + row->slack_bits;
    return terms ? terms * (terms - 1) / 2 : 0;
}
