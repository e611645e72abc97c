/* CSV (RFC 4180) in and out, through libcsv.
 *
 * In: strict about quotes; blanks around unquoted fields are dropped, blank lines skipped, a byte-order mark
 * ignored; CRLF and LF both end a row.  Out: a field is quoted only where it must be.
 */
#ifndef QB_BASE_CSV_H
#define QB_BASE_CSV_H

#include "harness/base/status.h"
#include "harness/base/text.h"

typedef struct qb_csv_row {
    uint64_t line; /* where the row starts, from 1 */
    uint32_t count;
    const char *const *field; /* [count], NUL-terminated, valid UTF-8; live during the visit */
} qb_csv_row;

/* Called once a row, in order; anything but QB_OK ends the reading and is returned. */
typedef qb_status (*qb_csv_visit)(void *context, const qb_csv_row *row, qb_diag *diag);

/* Reads `text` [size].  `file` is for messages.  Errors: QB_BAD_INPUT with FILE:LINE (quotes, NUL bytes,
 * encoding, more than 4096 fields), QB_NO_MEMORY, or what visit returned.  O(size). */
qb_status qb_csv_read(const char *file, const char *text, size_t size, qb_csv_visit visit, void *context,
                      qb_diag *diag);

/* The position of a name in a header row, or -1. */
int64_t qb_csv_find(const qb_csv_row *header, const char *name);

/* The writer.  {.out = &text} starts one; its errors are text.status. */
typedef struct qb_csv_writer {
    qb_text *out;
    bool inside; /* a field of this row has been written */
} qb_csv_writer;

void qb_csv_string(qb_csv_writer *writer, const char *value /* NULL: an empty field */);
void qb_csv_double(qb_csv_writer *writer, double value); /* an empty field for nan */
void qb_csv_int(qb_csv_writer *writer, int64_t value);
void qb_csv_uint(qb_csv_writer *writer, uint64_t value);
void qb_csv_end_row(qb_csv_writer *writer);

#endif
