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
#include "instances/lp_parser.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const extensions[] = {".lp", NULL};

/* ---- Bounds and types ---------------------------------------------------------------------------------- */

static void set_bound(qb_lp_parser *p, uint32_t column, double value, char relation, uint32_t line)
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

static qb_status take_bound(qb_lp_parser *p)
{
    double value;
    char relation;
    uint32_t column, line = p->now.line;
    qb_status status;
    bool left = qb_lp_at_sign(p) || qb_lp_at_infinity(p) || p->now.kind == QB_LP_NUMBER;
    if (left) {
        if ((status = qb_lp_take_value(p, &value)) != QB_OK)
            return status;
        if (p->now.kind != QB_LP_RELATION)
            return qb_lp_expected(p, "<=, >= or =");
        relation = mirrored(p->now.symbol);
        qb_lp_advance(p);
        if ((status = qb_lp_take_variable(p, &column)) != QB_OK)
            return status;
        set_bound(p, column, value, relation, line);
        if (p->now.kind != QB_LP_RELATION)
            return QB_OK;
        if (mirrored(p->now.symbol) != relation || relation == '=')
            return qb_lp_expected(p, "a relation that agrees with the first");
    } else {
        if ((status = qb_lp_take_variable(p, &column)) != QB_OK)
            return status;
        if (p->now.kind == QB_LP_NAME && qb_token_is_nocase(p->now.text, "free")) {
            set_bound(p, column, -INFINITY, '>', line);
            set_bound(p, column, INFINITY, '<', line);
            qb_lp_advance(p);
            return QB_OK;
        }
        if (p->now.kind != QB_LP_RELATION)
            return qb_lp_expected(p, "<=, >=, = or free");
    }
    relation = p->now.symbol;
    qb_lp_advance(p);
    if ((status = qb_lp_take_value(p, &value)) == QB_OK)
        set_bound(p, column, value, relation, line);
    return status;
}

static qb_status take_bounds(qb_lp_parser *p)
{
    qb_status status = QB_OK;
    while (status == QB_OK && p->now.kind != QB_LP_SECTION && p->now.kind != QB_LP_END)
        status = take_bound(p);
    return status;
}

static qb_status take_integers(qb_lp_parser *p, bool binary)
{
    while (p->now.kind == QB_LP_NAME) {
        uint32_t column, line = p->now.line;
        qb_status status = qb_lp_take_variable(p, &column);
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
    return p->now.kind == QB_LP_SECTION || p->now.kind == QB_LP_END ? QB_OK : qb_lp_expected(p, "a variable");
}

/* ---- The file ------------------------------------------------------------------------------------------ */

static qb_status take_section(qb_lp_parser *p)
{
    qb_lp_section section = p->now.section;
    qb_lp_token token = p->now;
    qb_lp_advance(p);
    switch (section) {
    case QB_LP_ROWS:
        return qb_lp_take_rows(p);
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
static qb_status name_rows(qb_lp_parser *p)
{
    if (p->labels.count == p->draft.rows) { /* all have one, and their numbers are the rows' */
        p->draft.row_names = p->labels;
        p->labels = (qb_name_table){0};
        return QB_OK;
    }
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
            return qb_lp_no_memory(p);
        if (number != k) {
            return qb_scan_fail(&p->scan, "two rows are called '%s'",
                                qb_names_at(&p->draft.row_names, number));
        }
    }
    return QB_OK;
}

/* The comments at the beginning of the file may give names (naming.h). */
static qb_status take_aliases(const qb_lp_parser *p, qb_aliases *aliases)
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

static qb_status take_file(qb_lp_parser *p)
{
    qb_lp_advance(p);
    if (p->now.kind == QB_LP_END)
        return qb_scan_fail_at(&p->scan, 1, "the file is empty");
    qb_status status = qb_lp_take_objective(p);
    while (status == QB_OK && p->now.kind == QB_LP_SECTION && p->now.section != QB_LP_THE_END)
        status = take_section(p);
    if (status == QB_OK && p->now.kind != QB_LP_SECTION)
        return qb_lp_expected(p, "End");
    return status == QB_OK ? name_rows(p) : status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    qb_lp_parser p = {.source = source, .scan = qb_scan_open(source, diag)};
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
