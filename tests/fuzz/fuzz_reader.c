#include "tests/fuzz/fuzz_reader.h"

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
        if (isfinite(lower) && isfinite(upper) && lower + (upper - lower) != upper)
            return true;
    }
    return false;
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
                         (strcmp(format, "mps") != 0 || !has_rounded_range(&problem->body));
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
