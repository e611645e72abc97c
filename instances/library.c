#define _GNU_SOURCE
#include "instances/library.h"

#include "harness/base/arena.h"
#include "harness/base/csv.h"
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef QB_DATA_SOURCE
#define QB_DATA_SOURCE "instances/data"
#endif

#define COLUMNS(X) X(name) X(file) X(format) X(family) X(value) X(kind) X(source) X(licence) X(date)

struct qb_library {
    qb_arena arena; /* all texts and the entries */
    char *directory;
    char *table; /* path of references.csv, for messages */
    qb_library_entry *entry;
    size_t count, capacity;
    bool has_header;
#define COLUMN_FIELD(name) int64_t name;
    struct {
        COLUMNS(COLUMN_FIELD)
    } column; /* positions in a row */
};

static const char *const kind_names[] = {"proven", "best-known", "planted"};

const char *qb_reference_kind_name(qb_reference_kind kind)
{
    return kind_names[kind];
}

static qb_status no_memory(qb_diag *diag)
{
    return qb_fail(diag, QB_NO_MEMORY, "out of memory while loading the instance library");
}

/* ---- Where the data are -------------------------------------------------------------------------------- */

static char *joined(qb_library *library, const char *folder, const char *tail)
{
    qb_text path = {0};
    qb_text_append(&path, folder);
    qb_text_append_char(&path, '/');
    qb_text_append(&path, tail);
    char *copy =
        path.status == QB_OK ? qb_arena_copy(&library->arena, qb_text_get(&path), path.length) : NULL;
    qb_text_clear(&path);
    return copy;
}

/* Takes the folder if references.csv is in it. */
static bool try_folder(qb_library *library, const char *folder)
{
    char *table = joined(library, folder, "references.csv");
    if (!table || access(table, R_OK) != 0)
        return false;
    library->table = table;
    library->directory = qb_arena_copy(&library->arena, folder, strlen(folder));
    return library->directory != NULL;
}

/* Beside the running binary: installed (bin/../share/qubout/instances), or in a build folder inside the
 * source tree, at most three folders deep. */
static bool try_beside_binary(qb_library *library)
{
    static const char *const tails[] = {
        "../share/qubout/instances",
        "../instances/data",
        "../../instances/data",
        "../../../instances/data",
    };
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return false;
    path[length] = 0;
    char *slash = strrchr(path, '/');
    if (!slash)
        return false;
    *slash = 0;
    for (size_t k = 0; k < sizeof tails / sizeof *tails; k++) {
        char *folder = joined(library, path, tails[k]);
        if (folder && try_folder(library, folder))
            return true;
    }
    return false;
}

static qb_status find_directory(qb_library *library, qb_diag *diag)
{
    const char *chosen = getenv("QUBOUT_DATA");
    if (chosen && *chosen) /* somebody's explicit wish: nothing else will do */
        return try_folder(library, chosen)
                   ? QB_OK
                   : qb_fail(diag, QB_ENVIRONMENT, "QUBOUT_DATA: no references.csv in '%s'", chosen);
    if (try_beside_binary(library) || try_folder(library, QB_DATA_SOURCE))
        return QB_OK;
    return qb_fail(diag, QB_ENVIRONMENT, "the instance library is not found: set QUBOUT_DATA to its folder");
}

/* ---- The table ----------------------------------------------------------------------------------------- */

/* A row's fields by name. */
#define TEXT_FIELD(name) const char *name;
typedef struct record {
    COLUMNS(TEXT_FIELD)
} record;

static qb_status wrong(const qb_library *library, const qb_csv_row *row, const char *what, qb_diag *diag)
{
    return qb_fail(diag, QB_BAD_INPUT, "%s:%llu: %s", library->table, (unsigned long long)row->line, what);
}

static const char *copied(qb_library *library, const char *text)
{
    return qb_arena_copy(&library->arena, text, strlen(text));
}

static qb_status take_header(qb_library *library, const qb_csv_row *row, qb_diag *diag)
{
#define TAKE_COLUMN(name)                           \
    library->column.name = qb_csv_find(row, #name); \
    if (library->column.name < 0)                   \
        return wrong(library, row, "column '" #name "' is missing", diag);
    COLUMNS(TAKE_COLUMN)
    library->has_header = true;
    return QB_OK;
}

static qb_status grow(qb_library *library, qb_diag *diag)
{
    size_t capacity = library->capacity * 2 + 64;
    qb_library_entry *entry = qb_realloc(library->entry, library->count, capacity, sizeof *entry);
    if (!entry)
        return no_memory(diag);
    library->entry = entry;
    library->capacity = capacity;
    return QB_OK;
}

static bool parse_kind(const char *text, qb_reference_kind *kind)
{
    for (size_t k = 0; k < sizeof kind_names / sizeof *kind_names; k++)
        if (strcmp(text, kind_names[k]) == 0) {
            *kind = (qb_reference_kind)k;
            return true;
        }
    return false;
}

static qb_status take_row(void *context, const qb_csv_row *row, qb_diag *diag)
{
    qb_library *library = context;
    if (!library->has_header)
        return take_header(library, row, diag);
    qb_library_entry entry = {.value = NAN};
    record text;
#define TAKE_FIELD(name)                                                  \
    if (library->column.name >= row->count)                               \
        return wrong(library, row, "field '" #name "' is missing", diag); \
    text.name = row->field[library->column.name];
    COLUMNS(TAKE_FIELD)
    if (*text.value && !qb_parse_double(text.value, strlen(text.value), &entry.value))
        return wrong(library, row, "the value is no number", diag);
    if (!parse_kind(text.kind, &entry.kind))
        return wrong(library, row, "the kind is not proven, best-known or planted", diag);
    if (library->count == library->capacity && grow(library, diag) != QB_OK)
        return QB_NO_MEMORY;
    entry.name = copied(library, text.name);
    entry.path = joined(library, library->directory, text.file);
    entry.format = copied(library, text.format);
    entry.family = copied(library, text.family);
    entry.source = copied(library, text.source);
    entry.licence = copied(library, text.licence);
    entry.date = copied(library, text.date);
    if (!entry.name || !entry.path || !entry.format || !entry.family || !entry.source || !entry.licence ||
        !entry.date)
        return no_memory(diag);
    library->entry[library->count++] = entry;
    return QB_OK;
}

static qb_status load(qb_library *library, qb_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    qb_status status = find_directory(library, diag);
    if (status == QB_OK)
        status = qb_file_read(library->table, QB_FILE_LIMIT, &text, &size, diag);
    if (status == QB_OK)
        status = qb_csv_read(library->table, text, size, take_row, library, diag);
    qb_free(text);
    return status;
}

qb_status qb_library_open(qb_library **library, qb_diag *diag)
{
    qb_library *opened = QB_NEW(qb_library, 1);
    if (!opened)
        return no_memory(diag);
    qb_status status = load(opened, diag);
    if (status != QB_OK) {
        qb_library_close(opened);
        return status;
    }
    *library = opened;
    return QB_OK;
}

void qb_library_close(qb_library *library)
{
    if (!library)
        return;
    qb_free(library->entry);
    qb_arena_clear(&library->arena);
    qb_free(library);
}

size_t qb_library_count(const qb_library *library)
{
    return library->count;
}

const qb_library_entry *qb_library_entry_at(const qb_library *library, size_t index)
{
    return &library->entry[index];
}

const qb_library_entry *qb_library_find(const qb_library *library, const char *name, const char **nearest)
{
    qb_nearest near = {.word = name};
    for (size_t k = 0; k < library->count; k++) {
        if (strcmp(library->entry[k].name, name) == 0)
            return &library->entry[k];
        qb_nearest_offer(&near, library->entry[k].name);
    }
    if (nearest)
        *nearest = near.best;
    return NULL;
}

const char *qb_library_directory(const qb_library *library)
{
    return library->directory;
}
