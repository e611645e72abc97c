#include "harness/base/budget_details.h"

#include "harness/base/channel.h"
#include "harness/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY (QB_CHANNEL_DETAILS_BYTES - 1)

/* text is always a whole object, "{" member ("," member)* "}".  A member is composed in `draft` first, and
 * enters only when it fits. */
struct qb_budget_details {
    char text[QB_CHANNEL_DETAILS_BYTES], draft[QB_CHANNEL_DETAILS_BYTES];
    size_t length, drafted;
    bool changed, failed; /* failed: the draft has not fitted */
};

qb_status qb_budget_details_open(qb_budget_details **details)
{
    qb_budget_details *d = QB_NEW(qb_budget_details, 1);
    if (!d)
        return QB_NO_MEMORY;
    memcpy(d->text, "{}", 2);
    d->length = 2;
    *details = d;
    return QB_OK;
}

void qb_budget_details_close(qb_budget_details *details)
{
    qb_free(details);
}

static void append(qb_budget_details *d, const char *text, size_t length)
{
    if (d->failed || length > CAPACITY - d->drafted) {
        d->failed = true;
        return;
    }
    memcpy(d->draft + d->drafted, text, length);
    d->drafted += length;
}

static void append_number(qb_budget_details *d, double value)
{
    char text[40] = "null";
    for (int digits = 15; digits <= 17 && isfinite(value); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    append(d, text, strlen(text));
}

/* JSON is UTF-8; whatever is not ASCII becomes '?', so that no text can make the object malformed. */
static void append_text(qb_budget_details *d, const char *value)
{
    append(d, "\"", 1);
    for (const unsigned char *c = (const unsigned char *)value; *c && !d->failed; c++) {
        char escaped[8] = {(char)*c};
        if (*c == '"' || *c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", *c);
        else if (*c < 0x20)
            snprintf(escaped, sizeof escaped, "\\u%04x", *c);
        else if (*c >= 0x7f)
            escaped[0] = '?';
        append(d, escaped, strlen(escaped));
    }
    append(d, "\"", 1);
}

/* Starts the draft with `"key":`; false when there is nothing to draft. */
static bool begin(qb_budget_details *d, const char *key)
{
    size_t length = d ? strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
    if (length == 0 || length > 63 || key[length])
        return false;
    d->drafted = 0;
    d->failed = false;
    append(d, "\"", 1);
    append(d, key, length);
    append(d, "\":", 2);
    return true;
}

/* The end of the member at `at`: its comma or the closing brace.  Commas inside of texts and lists do not
 * count. */
static size_t member_end(const char *text, size_t at)
{
    bool quoted = false;
    int depth = 0;
    for (;; at++) {
        if (quoted && text[at] == '\\')
            at++;
        else if (text[at] == '"')
            quoted = !quoted;
        else if (!quoted && text[at] == '[')
            depth++;
        else if (!quoted && text[at] == ']')
            depth--;
        else if (!quoted && depth == 0 && (text[at] == ',' || text[at] == '}'))
            return at;
    }
}

/* Where the member of the draft's key stands: [*at, *end); false when it is not there. */
static bool find(const qb_budget_details *d, size_t *at, size_t *end)
{
    const char *colon = memchr(d->draft, ':', d->drafted);
    size_t head = (size_t)(colon - d->draft) + 1;
    for (*at = 1; *at + 1 < d->length; *at = *end + 1) {
        *end = member_end(d->text, *at);
        if (*end - *at > head && memcmp(d->text + *at, d->draft, head) == 0)
            return true;
    }
    return false;
}

/* Puts the draft in the place of the member of its key, else last. */
static void commit(qb_budget_details *d)
{
    size_t at, end, comma = 0;
    if (d->failed)
        return;
    if (!find(d, &at, &end)) {
        at = end = d->length - 1;
        comma = d->length > 2;
    }
    size_t grown = d->length - (end - at) + comma + d->drafted;
    if (grown > CAPACITY)
        return;
    memmove(d->text + at + comma + d->drafted, d->text + end, d->length - end);
    if (comma)
        d->text[at] = ',';
    memcpy(d->text + at + comma, d->draft, d->drafted);
    d->length = grown;
    d->changed = true;
}

void qb_budget_details_number(qb_budget_details *d, const char *key, double value)
{
    if (!begin(d, key))
        return;
    append_number(d, value);
    commit(d);
}

void qb_budget_details_text(qb_budget_details *d, const char *key, const char *value)
{
    if (!begin(d, key))
        return;
    append_text(d, value);
    commit(d);
}

void qb_budget_details_list(qb_budget_details *d, const char *key, const double *values, uint32_t count)
{
    if (!begin(d, key))
        return;
    append(d, "[", 1);
    for (uint32_t k = 0; k < count && !d->failed; k++) {
        append(d, ",", k > 0);
        append_number(d, values[k]);
    }
    append(d, "]", 1);
    commit(d);
}

const char *qb_budget_details_changed(qb_budget_details *d, size_t *length)
{
    if (!d->changed)
        return NULL;
    d->changed = false;
    *length = d->length;
    return d->text;
}
