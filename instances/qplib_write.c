/* The writer of qplib.  Every section of values is its usual value and what differs from it. */
#include "instances/qplib.h"

#include "instances/as_qubo.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define UNBOUNDED DBL_MAX /* stands for infinity, as in the published files */

static uint8_t type_of(const qb_mip *mip, uint32_t j)
{
    return mip->type ? mip->type[j] : QB_COLUMN_BINARY;
}

static double side_of(double value)
{
    return isinf(value) ? copysign(UNBOUNDED, value) : value;
}

static double cost_of(const qb_mip *mip, uint32_t j)
{
    return mip->linear[j];
}

static double lower_of(const qb_mip *mip, uint32_t j)
{
    return mip->lower ? side_of(mip->lower[j]) : 0;
}

static double upper_of(const qb_mip *mip, uint32_t j)
{
    return mip->upper ? side_of(mip->upper[j]) : 1;
}

static double row_lower_of(const qb_mip *mip, uint32_t r)
{
    return side_of(mip->row_lower[r]);
}

static double row_upper_of(const qb_mip *mip, uint32_t r)
{
    return side_of(mip->row_upper[r]);
}

static double type_number(const qb_mip *mip, uint32_t j)
{
    uint8_t type = type_of(mip, j);
    return type == QB_COLUMN_CONTINUOUS ? 0 : type == QB_COLUMN_INTEGER ? 1 : 2;
}

static double zero(const qb_mip *mip, uint32_t item)
{
    (void)mip;
    (void)item;
    return 0;
}

/* The letter for the variables: what they all are, or M (continuous and binary) or G. */
static char variables_letter(const qb_mip *mip)
{
    uint64_t count[3] = {0};
    bool fixed = false;
    for (uint32_t j = 0; j < mip->columns; j++) {
        count[type_of(mip, j)]++;
        fixed |= type_of(mip, j) == QB_COLUMN_BINARY && lower_of(mip, j) == upper_of(mip, j);
    }
    if (count[QB_COLUMN_BINARY] == mip->columns)
        return fixed ? 'G' : 'B';
    if (count[QB_COLUMN_INTEGER] == mip->columns)
        return 'I';
    if (count[QB_COLUMN_INTEGER])
        return 'G';
    return count[QB_COLUMN_BINARY] ? 'M' : 'C';
}

typedef double (*value_of)(const qb_mip *mip, uint32_t item);

static void write_values(const qb_mip *mip, const char *what, double usual, uint32_t items, value_of value,
                         qb_text *out)
{
    uint32_t others = 0;
    for (uint32_t k = 0; k < items; k++)
        others += value(mip, k) != usual;
    qb_text_append_double(out, usual);
    qb_text_appendf(out, " # usual %s\n%" PRIu32 " # others\n", what, others);
    for (uint32_t k = 0; k < items && others; k++)
        if (value(mip, k) != usual) {
            qb_text_appendf(out, "%" PRIu32 " ", k + 1);
            qb_text_append_double(out, value(mip, k));
            qb_text_append_char(out, '\n');
        }
}

/* Each entry of the lower triangle stands for half of itself. */
static void write_quadratic(const qb_mip *mip, qb_text *out)
{
    qb_text_appendf(out, "%" PRIu64 " # quadratic terms of the objective\n", mip->pairs);
    for (uint64_t k = 0; k < mip->pairs; k++) {
        qb_text_appendf(out, "%" PRIu32 " %" PRIu32 " ", mip->pair[k].j + 1, mip->pair[k].i + 1);
        qb_text_append_double(out, 2 * mip->pair[k].weight);
        qb_text_append_char(out, '\n');
    }
}

static void write_rows(const qb_mip *mip, qb_text *out)
{
    qb_text_appendf(out, "%" PRIu64 " # terms of the constraints\n", mip->row_start[mip->rows]);
    for (uint32_t r = 0; r < mip->rows; r++)
        for (uint64_t k = mip->row_start[r]; k < mip->row_start[r + 1]; k++) {
            qb_text_appendf(out, "%" PRIu32 " %" PRIu32 " ", r + 1, mip->row_column[k] + 1);
            qb_text_append_double(out, mip->row_value[k]);
            qb_text_append_char(out, '\n');
        }
}

static void write_names(const qb_names *names, uint32_t items, const char *what, qb_text *out)
{
    qb_text_appendf(out, "%" PRIu32 " # names of %s\n", names->offset ? items : 0, what);
    for (uint32_t k = 0; names->offset && k < items; k++)
        qb_text_appendf(out, "%" PRIu32 " %s\n", k + 1, names->pool + names->offset[k]);
}

static bool have_blanks(const qb_names *names, uint32_t items)
{
    for (uint32_t k = 0; names->offset && k < items; k++) {
        const char *name = names->pool + names->offset[k];
        if (!name[0] || strpbrk(name, " \t\r\n\f\v"))
            return true;
    }
    return false;
}

static qb_status check(const qb_mip *mip, const char *name, qb_diag *diag)
{
    for (uint64_t k = 0; k < mip->pairs; k++)
        if (!isfinite(2 * mip->pair[k].weight))
            return qb_fail(diag, QB_REFUSED, "weights of '%s' are too large for format qplib", name);
    if (have_blanks(&mip->column_names, mip->columns) || have_blanks(&mip->row_names, mip->rows))
        return qb_fail(diag, QB_REFUSED, "format qplib cannot hold the names of '%s': some have blanks",
                       name);
    return QB_OK;
}

/* One word on a line that # would end. */
static void write_title(const char *name, qb_text *out)
{
    for (const char *c = name; *c; c++)
        qb_text_append_char(out, (unsigned char)*c > ' ' && *c != '#' ? *c : '_');
    qb_text_append(out, name[0] ? "\n" : "problem\n");
}

static qb_status write_program(const qb_mip *mip, const char *name, qb_text *out, qb_diag *diag)
{
    qb_status status = check(mip, name, diag);
    if (status != QB_OK)
        return status;
    char objective = mip->pairs ? 'Q' : 'L', variables = variables_letter(mip);
    char constraints = mip->rows ? 'L' : variables == 'B' ? 'N' : 'B';
    write_title(name, out);
    qb_text_appendf(out, "%c%c%c\n%s\n%" PRIu32 " # variables\n", objective, variables, constraints,
                    mip->sense == QB_MAXIMISE ? "maximize" : "minimize", mip->columns);
    if (mip->rows)
        qb_text_appendf(out, "%" PRIu32 " # constraints\n", mip->rows);
    if (mip->pairs)
        write_quadratic(mip, out);
    write_values(mip, "objective coefficient", 0, mip->columns, cost_of, out);
    qb_text_append_double(out, mip->constant);
    qb_text_append(out, " # objective constant\n");
    if (mip->rows)
        write_rows(mip, out);
    qb_text_append_double(out, UNBOUNDED);
    qb_text_append(out, " # infinity\n");
    if (mip->rows) {
        write_values(mip, "left-hand side", -UNBOUNDED, mip->rows, row_lower_of, out);
        write_values(mip, "right-hand side", UNBOUNDED, mip->rows, row_upper_of, out);
    }
    if (variables != 'B') {
        write_values(mip, "lower bound", 0, mip->columns, lower_of, out);
        write_values(mip, "upper bound", UNBOUNDED, mip->columns, upper_of, out);
    }
    if (variables == 'M' || variables == 'G')
        write_values(mip, "type (0 continuous, 1 integer, 2 binary)", 0, mip->columns, type_number, out);
    write_values(mip, "starting value", 0, mip->columns, zero, out);
    if (mip->rows)
        write_values(mip, "dual value of a constraint", 0, mip->rows, zero, out);
    write_values(mip, "dual value of a bound", 0, mip->columns, zero, out);
    write_names(&mip->column_names, mip->columns, "variables", out);
    write_names(&mip->row_names, mip->rows, "constraints", out);
    return out->status;
}

qb_status qb_qplib_write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    if (problem->kind == QB_KIND_MIP)
        return write_program(&problem->body, problem->name, out, diag);
    qb_mip view;
    qb_as_qubo expanded;
    qb_status status = qb_as_qubo_view(problem, "qplib", &expanded, &view, diag);
    if (status != QB_OK)
        return status;
    status = write_program(&view, problem->name, out, diag);
    qb_as_qubo_free(&expanded);
    return status;
}
