#define _POSIX_C_SOURCE 200809L
#include "instances/instances.h"

#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "instances/format.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

/* A path taken apart. */
typedef struct place {
    char *file;      /* without #K */
    char *name;      /* of the problem: no folder, no extension, with #K */
    uint64_t member; /* K; 0: none */
} place;

static void place_free(place *where)
{
    qb_free(where->file);
    qb_free(where->name);
}

/* K of "#K" at the end of path, and where it starts; 0 when there is none. */
static uint64_t split_member(const char *path, size_t *length)
{
    const char *hash = strrchr(path, '#');
    uint64_t member;
    *length = strlen(path);
    if (!hash || hash == path || !qb_parse_u64(hash + 1, strlen(hash + 1), &member) || member == 0)
        return 0;
    *length = (size_t)(hash - path);
    return member;
}

static char *name_of(const char *file, uint64_t member)
{
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    size_t length = strlen(base);
    if (length > 3 && strcasecmp(base + length - 3, ".gz") == 0)
        length -= 3;
    for (size_t k = length; k > 1; k--) { /* a leading dot starts no extension */
        if (base[k - 1] == '.') {
            length = k - 1;
            break;
        }
    }
    qb_text name = {0};
    qb_text_append_bytes(&name, base, length);
    if (member)
        qb_text_appendf(&name, "#%llu", (unsigned long long)member);
    return qb_text_take(&name);
}

/* A file whose own name ends in #K is taken as it is. */
static qb_status place_of(const char *path, bool on_disk, place *where, qb_diag *diag)
{
    size_t length = strlen(path);
    if (!on_disk || access(path, F_OK) != 0)
        where->member = split_member(path, &length);
    qb_text file = {0};
    qb_text_append_bytes(&file, path, length);
    where->file = qb_text_take(&file);
    where->name = where->file ? name_of(where->file, where->member) : NULL;
    return where->name ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "%s: out of memory", path);
}

static uint64_t physical_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

static qb_status choose_format(const char *file, const char *text, size_t size, const char *name,
                               const qb_format **format, qb_diag *diag)
{
    if (!name)
        return qb_format_detect(file, text, size, format, diag);
    *format = qb_format_find(name);
    if (*format)
        return QB_OK;
    qb_nearest near = {.word = name};
    for (const qb_format *const *f = qb_formats; *f; f++)
        qb_nearest_offer(&near, (*f)->name);
    char hint[QB_HINT_TEXT];
    return qb_fail(diag, QB_BAD_INPUT, "unknown format '%s'%s", name, qb_nearest_hint(&near, hint));
}

static qb_status check_text(const char *file, const char *text, size_t size, qb_diag *diag)
{
    const char *nul = memchr(text, 0, size);
    if (!nul)
        return QB_OK;
    size_t line = 1;
    for (const char *p = text; p < nul; p++)
        line += *p == '\n';
    return qb_fail(diag, QB_BAD_INPUT, "%s:%zu: binary data: this is no text file", file, line);
}

static qb_status read_text(const place *where, const char *text, size_t size, const qb_read_options *options,
                           qb_problem *problem, qb_diag *diag)
{
    const qb_format *format;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte-order mark */
        text += 3;
        size -= 3;
    }
    qb_status status = check_text(where->file, text, size, diag);
    if (status != QB_OK)
        return status;
    if (size == 0)
        return qb_fail(diag, QB_BAD_INPUT, "%s:1: the file is empty", where->file);
    status = choose_format(where->file, text, size, options->format, &format, diag);
    if (status != QB_OK)
        return status;
    if (where->member && !format->members) {
        return qb_fail(diag, QB_BAD_INPUT, "%s: a file of format %s holds one problem, there is no #%llu",
                       where->file, format->name, (unsigned long long)where->member);
    }
    qb_read_source source = {
        .file = where->file,
        .name = where->name,
        .format = format->name,
        .text = text,
        .size = size,
        .member = where->member,
        .sum_duplicates = options->sum_duplicates,
        .memory_bytes = options->memory_bytes ? options->memory_bytes : physical_memory(),
    };
    return format->read(&source, problem, diag);
}

qb_status qb_instance_read(const char *path, const qb_read_options *options, qb_problem *problem,
                           qb_diag *diag)
{
    static const qb_read_options defaults = {0};
    place where = {0};
    char *text = NULL;
    size_t size = 0;
    qb_status status = place_of(path, true, &where, diag);
    if (status == QB_OK)
        status = qb_file_read(where.file, QB_FILE_LIMIT, &text, &size, diag);
    if (status == QB_OK)
        status = read_text(&where, text, size, options ? options : &defaults, problem, diag);
    qb_free(text);
    place_free(&where);
    return status;
}

qb_status qb_instance_parse(const char *path, const char *bytes, size_t size, const qb_read_options *options,
                            qb_problem *problem, qb_diag *diag)
{
    static const qb_read_options defaults = {0};
    place where = {0};
    char *unpacked = NULL;
    qb_status status = place_of(path, false, &where, diag);
    if (status == QB_OK && size >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0) {
        size_t unpacked_size = 0;
        status = qb_file_gunzip(where.file, bytes, size, QB_FILE_LIMIT, &unpacked, &unpacked_size, diag);
        bytes = unpacked;
        size = unpacked_size;
    }
    if (status == QB_OK)
        status = read_text(&where, bytes, size, options ? options : &defaults, problem, diag);
    qb_free(unpacked);
    place_free(&where);
    return status;
}

qb_status qb_instance_write(const qb_problem *problem, const char *format, qb_text *out, qb_diag *diag)
{
    const qb_format *chosen;
    qb_status status = choose_format(problem->name, "", 0, format, &chosen, diag);
    if (status != QB_OK)
        return status;
    if (!chosen->write)
        return qb_fail(diag, QB_BAD_INPUT, "format '%s' is only read, not written", format);
    status = chosen->write(problem, out, diag);
    if (status == QB_NO_MEMORY)
        qb_fail(diag, status, "%s: out of memory", problem->name);
    return status;
}
