/* Scanning text line by line and token by token, strictly and fast.
 *
 * A scanner stands on a line and walks over its tokens (runs of anything but blank, tab and CR).  Every
 * message starts with FILE:LINE.  A token is taken whole or it is an error: 12x is no number.
 */
#ifndef QB_INSTANCES_SCAN_H
#define QB_INSTANCES_SCAN_H

#include "harness/base/status.h"
#include "instances/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QB_COUNT_LIMIT 2147483647u /* what a size or an index may be at most */

typedef struct qb_scan {
    const char *file;
    const char *at, *end; /* what is not scanned yet */
    const char *start;    /* of the line, its blanks included */
    uint32_t line;        /* where `at` is, from 1; 0 before the first line */
    char comment;         /* a line that starts with it is skipped; 0: no comments */
    char note;            /* the rest of a line from it on is skipped; 0: no such thing */
    qb_diag *diag;
} qb_scan;

typedef struct qb_token {
    const char *start;
    size_t length;
} qb_token;

/* A scanner before the first line. */
qb_scan qb_scan_open(const qb_read_source *source, qb_diag *diag);

/* Leaves the present line (whatever is left on it) and goes to the first token of the next that has one.
 * false: there is none; the line is then the last. */
bool qb_scan_line(qb_scan *scan);

/* The first line of a file, when an empty file is an error. */
qb_status qb_scan_first_line(qb_scan *scan);

/* Takes the next token of the line; false at its end. */
bool qb_scan_token(qb_scan *scan, qb_token *token);
bool qb_scan_at_line_end(qb_scan *scan);

/* The next token, on this line or a later one: for formats that are a stream of numbers. */
bool qb_scan_word(qb_scan *scan, qb_token *token);
qb_status qb_scan_next_count(qb_scan *scan, const char *what, uint32_t *value);
qb_status qb_scan_next_real(qb_scan *scan, const char *what, double *value);

/* The rest of the line, without blanks at both ends. */
qb_token qb_scan_rest(qb_scan *scan);

/* Typed tokens; `what` names what was expected ("a weight").  Errors: QB_BAD_INPUT. */
qb_status qb_scan_count(qb_scan *scan, const char *what, uint32_t *value);  /* 0 .. 2^31 - 1 */
qb_status qb_scan_real(qb_scan *scan, const char *what, double *value);     /* finite */
qb_status qb_scan_extended(qb_scan *scan, const char *what, double *value); /* or +-inf, or beyond double */
/* An index first .. first + count - 1; *value counts from 0. */
qb_status qb_scan_index(qb_scan *scan, const char *what, uint32_t first, uint32_t count, uint32_t *value);

/* Nothing more on this line, or an error. */
qb_status qb_scan_line_end(qb_scan *scan);
/* Nothing more in this file, or an error. */
qb_status qb_scan_file_end(qb_scan *scan);

/* QB_BAD_INPUT with "FILE:LINE: ". */
__attribute__((format(printf, 2, 3))) qb_status qb_scan_fail(const qb_scan *scan, const char *format, ...);
__attribute__((format(printf, 3, 4))) qb_status qb_scan_fail_at(const qb_scan *scan, uint32_t line,
                                                                const char *format, ...);

/* The token for a message: at most 40 bytes, what cannot be printed as '?'. */
#define QB_QUOTE_TEXT 48
const char *qb_scan_quote(qb_token token, char buffer[QB_QUOTE_TEXT]);

static inline bool qb_token_equal(qb_token a, qb_token b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.start, b.start, a.length) == 0);
}

/* Exactly; inline, since with a literal it is hardly more than a comparison of lengths. */
static inline bool qb_token_is(qb_token token, const char *word)
{
    return qb_token_equal(token, (qb_token){word, strlen(word)});
}

bool qb_token_is_nocase(qb_token token, const char *word); /* word in lower case */

/* A finite decimal number; false otherwise. */
bool qb_token_real(qb_token token, double *value);

/* The shape of a text's first lines, for recognisers: lines with content that do not start with `comment`. */
#define QB_SHAPE_LINES  4
#define QB_SHAPE_FIELDS 3
typedef struct qb_shape {
    uint32_t lines;                   /* seen, at most QB_SHAPE_LINES */
    uint32_t fields[QB_SHAPE_LINES];  /* on each, all of them */
    uint32_t numbers[QB_SHAPE_LINES]; /* how many of the first QB_SHAPE_FIELDS are numbers, from the left */
    double value[QB_SHAPE_LINES][QB_SHAPE_FIELDS];
} qb_shape;

void qb_shape_of(const char *text, size_t size, char comment, qb_shape *shape);

/* Is line k the triple `i j w` with first <= i, j < first + n? */
bool qb_shape_is_entry(const qb_shape *shape, uint32_t k, double first, double n);
/* A header `n m` and entries `i j w`, 1-based? */
bool qb_shape_is_matrix(const qb_shape *shape);
bool qb_shape_is_integer(double value);

#endif
