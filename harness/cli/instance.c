#define _POSIX_C_SOURCE 200809L
#include "harness/cli/instance.h"

#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/model/solution.h"
#include "instances/library.h"

#include <string.h>
#include <unistd.h>

/* Does FILE of FILE or FILE#K exist? */
static bool is_file(const char *word)
{
    if (!strcmp(word, "-") || access(word, F_OK) == 0)
        return true;
    const char *hash = strrchr(word, '#');
    char path[4096];
    if (!hash || (size_t)(hash - word) >= sizeof path)
        return false;
    memcpy(path, word, (size_t)(hash - word));
    path[hash - word] = '\0';
    return access(path, F_OK) == 0;
}

static qb_status read_shipped(const char *word, qb_read_options *options, qb_problem *problem, qb_diag *diag)
{
    qb_library *library = NULL;
    qb_status status = qb_library_open(&library, diag);
    if (status)
        return status;
    const char *nearest = NULL;
    const qb_library_entry *entry = qb_library_find(library, word, &nearest);
    if (entry) {
        if (!options->format)
            options->format = entry->format;
        status = qb_instance_read(entry->path, options, problem, diag);
    } else if (nearest) {
        status = qb_fail(diag, QB_BAD_INPUT, "no file and no shipped instance '%s' (did you mean '%s'?)",
                         word, nearest);
    } else {
        status = qb_fail(diag, QB_BAD_INPUT, "no file and no shipped instance '%s'", word);
    }
    qb_library_close(library);
    return status;
}

qb_status qb_cli_read_instance(const char *word, const char *format, bool sum_duplicates, qb_problem *problem,
                               qb_diag *diag)
{
    qb_read_options options = {.format = format, .sum_duplicates = sum_duplicates};
    if (is_file(word))
        return qb_instance_read(word, &options, problem, diag);
    return read_shipped(word, &options, problem, diag);
}

qb_status qb_cli_instance_json(qb_json_writer *json, const qb_problem *problem, qb_diag *diag)
{
    char hex[65];
    qb_status status = qb_problem_sha256(problem, hex);
    if (status)
        return qb_fail(diag, status, "cannot hash instance '%s'", problem->name);
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", problem->name);
    qb_json_put_string(json, "sha256", hex);
    qb_json_put_string(json, "format", problem->format);
    qb_json_put_string(json, "kind", qb_kind_name(problem->kind));
    qb_json_put_string(json, "sense", qb_sense_name(problem->body.sense));
    qb_json_put_uint(json, "variables", problem->body.columns);
    qb_json_put_uint(json, "nonzeros", qb_problem_nonzeros(problem));
    qb_json_put_uint(json, "constraints", problem->body.rows);
    qb_json_close(json, '}');
    return QB_OK;
}

void qb_cli_solution_json(qb_json_writer *json, const qb_problem *problem, const double *solution)
{
    uint32_t columns = problem->body.columns;
    if (qb_problem_is_binary(problem)) {
        char *text = qb_alloc((size_t)columns + 1, 1);
        if (!text) {
            json->out->status = QB_NO_MEMORY;
            return;
        }
        qb_solution_bits(problem, solution, text);
        qb_json_string(json, text);
        qb_free(text);
        return;
    }
    qb_json_open(json, '{');
    for (uint32_t k = 0; k < columns; k++) {
        char name[32];
        if (solution[k] == 0)
            continue;
        qb_json_put_double(json, qb_mip_column_name(&problem->body, k, name), solution[k]);
    }
    qb_json_close(json, '}');
}

const char *qb_cli_violation_name(const qb_problem *problem, int64_t index, char *buffer)
{
    return index >= 0 ? qb_mip_row_name(&problem->body, (uint32_t)index, buffer)
                      : qb_mip_column_name(&problem->body, (uint32_t)(-1 - index), buffer);
}

void qb_cli_violations_json(qb_json_writer *json, const qb_problem *problem, const qb_score *score)
{
    uint32_t count = score->violations < 16 ? score->violations : 16;
    qb_json_open(json, '[');
    for (uint32_t k = 0; k < count; k++) {
        char name[32];
        qb_json_open(json, '{');
        qb_json_put_string(json, "name", qb_cli_violation_name(problem, score->worst[k].index, name));
        qb_json_put_double(json, "amount", score->worst[k].amount);
        qb_json_close(json, '}');
    }
    qb_json_close(json, ']');
}

qb_status qb_cli_read_solution(const char *path, const qb_problem *problem, double *v, qb_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    qb_status status = qb_file_read(path, QB_FILE_LIMIT, &text, &size, diag);
    if (!status)
        status = qb_solution_parse(problem, path, text, size, v, diag);
    qb_free(text);
    return status;
}
