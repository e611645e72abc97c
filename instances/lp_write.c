/* The LP writer. */
#include "instances/lp.h"

#include "instances/as_qubo.h"
#include "instances/lp_lexer.h"

#include "harness/base/memory.h"

#include <math.h>
#include <string.h>

enum { TERMS_A_LINE = 6 };

/* Plain names only: a leading e may be taken for an exponent, a keyword for a section. */
static bool is_legal(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > 255 || !qb_lp_name_start(name[0]) ||
        qb_lp_is_keyword((qb_token){name, length}) ||
        ((name[0] == 'e' || name[0] == 'E') && (length == 1 || (name[1] >= '0' && name[1] <= '9'))))
        return false;
    for (size_t k = 0; k < length; k++)
        if (!qb_lp_name_char(name[k]))
            return false;
    return true;
}

qb_naming qb_lp_naming(const qb_mip *mip)
{
    return qb_naming_choose(mip, is_legal);
}

/* Terms with signs, broken into lines. */
typedef struct line {
    qb_text *out;
    unsigned terms;
} line;

static void open_term(line *l, double coefficient)
{
    if (l->terms++ % TERMS_A_LINE == 0)
        qb_text_append(l->out, "\n ");
    qb_text_append(l->out, coefficient < 0 ? " - " : " + ");
    if (fabs(coefficient) != 1) {
        qb_text_append_double(l->out, fabs(coefficient));
        qb_text_append_char(l->out, ' ');
    }
}

static void write_term(line *l, double coefficient, const char *name)
{
    open_term(l, coefficient);
    qb_text_append(l->out, name);
}

/* The next new variable must be `seen`, the ones before are known. */
static bool meets(uint32_t j, uint32_t *seen)
{
    *seen += j == *seen;
    return j < *seen;
}

/* Readers number variables as they first occur: is that the order they have, with zero terms left out? */
static bool occurs_in_order(const qb_mip *mip)
{
    uint32_t seen = 0;
    bool ordered = true;
    for (uint32_t j = 0; j < mip->columns; j++)
        if (mip->linear[j] != 0)
            ordered = ordered && meets(j, &seen);
    for (uint64_t k = 0; k < mip->pairs; k++)
        ordered = ordered && meets(mip->pair[k].i, &seen) && meets(mip->pair[k].j, &seen);
    for (uint64_t k = 0; mip->rows && k < mip->row_start[mip->rows]; k++)
        ordered = ordered && meets(mip->row_column[k], &seen);
    return ordered && seen == mip->columns;
}

static void write_objective(const qb_mip *mip, const qb_naming *naming, qb_text *out)
{
    line l = {.out = out};
    char name[16];
    bool all = !occurs_in_order(mip), empty = true;
    qb_text_append(out, mip->sense == QB_MAXIMISE ? "Maximize\n obj:" : "Minimize\n obj:");
    for (uint32_t j = 0; j < mip->columns; j++) {
        if (all || mip->linear[j] != 0) {
            write_term(&l, mip->linear[j], qb_naming_column(naming, j, name));
            empty = false;
        }
    }
    if (mip->pairs) {
        qb_text_append(out, "\n  + [");
        l.terms = 0;
        empty = false;
    }
    for (uint64_t k = 0; k < mip->pairs; k++) {
        const qb_pair *p = &mip->pair[k];
        write_term(&l, 2 * p->weight, qb_naming_column(naming, p->i, name));
        if (p->i == p->j) {
            qb_text_append(out, " ^ 2");
        } else {
            qb_text_append(out, " * ");
            qb_text_append(out, qb_naming_column(naming, p->j, name));
        }
    }
    if (mip->pairs)
        qb_text_append(out, "\n  ] / 2");
    if (empty) /* GLPK wants a term */
        write_term(&l, 0, qb_naming_column(naming, 0, name));
    if (mip->constant != 0) {
        qb_text_append(out, mip->constant < 0 ? "\n  - " : "\n  + ");
        qb_text_append_double(out, fabs(mip->constant));
    }
    qb_text_append_char(out, '\n');
}

static void write_side(qb_text *out, const char *relation, double value)
{
    qb_text_append(out, relation);
    qb_text_append_double(out, value);
}

static void write_row(const qb_mip *mip, const qb_naming *naming, uint32_t i, qb_text *out)
{
    line l = {.out = out};
    char name[16];
    double lower = mip->row_lower[i], upper = mip->row_upper[i];
    bool range = isfinite(lower) && isfinite(upper) && lower != upper;
    qb_text_appendf(out, " %s:", qb_naming_row(naming, i, name));
    if (range) {
        write_side(out, " ", lower);
        qb_text_append(out, " <=");
    }
    for (uint64_t k = mip->row_start[i]; k < mip->row_start[i + 1]; k++)
        write_term(&l, mip->row_value[k], qb_naming_column(naming, mip->row_column[k], name));
    if (l.terms == 0)
        write_term(&l, 0, qb_naming_column(naming, 0, name));
    if (lower == upper)
        write_side(out, " = ", lower);
    else if (upper != INFINITY)
        write_side(out, " <= ", upper);
    else
        write_side(out, " >= ", lower);
    qb_text_append_char(out, '\n');
}

static uint8_t type_of(const qb_mip *mip, uint32_t j)
{
    return mip->type ? mip->type[j] : QB_COLUMN_BINARY;
}

/* What differs from 0 and +inf; for a binary, from 0 and 1. */
static void write_bounds(const qb_mip *mip, const qb_naming *naming, qb_text *out)
{
    char buffer[16];
    bool any = false;
    for (uint32_t j = 0; j < mip->columns; j++) {
        double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
        if (lower == 0 && upper == (type_of(mip, j) == QB_COLUMN_BINARY ? 1 : INFINITY))
            continue;
        if (!any)
            qb_text_append(out, "Bounds\n");
        any = true;
        const char *name = qb_naming_column(naming, j, buffer);
        if (lower == -INFINITY && upper == INFINITY) {
            qb_text_appendf(out, " %s free\n", name);
        } else if (lower == upper) {
            qb_text_appendf(out, " %s", name);
            write_side(out, " = ", lower);
            qb_text_append_char(out, '\n');
        } else {
            write_side(out, " ", lower);
            qb_text_appendf(out, " <= %s", name);
            if (upper != INFINITY)
                write_side(out, " <= ", upper);
            qb_text_append_char(out, '\n');
        }
    }
}

static void write_types(const qb_mip *mip, const qb_naming *naming, uint8_t type, const char *title,
                        qb_text *out)
{
    char name[16];
    bool any = false;
    for (uint32_t j = 0; j < mip->columns; j++) {
        if (type_of(mip, j) == type) {
            qb_text_appendf(out, "%s %s\n", any ? "" : title, qb_naming_column(naming, j, name));
            any = true;
        }
    }
}

static qb_status write_mip(const qb_mip *mip, const char *name, qb_text *out, qb_diag *diag)
{
    if (!qb_naming_sides_fit(mip))
        return qb_fail(diag, QB_REFUSED, "format lp takes 1e30 for infinity, '%s' has sides beyond it", name);
    for (uint64_t k = 0; k < mip->pairs; k++)
        if (!isfinite(2 * mip->pair[k].weight))
            return qb_fail(diag, QB_REFUSED, "weights of '%s' are too large for format lp", name);
    qb_naming naming = qb_lp_naming(mip);
    qb_naming_write(&naming, QB_LP_MARK, out);
    write_objective(mip, &naming, out);
    qb_text_append(out, "Subject To\n");
    for (uint32_t i = 0; i < mip->rows; i++)
        write_row(mip, &naming, i, out);
    write_bounds(mip, &naming, out);
    write_types(mip, &naming, QB_COLUMN_INTEGER, "General\n", out);
    write_types(mip, &naming, QB_COLUMN_BINARY, "Binary\n", out);
    qb_text_append(out, "End\n");
    return out->status;
}

qb_status qb_lp_write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    if (problem->kind == QB_KIND_MIP)
        return write_mip(&problem->body, problem->name, out, diag);
    qb_mip view;
    qb_as_qubo expanded;
    qb_status status = qb_as_qubo_view(problem, "lp", &expanded, &view, diag);
    if (status != QB_OK)
        return status;
    status = write_mip(&view, problem->name, out, diag);
    qb_as_qubo_free(&expanded);
    return status;
}
