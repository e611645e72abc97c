/* The MPS writer: fixed columns, one entry a line, minimisation. */
#include "harness/model/mps_write.h"

#include "harness/base/memory.h"
#include "harness/model/grid.h"

#include <math.h>
#include <string.h>

static bool is_legal(const char *name)
{
    size_t length = strlen(name);
    for (size_t k = 0; k < length; k++)
        if (name[k] <= ' ' || name[k] > '~')
            return false;
    return length >= 1 && length <= 8 && name[0] != '*' && name[0] != '$';
}

qb_naming qb_mps_naming(const qb_mip *mip)
{
    return qb_naming_choose(mip, is_legal);
}

/* The row entries by column. */
typedef struct transposed {
    uint64_t *start; /* [columns + 1] */
    uint32_t *row;
    double *value;
} transposed;

static bool transpose(const qb_mip *mip, transposed *t)
{
    uint64_t entries = mip->row_start ? mip->row_start[mip->rows] : 0;
    *t = (transposed){QB_NEW(uint64_t, (size_t)mip->columns + 2), QB_NEW(uint32_t, entries),
                      QB_NEW(double, entries)};
    if (!t->start || !t->row || !t->value)
        return false;
    uint64_t *next = t->start + 1; /* next[j] moves from the start of column j to its end */
    for (uint64_t k = 0; k < entries; k++)
        next[mip->row_column[k] + 1]++;
    for (uint32_t j = 0; j < mip->columns; j++)
        next[j + 1] += next[j];
    for (uint32_t i = 0; i < mip->rows; i++) {
        for (uint64_t k = mip->row_start[i]; k < mip->row_start[i + 1]; k++) {
            uint64_t at = next[mip->row_column[k]]++;
            t->row[at] = i;
            t->value[at] = mip->row_value[k];
        }
    }
    return true;
}

static void transposed_free(transposed *t)
{
    qb_free(t->start);
    qb_free(t->row);
    qb_free(t->value);
}

/* Columns 5, 15 and 25. */
static void write_card(qb_text *out, const char *type, const char *first, const char *second, double value)
{
    char number[QB_DOUBLE_TEXT];
    qb_text_appendf(out, " %-2s %-8s  %-8s  %12s\n", type, first, second, qb_double_text(value, number));
}

static void write_valueless(qb_text *out, const char *type, const char *column)
{
    qb_text_appendf(out, " %-2s BND       %s\n", type, column);
}

/* N is left for the objective: a row without sides is G with an infinite one. */
static char row_type(const qb_mip *mip, uint32_t i)
{
    double lower = mip->row_lower[i], upper = mip->row_upper[i];
    return lower == upper ? 'E' : lower == -INFINITY && upper != INFINITY ? 'L' : 'G';
}

/* A name that no row has. */
static const char *objective_name(const qb_mip *mip, const qb_naming *naming, char name[16])
{
    char buffer[16];
    strncpy(name, "COST", 16);
    for (uint32_t i = 0; i < mip->rows; i++) {
        if (strcmp(qb_naming_row(naming, i, buffer), name) == 0) {
            size_t length = strlen(name);
            if (length == 8) /* COST, COST_, ... COST____ all taken */
                return NULL;
            name[length] = '_';
            name[length + 1] = 0;
            i = UINT32_MAX; /* from the beginning */
        }
    }
    return name;
}

static void write_rows(const qb_mip *mip, const qb_naming *naming, const char *objective, qb_text *out)
{
    char name[16];
    qb_text_appendf(out, "ROWS\n N  %s\n", objective);
    for (uint32_t i = 0; i < mip->rows; i++)
        qb_text_appendf(out, " %c  %s\n", row_type(mip, i), qb_naming_row(naming, i, name));
}

static bool is_integer(const qb_mip *mip, uint32_t j)
{
    return !mip->type || mip->type[j] != QB_COLUMN_CONTINUOUS;
}

static void write_marker(qb_text *out, unsigned number, const char *kind)
{
    qb_text_appendf(out, "    M%-7u  'MARKER'                 '%s'\n", number, kind);
}

static void write_columns(const qb_mip *mip, const qb_naming *naming, const transposed *t,
                          const char *objective, double sign, qb_text *out)
{
    char column[16], row[16];
    unsigned markers = 0;
    qb_text_append(out, "COLUMNS\n");
    for (uint32_t j = 0; j < mip->columns; j++) {
        if (is_integer(mip, j) && (j == 0 || !is_integer(mip, j - 1)))
            write_marker(out, ++markers, "INTORG");
        else if (!is_integer(mip, j) && j > 0 && is_integer(mip, j - 1))
            write_marker(out, ++markers, "INTEND");
        const char *name = qb_naming_column(naming, j, column);
        if (mip->linear[j] != 0 || t->start[j] == t->start[j + 1]) /* a column needs an entry to exist */
            write_card(out, "", name, objective, sign * mip->linear[j]);
        for (uint64_t k = t->start[j]; k < t->start[j + 1]; k++)
            write_card(out, "", name, qb_naming_row(naming, t->row[k], row), t->value[k]);
    }
    if (mip->columns && is_integer(mip, mip->columns - 1))
        write_marker(out, ++markers, "INTEND");
}

static void write_sides(const qb_mip *mip, const qb_naming *naming, const char *objective, double sign,
                        qb_text *out)
{
    char name[16];
    bool ranges = false;
    qb_text_append(out, "RHS\n");
    if (mip->constant != 0)
        write_card(out, "", "RHS", objective, sign * mip->constant);
    for (uint32_t i = 0; i < mip->rows; i++) {
        double lower = mip->row_lower[i], upper = mip->row_upper[i];
        double side = row_type(mip, i) == 'L' ? upper : lower == -INFINITY ? -1e30 : lower;
        if (side != 0)
            write_card(out, "", "RHS", qb_naming_row(naming, i, name), side);
        ranges = ranges || (isfinite(lower) && isfinite(upper) && lower != upper);
    }
    if (ranges)
        qb_text_append(out, "RANGES\n");
    for (uint32_t i = 0; ranges && i < mip->rows; i++) {
        double lower = mip->row_lower[i], upper = mip->row_upper[i];
        if (isfinite(lower) && isfinite(upper) && lower != upper)
            write_card(out, "", "RNG", qb_naming_row(naming, i, name), qb_grid_sum(upper, -lower));
    }
}

/* What differs from the default; of an integer column always something, since readers disagree on theirs. */
static void write_bounds(const qb_mip *mip, const qb_naming *naming, qb_text *out)
{
    char buffer[16];
    qb_text_append(out, "BOUNDS\n");
    for (uint32_t j = 0; j < mip->columns; j++) {
        double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
        const char *name = qb_naming_column(naming, j, buffer);
        if (lower == -INFINITY && upper == INFINITY) {
            write_valueless(out, "FR", name);
        } else if (lower == upper) {
            write_card(out, "FX", "BND", name, lower);
        } else {
            if (lower == -INFINITY)
                write_valueless(out, "MI", name);
            else if (lower != 0)
                write_card(out, "LO", "BND", name, lower);
            if (upper != INFINITY)
                write_card(out, "UP", "BND", name, upper);
            else if (is_integer(mip, j))
                write_valueless(out, "PL", name);
        }
    }
}

qb_status qb_mps_write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    const qb_mip *mip = &problem->body;
    if (mip->pairs > 0 || (problem->kind != QB_KIND_MIP && problem->kind != QB_KIND_QUBO)) {
        return qb_fail(diag, QB_REFUSED, "format mps holds linear objectives, that of '%s' is quadratic",
                       problem->name);
    }
    qb_naming naming = qb_mps_naming(mip);
    char objective[16];
    if ((naming.numbered_columns && mip->columns > 9999999) ||
        (naming.numbered_rows && mip->rows > 9999999) || !objective_name(mip, &naming, objective))
        return qb_fail(diag, QB_REFUSED, "format mps has no names left for '%s'", problem->name);
    if (!qb_naming_sides_fit(mip))
        return qb_fail(diag, QB_REFUSED, "format mps takes 1e30 for infinity, '%s' has sides beyond it",
                       problem->name);
    transposed t;
    if (!transpose(mip, &t)) {
        transposed_free(&t);
        return QB_NO_MEMORY;
    }
    double sign = mip->sense == QB_MAXIMISE ? -1 : 1;
    if (sign < 0)
        qb_text_append(out, "* negated: the source maximises\n");
    qb_naming_write(&naming, QB_MPS_MARK, out);
    qb_text_append(out, "NAME          ");
    for (const char *c = problem->name; *c; c++)
        qb_text_append_char(out, *c > ' ' && *c <= '~' ? *c : '_');
    qb_text_append_char(out, '\n');
    write_rows(mip, &naming, objective, out);
    write_columns(mip, &naming, &t, objective, sign, out);
    write_sides(mip, &naming, objective, sign, out);
    write_bounds(mip, &naming, out);
    qb_text_append(out, "ENDATA\n");
    transposed_free(&t);
    return out->status;
}
