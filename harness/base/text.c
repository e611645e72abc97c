#include "harness/base/text.h"

#include "harness/base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for `count` more bytes and the terminator. */
static bool reserve(qb_text *text, size_t count)
{
    size_t needed;
    if (text->status != QB_OK)
        return false;
    if (__builtin_add_overflow(text->length, count, &needed) || __builtin_add_overflow(needed, 1, &needed))
        goto no_memory;
    if (needed <= text->capacity)
        return true;
    size_t capacity = needed < SIZE_MAX / 2 ? needed + needed / 2 + 64 : needed;
    char *grown = qb_realloc(text->data, text->length, capacity, 1);
    if (!grown)
        goto no_memory;
    text->data = grown;
    text->capacity = capacity;
    return true;
no_memory:
    text->status = QB_NO_MEMORY;
    return false;
}

void qb_text_append_bytes(qb_text *text, const void *bytes, size_t count)
{
    if (!count || !reserve(text, count))
        return;
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = 0;
}

void qb_text_append(qb_text *text, const char *string)
{
    qb_text_append_bytes(text, string, strlen(string));
}

void qb_text_append_char(qb_text *text, char c)
{
    qb_text_append_bytes(text, &c, 1);
}

void qb_text_appendf(qb_text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0 && reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void qb_text_append_double(qb_text *text, double value)
{
    char buffer[QB_DOUBLE_TEXT];
    qb_text_append(text, qb_double_text(value, buffer));
}

void qb_text_append_duration(qb_text *text, double seconds)
{
    if (!isfinite(seconds) || seconds < 0 || seconds >= 1e15) {
        qb_text_append(text, "unknown");
    } else if (seconds < 0.9995) {
        qb_text_appendf(text, "%.0fms", seconds * 1e3);
    } else if (seconds < 59.95) {
        /* tenths only where they matter and are not zero */
        double tenths = round(seconds * 10);
        bool whole = seconds >= 9.95 || fmod(tenths, 10) == 0;
        qb_text_appendf(text, "%.0f", whole ? round(seconds) : floor(tenths / 10));
        qb_text_appendf(text, whole ? "s" : ".%.0fs", fmod(tenths, 10));
    } else if (seconds < 3599.5) {
        double whole = round(seconds);
        qb_text_appendf(text, "%.0fmin %02.0fs", floor(whole / 60), fmod(whole, 60));
    } else {
        double minutes = round(seconds / 60);
        qb_text_appendf(text, "%.0fh %02.0fmin", floor(minutes / 60), fmod(minutes, 60));
    }
}

/* Length of the well-formed UTF-8 sequence at bytes, 0 when there is none.  Source: RFC 3629, section 4. */
static size_t utf8_sequence(const unsigned char *bytes, size_t count)
{
    unsigned char lead = bytes[0], low = 0x80, high = 0xBF;
    size_t length;
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        length = 2;
    else if (lead >= 0xE0 && lead <= 0xEF)
        length = 3;
    else if (lead >= 0xF0 && lead <= 0xF4)
        length = 4;
    else
        return 0;
    if (lead == 0xE0)
        low = 0xA0; /* overlong below */
    else if (lead == 0xED)
        high = 0x9F; /* surrogates above */
    else if (lead == 0xF0)
        low = 0x90; /* overlong below */
    else if (lead == 0xF4)
        high = 0x8F; /* beyond U+10FFFF above */
    if (count < length || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t k = 2; k < length; k++)
        if (bytes[k] < 0x80 || bytes[k] > 0xBF)
            return 0;
    return length;
}

bool qb_utf8_valid(const char *bytes, size_t count)
{
    for (size_t at = 0, step; at < count; at += step)
        if (!(step = utf8_sequence((const unsigned char *)bytes + at, count - at)))
            return false;
    return true;
}

void qb_text_append_json(qb_text *text, const char *string)
{
    size_t count = strlen(string);
    qb_text_append_char(text, '"');
    for (size_t at = 0, step; at < count; at += step) {
        unsigned char c = (unsigned char)string[at];
        step = utf8_sequence((const unsigned char *)string + at, count - at);
        if (!step) {
            qb_text_append(text, "\xEF\xBF\xBD");
            step = 1;
        } else if (c == '"' || c == '\\') {
            qb_text_appendf(text, "\\%c", c);
        } else if (c == '\n') {
            qb_text_append(text, "\\n");
        } else if (c == '\t') {
            qb_text_append(text, "\\t");
        } else if (c < 0x20 || c == 0x7F) {
            qb_text_appendf(text, "\\u%04x", c);
        } else {
            qb_text_append_bytes(text, string + at, step);
        }
    }
    qb_text_append_char(text, '"');
}

void qb_text_append_html(qb_text *text, const char *string)
{
    while (*string) {
        size_t plain = strcspn(string, "&<>\"'");
        qb_text_append_bytes(text, string, plain);
        string += plain;
        switch (*string) {
        case '&':
            qb_text_append(text, "&amp;");
            break;
        case '<':
            qb_text_append(text, "&lt;");
            break;
        case '>':
            qb_text_append(text, "&gt;");
            break;
        case '"':
            qb_text_append(text, "&quot;");
            break;
        case '\'':
            qb_text_append(text, "&#39;");
            break;
        default:
            return;
        }
        string++;
    }
}

const char *qb_text_get(const qb_text *text)
{
    return text->data ? text->data : "";
}

char *qb_text_take(qb_text *text)
{
    char *data = NULL;
    if (text->status == QB_OK)
        data = text->data ? text->data : qb_strdup("");
    else
        qb_free(text->data);
    *text = (qb_text){0};
    return data;
}

void qb_text_reset(qb_text *text)
{
    if (text->data)
        text->data[0] = 0;
    text->length = 0;
    text->status = QB_OK;
}

void qb_text_clear(qb_text *text)
{
    qb_free(text->data);
    *text = (qb_text){0};
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

#define WORD_LIMIT 64 /* longer words are near nothing */

/* Optimal string alignment distance: insertions, deletions, replacements, swaps of neighbours. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_LIMIT + 1], *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            char p = lower(a[i - 1]), q = lower(b[j - 1]);
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + (p != q));
            if (i > 1 && j > 1 && p == lower(b[j - 2]) && lower(a[i - 2]) == q && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[b_length];
}

void qb_nearest_offer(qb_nearest *nearest, const char *candidate)
{
    size_t word = strlen(nearest->word), length = strlen(candidate);
    if (word > WORD_LIMIT || length > WORD_LIMIT)
        return;
    size_t distance = edit_distance(nearest->word, word, candidate, length);
    if (distance <= 1 + word / 4 && distance < length && (!nearest->best || distance < nearest->distance)) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}

const char *qb_nearest_hint(const qb_nearest *nearest, char buffer[QB_HINT_TEXT])
{
    buffer[0] = 0;
    if (nearest->best)
        snprintf(buffer, QB_HINT_TEXT, " (did you mean '%s'?)", nearest->best);
    return buffer;
}
