/* qplib: the files of QPLIB, with a quadratic objective and linear constraints.
 *
 *   name / type / minimize|maximize / n / [m]
 *   entries `i j v` of the objective's lower triangle: each listed entry adds v / 2 x_i x_j, once
 *   linear terms, constant, [rows], infinity, [sides of rows], [bounds], [types], starting points, names
 *
 * Every section of values is `default`, `count`, and `index value` lines for what differs.  The type is three
 * letters: objective L D C Q, variables C B M I G, constraints N B L D C Q.  # starts a comment anywhere.
 * An instance of 0/1 variables without rows is a qubo, any other a mip.
 *
 * Source: Furini et al., "QPLIB: a library of quadratic programming instances", Math. Prog. Comp. 11 (2019).
 */
#include "instances/qplib.h"
#include "instances/mip_draft.h"

#include "harness/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const extensions[] = {".qplib", NULL};

static bool is_type(qb_token t)
{
    return t.length == 3 && strchr("LDCQ", t.start[0]) && strchr("CBMIG", t.start[1]) &&
           strchr("NBLDCQ", t.start[2]);
}

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size, .comment = '#', .note = '#'};
    qb_token type, sense;
    if (!qb_scan_line(&scan) || !qb_scan_line(&scan) || !qb_scan_token(&scan, &type) || !is_type(type) ||
        !qb_scan_line(&scan) || !qb_scan_token(&scan, &sense))
        return QB_FORMAT_NO;
    bool known = qb_token_is_nocase(sense, "minimize") || qb_token_is_nocase(sense, "maximize");
    return known ? QB_FORMAT_SURE : QB_FORMAT_NO;
}

/* The file while it is read. */
typedef struct reader {
    const qb_read_source *source;
    qb_scan scan;
    qb_mip_draft draft;
    char objective, variables, constraints; /* the type's letters */
    uint32_t n, m;
    double infinity;
    uint32_t *seen; /* [max(n, m)] the last section that listed this item */
    uint32_t section;
} reader;

static qb_status next_line(reader *r, const char *what)
{
    return qb_scan_line(&r->scan) ? QB_OK : qb_scan_fail(&r->scan, "the file ends before %s", what);
}

static qb_status count_line(reader *r, const char *what, uint32_t *value)
{
    qb_status status = next_line(r, what);
    if (status == QB_OK)
        status = qb_scan_count(&r->scan, what, value);
    return status == QB_OK ? qb_scan_line_end(&r->scan) : status;
}

static qb_status real_line(reader *r, const char *what, double *value)
{
    qb_status status = next_line(r, what);
    if (status == QB_OK)
        status = qb_scan_extended(&r->scan, what, value);
    return status == QB_OK ? qb_scan_line_end(&r->scan) : status;
}

static qb_status finite(const reader *r, double value, const char *what)
{
    return isfinite(value) ? QB_OK : qb_scan_fail(&r->scan, "%s is not finite", what);
}

static qb_status read_type(reader *r)
{
    qb_token type;
    qb_status status = next_line(r, "the type");
    if (status != QB_OK)
        return status;
    if (!qb_scan_token(&r->scan, &type) || !is_type(type))
        return qb_scan_fail(&r->scan, "expected a type of three letters such as QBN");
    r->objective = type.start[0];
    r->variables = type.start[1];
    r->constraints = type.start[2];
    if (strchr("DCQ", r->constraints)) {
        return qb_scan_fail(&r->scan, "type %.3s has quadratic constraints: only linear ones are supported",
                            type.start);
    }
    return qb_scan_line_end(&r->scan);
}

static qb_status read_sense(reader *r)
{
    qb_token sense;
    qb_status status = next_line(r, "the sense");
    if (status != QB_OK)
        return status;
    bool known = qb_scan_token(&r->scan, &sense);
    bool minimise = known && qb_token_is_nocase(sense, "minimize");
    if (!minimise && !(known && qb_token_is_nocase(sense, "maximize")))
        return qb_scan_fail(&r->scan, "expected minimize or maximize");
    r->draft.sense = minimise ? QB_MINIMISE : QB_MAXIMISE;
    return qb_scan_line_end(&r->scan);
}

static qb_status read_sizes(reader *r)
{
    qb_status status = count_line(r, "a number of variables", &r->n);
    if (status == QB_OK && r->constraints == 'L')
        status = count_line(r, "a number of constraints", &r->m);
    if (status == QB_OK)
        status = qb_entries_check(r->source, &r->scan, (uint64_t)r->n + r->m, 0);
    uint32_t number;
    for (uint32_t j = 0; j < r->n && status == QB_OK; j++)
        status = qb_mip_draft_add_column(&r->draft, &r->scan, &number);
    for (uint32_t i = 0; i < r->m && status == QB_OK; i++)
        status = qb_mip_draft_add_row(&r->draft, &r->scan, &number);
    return status;
}

static qb_status read_quadratic(reader *r)
{
    uint32_t count;
    qb_status status = count_line(r, "a number of quadratic terms", &count);
    if (status == QB_OK)
        status = qb_entries_read(&r->draft.pairs, &r->scan, r->n, count, 1, 0.5, true, "entry");
    for (uint64_t k = 0; k < r->draft.pairs.count && status == QB_OK; k++) {
        qb_pair *p = &r->draft.pairs.pair[k];
        p->weight *= p->i == p->j ? 0.5 : 1; /* the diagonal is halved like the rest */
    }
    return status;
}

static qb_status read_rows(reader *r)
{
    uint32_t count, row, column;
    double value;
    qb_status status = count_line(r, "a number of linear terms of the constraints", &count);
    for (uint32_t k = 0; k < count && status == QB_OK; k++)
        if ((status = next_line(r, "the end of the linear terms")) == QB_OK &&
            (status = qb_scan_index(&r->scan, "a constraint", 1, r->m, &row)) == QB_OK &&
            (status = qb_scan_index(&r->scan, "a variable", 1, r->n, &column)) == QB_OK &&
            (status = qb_scan_real(&r->scan, "a coefficient", &value)) == QB_OK &&
            (status = qb_scan_line_end(&r->scan)) == QB_OK)
            status = qb_mip_draft_add_entry(&r->draft, &r->scan, row, column, value);
    return status;
}

/* One value into its place; `item` counts from 0. */
typedef qb_status (*set_value)(reader *r, uint32_t item, double value);

static qb_status set_cost(reader *r, uint32_t item, double value)
{
    r->draft.column[item].linear = value;
    return finite(r, value, "a coefficient");
}

static double with_infinity(const reader *r, double value)
{
    return value >= r->infinity ? INFINITY : value <= -r->infinity ? -INFINITY : value;
}

static qb_status set_row_lower(reader *r, uint32_t item, double value)
{
    r->draft.row[item].lower = with_infinity(r, value);
    r->draft.row[item].line = r->scan.line;
    return QB_OK;
}

static qb_status set_row_upper(reader *r, uint32_t item, double value)
{
    r->draft.row[item].upper = with_infinity(r, value);
    r->draft.row[item].line = r->scan.line;
    return QB_OK;
}

static qb_status set_lower(reader *r, uint32_t item, double value)
{
    r->draft.column[item].lower = with_infinity(r, value);
    r->draft.column[item].line = r->scan.line;
    return QB_OK;
}

static qb_status set_upper(reader *r, uint32_t item, double value)
{
    r->draft.column[item].upper = with_infinity(r, value);
    r->draft.column[item].line = r->scan.line;
    return QB_OK;
}

static qb_status set_type(reader *r, uint32_t item, double value)
{
    static const uint8_t type[] = {QB_COLUMN_CONTINUOUS, QB_COLUMN_INTEGER, QB_COLUMN_BINARY};
    if (value != 0 && value != 1 && value != 2)
        return qb_scan_fail(&r->scan, "a variable's type is 0, 1 or 2");
    qb_draft_column *c = &r->draft.column[item];
    c->type = type[(int)value];
    if (c->type == QB_COLUMN_BINARY) {
        c->lower = fmax(c->lower, 0);
        c->upper = fmin(c->upper, 1);
    }
    return QB_OK;
}

static qb_status ignore(reader *r, uint32_t item, double value)
{
    (void)r;
    (void)item;
    (void)value;
    return QB_OK;
}

/* The line `index ...` of an exception; an item listed twice in one section is an error. */
static qb_status read_item(reader *r, uint32_t items, uint32_t *item)
{
    qb_status status = next_line(r, "the end of a section");
    if (status == QB_OK)
        status = qb_scan_index(&r->scan, "an index", 1, items, item);
    if (status == QB_OK && r->seen[*item] == r->section)
        return qb_scan_fail(&r->scan, "%u is listed twice", *item + 1);
    if (status == QB_OK)
        r->seen[*item] = r->section;
    return status;
}

static qb_status read_item_count(reader *r, const char *what, uint32_t items, uint32_t *count)
{
    qb_status status = count_line(r, what, count);
    r->section++;
    if (status == QB_OK && *count > items)
        return qb_scan_fail(&r->scan, "%u lines for %u items", *count, items);
    return status;
}

/* A section: the default for all items, then the exceptions. */
static qb_status read_values(reader *r, const char *what, uint32_t items, set_value set)
{
    double value;
    uint32_t count = 0, item;
    qb_status status = real_line(r, what, &value);
    for (uint32_t k = 0; k < items && status == QB_OK; k++)
        status = set(r, k, value);
    if (status == QB_OK)
        status = read_item_count(r, "a number of non-default values", items, &count);
    for (uint32_t k = 0; status == QB_OK && k < count; k++)
        if ((status = read_item(r, items, &item)) == QB_OK &&
            (status = qb_scan_extended(&r->scan, what, &value)) == QB_OK &&
            (status = qb_scan_line_end(&r->scan)) == QB_OK)
            status = set(r, item, value);
    return status;
}

/* Adds all names in order; an item without a name of its own gets letter and number. */
static qb_status add_names(reader *r, const qb_token *name, uint32_t items, qb_name_table *names, char letter)
{
    for (uint32_t k = 0; k < items; k++) {
        char own[16];
        snprintf(own, sizeof own, "%c%u", letter, k + 1);
        qb_token token = name[k].length ? name[k] : (qb_token){own, strlen(own)};
        uint32_t number;
        if (qb_names_add(names, token, &number) != QB_OK)
            return qb_fail(r->scan.diag, QB_NO_MEMORY, "%s: out of memory", r->scan.file);
        if (number != k) {
            char quote[QB_QUOTE_TEXT];
            return qb_scan_fail(&r->scan, "two items are called '%s'", qb_scan_quote(token, quote));
        }
    }
    return QB_OK;
}

static qb_status read_names(reader *r, const char *what, uint32_t items, qb_name_table *names, char letter)
{
    uint32_t count = 0, item;
    qb_status status = read_item_count(r, what, items, &count);
    if (status != QB_OK || count == 0)
        return status;
    qb_token *name = QB_NEW(qb_token, items);
    if (!name)
        return qb_fail(r->scan.diag, QB_NO_MEMORY, "%s: out of memory", r->scan.file);
    for (uint32_t k = 0; status == QB_OK && k < count; k++) {
        if ((status = read_item(r, items, &item)) == QB_OK) {
            r->scan.note = 0; /* a name may hold # */
            bool given = qb_scan_token(&r->scan, &name[item]);
            r->scan.note = '#';
            status = given ? qb_scan_line_end(&r->scan) : qb_scan_fail(&r->scan, "a name is missing");
        }
    }
    if (status == QB_OK)
        status = add_names(r, name, items, names, letter);
    qb_free(name);
    return status;
}

/* What the type says of all variables; sections of bounds and types follow only where it leaves them open. */
static void set_domains(reader *r)
{
    for (uint32_t j = 0; j < r->n; j++) {
        qb_draft_column *c = &r->draft.column[j];
        if (r->variables == 'B') {
            c->type = QB_COLUMN_BINARY;
            c->upper = 1;
        } else if (r->variables == 'I') {
            c->type = QB_COLUMN_INTEGER;
        }
    }
}

static qb_status read_objective(reader *r)
{
    qb_status status = QB_OK;
    if (r->objective != 'L')
        status = read_quadratic(r);
    if (status == QB_OK)
        status = read_values(r, "an objective coefficient", r->n, set_cost);
    if (status == QB_OK)
        status = real_line(r, "the objective's constant", &r->draft.constant);
    return status == QB_OK ? finite(r, r->draft.constant, "the objective's constant") : status;
}

static qb_status read_infinity(reader *r)
{
    qb_status status = real_line(r, "the value of infinity", &r->infinity);
    if (status == QB_OK && !(r->infinity > 0))
        return qb_scan_fail(&r->scan, "the value of infinity is not positive");
    return status;
}

static qb_status read_sections(reader *r)
{
    bool rows = r->constraints == 'L', bounds = r->variables != 'B',
         types = r->variables == 'M' || r->variables == 'G';
    qb_status status;
    if ((status = read_objective(r)) != QB_OK || (rows && (status = read_rows(r)) != QB_OK) ||
        (status = read_infinity(r)) != QB_OK ||
        (rows && ((status = read_values(r, "a left-hand side", r->m, set_row_lower)) != QB_OK ||
                  (status = read_values(r, "a right-hand side", r->m, set_row_upper)) != QB_OK)) ||
        (bounds && ((status = read_values(r, "a lower bound", r->n, set_lower)) != QB_OK ||
                    (status = read_values(r, "an upper bound", r->n, set_upper)) != QB_OK)) ||
        (types && (status = read_values(r, "a type", r->n, set_type)) != QB_OK) ||
        (status = read_values(r, "a starting value", r->n, ignore)) != QB_OK ||
        (rows && (status = read_values(r, "a dual starting value", r->m, ignore)) != QB_OK) ||
        (status = read_values(r, "a dual starting value", r->n, ignore)) != QB_OK ||
        (status = read_names(r, "a number of variable names", r->n, &r->draft.column_names, 'x')) != QB_OK ||
        (status = read_names(r, "a number of constraint names", r->m, &r->draft.row_names, 'r')) != QB_OK)
        return status;
    return qb_scan_file_end(&r->scan);
}

static qb_status read_header(reader *r)
{
    qb_status status;
    if ((status = qb_scan_first_line(&r->scan)) != QB_OK || (status = read_type(r)) != QB_OK ||
        (status = read_sense(r)) != QB_OK || (status = read_sizes(r)) != QB_OK)
        return status;
    set_domains(r);
    r->seen = QB_NEW(uint32_t, r->n > r->m ? r->n : r->m);
    return r->seen ? QB_OK : qb_fail(r->scan.diag, QB_NO_MEMORY, "%s: out of memory", r->scan.file);
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    reader r = {.source = source, .scan = qb_scan_open(source, diag)};
    r.scan.comment = r.scan.note = '#';
    qb_status status = read_header(&r);
    if (status == QB_OK)
        status = read_sections(&r);
    if (status == QB_OK)
        status = qb_mip_draft_build(&r.draft, source, &r.scan, problem);
    qb_free(r.seen);
    qb_mip_draft_free(&r.draft);
    return status;
}

extern const qb_format qb_format_qplib;
const qb_format qb_format_qplib = {
    .name = "qplib",
    .summary = "QPLIB instance with linear constraints (.qplib)",
    .convention = "own sense; 1-based, each listed entry of the objective adds v / 2 x_i x_j",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = qb_qplib_write,
};
