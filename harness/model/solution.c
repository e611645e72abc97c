#include "harness/model/solution.h"

#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/model/name_index.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A piece of the text. */
typedef struct span {
    const char *at;
    size_t length;
} span;

typedef struct reader {
    const qb_problem *problem;
    const char *file;
    const char *next, *end; /* what is left of the text */
    long line;              /* of what was read last */
    qb_name_index columns, rows;
    double *value; /* [columns] */
    bool *listed;  /* [columns] */
    qb_diag *diag;
} reader;

/* What sets the dialects of `name value` lines apart. */
typedef struct dialect {
    const char *mark;  /* the first line that says something begins with it; NULL: the plain one */
    const char *begin; /* values stand below the line that begins with this; NULL: below the first */
    const char *end;   /* and above the one that begins with this */
    uint32_t name;     /* which word of a line is the name; the next one is the value */
    bool shifted;      /* bK is variable K - 1 of an unnamed problem */
    bool lists_rows;   /* among the columns */
} dialect;

static const dialect dialects[] = {
    {.mark = "solution status:"},
    {.mark = "Model status", .begin = "# Columns", .end = "# Rows"},
    {.mark = "# Primal solution values", .begin = "# Columns", .end = "# Rows"},
    {.mark = "Optimal", .name = 1, .lists_rows = true},
    {.mark = "Stopped on", .name = 1, .lists_rows = true},
    {.mark = "Value of objective function:",
     .begin = "Actual values of the variables:",
     .end = "Actual values of the constraints:"},
    {.mark = "objvar", .shifted = true},
};

/* Lines by which solvers say that there is nothing to read. */
static const char *const refusals[] = {"Infeasible",
                                       "Integer infeasible",
                                       "Unbounded",
                                       "no solution available",
                                       "This problem is infeasible",
                                       "This problem is unbounded"};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

static bool begins_with(span s, const char *prefix)
{
    size_t length = strlen(prefix);
    return s.length >= length && memcmp(s.at, prefix, length) == 0;
}

static int shown(span s)
{
    return s.length > 60 ? 60 : (int)s.length;
}

/* The next line that is not blank, trimmed; false at the end. */
static bool next_line(reader *r, span *line)
{
    while (r->next < r->end) {
        const char *stop = memchr(r->next, '\n', (size_t)(r->end - r->next));
        const char *begin = r->next, *end = stop ? stop : r->end;
        r->next = stop ? stop + 1 : r->end;
        r->line++;
        while (begin < end && is_blank(*begin))
            begin++;
        while (end > begin && is_blank(end[-1]))
            end--;
        if (begin < end) {
            *line = (span){begin, (size_t)(end - begin)};
            return true;
        }
    }
    return false;
}

/* Cuts the next word off a line; a length of 0 at its end. */
static span next_word(span *line)
{
    size_t skip = 0, length = 0;
    while (skip < line->length && is_blank(line->at[skip]))
        skip++;
    while (skip + length < line->length && !is_blank(line->at[skip + length]))
        length++;
    span word = {line->at + skip, length};
    *line = (span){word.at + length, line->length - skip - length};
    return word;
}

static void rewind_to(reader *r, const char *text)
{
    r->next = text;
    r->line = 0;
}

static qb_status set_value(reader *r, uint32_t column, double value)
{
    char buffer[16];
    if (r->listed[column])
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:%ld: '%s' is listed twice", r->file, r->line,
                       qb_mip_column_name(&r->problem->body, column, buffer));
    r->listed[column] = true;
    r->value[column] = value;
    return QB_OK;
}

/* 0/1 text */

/* Counts the digits from `at` on; false when there is anything else but white space. */
static bool count_bits(const char *at, const char *end, uint64_t *bits)
{
    *bits = 0;
    for (; at < end; at++) {
        if (*at == '0' || *at == '1')
            ++*bits;
        else if (!is_blank(*at))
            return false;
    }
    return *bits > 0;
}

static bool is_number(span s)
{
    double value;
    return qb_parse_double(s.at, s.length, &value);
}

/* Where the bits begin, NULL when the text is none: at the start, or below a line with the value. */
static const char *find_bits(reader *r, const char *text, uint64_t *bits)
{
    uint64_t rest;
    span line = {0};
    bool all = count_bits(text, r->end, bits), one_value = next_line(r, &line) && is_number(line);
    const char *below = r->next;
    bool tail = one_value && count_bits(below, r->end, &rest);
    if (tail && (!all || (rest == r->problem->body.columns && *bits != rest))) {
        *bits = rest;
        return below;
    }
    return all ? text : NULL;
}

static qb_status read_bits(reader *r, const char *at, uint64_t bits)
{
    if (!qb_problem_is_binary(r->problem))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:1: 0/1 text, but not all variables are binary", r->file);
    if (bits != r->problem->body.columns)
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:1: %" PRIu64 " bits for %" PRIu32 " variables", r->file,
                       bits, r->problem->body.columns);
    for (uint32_t j = 0; at < r->end; at++)
        if (!is_blank(*at))
            r->value[j++] = *at - '0';
    return QB_OK;
}

/* Lines of names and values */

/* GAMS numbers the objective first: bK, iK, xK is variable K - 1, counting from 1. */
static bool find_shifted(const reader *r, span name, uint32_t *column)
{
    uint64_t number;
    if (name.length < 2 || !qb_parse_u64(name.at + 1, name.length - 1, &number) || number < 2 ||
        number - 1 > r->problem->body.columns)
        return false;
    *column = (uint32_t)number - 2;
    return true;
}

static qb_status read_named(reader *r, const dialect *d, span name, span value)
{
    uint32_t column;
    double number;
    bool shifted = d->shifted && !r->columns.slot;
    if (!(shifted ? find_shifted(r, name, &column)
                  : qb_name_index_find(&r->columns, name.at, name.length, &column))) {
        if (d->lists_rows && qb_name_index_find(&r->rows, name.at, name.length, &column))
            return QB_OK;
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:%ld: no variable is called '%.*s'", r->file, r->line,
                       shown(name), name.at);
    }
    if (!qb_parse_double(value.at, value.length, &number))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:%ld: expected a number after '%.*s', got '%.*s'", r->file,
                       r->line, shown(name), name.at, shown(value), value.at);
    return set_value(r, column, number);
}

/* A line of one number: the variable of that number is 1. */
static qb_status read_active(reader *r, span word)
{
    uint64_t number;
    if (!qb_parse_u64(word.at, word.length, &number) || number < 1 || number > r->problem->body.columns)
        return qb_fail(r->diag, QB_BAD_INPUT,
                       "%s:%ld: expected a name and a value, or the number of a variable, got '%.*s'",
                       r->file, r->line, shown(word), word.at);
    return set_value(r, (uint32_t)number - 1, 1);
}

static qb_status read_line(reader *r, const dialect *d, span line)
{
    span rest = line, word = next_word(&rest);
    if (word.length == 2 && memcmp(word.at, "**", 2) == 0 && d->name > 0)
        word = next_word(&rest); /* CBC's mark of what is infeasible */
    for (uint32_t k = 0; k < d->name; k++)
        word = next_word(&rest);
    span value = next_word(&rest);
    if (value.length == 0 && !d->mark)
        return read_active(r, word);
    if (d->shifted && begins_with(word, "objvar") && word.length == strlen("objvar"))
        return QB_OK;
    return read_named(r, d, word, value);
}

static bool is_comment(span line, const dialect *d)
{
    return line.at[0] == '#' || begins_with(line, "objective value:") || begins_with(line, "=obj=") ||
           (d->mark && begins_with(line, d->mark) && !d->shifted);
}

static qb_status refuse_if_none(const reader *r, span line)
{
    for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++)
        if (begins_with(line, refusals[k]))
            return qb_fail(r->diag, QB_BAD_INPUT, "%s:%ld: holds no solution: '%.*s'", r->file, r->line,
                           shown(line), line.at);
    return QB_OK;
}

static qb_status read_lines(reader *r, const dialect *d)
{
    bool inside = !d->begin;
    qb_status status = QB_OK;
    for (span line; !status && next_line(r, &line);) {
        if (!inside) {
            inside = begins_with(line, d->begin);
            status = refuse_if_none(r, line);
        } else if (d->end && begins_with(line, d->end)) {
            return QB_OK;
        } else if (!is_comment(line, d)) {
            status = d->mark ? refuse_if_none(r, line) : QB_OK;
            status = status ? status : read_line(r, d, line);
        }
    }
    if (!status && !inside)
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:%ld: holds no solution: there is no line '%s'", r->file,
                       r->line, d->begin);
    return status;
}

/* JSON */

static qb_status read_json_member(reader *r, const qb_json_member *member)
{
    const char *name = qb_json_member_key(member);
    uint32_t column;
    double value;
    if (!qb_name_index_find(&r->columns, name, strlen(name), &column))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:1: no variable is called '%.60s'", r->file, name);
    if (!qb_json_number(qb_json_member_value(member), &value))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:1: the value of '%.60s' is not a number", r->file, name);
    return set_value(r, column, value);
}

static qb_status read_json(reader *r, const char *text)
{
    qb_json *root = NULL;
    qb_status status = qb_json_parse(r->file, text, (size_t)(r->end - text), &root, r->diag);
    if (status)
        return status;
    const qb_json *solution = qb_json_get(root, "solution");
    const char *string = qb_json_text(solution);
    uint64_t bits;
    if (string && count_bits(string, string + strlen(string), &bits)) {
        r->end = string + strlen(string);
        status = read_bits(r, string, bits);
    } else if (qb_json_type_of(solution) == QB_JSON_OBJECT) {
        for (const qb_json_member *m = qb_json_first(solution); !status && m; m = qb_json_next(solution, m))
            status = read_json_member(r, m);
    } else {
        status = qb_fail(r->diag, QB_BAD_INPUT,
                         "%s:1: expected \"solution\": a string of 0 and 1, or an object of names and values",
                         r->file);
    }
    qb_json_free(root);
    return status;
}

static const dialect *dialect_of(span line)
{
    static const dialect plain = {0};
    for (size_t k = 0; k < sizeof dialects / sizeof *dialects; k++)
        if (begins_with(line, dialects[k].mark))
            return &dialects[k];
    return &plain;
}

static qb_status read_any(reader *r, const char *text)
{
    span line;
    uint64_t bits;
    if (memchr(text, 0, (size_t)(r->end - text)))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:1: binary data, not a solution", r->file);
    if (!next_line(r, &line))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:1: empty", r->file);
    const dialect *d = dialect_of(line);
    qb_status status = refuse_if_none(r, line);
    rewind_to(r, text);
    if (status)
        return status;
    if (line.at[0] == '{')
        return read_json(r, text);
    const char *at = d->mark ? NULL : find_bits(r, text, &bits);
    rewind_to(r, text);
    return at ? read_bits(r, at, bits) : read_lines(r, d);
}

qb_status qb_solution_parse(const qb_problem *problem, const char *file, const char *text, size_t size,
                            double *v, qb_diag *diag)
{
    uint32_t columns = problem->body.columns;
    reader r = {.problem = problem, .file = file, .next = text, .end = text + size, .diag = diag};
    r.value = QB_NEW(double, columns);
    r.listed = QB_NEW(bool, columns);
    qb_status status = r.value && r.listed ? QB_OK : QB_NO_MEMORY;
    if (!status)
        status = qb_name_index_open(problem->body.column_names, columns, 'x', &r.columns);
    if (!status)
        status = qb_name_index_open(problem->body.row_names, problem->body.rows, 'r', &r.rows);
    if (status)
        qb_fail(diag, status, "out of memory reading '%s'", file);
    else
        status = read_any(&r, text);
    if (!status)
        memcpy(v, r.value, columns * sizeof *v);
    qb_name_index_close(&r.columns);
    qb_name_index_close(&r.rows);
    qb_free(r.listed);
    qb_free(r.value);
    return status;
}

void qb_solution_bits(const qb_problem *problem, const double *v, char *text)
{
    for (uint32_t j = 0; j < problem->body.columns; j++)
        text[j] = v[j] >= 0.5 ? '1' : '0';
    text[problem->body.columns] = 0;
}
