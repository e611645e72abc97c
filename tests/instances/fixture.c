#include "tests/instances/fixture.h"

#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/model/referee.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *source_path(const char *tail, char path[FIXTURE_PATH])
{
    snprintf(path, FIXTURE_PATH, "%s/%s", QB_SOURCE_ROOT, tail);
    return path;
}

const char *shared_path(const char *tail, char path[FIXTURE_PATH])
{
    const char *chosen = getenv("QB_SHARED");
    if (chosen)
        snprintf(path, FIXTURE_PATH, "%s/instances/%s", chosen, tail);
    else
        snprintf(path, FIXTURE_PATH, "%s/../shared/instances/%s", QB_SOURCE_ROOT, tail);
    return path;
}

bool has_shared(void)
{
    char path[FIXTURE_PATH];
    if (access(shared_path("MANIFEST.tsv", path), R_OK) == 0)
        return true;
    fprintf(stderr, "SKIPPED: no shared instances at %s (set QB_SHARED)\n", path);
    return false;
}

static void split_line(char *line, char *field[TSV_FIELDS])
{
    static char none[1];
    for (size_t k = 0; k < TSV_FIELDS; k++)
        field[k] = none;
    for (size_t k = 0; k < TSV_FIELDS && line; k++) {
        char *tab = strchr(line, '\t');
        if (tab)
            *tab = 0;
        field[k] = line;
        line = tab ? tab + 1 : NULL;
    }
}

size_t each_tsv_line(const char *path, bool header, tsv_visit visit, void *context)
{
    char *text = NULL;
    size_t size, visited = 0;
    qb_diag diag = {0};
    cr_assert(qb_file_read(path, QB_FILE_LIMIT, &text, &size, &diag) == QB_OK, "%s", diag.text);
    for (char *line = text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        if (header || *line == '#' || *line == 0) {
            header = false;
            continue;
        }
        char *field[TSV_FIELDS];
        split_line(line, field);
        visit(field, context);
        visited++;
    }
    qb_free(text);
    return visited;
}

qb_problem must_read(const char *path, const char *format)
{
    qb_problem problem = {0};
    qb_diag diag = {0};
    qb_read_options options = {.format = format};
    cr_assert(qb_instance_read(path, &options, &problem, &diag) == QB_OK, "%s", diag.text);
    return problem;
}

qb_problem must_parse(const char *name, const char *format, const char *text)
{
    qb_problem problem = {0};
    qb_diag diag = {0};
    qb_read_options options = {.format = format};
    qb_status status = qb_instance_parse(name, text, strlen(text), &options, &problem, &diag);
    cr_assert(status == QB_OK, "%s", diag.text);
    return problem;
}

double score_bits(const qb_problem *problem, const char *bits)
{
    qb_diag diag = {0};
    qb_score score;
    cr_assert(strlen(bits) == problem->body.columns, "%s has %u variables, the vector %zu", problem->name,
              problem->body.columns, strlen(bits));
    double *v = QB_NEW(double, problem->body.columns);
    for (uint32_t j = 0; j < problem->body.columns; j++)
        v[j] = bits[j] - '0';
    cr_assert(qb_referee_score(problem, v, &score, &diag) == QB_OK, "%s", diag.text);
    qb_free(v);
    return score.objective;
}

static void check_names(const qb_mip *a, const qb_mip *b, const char *format)
{
    char one[16], other[16];
    for (uint32_t j = 0; j < a->columns; j++)
        cr_assert_str_eq(qb_mip_column_name(a, j, one), qb_mip_column_name(b, j, other), "%s", format);
    for (uint32_t i = 0; i < a->rows; i++)
        cr_assert_str_eq(qb_mip_row_name(a, i, one), qb_mip_row_name(b, i, other), "%s", format);
}

void check_round_trip(const qb_problem *problem, const char *format)
{
    qb_text text = {0}, again = {0};
    qb_diag diag = {0};
    char before[65], after[65];
    cr_assert(qb_instance_write(problem, format, &text, &diag) == QB_OK, "%s", diag.text);
    qb_problem back = must_parse(problem->name, format, qb_text_get(&text));
    cr_assert(qb_problem_sha256(problem, before) == QB_OK);
    cr_assert(qb_problem_sha256(&back, after) == QB_OK);
    cr_assert(strcmp(before, after) == 0, "%s comes back from %s as another problem:\n%.2000s", problem->name,
              format, qb_text_get(&text));
    cr_assert(qb_instance_write(&back, format, &again, &diag) == QB_OK, "%s", diag.text);
    cr_assert_str_eq(qb_text_get(&text), qb_text_get(&again), "%s", format);
    if (strcmp(format, "mps") == 0 || strcmp(format, "lp") == 0 || strcmp(format, "qplib") == 0)
        check_names(&problem->body, &back.body, format);
    qb_problem_free(&back);
    qb_text_clear(&text);
    qb_text_clear(&again);
}
