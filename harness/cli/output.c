#include "harness/cli/output.h"

#include "harness/base/file.h"
#include "instances/format.h"
#include "instances/instances.h"

#include <stdio.h>
#include <string.h>

static bool ends_with(const char *path, const char *extension)
{
    size_t length = strlen(path), tail = strlen(extension);
    return length > tail && !strcmp(path + length - tail, extension);
}

static bool has_extension(const qb_format *format, const char *path)
{
    for (const char *const *e = format->extensions; *e; e++)
        if (ends_with(path, *e))
            return true;
    return false;
}

/* The one format that writes and that the extension names. */
static qb_status format_of(const char *path, const char **name, qb_diag *diag)
{
    *name = NULL;
    for (const qb_format *const *f = qb_formats; *f; f++) {
        if (!(*f)->write || !has_extension(*f, path))
            continue;
        if (*name)
            return qb_fail(diag, QB_BAD_INPUT, "'%s' could be %s or %s: say --to FORMAT", path, *name,
                           (*f)->name);
        *name = (*f)->name;
    }
    if (!*name)
        return qb_fail(diag, QB_BAD_INPUT,
                       "which format is '%s'? say --to FORMAT; `qubout list formats` names them", path);
    return QB_OK;
}

qb_status qb_cli_write_text(const qb_text *text, const char *path, qb_diag *diag)
{
    if (text->status)
        return text->status;
    if (strcmp(path, "-"))
        return qb_file_write(path, qb_text_get(text), text->length, diag);
    if (fwrite(qb_text_get(text), 1, text->length, stdout) != text->length || fflush(stdout))
        return qb_fail(diag, QB_ENVIRONMENT, "cannot write to standard output");
    return QB_OK;
}

qb_status qb_cli_write_instance(const qb_problem *problem, const char *format, const char *path,
                                qb_diag *diag)
{
    qb_text out = {0};
    qb_status status = format ? QB_OK : format_of(path, &format, diag);
    if (!status)
        status = qb_instance_write(problem, format, &out, diag);
    if (!status)
        status = qb_cli_write_text(&out, path, diag);
    qb_text_clear(&out);
    return status == QB_REFUSED ? QB_BAD_INPUT : status;
}
