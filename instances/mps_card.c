#include "instances/mps_card.h"

#include <string.h>

static qb_token trimmed(const char *start, const char *end)
{
    while (end > start && (end[-1] == ' ' || end[-1] == '\r'))
        end--;
    return (qb_token){start, (size_t)(end - start)};
}

/* Columns first..last (from 1) of the line; what is beyond its end is empty. */
static qb_token columns(const char *line, size_t length, size_t first, size_t last)
{
    size_t from = first - 1 < length ? first - 1 : length, to = last < length ? last : length;
    return trimmed(line + from, line + to);
}

static bool is_blank_span(const char *line, size_t length, size_t first, size_t last)
{
    return columns(line, length, first, last).length == 0;
}

static qb_token number_field(const char *line, size_t length, size_t first, size_t last)
{
    qb_token field = columns(line, length, first, last);
    while (field.length && *field.start == ' ') {
        field.start++;
        field.length--;
    }
    return field;
}

/* The one number from column 25 on, when it runs past its field and ends the line; else length 0. */
static qb_token long_number(const char *line, size_t length)
{
    const char *from = line + (24 < length ? 24 : length), *end = line + length;
    while (from < end && *from == ' ')
        from++;
    bool whole = end > line + 36 && from < line + 36 && !memchr(from, ' ', (size_t)(end - from));
    return whole ? trimmed(from, end) : (qb_token){0};
}

static qb_status fixed_card(qb_scan *scan, qb_mps_section section, qb_mps_card *out)
{
    const char *line = scan->start;
    qb_token rest = qb_scan_rest(scan);
    size_t length = (size_t)(rest.start + rest.length - line);
    qb_token number = long_number(line, length);
    bool fits = !memchr(line, '\t', length) && is_blank_span(line, length, 1, 1) &&
                is_blank_span(line, length, 4, 4) && is_blank_span(line, length, 13, 14) &&
                is_blank_span(line, length, 23, 24);
    *out = (qb_mps_card){
        .type = number_field(line, length, 2, 3),
        .name = columns(line, length, 5, 12),
        .row = {columns(line, length, 15, 22)},
        .number = {number.length ? number : number_field(line, length, 25, 36)},
    };
    if (!number.length) {
        out->row[1] = columns(line, length, 40, 47);
        out->number[1] = number_field(line, length, 50, length > 61 ? length : 61);
        fits = fits && is_blank_span(line, length, 37, 39) && is_blank_span(line, length, 48, 49);
    }
    if (section == QB_MPS_ROWS)
        fits = fits && length <= 12;
    const qb_token *names[] = {&out->name, &out->row[0], &out->row[1]};
    for (size_t k = 0; k < 3; k++)
        fits = fits && !(names[k]->length && *names[k]->start == ' ');
    return fits ? QB_OK : qb_scan_fail(scan, "the line is not in fixed columns");
}

bool qb_mps_is_valueless(qb_token type)
{
    return qb_token_is(type, "FR") || qb_token_is(type, "MI") || qb_token_is(type, "PL") ||
           qb_token_is(type, "BV");
}

/* Where the set's name is left out, one token less. */
static bool free_vector(const qb_token *t, size_t count, qb_mps_card *out)
{
    size_t named = count % 2; /* 3 or 5 with a set, 2 or 4 without */
    if (count < 2 || count > 5)
        return false;
    if (named)
        out->name = t[0];
    out->row[0] = t[named];
    out->number[0] = t[named + 1];
    if (count > 3) {
        out->row[1] = t[named + 2];
        out->number[1] = t[named + 3];
    }
    return true;
}

static bool free_bound(const qb_token *t, size_t count, qb_mps_card *out)
{
    size_t needed = count && qb_mps_is_valueless(t[0]) ? 2 : 3;
    if (count < needed || count > 4)
        return false;
    out->type = t[0];
    bool named = count > needed;
    if (named)
        out->name = t[1];
    out->row[0] = t[1 + named];
    if (count > 2u + named)
        out->number[0] = t[2 + named];
    return true;
}

static bool free_column(const qb_token *t, size_t count, qb_mps_card *out)
{
    if (count == 3 && qb_token_is(t[1], "'MARKER'")) {
        *out = (qb_mps_card){.name = t[0], .row = {t[1], t[2]}};
        return true;
    }
    if (count != 3 && count != 5)
        return false;
    *out = (qb_mps_card){.name = t[0], .row = {t[1]}, .number = {t[2]}};
    if (count == 5) {
        out->row[1] = t[3];
        out->number[1] = t[4];
    }
    return true;
}

static qb_status free_card(qb_scan *scan, qb_mps_section section, qb_mps_card *out)
{
    qb_token t[6] = {{0}};
    size_t count = 0;
    while (count < 6 && qb_scan_token(scan, &t[count]))
        count++;
    *out = (qb_mps_card){0};
    bool fits = false;
    switch (section) {
    case QB_MPS_ROWS:
        fits = count == 2;
        out->type = t[0];
        out->name = t[1];
        break;
    case QB_MPS_COLUMNS:
        fits = free_column(t, count, out);
        break;
    case QB_MPS_RHS:
    case QB_MPS_RANGES:
        fits = free_vector(t, count, out);
        break;
    case QB_MPS_BOUNDS:
        fits = free_bound(t, count, out);
        break;
    case QB_MPS_QUADOBJ:
        fits = count == 3;
        *out = (qb_mps_card){.name = t[0], .row = {t[1]}, .number = {t[2]}};
        break;
    default:
        break;
    }
    return fits ? QB_OK : qb_scan_fail(scan, "%zu fields do not make a line of this section", count);
}

qb_status qb_mps_card_read(qb_scan *scan, bool fixed, qb_mps_section section, qb_mps_card *card)
{
    return fixed ? fixed_card(scan, section, card) : free_card(scan, section, card);
}
