/* opb: pseudo-Boolean problems.
 *
 *   * #variable= n #constraint= m
 *   * comments
 *   min: +1 x1 -2 x2 +3 x1 x2 ;
 *   +1 x1 +4 ~x2 >= 3 ;
 *
 * Integer coefficients; ~x is 1 - x; relations >=, <= and =.  With the header the variables are x1 to xn, in
 * this order; without it they are numbered as they first occur.  Products of two stay what they are in the
 * objective; longer ones, and those of constraints, become columns (products.h).
 *
 * Source: Roussel and Manquinho, "Input/output format and solver requirements for the competitions of
 * pseudo-Boolean solvers" (2012).
 */
#include "instances/opb.h"
#include "instances/products.h"

#include "harness/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const extensions[] = {".opb", ".pbo", NULL};

typedef struct reader {
    const qb_read_source *source;
    qb_scan scan;
    qb_mip_draft draft;
    qb_product_columns products;
    qb_literal *factor; /* [factors] of the term that is being read */
    size_t factors, factor_capacity;
    uint32_t line; /* where that term begins */
    bool has_header;
    uint32_t variables, constraints; /* that the header promises */
} reader;

/* The number behind `#variable=` and the like, which may have blanks around it. */
static bool header_number(qb_token line, const char *key, uint32_t *value)
{
    size_t length = strlen(key);
    for (size_t k = 0; k + length <= line.length; k++)
        if (memcmp(line.start + k, key, length) == 0) {
            uint64_t number = 0;
            size_t at = k + length, digits = 0;
            while (at < line.length && line.start[at] == ' ')
                at++;
            for (; at < line.length && line.start[at] >= '0' && line.start[at] <= '9' && digits < 10;
                 at++, digits++)
                number = number * 10 + (uint64_t)(line.start[at] - '0');
            *value = (uint32_t)number;
            return digits > 0 && number <= QB_COUNT_LIMIT;
        }
    return false;
}

/* `* #variable= n #constraint= m` on the first line makes x1 .. xn. */
static qb_status read_header(reader *r)
{
    qb_scan scan = r->scan;
    scan.comment = 0;
    uint32_t n;
    if (!qb_scan_line(&scan))
        return qb_scan_fail_at(&r->scan, 1, "the file is empty");
    qb_token line = qb_scan_rest(&scan);
    if (*line.start != '*' || !header_number(line, "#variable=", &n) ||
        !header_number(line, "#constraint=", &r->constraints))
        return QB_OK;
    qb_status status = qb_entries_check(r->source, &scan, n, r->constraints);
    for (uint32_t k = 1; k <= n && status == QB_OK; k++) {
        char name[16];
        uint32_t column;
        size_t length = (size_t)snprintf(name, sizeof name, "x%u", k);
        status = qb_mip_draft_column(&r->draft, &scan, (qb_token){name, length}, &column);
        if (status == QB_OK) {
            r->draft.column[column].type = QB_COLUMN_INTEGER;
            r->draft.column[column].upper = 1;
        }
    }
    r->has_header = true;
    r->variables = n;
    return status;
}

/* The next word; `;` is one of its own. */
static bool next_word(reader *r, qb_token *word)
{
    if (!qb_scan_word(&r->scan, word))
        return false;
    const char *semicolon = memchr(word->start, ';', word->length);
    if (semicolon) {
        size_t length = semicolon == word->start ? 1 : (size_t)(semicolon - word->start);
        r->scan.at = word->start + length;
        word->length = length;
    }
    return true;
}

static bool is_relation(qb_token word)
{
    return qb_token_is(word, ">=") || qb_token_is(word, "<=") || qb_token_is(word, "=");
}

/* An exact integer: what a double cannot hold is refused. */
static qb_status take_integer(const reader *r, qb_token word, double *value)
{
    char quote[QB_QUOTE_TEXT];
    if (!qb_token_real(word, value) || nearbyint(*value) != *value)
        return qb_scan_fail(&r->scan, "expected an integer, got '%s'", qb_scan_quote(word, quote));
    if (fabs(*value) > 0x1p53)
        return qb_scan_fail(&r->scan, "the integer is beyond 2^53: '%s'", qb_scan_quote(word, quote));
    return QB_OK;
}

static bool starts_literal(qb_token word)
{
    char c = word.start[word.length > 1 && word.start[0] == '~'];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static qb_status take_literal(reader *r, qb_token word, qb_literal *out)
{
    char quote[QB_QUOTE_TEXT];
    if (!starts_literal(word))
        return qb_scan_fail(&r->scan, "expected a variable, got '%s'", qb_scan_quote(word, quote));
    out->negated = word.start[0] == '~';
    word.start += out->negated;
    word.length -= out->negated;
    uint32_t known = r->draft.columns;
    if (r->has_header && qb_names_find(&r->draft.column_names, word) >= r->variables)
        return qb_scan_fail(&r->scan, "'%s' is none of the %u variables that the header promises",
                            qb_scan_quote(word, quote), r->variables);
    qb_status status = qb_mip_draft_column(&r->draft, &r->scan, word, &out->column);
    if (status == QB_OK && r->draft.columns > known) {
        r->draft.column[out->column].type = QB_COLUMN_INTEGER;
        r->draft.column[out->column].upper = 1;
    }
    return status;
}

/* coefficient * product of one or two literals, into the objective.  (1 - x)(1 - y) is multiplied out. */
static qb_status add_product(reader *r, const qb_scan *at, double coefficient)
{
    const qb_literal *factor = r->factor;
    const qb_literal *a = &factor[0], *b = &factor[1];
    qb_draft_column *column = r->draft.column;
    if (r->factors == 1) {
        r->draft.constant += a->negated ? coefficient : 0;
        column[a->column].linear += a->negated ? -coefficient : coefficient;
        return QB_OK;
    }
    if (a->negated && b->negated)
        r->draft.constant += coefficient;
    if (b->negated)
        column[a->column].linear += a->negated ? -coefficient : coefficient;
    if (a->negated)
        column[b->column].linear += b->negated ? -coefficient : coefficient;
    double weight = a->negated != b->negated ? -coefficient : coefficient;
    return qb_entries_add(&r->draft.pairs, at, a->column, b->column, weight);
}

/* coefficient * literal into the latest row; *shift collects what ~x leaves on the left. */
static qb_status add_entry(reader *r, const qb_scan *at, double coefficient, double *shift)
{
    const qb_literal *factor = r->factor;
    *shift += factor->negated ? coefficient : 0;
    return qb_mip_draft_add_entry(&r->draft, at, r->draft.rows - 1, factor->column,
                                  factor->negated ? -coefficient : coefficient);
}

static qb_status push_factor(reader *r, qb_token word)
{
    if (r->factors == r->factor_capacity) {
        size_t capacity = r->factor_capacity * 2 + 8;
        qb_literal *grown = qb_realloc(r->factor, r->factors, capacity, sizeof *grown);
        if (!grown)
            return qb_fail(r->scan.diag, QB_NO_MEMORY, "%s: out of memory", r->scan.file);
        r->factor = grown;
        r->factor_capacity = capacity;
    }
    return take_literal(r, word, &r->factor[r->factors++]);
}

/* coefficient * product of the factors, into the objective or the latest row. */
static qb_status take_product(reader *r, double coefficient, bool row, double *shift)
{
    qb_scan at = r->scan;
    at.line = r->line;
    qb_status status = qb_products_reduce(&r->products, &r->draft, &at, r->factor, &r->factors, row ? 1 : 2);
    if (status != QB_OK || r->factors == 0)
        return status;
    return row ? add_entry(r, &at, coefficient, shift) : add_product(r, &at, coefficient);
}

/* Terms up to a relation or `;`, which is left in *word. */
static qb_status take_terms(reader *r, qb_token *word, bool row, double *shift)
{
    qb_status status = QB_OK;
    while (status == QB_OK && !is_relation(*word) && !qb_token_is(*word, ";")) {
        double coefficient;
        if ((status = take_integer(r, *word, &coefficient)) != QB_OK)
            return status;
        bool more;
        r->factors = 0;
        r->line = r->scan.line;
        while ((more = next_word(r, word)) && starts_literal(*word))
            if ((status = push_factor(r, *word)) != QB_OK)
                return status;
        if (!more)
            return qb_scan_fail(&r->scan, "the file ends inside a sum");
        if (r->factors == 0)
            return qb_scan_fail(&r->scan, "a coefficient without a variable");
        status = take_product(r, coefficient, row, shift);
    }
    return status;
}

static qb_status expect_semicolon(reader *r, qb_token word)
{
    char quote[QB_QUOTE_TEXT];
    return qb_token_is(word, ";")
               ? QB_OK
               : qb_scan_fail(&r->scan, "expected ;, got '%s'", qb_scan_quote(word, quote));
}

static qb_status take_objective(reader *r, bool maximise)
{
    qb_token word;
    r->draft.sense = maximise ? QB_MAXIMISE : QB_MINIMISE;
    if (!next_word(r, &word))
        return qb_scan_fail(&r->scan, "the file ends inside the objective");
    qb_status status = take_terms(r, &word, false, NULL);
    return status == QB_OK ? expect_semicolon(r, word) : status;
}

static qb_status take_constraint(reader *r, qb_token word)
{
    uint32_t row;
    double shift = 0, side;
    qb_status status = qb_mip_draft_add_row(&r->draft, &r->scan, &row);
    if (status == QB_OK)
        status = take_terms(r, &word, true, &shift);
    if (status != QB_OK)
        return status;
    qb_token relation = word;
    if (!is_relation(relation))
        return qb_scan_fail(&r->scan, "expected >=, <= or =, got ';'");
    if (!next_word(r, &word))
        return qb_scan_fail(&r->scan, "the file ends inside a constraint");
    if ((status = take_integer(r, word, &side)) != QB_OK)
        return status;
    if (!qb_token_is(relation, "<="))
        r->draft.row[row].lower = side - shift;
    if (!qb_token_is(relation, ">="))
        r->draft.row[row].upper = side - shift;
    if (!next_word(r, &word))
        return qb_scan_fail(&r->scan, "expected ;, the file ends");
    return expect_semicolon(r, word);
}

/* All variables by their first occurrence, so that the columns of products come behind them. */
static qb_status collect_variables(reader *r)
{
    const qb_scan begin = r->scan;
    qb_token word;
    qb_literal literal;
    qb_status status = QB_OK;
    while (status == QB_OK && next_word(r, &word))
        if (starts_literal(word) && !memchr(word.start, ':', word.length))
            status = take_literal(r, word, &literal);
    r->scan = begin;
    return status;
}

static qb_status take_file(reader *r)
{
    qb_token word;
    bool first = true;
    qb_status status = read_header(r);
    if (status == QB_OK && !r->has_header)
        status = collect_variables(r);
    for (; status == QB_OK && next_word(r, &word); first = false) {
        bool min = qb_token_is(word, "min:"), max = qb_token_is(word, "max:");
        if (qb_token_is(word, "soft:") || word.start[0] == '[')
            status = qb_scan_fail(&r->scan, "soft constraints are not supported");
        else if ((min || max) && !first)
            status = qb_scan_fail(&r->scan, "the objective stands before all constraints");
        else
            status = min || max ? take_objective(r, max) : take_constraint(r, word);
    }
    if (status == QB_OK && r->has_header && r->draft.rows != r->constraints)
        return qb_scan_fail(&r->scan, "the header promises %u constraints, there are %u", r->constraints,
                            r->draft.rows);
    return status == QB_OK ? qb_products_define(&r->products, &r->draft, &r->scan) : status;
}

static qb_status read(const qb_read_source *source, qb_problem *problem, qb_diag *diag)
{
    reader r = {.source = source, .scan = qb_scan_open(source, diag)};
    r.scan.comment = '*';
    qb_status status = take_file(&r);
    if (status == QB_OK)
        status = qb_mip_draft_build(&r.draft, source, &r.scan, problem);
    qb_products_free(&r.products);
    qb_free(r.factor);
    qb_mip_draft_free(&r.draft);
    return status;
}

static int recognise(const char *text, size_t size)
{
    qb_scan scan = {.file = "", .at = text, .end = text + size};
    qb_token word;
    if (!qb_scan_line(&scan))
        return QB_FORMAT_NO;
    scan.at = scan.start;
    qb_token line = qb_scan_rest(&scan);
    uint32_t n;
    if (*line.start == '*' && header_number(line, "#variable=", &n))
        return QB_FORMAT_SURE;
    qb_scan begin = {.file = "", .at = text, .end = text + size, .comment = '*'};
    if (!qb_scan_word(&begin, &word))
        return QB_FORMAT_NO;
    return qb_token_is(word, "min:") || qb_token_is(word, "max:") ? QB_FORMAT_MAYBE : QB_FORMAT_NO;
}

extern const qb_format qb_format_opb;
const qb_format qb_format_opb = {
    .name = "opb",
    .summary = "pseudo-Boolean problem (.opb)",
    .convention = "own sense; ~x is 1 - x; long products are variables x1.x2",
    .extensions = extensions,
    .recognise = recognise,
    .read = read,
    .write = qb_opb_write,
};
