#include "tests/fuzz/fuzz_reader.h"

#include "harness/model/grid.h"
#include "instances/format.h"
#include "instances/instances.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const qb_read_options limits = {.memory_bytes = 4 << 20};

static void require(bool promise, const char *what, const char *format, const qb_diag *diag)
{
    if (promise)
        return;
    fprintf(stderr, "%s (format %s): %s\n", what, format ? format : "recognised", diag->text);
    abort();
}

/* MPS has the width of a range, not its end: rounding may move it. */
static bool has_rounded_range(const qb_mip *m)
{
    for (uint32_t i = 0; i < m->rows; i++) {
        double lower = m->row_lower[i], upper = m->row_upper[i];
        if (isfinite(lower) && isfinite(upper) && qb_grid_sum(lower, qb_grid_sum(upper, -lower)) != upper)
            return true;
    }
    return false;
}

/* opb has neither ranges, free rows, bounds nor squares: they come back in other words. */
static bool has_other_words(const qb_mip *m)
{
    bool other = false;
    for (uint32_t i = 0; i < m->rows; i++) {
        bool lower = isfinite(m->row_lower[i]), upper = isfinite(m->row_upper[i]);
        other |= lower == upper && m->row_lower[i] != m->row_upper[i];
    }
    for (uint32_t j = 0; m->lower && j < m->columns; j++)
        other |= m->lower[j] == m->upper[j];
    for (uint64_t k = 0; k < m->pairs; k++)
        other |= m->pair[k].i == m->pair[k].j;
    return other;
}

/* Negated and expanded problems come back as others; those that keep kind and sense must be the same. */
static void check_writer(const qb_problem *problem, const char *format)
{
    qb_text text = {0};
    qb_diag diag = {0};
    qb_problem back;
    char before[65], after[65];
    qb_read_options options = limits;
    options.format = format;
    qb_status status = qb_instance_write(problem, format, &text, &diag);
    require(status == QB_OK || status == QB_REFUSED, "cannot write", format, &diag);
    if (status == QB_OK) {
        status = qb_instance_parse("back", text.data, text.length, &options, &back, &diag);
        require(status == QB_OK, "cannot read what was written", format, &diag);
        bool same_form = back.kind == problem->kind && back.body.sense == problem->body.sense &&
                         (strcmp(format, "mps") != 0 || !has_rounded_range(&problem->body)) &&
                         (strcmp(format, "opb") != 0 || !has_other_words(&problem->body));
        require(qb_problem_sha256(problem, before) == QB_OK && qb_problem_sha256(&back, after) == QB_OK,
                "cannot hash", format, &diag);
        require(!same_form || strcmp(before, after) == 0, "comes back as another problem", format, &diag);
        qb_problem_free(&back);
    }
    qb_text_clear(&text);
}

void qb_fuzz_reader(const char *format, const uint8_t *data, size_t size)
{
    qb_problem problem = {.name = "untouched"};
    qb_diag diag = {0};
    qb_read_options options = limits;
    options.format = format;
    options.sum_duplicates = size % 2;
    qb_status status = qb_instance_parse("input", (const char *)data, size, &options, &problem, &diag);
    if (status != QB_OK) {
        require(status == QB_BAD_INPUT && diag.text[0], "fails without a message", format, &diag);
        require(strcmp(problem.name, "untouched") == 0, "left something half-read", format, &diag);
        return;
    }
    for (const qb_format *const *f = qb_formats; *f; f++)
        if ((*f)->write)
            check_writer(&problem, (*f)->name);
    qb_problem_free(&problem);
}
