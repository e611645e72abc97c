/* qubout references: the known values, and a better one of one's own. */
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/instance.h"
#include "harness/cli/output.h"
#include "harness/model/solution.h"
#include "harness/report/living.h"
#include "instances/known.h"
#include "instances/library.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct references_options {
    const char *file, *source, *date, *kind;
    bool json;
} references_options;

static const qb_option options_table[] = {
    QB_OPTION(references_options, file, "file", QB_OPTION_TEXT, "FILE", NULL,
              "your own file of known values (default $QUBOUT_REFERENCES)"),
    QB_OPTION(references_options, source, "source", QB_OPTION_TEXT, "TEXT", NULL,
              "where the value comes from; update needs it"),
    QB_OPTION(references_options, date, "date", QB_OPTION_TEXT, "DATE", NULL, "of the value (default today)"),
    QB_OPTION(references_options, kind, "kind", QB_OPTION_TEXT, "KIND", "best-known",
              "best-known, proven or planted"),
    QB_OPTION(references_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "list as JSON"),
};

static const char *file_of(const references_options *o)
{
    return o->file ? o->file : qb_known_default();
}

/* ---- the list */

static void put_row(qb_json_writer *w, qb_text *out, const char *name, double value, const char *kind,
                    const char *source, const char *date, bool json)
{
    char number[QB_DOUBLE_TEXT];
    if (!json) {
        qb_text_appendf(out, "%-26s %14s  %-10s  %s  %s\n", name, qb_double_text(value, number), kind, date,
                        source);
        return;
    }
    qb_json_open(w, '{');
    qb_json_put_string(w, "name", name);
    qb_json_put_double(w, "value", value);
    qb_json_put_string(w, "kind", kind);
    qb_json_put_string(w, "source", source);
    qb_json_put_string(w, "date", date);
    qb_json_close(w, '}');
}

static qb_status list(const references_options *o, const qb_known *known, qb_diag *diag)
{
    qb_library *library = NULL;
    qb_text out = {0};
    qb_json_writer w = {.out = &out};
    qb_status status = qb_library_open(&library, diag);
    if (status)
        return status;
    if (o->json)
        qb_json_open(&w, '[');
    for (size_t k = 0; k < qb_library_count(library); k++) {
        const qb_library_entry *e = qb_library_entry_at(library, k);
        if (!isnan(e->value))
            put_row(&w, &out, e->name, e->value, qb_reference_kind_name(e->kind), e->source, e->date,
                    o->json);
    }
    for (size_t k = 0; k < known->rows; k++)
        put_row(&w, &out, known->row[k].name, known->row[k].value, qb_reference_kind_name(known->row[k].kind),
                known->row[k].source, known->row[k].date, o->json);
    if (o->json) {
        qb_json_close(&w, ']');
        qb_text_append_char(&out, '\n');
    }
    status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    qb_library_close(library);
    return status;
}

/* ---- update */

/* A value to take, with what it was read from. */
typedef struct candidate {
    qb_problem problem;
    char sha256[QB_SHA256_HEX], date[16];
    qb_score score;
    double *v;
    qb_text solution;
    qb_known_value row;
} candidate;

static void clear_candidate(candidate *c)
{
    qb_problem_free(&c->problem);
    qb_free(c->v);
    qb_text_clear(&c->solution);
}

static qb_status check_options(const references_options *o, candidate *c, qb_diag *diag)
{
    if (!file_of(o))
        return qb_fail(diag, QB_BAD_INPUT, "which file of known values? --file FILE, or $QUBOUT_REFERENCES");
    if (!o->source || !*o->source)
        return qb_fail(diag, QB_BAD_INPUT, "a value without a source is a rumour: --source TEXT");
    qb_clock_today(c->date);
    if (o->date && strlen(o->date) != 10)
        return qb_fail(diag, QB_BAD_INPUT, "--date needs a date such as 2026-12-31, got '%s'", o->date);
    if (o->date)
        (void)snprintf(c->date, sizeof c->date, "%s", o->date);
    const char *kind = o->kind ? o->kind : "best-known";
    for (c->row.kind = QB_REFERENCE_PROVEN; c->row.kind <= QB_REFERENCE_PLANTED; c->row.kind++)
        if (!strcmp(kind, qb_reference_kind_name(c->row.kind)))
            return QB_OK;
    return qb_fail(diag, QB_BAD_INPUT, "--kind is best-known, proven or planted, got '%s'", kind);
}

static qb_status read_candidate(const references_options *o, const char *instance, const char *solution,
                                candidate *c, qb_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    qb_status status = qb_cli_read_instance(instance, NULL, false, &c->problem, diag);
    if (!status && !(c->v = QB_NEW(double, c->problem.body.columns)))
        status = QB_NO_MEMORY;
    if (!status)
        status = qb_file_read(solution, QB_FILE_LIMIT, &text, &size, diag);
    if (!status)
        status = qb_solution_parse(&c->problem, solution, text, size, c->v, diag);
    if (!status)
        status = qb_referee_score(&c->problem, c->v, &c->score, diag);
    if (!status)
        status = qb_problem_sha256(&c->problem, c->sha256);
    qb_free(text);
    if (status)
        return status;
    qb_json_writer w = {.out = &c->solution};
    qb_cli_solution_json(&w, &c->problem, c->v);
    c->row.name = instance;
    c->row.sha256 = c->sha256;
    c->row.sense = c->problem.body.sense;
    c->row.value = c->score.objective;
    c->row.source = o->source;
    c->row.date = c->date;
    c->row.solution = qb_text_get(&c->solution);
    return c->solution.status;
}

/* The best value known so far, of the shipped library or the user's file; NaN: none. */
static double known_so_far(const char *instance, const candidate *c, const qb_known *known)
{
    const qb_known_value *own = qb_known_find(known, c->sha256);
    qb_library *library = NULL;
    double value = own ? own->value : NAN;
    if (qb_library_open(&library, NULL) != QB_OK)
        return value;
    const qb_library_entry *e = qb_library_find(library, instance, NULL);
    if (e && !isnan(e->value) && (isnan(value) || qb_known_better(c->row.sense, e->value, value)))
        value = e->value;
    qb_library_close(library);
    return value;
}

/* Takes the value into each store that is named, and says what changes there. */
static qb_status update_stores(const candidate *c, const char *const *store, int count, qb_diag *diag)
{
    qb_text out = {0};
    qb_status status = QB_OK;
    for (int k = 0; k < count && !status; k++)
        status = qb_living_update(store[k], c->sha256, c->row.value, qb_reference_kind_name(c->row.kind),
                                  c->row.source, &out, diag);
    if (!status)
        status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    return status;
}

static qb_status update(const references_options *o, const qb_arguments *a, qb_known *known, bool *taken,
                        qb_diag *diag)
{
    candidate c = {0};
    char value[QB_DOUBLE_TEXT], before[QB_DOUBLE_TEXT];
    if (a->count < 3)
        return qb_fail(diag, QB_BAD_INPUT, "references update needs INSTANCE and SOLUTION");
    qb_status status = check_options(o, &c, diag);
    if (!status)
        status = read_candidate(o, a->word[1], a->word[2], &c, diag);
    double best = status ? NAN : known_so_far(a->word[1], &c, known);
    if (!status && !c.score.feasible) {
        printf("the solution is infeasible: nothing is taken\n");
    } else if (!status && !isnan(best) && !qb_known_better(c.row.sense, c.row.value, best)) {
        printf("%s is no better than the known %s: nothing is taken\n", qb_double_text(c.row.value, value),
               qb_double_text(best, before));
    } else if (!status) {
        *taken = true;
        status = qb_known_add(known, &c.row, diag);
        if (!status)
            status = qb_known_write(file_of(o), known, diag);
        if (!status)
            printf("%s: %s, verified, taken into '%s' (before: %s)\n", a->word[1],
                   qb_double_text(c.row.value, value), file_of(o),
                   isnan(best) ? "nothing" : qb_double_text(best, before));
        fflush(stdout);
        if (!status)
            status = update_stores(&c, a->word + 3, a->count - 3, diag);
    }
    clear_candidate(&c);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const references_options *o = options;
    qb_diag diag = {0};
    qb_known known = {0};
    bool updates = arguments->count > 0 && !strcmp(arguments->word[0], "update"), taken = !updates;
    qb_status status = qb_known_read(file_of(o), &known, &diag);
    if (!status && updates)
        status = update(o, arguments, &known, &taken, &diag);
    else if (!status && arguments->count)
        status =
            qb_fail(&diag, QB_BAD_INPUT, "unknown word '%s' (did you mean 'update'?)", arguments->word[0]);
    else if (!status)
        status = list(o, &known, &diag);
    qb_known_clear(&known);
    if (status)
        return qb_cli_exit(status, &diag);
    return taken ? QB_EXIT_DONE : QB_EXIT_NO;
}

const qb_command qb_command_references = {
    .name = "references",
    .synopsis = "[update INSTANCE SOLUTION [STORE...]]",
    .summary = "the known values; or a better one, verified, into your own file",
    .description =
        "Without words: the shipped values and those of your own file. `update` lets the referee score "
        "SOLUTION; a feasible value that is better than what is known goes into your file with its "
        "solution, source and date, where every later `run` finds it. In each STORE that is named the "
        "gaps are then recomputed, and the verdicts that change are listed. Exit status 1: nothing was "
        "taken.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(references_options),
    .least_words = 0,
    .most_words = -1,
    .run = run,
};
