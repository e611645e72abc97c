/* Text: a growing string, numbers in and out, and the small helpers that messages need.
 *
 * Nothing here depends on the locale.  Numbers are written in the shortest form that reads back as the same
 * double, so that text is a faithful carrier of data.
 */
#ifndef QB_BASE_TEXT_H
#define QB_BASE_TEXT_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string.  Zero-initialise it ({0}).  Errors stick: after a failed append `status` is not QB_OK and
 * later appends do nothing, so that a caller checks once, at the end. */
typedef struct qb_text {
    char *data; /* [length + 1], NUL-terminated; NULL before the first append */
    size_t length, capacity;
    qb_status status; /* QB_OK or QB_NO_MEMORY */
} qb_text;

/* Appending; amortised O(bytes appended). */
void qb_text_append(qb_text *text, const char *string);
void qb_text_append_bytes(qb_text *text, const void *bytes, size_t count);
void qb_text_append_char(qb_text *text, char c);
__attribute__((format(printf, 2, 3))) void qb_text_appendf(qb_text *text, const char *format, ...);

/* Shortest round-trip form: 0.1, 3, -2.5e-7, 1e300; nan, inf and -inf by name. */
void qb_text_append_double(qb_text *text, double value);

/* A duration a person reads well: "350ms", "2s", "2min 05s", "1h 03min". */
void qb_text_append_duration(qb_text *text, double seconds);

/* The string as a quoted JSON string; invalid UTF-8 becomes U+FFFD. */
void qb_text_append_json(qb_text *text, const char *string);

/* The string with & < > " ' escaped, for HTML and SVG text and attributes. */
void qb_text_append_html(qb_text *text, const char *string);

/* The content, never NULL; lives until the next append. */
const char *qb_text_get(const qb_text *text);

/* Hands the content to the caller, who frees it with qb_free; the text is empty afterwards.  NULL when an
 * append had failed (or memory runs out for the empty string). */
char *qb_text_take(qb_text *text);

/* Empties the text, keeps its memory and forgets its error. */
void qb_text_reset(qb_text *text);

/* Frees the memory; the text is as good as new. */
void qb_text_clear(qb_text *text);

/* The shortest text that reads back as value; returns buffer. */
#define QB_DOUBLE_TEXT 32
const char *qb_double_text(double value, char buffer[QB_DOUBLE_TEXT]);

/* Parsers take a token of `length` bytes (no terminator needed) and accept it whole or not at all: no blanks,
 * no trailing bytes.  On false the output is untouched.
 *
 * double: decimal only, correctly rounded; what overflows, nan, inf and hexadecimal are rejected.
 * _or_inf: also inf, infinity (any case, signed).  u64, i64: decimal, in range; u64 takes no sign. */
bool qb_parse_double(const char *token, size_t length, double *value);
bool qb_parse_double_or_inf(const char *token, size_t length, double *value);
bool qb_parse_u64(const char *token, size_t length, uint64_t *value);
bool qb_parse_i64(const char *token, size_t length, int64_t *value);

/* "500ms", "10s", "2min", "1.5h" -> seconds >= 0; the unit is required. */
bool qb_parse_duration(const char *text, double *seconds);

/* "64KiB", "1.5MiB", "2GiB" -> bytes; the unit is required. */
bool qb_parse_memory(const char *text, uint64_t *bytes);

/* "Did you mean": offer every candidate, then read `best`, which is NULL when nothing is near.
 *
 *   qb_nearest near = {.word = key};
 *   for (...) qb_nearest_offer(&near, table[k].name);
 *   qb_fail(diag, QB_BAD_INPUT, "unknown key '%s'%s", key, qb_nearest_hint(&near, hint));
 *
 * Near: at most 1 + length / 4 insertions, deletions, replacements or swaps of neighbours, case ignored.
 * Offered strings must outlive the struct.  O(length of word * length of candidate) an offer. */
typedef struct qb_nearest {
    const char *word, *best;
    size_t distance; /* of best */
} qb_nearest;

void qb_nearest_offer(qb_nearest *nearest, const char *candidate);

/* " (did you mean 'best'?)" or "". */
#define QB_HINT_TEXT 96
const char *qb_nearest_hint(const qb_nearest *nearest, char buffer[QB_HINT_TEXT]);

/* Well-formed UTF-8 (no overlong forms, no surrogates)? */
bool qb_utf8_valid(const char *bytes, size_t count);

#endif
