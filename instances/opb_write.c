/* The writer of opb: what is said in integers and 0/1 variables.
 *
 * Names are kept; a problem whose variables are x1 to xn gets the header that promises them, any other lists
 * all its variables in the objective first, with coefficient 0 where need be, so that readers number them
 * alike.  The objective's constant c is c x + c ~x.  A range and a fixed variable are constraints of their
 * own, and a free row is none.
 */
#include "instances/opb.h"

#include "instances/as_qubo.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What our reader takes for a variable, wherever it stands. */
static bool is_legal(const char *name)
{
    bool letter = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z') || name[0] == '_';
    for (const char *c = name; *c; c++)
        letter = letter && *c > ' ' && *c < 127 && *c != ';' && *c != ':';
    return letter;
}

/* The program while it is written. */
typedef struct writer {
    const qb_mip *mip;
    bool numbered; /* variables are x1 .. xn */
    bool integral; /* all numbers so far were integers */
    uint32_t constraints;
    qb_text body;
} writer;

static void add_number(writer *w, double value)
{
    w->integral = w->integral && nearbyint(value) == value && fabs(value) <= 0x1p53;
    qb_text_appendf(&w->body, w->integral ? "%+.0f" : "%g", value);
}

static void add_name(writer *w, const char *negation, uint32_t column)
{
    char buffer[16];
    qb_text_append(&w->body, negation);
    qb_text_append(&w->body, qb_mip_column_name(w->mip, column, buffer));
    qb_text_append_char(&w->body, ' ');
}

static void add_term(writer *w, double coefficient, const char *negation, uint32_t column)
{
    add_number(w, coefficient);
    add_name(w, negation, column);
}

static void write_objective(writer *w)
{
    const qb_mip *mip = w->mip;
    qb_text_append(&w->body, mip->sense == QB_MAXIMISE ? "max: " : "min: ");
    if (mip->constant != 0) {
        add_term(w, mip->constant, " ", 0);
        add_term(w, mip->constant, " ~", 0);
    }
    for (uint32_t j = 0; j < mip->columns; j++)
        if (mip->linear[j] != 0 || !w->numbered)
            add_term(w, mip->linear[j], " ", j);
    for (uint64_t k = 0; k < mip->pairs; k++) {
        add_term(w, mip->pair[k].weight, " ", mip->pair[k].i);
        add_name(w, "", mip->pair[k].j);
    }
    qb_text_append(&w->body, ";\n");
}

static void write_side(writer *w, uint32_t row, const char *relation, double side)
{
    const qb_mip *mip = w->mip;
    if (isinf(side))
        return;
    for (uint64_t k = mip->row_start[row]; k < mip->row_start[row + 1]; k++)
        add_term(w, mip->row_value[k], " ", mip->row_column[k]);
    qb_text_append(&w->body, relation);
    add_number(w, side);
    qb_text_append(&w->body, " ;\n");
    w->constraints++;
}

static void write_constraints(writer *w)
{
    const qb_mip *mip = w->mip;
    for (uint32_t r = 0; r < mip->rows; r++) {
        if (mip->row_lower[r] == mip->row_upper[r]) {
            write_side(w, r, "= ", mip->row_lower[r]);
            continue;
        }
        write_side(w, r, ">= ", mip->row_lower[r]);
        write_side(w, r, "<= ", mip->row_upper[r]);
    }
    for (uint32_t j = 0; j < mip->columns; j++) {
        double lower = mip->lower ? mip->lower[j] : 0, upper = mip->upper ? mip->upper[j] : 1;
        if (lower != upper)
            continue;
        add_term(w, 1, " ", j);
        qb_text_append(&w->body, "= ");
        add_number(w, lower);
        qb_text_append(&w->body, " ;\n");
        w->constraints++;
    }
}

static qb_status check(const qb_mip *mip, bool *numbered, qb_diag *diag)
{
    char buffer[16], number[16];
    *numbered = true;
    for (uint32_t j = 0; j < mip->columns; j++) {
        const char *name = qb_mip_column_name(mip, j, buffer);
        if (mip->type && mip->type[j] != QB_COLUMN_BINARY)
            return qb_fail(diag, QB_REFUSED, "format opb holds 0/1 variables, '%s' is none", name);
        if (!is_legal(name))
            return qb_fail(diag, QB_REFUSED, "format opb cannot hold the name '%s'", name);
        snprintf(number, sizeof number, "x%" PRIu32, j + 1);
        *numbered = *numbered && strcmp(name, number) == 0;
    }
    return QB_OK;
}

static qb_status write_program(const qb_mip *mip, const char *name, qb_text *out, qb_diag *diag)
{
    writer w = {.mip = mip, .integral = true};
    qb_status status = check(mip, &w.numbered, diag);
    if (status != QB_OK)
        return status;
    write_objective(&w);
    write_constraints(&w);
    status = w.body.status;
    if (status == QB_OK && !w.integral)
        status =
            qb_fail(diag, QB_REFUSED, "format opb holds integers up to 2^53, '%s' has other numbers", name);
    if (status == QB_OK && w.numbered)
        qb_text_appendf(out, "* #variable= %" PRIu32 " #constraint= %" PRIu32 "\n", mip->columns,
                        w.constraints);
    if (status == QB_OK)
        qb_text_append_bytes(out, qb_text_get(&w.body), w.body.length);
    qb_text_clear(&w.body);
    return status == QB_OK ? out->status : status;
}

qb_status qb_opb_write(const qb_problem *problem, qb_text *out, qb_diag *diag)
{
    if (problem->kind == QB_KIND_MIP)
        return write_program(&problem->body, problem->name, out, diag);
    qb_mip view;
    qb_as_qubo expanded;
    qb_status status = qb_as_qubo_view(problem, "opb", &expanded, &view, diag);
    if (status != QB_OK)
        return status;
    status = write_program(&view, problem->name, out, diag);
    qb_as_qubo_free(&expanded);
    return status;
}
