#include "harness/base/csv.h"

#include "harness/base/memory.h"

#include <csv.h>
#include <inttypes.h>
#include <string.h>

enum { FIELDS = 4096, ROW_BYTES = 16 << 20 };

/* Fields of the row being read, one after another with their terminators, and where each starts. */
typedef struct reader {
    const char *file;
    qb_csv_visit visit;
    void *context;
    qb_diag *diag;
    qb_status status;
    uint64_t row_line;
    uint32_t count;
    qb_text bytes;
    size_t start[FIELDS];
    const char *field[FIELDS];
} reader;

static void fail(reader *r, qb_status status, const char *what)
{
    if (r->status == QB_OK)
        r->status = qb_fail(r->diag, status, "%s:%" PRIu64 ": %s", r->file, r->row_line, what);
}

static void take_field(void *data, size_t size, void *context)
{
    reader *r = context;
    if (r->status != QB_OK)
        return;
    if (r->count == FIELDS)
        fail(r, QB_BAD_INPUT, "more than 4096 fields in a row");
    else if (size > ROW_BYTES - r->bytes.length)
        fail(r, QB_BAD_INPUT, "a row of more than 16 MiB");
    else if (memchr(data, 0, size))
        fail(r, QB_BAD_INPUT, "a NUL byte in a field");
    else if (!qb_utf8_valid(data, size))
        fail(r, QB_BAD_INPUT, "a field is not valid UTF-8");
    if (r->status != QB_OK)
        return;
    r->start[r->count++] = r->bytes.length;
    qb_text_append_bytes(&r->bytes, data, size);
    qb_text_append_bytes(&r->bytes, "", 1);
    if (r->bytes.status != QB_OK)
        fail(r, QB_NO_MEMORY, "no memory for this row");
}

static void take_row(int end, void *context)
{
    reader *r = context;
    (void)end;
    if (r->status == QB_OK) {
        for (uint32_t k = 0; k < r->count; k++)
            r->field[k] = r->bytes.data + r->start[k];
        qb_csv_row row = {.line = r->row_line, .count = r->count, .field = r->field};
        r->status = r->visit(r->context, &row, r->diag);
    }
    r->count = 0;
    qb_text_reset(&r->bytes);
}

/* libcsv reports no positions, so it is fed line by line: a row starts on the line at whose beginning none
 * was open. */
static void read_lines(reader *r, struct csv_parser *parser, const char *text, size_t size)
{
    bool quoted = false; /* the row goes on: a quoted field holds the line's end */
    uint64_t line = 0;
    for (size_t at = 0, length; at < size && r->status == QB_OK; at += length) {
        const char *end = memchr(text + at, '\n', size - at);
        length = end ? (size_t)(end - text) - at + 1 : size - at;
        line++;
        if (!quoted)
            r->row_line = line;
        if (csv_parse(parser, text + at, length, take_field, take_row, r) != length)
            fail(r, csv_error(parser) == CSV_ENOMEM ? QB_NO_MEMORY : QB_BAD_INPUT,
                 csv_error(parser) == CSV_EPARSE ? "a quote where none may stand"
                                                 : csv_strerror(csv_error(parser)));
        for (size_t k = at; k < at + length; k++)
            quoted ^= text[k] == '"';
    }
    if (r->status == QB_OK && csv_fini(parser, take_field, take_row, r) != 0)
        fail(r, QB_BAD_INPUT, "a quoted field without an end");
}

qb_status qb_csv_read(const char *file, const char *text, size_t size, qb_csv_visit visit, void *context,
                      qb_diag *diag)
{
    struct csv_parser parser;
    reader *r = QB_NEW(reader, 1);
    if (!r)
        return qb_fail(diag, QB_NO_MEMORY, "%s: no memory to read it", file);
    r->file = file;
    r->visit = visit;
    r->context = context;
    r->diag = diag;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI); /* fails for no reason of ours */
    size_t mark = size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    read_lines(r, &parser, text + mark, size - mark);
    csv_free(&parser);
    qb_status status = r->status;
    qb_text_clear(&r->bytes);
    qb_free(r);
    return status;
}

int64_t qb_csv_find(const qb_csv_row *header, const char *name)
{
    for (uint32_t k = 0; k < header->count; k++)
        if (!strcmp(header->field[k], name))
            return k;
    return -1;
}

static void separate(qb_csv_writer *writer)
{
    if (writer->inside)
        qb_text_append_char(writer->out, ',');
    writer->inside = true;
}

/* Quoted where a reader would otherwise split, strip or skip it. */
static bool needs_quotes(const char *value, size_t length)
{
    return !length || value[0] == ' ' || value[length - 1] == ' ' || strpbrk(value, ",\"\r\n\t");
}

void qb_csv_string(qb_csv_writer *writer, const char *value)
{
    size_t length = value ? strlen(value) : 0;
    separate(writer);
    if (!value)
        return;
    if (!needs_quotes(value, length)) {
        qb_text_append(writer->out, value);
        return;
    }
    size_t quoted = csv_write(NULL, 0, value, length);
    char *field = QB_NEW(char, quoted);
    if (field)
        csv_write(field, quoted, value, length);
    else
        writer->out->status = QB_NO_MEMORY;
    qb_text_append_bytes(writer->out, field, field ? quoted : 0);
    qb_free(field);
}

void qb_csv_double(qb_csv_writer *writer, double value)
{
    separate(writer);
    if (value == value)
        qb_text_append_double(writer->out, value);
}

void qb_csv_int(qb_csv_writer *writer, int64_t value)
{
    separate(writer);
    qb_text_appendf(writer->out, "%" PRId64, value);
}

void qb_csv_uint(qb_csv_writer *writer, uint64_t value)
{
    separate(writer);
    qb_text_appendf(writer->out, "%" PRIu64, value);
}

void qb_csv_end_row(qb_csv_writer *writer)
{
    qb_text_append(writer->out, "\n");
    writer->inside = false;
}
