/* lp: CPLEX LP files.
 *
 *   Minimize | Maximize   [label:] linear terms, constants, [ quadratic terms ] / 2; may be empty
 *   Subject To            [label:] [number relation] linear terms relation number
 *   Bounds                number <= x <= number, x >= number, x = number, x free; inf and infinity
 *   General, Binary       names
 *   End
 *
 * Variables are numbered as they first occur, have bounds 0 and +inf and are continuous unless said
 * otherwise. Strict inequalities mean weak ones.  Semi-continuous variables, SOS, indicators and quadratic
 * constraints are refused.
 */
#include "instances/lp.h"

#include "harness/base/memory.h"
#include "instances/lp_lexer.h"
#include "instances/mip_draft.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const extensions[] = {".lp", NULL};

typedef struct parser {
    const qb_read_source *source;
    qb_scan scan;
    qb_lp_token now; /* the token to be taken next */
    qb_mip_draft draft;
    qb_name_table labels; /* of rows, those that have one */
    qb_token *label;      /* [rows] */
    uint32_t label_capacity;
} parser;

static qb_status no_memory(const parser *p)
{
    return qb_fail(p->scan.diag, QB_NO_MEMORY, "%s: out of memory", p->scan.file);
}

static void advance(parser *p)
{
    p->now = qb_lp_next(&p->scan);
}

static bool at_symbol(const parser *p, char symbol)
{
    return p->now.kind == QB_LP_SYMBOL && p->now.symbol == symbol;
}

static bool at_sign(const parser *p)
{
    return at_symbol(p, '+') || at_symbol(p, '-');
}

static qb_status expected(const parser *p, const char *what)
{
    char quote[QB_QUOTE_TEXT];
    if (p->now.kind == QB_LP_END)
        return qb_scan_fail_at(&p->scan, p->now.line, "expected %s, the file ends", what);
    return qb_scan_fail_at(&p->scan, p->now.line, "expected %s, got '%s'", what,
                           qb_scan_quote(p->now.text, quote));
}

/* Any run of signs; -1 or 1. */
static double take_signs(parser *p)
{
    double sign = 1;
    while (at_sign(p)) {
        sign = p->now.symbol == '-' ? -sign : sign;
        advance(p);
    }
    return sign;
}

static bool at_infinity(const parser *p)
{
    return p->now.kind == QB_LP_NAME &&
           (qb_token_is_nocase(p->now.text, "inf") || qb_token_is_nocase(p->now.text, "infinity"));
}

/* [signs] number | inf; 1e30 is infinite. */
static qb_status take_value(parser *p, double *value)
{
    double sign = take_signs(p);
    if (!at_infinity(p) && p->now.kind != QB_LP_NUMBER)
        return expected(p, "a number");
    double magnitude = at_infinity(p) || p->now.number >= 1e30 ? INFINITY : p->now.number;
    *value = sign * magnitude;
    advance(p);
    return QB_OK;
}

static qb_status take_variable(parser *p, uint32_t *column)
{
    if (p->now.kind != QB_LP_NAME)
        return expected(p, "a variable");
    qb_status status = qb_mip_draft_column(&p->draft, &p->scan, p->now.text, column);
    advance(p);
    return status;
}

/* NAME `:`, if there is one. */
static qb_token take_label(parser *p)
{
    qb_token none = {0};
    if (p->now.kind != QB_LP_NAME)
        return none;
    parser ahead = *p;
    advance(&ahead);
    if (!at_symbol(&ahead, ':'))
        return none;
    qb_token label = p->now.text;
    *p = ahead;
    advance(p);
    return label;
}

/* ---- Objective ----------------------------------------------------------------------------------------- */

/* x ^ 2 or x * y, halved for the `/ 2` behind the bracket. */
static qb_status take_product(parser *p, double coefficient)
{
    uint32_t i, j;
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_status status = take_variable(p, &i);
    if (status != QB_OK)
        return status;
    if (at_symbol(p, '^')) {
        advance(p);
        if (p->now.kind != QB_LP_NUMBER || p->now.number != 2)
            return expected(p, "the exponent 2");
        advance(p);
        j = i;
    } else if (at_symbol(p, '*')) {
        advance(p);
        status = take_variable(p, &j);
    } else {
        return expected(p, "^ 2 or * and a variable");
    }
    return status == QB_OK ? qb_entries_add(&p->draft.pairs, &place, i, j, coefficient / 2) : status;
}

/* Stands behind `[`; sign applies to all of it. */
static qb_status take_bracket(parser *p, double sign)
{
    qb_status status = QB_OK;
    for (bool first = true; status == QB_OK && !at_symbol(p, ']'); first = false) {
        if (!first && !at_sign(p))
            return expected(p, "+, - or ]");
        double coefficient = sign * take_signs(p);
        if (p->now.kind == QB_LP_NUMBER) {
            coefficient *= p->now.number;
            advance(p);
            if (at_symbol(p, '*'))
                advance(p);
        }
        status = take_product(p, coefficient);
    }
    if (status != QB_OK)
        return status;
    advance(p);
    if (!at_symbol(p, '/'))
        return expected(p, "/ 2 behind the bracket");
    advance(p);
    if (p->now.kind != QB_LP_NUMBER || p->now.number != 2)
        return expected(p, "/ 2 behind the bracket");
    advance(p);
    return QB_OK;
}

/* One term of the objective. */
static qb_status take_cost(parser *p)
{
    double coefficient = take_signs(p);
    bool number = p->now.kind == QB_LP_NUMBER;
    if (at_symbol(p, '[')) {
        advance(p);
        return take_bracket(p, coefficient);
    }
    if (number) {
        coefficient *= p->now.number;
        advance(p);
        if (at_symbol(p, '*')) {
            advance(p);
        } else if (p->now.kind != QB_LP_NAME) {
            p->draft.constant += coefficient;
            return QB_OK;
        }
    }
    uint32_t column;
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_status status = take_variable(p, &column);
    return status == QB_OK
               ? qb_mip_draft_add_cost(&p->draft, &place, column, coefficient, p->source->sum_duplicates)
               : status;
}

static qb_status take_objective(parser *p)
{
    if (p->now.kind != QB_LP_SECTION ||
        (p->now.section != QB_LP_MINIMISE && p->now.section != QB_LP_MAXIMISE))
        return expected(p, "Minimize or Maximize");
    p->draft.sense = p->now.section == QB_LP_MINIMISE ? QB_MINIMISE : QB_MAXIMISE;
    advance(p);
    (void)take_label(p);
    qb_status status = QB_OK;
    for (bool first = true; status == QB_OK && p->now.kind != QB_LP_SECTION; first = false)
        status = first || at_sign(p) ? take_cost(p) : expected(p, "+, - or the next section");
    return status;
}

/* ---- Rows ---------------------------------------------------------------------------------------------- */

static qb_status add_label(parser *p, uint32_t row, qb_token label)
{
    if (row >= p->label_capacity) {
        uint32_t capacity = row * 2 + 64;
        qb_token *grown = qb_realloc(p->label, p->label_capacity, capacity, sizeof *grown);
        if (!grown)
            return no_memory(p);
        p->label = grown;
        p->label_capacity = capacity;
    }
    p->label[row] = label;
    if (label.length == 0)
        return QB_OK;
    if (qb_names_find(&p->labels, label) != QB_NO_NAME) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail_at(&p->scan, p->now.line, "a second row '%s'", qb_scan_quote(label, quote));
    }
    uint32_t number;
    return qb_names_add(&p->labels, label, &number) == QB_OK ? QB_OK : no_memory(p);
}

/* `number relation` in front of a row; *relation stays 0 when there is none. */
static qb_status take_left_side(parser *p, double *left, char *relation)
{
    parser ahead = *p;
    double value;
    bool plausible = at_sign(p) || at_infinity(p) || p->now.kind == QB_LP_NUMBER;
    (void)take_signs(&ahead);
    if (!plausible || (ahead.now.kind != QB_LP_NUMBER && !at_infinity(&ahead)))
        return QB_OK;
    advance(&ahead);
    if (ahead.now.kind != QB_LP_RELATION)
        return QB_OK;
    qb_status status = take_value(p, &value);
    *left = value;
    *relation = p->now.symbol;
    advance(p);
    return status;
}

static qb_status take_term(parser *p, uint32_t row)
{
    double coefficient = take_signs(p);
    uint32_t column;
    if (at_symbol(p, '['))
        return qb_scan_fail_at(&p->scan, p->now.line, "quadratic constraints are not supported");
    if (p->now.kind == QB_LP_NUMBER) {
        coefficient *= p->now.number;
        advance(p);
        if (at_symbol(p, '*'))
            advance(p);
    }
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_status status = take_variable(p, &column);
    return status == QB_OK ? qb_mip_draft_add_entry(&p->draft, &place, row, column, coefficient) : status;
}

/* value relation row, as seen from the row's left. */
static void set_side(qb_draft_row *row, double value, char relation, bool from_left)
{
    if (relation == '=')
        row->lower = row->upper = value;
    else if ((relation == '<') == from_left)
        row->lower = value;
    else
        row->upper = value;
}

static qb_status take_row(parser *p)
{
    uint32_t row;
    double left = 0, right = 0;
    char left_relation = 0, relation = 0;
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_token label = take_label(p);
    qb_status status = qb_mip_draft_add_row(&p->draft, &place, &row);
    if (status != QB_OK || (status = add_label(p, row, label)) != QB_OK ||
        (status = take_left_side(p, &left, &left_relation)) != QB_OK)
        return status;
    for (bool first = true; status == QB_OK && (first || at_sign(p)); first = false)
        status = take_term(p, row);
    if (status == QB_OK && at_symbol(p, ':'))
        return expected(p, "a term");
    if (status == QB_OK && p->now.kind == QB_LP_RELATION) {
        relation = p->now.symbol;
        advance(p);
        if (at_symbol(p, '>') || (p->now.kind == QB_LP_RELATION))
            return expected(p, "a number");
        status = take_value(p, &right);
    } else if (status == QB_OK && !left_relation) {
        return expected(p, "<=, >= or =");
    }
    if (status != QB_OK)
        return status;
    if (left_relation && relation && (left_relation != relation || relation == '='))
        return qb_scan_fail_at(&p->scan, place.line, "the two relations of a range do not agree");
    if (left_relation)
        set_side(&p->draft.row[row], left, left_relation, true);
    if (relation)
        set_side(&p->draft.row[row], right, relation, false);
    return QB_OK;
}

static qb_status take_rows(parser *p)
{
    qb_status status = QB_OK;
    while (status == QB_OK && p->now.kind != QB_LP_SECTION && p->now.kind != QB_LP_END)
        status = take_row(p);
    return status;
}

/* ---- Bounds and types ---------------------------------------------------------------------------------- */

static void set_bound(parser *p, uint32_t column, double value, char relation, uint32_t line)
{
    qb_draft_column *c = &p->draft.column[column];
    if (relation == '=' || relation == '>')
        c->lower = value;
    if (relation == '=' || relation == '<')
        c->upper = value;
    c->line = line;
}

static char mirrored(char relation)
{
    return relation == '<' ? '>' : relation == '>' ? '<' : '=';
}

static qb_status take_bound(parser *p)
{
    double value;
    char relation;
    uint32_t column, line = p->now.line;
    qb_status status;
    bool left = at_sign(p) || at_infinity(p) || p->now.kind == QB_LP_NUMBER;
    if (left) {
        if ((status = take_value(p, &value)) != QB_OK)
            return status;
        if (p->now.kind != QB_LP_RELATION)
            return expected(p, "<=, >= or =");
        relation = mirrored(p->now.symbol);
        advance(p);
        if ((status = take_variable(p, &column)) != QB_OK)
            return status;
        set_bound(p, column, value, relation, line);
        if (p->now.kind != QB_LP_RELATION)
            return QB_OK;
        if (mirrored(p->now.symbol) != relation || relation == '=')
            return expected(p, "a relation that agrees with the first");
    } else {
        if ((status = take_variable(p, &column)) != QB_OK)
            return status;
        if (p->now.kind == QB_LP_NAME && qb_token_is_nocase(p->now.text, "free")) {
            set_bound(p, column, -INFINITY, '>', line);
            set_bound(p, column, INFINITY, '<', line);
            advance(p);
            return QB_OK;
        }
        if (p->now.kind != QB_LP_RELATION)
            return expected(p, "<=, >=, = or free");
    }
    relation = p->now.symbol;
    advance(p);
    if ((status = take_value(p, &value)) == QB_OK)
        set_bound(p, column, value, relation, line);
    return status;
}

static qb_status take_bounds(parser *p)
{
    qb_status status = QB_OK;
    while (status == QB_OK && p->now.kind != QB_LP_SECTION && p->now.kind != QB_LP_END)
        status = take_bound(p);
    return status;
}

static qb_status take_integers(parser *p, bool binary)
{
    while (p->now.kind == QB_LP_NAME) {
        uint32_t column, line = p->now.line;
        qb_status status = take_variable(p, &column);
        if (status != QB_OK)
            return status;
        qb_draft_column *c = &p->draft.column[column];
        c->type = QB_COLUMN_INTEGER;
        if (binary) {
            c->lower = fmax(c->lower, 0);
            c->upper = fmin(c->upper, 1);
            c->line = line;
        }
    }
    return p->now.kind == QB_LP_SECTION || p->now.kind == QB_LP_END ? QB_OK : expected(p, "a variable");
}

/* ---- The file ------------------------------------------------------------------------------------------ */

static qb_status take_section(parser *p)
{
    qb_lp_section section = p->now.section;
    qb_lp_token token = p->now;
    advance(p);
    switch (section) {
    case QB_LP_ROWS:
        return take_rows(p);
    case QB_LP_BOUNDS:
        return take_bounds(p);
    case QB_LP_GENERAL:
        return take_integers(p, false);
    case QB_LP_BINARY:
        return take_integers(p, true);
    case QB_LP_SEMI:
        return qb_scan_fail_at(&p->scan, token.line, "semi-continuous variables are not supported");
    case QB_LP_SOS:
        return qb_scan_fail_at(&p->scan, token.line, "special ordered sets are not supported");
    default:
        return qb_scan_fail_at(&p->scan, token.line, "a second objective");
    }
}

/* Rows without a label are called by their number, with _ behind it while somebody else has that name. */
static qb_status name_rows(parser *p)
{
    for (uint32_t k = 0; p->labels.count && k < p->draft.rows; k++) {
        char own[64];
        qb_token name = p->label[k];
        if (name.length == 0) {
            size_t length = (size_t)snprintf(own, sizeof own, "r%u", k + 1);
            name = (qb_token){own, length};
            while (name.length < sizeof own - 1 && qb_names_find(&p->labels, name) != QB_NO_NAME)
                own[name.length++] = '_';
        }
        uint32_t number;
        if (qb_names_add(&p->draft.row_names, name, &number) != QB_OK)
            return no_memory(p);
        if (number != k) {
            return qb_scan_fail(&p->scan, "two rows are called '%s'",
                                qb_names_at(&p->draft.row_names, number));
        }
    }
    return QB_OK;
}

/* The comments at the beginning of the file may give names (naming.h). */
static qb_status take_aliases(const parser *p, qb_aliases *aliases)
{
    qb_scan scan = p->scan;
    qb_status status = QB_OK;
    while (status == QB_OK && qb_scan_line(&scan) && *scan.at == '\\') {
        qb_token word;
        if (qb_scan_token(&scan, &word) && qb_token_is(word, QB_LP_MARK))
            status = qb_aliases_take(aliases, &scan);
    }
    return status;
}

static qb_status take_file(parser *p)
{
    advance(p);
    if (p->now.kind == QB_LP_END)
        return qb_scan_fail_at(&p->scan, 1, "the file is empty");
    qb_status status = take_objective(p);
    while (status == QB_OK && p->now.kind == QB_LP_SECTION && p->now.section != QB_LP_THE_END)
        status = take_section(p);
    if (status == QB_OK && p->now.kind != QB_LP_SECTION)
        return expected(p, "End");
    return status == QB_OK ? name_rows(p) : status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    parser p = {.source = source, .scan = qb_scan_open(source, diag)};
    qb_aliases aliases = {0};
    qb_status status = take_aliases(&p, &aliases);
    if (status == QB_OK)
        status = take_file(&p);
    if (status == QB_OK)
        status = qb_aliases_apply(&aliases, 0, &p.scan, &p.draft.column_names);
    if (status == QB_OK)
        status = qb_aliases_apply(&aliases, 1, &p.scan, &p.draft.row_names);
    if (status == QB_OK)
        status = qb_mip_draft_build(&p.draft, source, &p.scan, problem);
    qb_aliases_free(&aliases);
    qb_mip_draft_free(&p.draft);
    qb_names_free(&p.labels);
    qb_free(p.label);
    return status;
}

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    qb_lp_token token = qb_lp_next(&scan);
    bool objective =
        token.kind == QB_LP_SECTION && (token.section == QB_LP_MINIMISE || token.section == QB_LP_MAXIMISE);
    return objective ? QB_FORMAT_SURE : QB_FORMAT_NO;
}

extern const qb_format qb_format_lp;
const qb_format qb_format_lp = {
    .name = "lp",
    .summary = "CPLEX LP, with quadratic objectives (.lp)",
    .convention = "own sense; the bracket of quadratic terms is halved",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = qb_lp_write,
};
