#include "instances/scan.h"

#include "harness/base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static inline bool ends_token(char c)
{
    return is_blank(c) || c == '\n';
}

qb_scan qb_scan_open(const qb_read_source *source, qb_diag *diag)
{
    return (qb_scan){
        .file = source->file, .at = source->text, .end = source->text + source->size, .diag = diag};
}

static inline void skip_blanks(qb_scan *scan)
{
    while (scan->at < scan->end && is_blank(*scan->at))
        scan->at++;
}

/* Inline for the readers of numbers below, which spend their time here. */
static inline bool at_line_end(qb_scan *scan)
{
    skip_blanks(scan);
    return scan->at == scan->end || *scan->at == '\n' || (scan->note && *scan->at == scan->note);
}

bool qb_scan_at_line_end(qb_scan *scan)
{
    return at_line_end(scan);
}

bool qb_scan_line(qb_scan *scan)
{
    while (scan->at < scan->end) {
        if (scan->line > 0) {
            const char *newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
            if (!newline || newline + 1 == scan->end)
                break;
            scan->at = newline + 1;
        }
        scan->start = scan->at;
        scan->line++;
        if (!at_line_end(scan) && !(scan->comment && *scan->at == scan->comment))
            return true;
    }
    scan->at = scan->end;
    return false;
}

qb_status qb_scan_first_line(qb_scan *scan)
{
    if (!qb_scan_line(scan))
        return qb_scan_fail_at(scan, 1, "the file is empty");
    return QB_OK;
}

static inline bool next_token(qb_scan *scan, qb_token *token)
{
    if (at_line_end(scan))
        return false;
    const char *p = scan->at;
    char note = scan->note ? scan->note : '\n';
    while (p < scan->end && *p != note && ((unsigned char)*p > ' ' || !ends_token(*p)))
        p++;
    *token = (qb_token){scan->at, (size_t)(p - scan->at)};
    scan->at = p;
    return true;
}

bool qb_scan_token(qb_scan *scan, qb_token *token)
{
    return next_token(scan, token);
}

qb_token qb_scan_rest(qb_scan *scan)
{
    skip_blanks(scan);
    const char *stop = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
    if (!stop)
        stop = scan->end;
    qb_token rest = {scan->at, (size_t)(stop - scan->at)};
    while (rest.length > 0 && is_blank(rest.start[rest.length - 1]))
        rest.length--;
    scan->at = stop;
    return rest;
}

static qb_status missing(const qb_scan *scan, const char *what)
{
    return qb_scan_fail(scan, "expected %s, the line ends", what);
}

static qb_status unexpected(const qb_scan *scan, const char *what, qb_token token)
{
    char quote[QB_QUOTE_TEXT];
    return qb_scan_fail(scan, "expected %s, got '%s'", what, qb_scan_quote(token, quote));
}

/* Digits only, at most 18 of them: cannot overflow.  The common case of every format. */
static inline bool plain_integer(const char *p, size_t length, uint64_t *value)
{
    if (length == 0 || length > 18)
        return false;
    uint64_t v = 0;
    for (size_t k = 0; k < length; k++) {
        unsigned digit = (unsigned)(p[k] - '0');
        if (digit > 9)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

bool qb_token_real(qb_token token, double *value)
{
    if (token.length == 0)
        return false;
    bool negative = token.length > 1 && token.start[0] == '-';
    uint64_t magnitude;
    if (plain_integer(token.start + negative, token.length - negative, &magnitude) &&
        magnitude <= UINT64_C(1) << 53) {
        *value = negative ? -(double)magnitude : (double)magnitude;
        return true;
    }
    return qb_parse_double(token.start, token.length, value);
}

qb_status qb_scan_count(qb_scan *scan, const char *what, uint32_t *value)
{
    qb_token token;
    if (!next_token(scan, &token))
        return missing(scan, what);
    uint64_t v;
    if (!plain_integer(token.start, token.length, &v))
        return unexpected(scan, what, token);
    if (v > QB_COUNT_LIMIT) {
        return qb_scan_fail(scan, "%s is beyond %u: '%.*s'", what, QB_COUNT_LIMIT, (int)token.length,
                            token.start);
    }
    *value = (uint32_t)v;
    return QB_OK;
}

qb_status qb_scan_index(qb_scan *scan, const char *what, uint32_t first, uint32_t count, uint32_t *value)
{
    qb_token token;
    if (!next_token(scan, &token))
        return missing(scan, what);
    uint64_t v;
    if (!plain_integer(token.start, token.length, &v))
        return unexpected(scan, what, token);
    if (v < first || v - first >= count) {
        return qb_scan_fail(scan, "%s is outside %u to %lld: '%.*s'", what, first,
                            (long long)first + (long long)count - 1, (int)token.length, token.start);
    }
    *value = (uint32_t)(v - first);
    return QB_OK;
}

qb_status qb_scan_real(qb_scan *scan, const char *what, double *value)
{
    qb_token token;
    if (!next_token(scan, &token))
        return missing(scan, what);
    return qb_token_real(token, value) ? QB_OK : unexpected(scan, what, token);
}

/* A decimal number too large for a double, as files spell infinity: 1.79769313486232E+308 rounds up. */
static bool overflows(qb_token token, double *value)
{
    char text[64];
    if (token.length >= sizeof text)
        return false;
    for (size_t k = 0; k < token.length; k++)
        if (!memchr("0123456789.eE+-", token.start[k], 15))
            return false;
    memcpy(text, token.start, token.length);
    text[token.length] = 0;
    char *end;
    double v = strtod(text, &end);
    if (token.length == 0 || *end || !isinf(v))
        return false;
    *value = v;
    return true;
}

qb_status qb_scan_extended(qb_scan *scan, const char *what, double *value)
{
    qb_token token;
    if (!next_token(scan, &token))
        return missing(scan, what);
    if (qb_token_real(token, value) || qb_parse_double_or_inf(token.start, token.length, value) ||
        overflows(token, value))
        return QB_OK;
    return unexpected(scan, what, token);
}

/* Stands on a line with a token left, unless the file ends. */
static qb_status next_word(qb_scan *scan, const char *what)
{
    while (scan->line == 0 || qb_scan_at_line_end(scan))
        if (!qb_scan_line(scan))
            return qb_scan_fail_at(scan, scan->line ? scan->line : 1, "expected %s, the file ends", what);
    return QB_OK;
}

bool qb_scan_word(qb_scan *scan, qb_token *token)
{
    while (scan->line == 0 || qb_scan_at_line_end(scan))
        if (!qb_scan_line(scan))
            return false;
    return qb_scan_token(scan, token);
}

qb_status qb_scan_next_count(qb_scan *scan, const char *what, uint32_t *value)
{
    qb_status status = next_word(scan, what);
    return status == QB_OK ? qb_scan_count(scan, what, value) : status;
}

qb_status qb_scan_next_real(qb_scan *scan, const char *what, double *value)
{
    qb_status status = next_word(scan, what);
    return status == QB_OK ? qb_scan_real(scan, what, value) : status;
}

qb_status qb_scan_line_end(qb_scan *scan)
{
    qb_token token;
    if (at_line_end(scan))
        return QB_OK;
    (void)next_token(scan, &token);
    return unexpected(scan, "the end of the line", token);
}

qb_status qb_scan_file_end(qb_scan *scan)
{
    qb_token token;
    if (qb_scan_line(scan) && qb_scan_token(scan, &token))
        return unexpected(scan, "the end of the file", token);
    return QB_OK;
}

static qb_status fail_va(const qb_scan *scan, uint32_t line, const char *format, va_list list)
{
    char what[384];
    vsnprintf(what, sizeof what, format, list);
    return qb_fail(scan->diag, QB_BAD_INPUT, "%s:%u: %s", scan->file, line, what);
}

qb_status qb_scan_fail(const qb_scan *scan, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    qb_status status = fail_va(scan, scan->line, format, list);
    va_end(list);
    return status;
}

qb_status qb_scan_fail_at(const qb_scan *scan, uint32_t line, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    qb_status status = fail_va(scan, line, format, list);
    va_end(list);
    return status;
}

const char *qb_scan_quote(qb_token token, char buffer[QB_QUOTE_TEXT])
{
    size_t length = token.length < 40 ? token.length : 40;
    for (size_t k = 0; k < length; k++) {
        char c = token.start[k];
        buffer[k] = c >= ' ' && c <= '~' ? c : '?';
    }
    memcpy(buffer + length, token.length > 40 ? "..." : "", token.length > 40 ? 4 : 1);
    return buffer;
}

bool qb_token_is_nocase(qb_token token, const char *word)
{
    for (size_t k = 0; k < token.length; k++) {
        char c = token.start[k];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[k])
            return false; /* also at the end of word */
    }
    return word[token.length] == 0;
}

void qb_shape_of(const char *text, size_t size, char comment, qb_shape *shape)
{
    memset(shape, 0, sizeof *shape);
    qb_scan scan = {.file = "", .at = text, .end = text + size, .comment = comment};
    while (shape->lines < QB_SHAPE_LINES && qb_scan_line(&scan)) {
        uint32_t k = shape->lines++;
        qb_token token;
        while (qb_scan_token(&scan, &token)) {
            uint32_t f = shape->fields[k]++;
            if (f < QB_SHAPE_FIELDS && shape->numbers[k] == f && qb_token_real(token, &shape->value[k][f]))
                shape->numbers[k]++;
        }
    }
}

bool qb_shape_is_integer(double value)
{
    return value >= 0 && value <= QB_COUNT_LIMIT && floor(value) == value;
}

bool qb_shape_is_entry(const qb_shape *shape, uint32_t k, double first, double n)
{
    const double *v = shape->value[k];
    return shape->fields[k] == 3 && shape->numbers[k] == 3 && qb_shape_is_integer(v[0]) &&
           qb_shape_is_integer(v[1]) && v[0] >= first && v[1] >= first && v[0] < first + n &&
           v[1] < first + n;
}

bool qb_shape_is_matrix(const qb_shape *shape)
{
    const double *header = shape->value[0];
    if (shape->lines == 0 || shape->fields[0] != 2 || shape->numbers[0] != 2 ||
        !qb_shape_is_integer(header[0]) || !qb_shape_is_integer(header[1]))
        return false;
    for (uint32_t k = 1; k < shape->lines; k++)
        if (!qb_shape_is_entry(shape, k, 1, header[0]))
            return false;
    return true;
}
