#define _POSIX_C_SOURCE 200809L
#include "instances/known.h"

#include "harness/base/csv.h"
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME, SHA256, SENSE, VALUE, KIND, SOURCE, DATE, SOLUTION, COLUMNS };

static const char *const columns[COLUMNS] = {
    [NAME] = "name", [SHA256] = "sha256", [SENSE] = "sense", [VALUE] = "value",
    [KIND] = "kind", [SOURCE] = "source", [DATE] = "date",   [SOLUTION] = "solution",
};

const char *qb_known_default(void)
{
    const char *path = getenv("QUBOUT_REFERENCES");
    return path && *path ? path : NULL;
}

bool qb_known_better(qb_sense sense, double a, double b)
{
    return sense == QB_MAXIMISE ? a > b : a < b;
}

/* ---- in */

typedef struct reader {
    const char *path;
    qb_known *known;
    int64_t at[COLUMNS]; /* of each column in a row */
    bool has_header;
} reader;

static qb_status wrong(const reader *r, const qb_csv_row *row, const char *what, qb_diag *diag)
{
    return qb_fail(diag, QB_BAD_INPUT, "%s:%llu: %s", r->path, (unsigned long long)row->line, what);
}

static qb_status take_header(reader *r, const qb_csv_row *row, qb_diag *diag)
{
    for (int c = 0; c < COLUMNS; c++) {
        r->at[c] = qb_csv_find(row, columns[c]);
        if (r->at[c] < 0)
            return qb_fail(diag, QB_BAD_INPUT, "%s:%llu: column '%s' is missing", r->path,
                           (unsigned long long)row->line, columns[c]);
    }
    r->has_header = true;
    return QB_OK;
}

static bool is_hash(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool parse_kind(const char *text, qb_reference_kind *kind)
{
    for (*kind = QB_REFERENCE_PROVEN; *kind <= QB_REFERENCE_PLANTED; (*kind)++)
        if (!strcmp(text, qb_reference_kind_name(*kind)))
            return true;
    return false;
}

static qb_status take_row(void *context, const qb_csv_row *row, qb_diag *diag)
{
    reader *r = context;
    const char *field[COLUMNS];
    qb_known_value v;
    if (!r->has_header)
        return take_header(r, row, diag);
    for (int c = 0; c < COLUMNS; c++) {
        if (r->at[c] >= row->count)
            return wrong(r, row, "a field is missing", diag);
        field[c] = row->field[r->at[c]];
    }
    v = (qb_known_value){.name = field[NAME],
                         .sha256 = field[SHA256],
                         .source = field[SOURCE],
                         .date = field[DATE],
                         .solution = field[SOLUTION]};
    if (!is_hash(v.sha256))
        return wrong(r, row, "sha256 is no hash of 64 digits", diag);
    if (strcmp(field[SENSE], "min") && strcmp(field[SENSE], "max"))
        return wrong(r, row, "the sense is min or max", diag);
    if (!qb_parse_double(field[VALUE], strlen(field[VALUE]), &v.value))
        return wrong(r, row, "the value is no number", diag);
    if (!parse_kind(field[KIND], &v.kind))
        return wrong(r, row, "the kind is proven, best-known or planted", diag);
    v.sense = strcmp(field[SENSE], "max") ? QB_MINIMISE : QB_MAXIMISE;
    return qb_known_add(r->known, &v, diag);
}

qb_status qb_known_read(const char *path, qb_known *known, qb_diag *diag)
{
    qb_known k = {0};
    reader r = {.path = path, .known = &k};
    char *text = NULL;
    size_t size = 0;
    qb_status status = QB_OK;
    if (path && access(path, F_OK) == 0)
        status = qb_file_read(path, QB_FILE_LIMIT, &text, &size, diag);
    if (status == QB_OK && text)
        status = qb_csv_read(path, text, size, take_row, &r, diag);
    qb_free(text);
    if (status != QB_OK)
        qb_known_clear(&k);
    else
        *known = k;
    return status;
}

void qb_known_clear(qb_known *known)
{
    qb_free(known->row);
    qb_arena_clear(&known->arena);
    *known = (qb_known){0};
}

const qb_known_value *qb_known_find(const qb_known *known, const char *sha256)
{
    const qb_known_value *best = NULL;
    for (size_t k = 0; k < known->rows; k++) {
        const qb_known_value *row = &known->row[k];
        if (!strcmp(row->sha256, sha256) && (!best || qb_known_better(row->sense, row->value, best->value)))
            best = row;
    }
    return best;
}

qb_status qb_known_add(qb_known *known, const qb_known_value *row, qb_diag *diag)
{
    if (known->rows == known->capacity) {
        size_t capacity = 2 * known->capacity + 16;
        qb_known_value *grown = qb_realloc(known->row, known->capacity, capacity, sizeof *grown);
        if (!grown)
            return qb_fail(diag, QB_NO_MEMORY, "no memory for known values");
        known->row = grown;
        known->capacity = capacity;
    }
    qb_known_value copy = *row;
    const char **text[] = {&copy.name, &copy.sha256, &copy.source, &copy.date, &copy.solution};
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        *text[k] = qb_arena_copy(&known->arena, *text[k], strlen(*text[k]));
        if (!*text[k])
            return qb_fail(diag, QB_NO_MEMORY, "no memory for known values");
    }
    known->row[known->rows++] = copy;
    return QB_OK;
}

/* ---- out */

qb_status qb_known_write(const char *path, const qb_known *known, qb_diag *diag)
{
    qb_text out = {0};
    qb_csv_writer w = {.out = &out};
    for (int c = 0; c < COLUMNS; c++)
        qb_csv_string(&w, columns[c]);
    qb_csv_end_row(&w);
    for (size_t k = 0; k < known->rows; k++) {
        const qb_known_value *v = &known->row[k];
        qb_csv_string(&w, v->name);
        qb_csv_string(&w, v->sha256);
        qb_csv_string(&w, v->sense == QB_MAXIMISE ? "max" : "min");
        qb_csv_double(&w, v->value);
        qb_csv_string(&w, qb_reference_kind_name(v->kind));
        qb_csv_string(&w, v->source);
        qb_csv_string(&w, v->date);
        qb_csv_string(&w, v->solution);
        qb_csv_end_row(&w);
    }
    qb_status status = out.status == QB_OK ? qb_file_write(path, out.data, out.length, diag)
                                           : qb_fail(diag, QB_NO_MEMORY, "no memory to write '%s'", path);
    qb_text_clear(&out);
    return status;
}
