/* qubout report: tables, figures and a page, from the store. */
#define _POSIX_C_SOURCE 200809L
#include "harness/report/report.h"
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/output.h"
#include "harness/report/bundle.h"
#include "harness/report/tuned.h"
#include "solvers/solver.h"

#include <stdio.h>
#include <string.h>

typedef struct report_options {
    const char *db, *experiment, *out, *budget, *format, *formats, *bundle, *author;
    bool table_only;
} report_options;

static const qb_option options_table[] = {
    QB_OPTION(report_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(report_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(report_options, out, "out", QB_OPTION_TEXT, "FOLDER", NULL,
              "where the page and its figures go (default plots/out/EXPERIMENT)"),
    QB_OPTION(report_options, budget, "budget", QB_OPTION_TEXT, "D", NULL,
              "replay a smaller budget (a duration, or units of work) from the stored trajectories: the "
              "table, exploratory"),
    QB_OPTION(report_options, table_only, "table", QB_OPTION_FLAG, NULL, NULL,
              "print the table, draw nothing"),
    QB_OPTION(report_options, format, "format", QB_OPTION_TEXT, "F", "text",
              "of the table: text; markdown, for a pull request; latex (booktabs), for a paper. The last two "
              "draw nothing"),
    QB_OPTION(report_options, formats, "formats", QB_OPTION_TEXT, "LIST", "svg,png,pdf",
              "of the figures beside the page"),
    QB_OPTION(report_options, bundle, "bundle", QB_OPTION_TEXT, "FILE.tar.gz", NULL,
              "everything a reader needs to check it, in one archive: specification, hashes, store, report, "
              "tables, CITATION.cff"),
    QB_OPTION(report_options, author, "author", QB_OPTION_TEXT, "NAME", NULL, "who is cited in the bundle"),
};

static qb_status print_table(const qb_evidence *evidence, qb_diag *diag)
{
    qb_text out = {0};
    qb_table_options options = {.width = qb_cli_width(), .unicode = qb_cli_unicode()};
    qb_status status = qb_report_table(evidence, &options, &out, diag);
    if (!status)
        status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    return status;
}

static qb_status print_tuning(const qb_cli_evidence *source, qb_diag *diag)
{
    qb_tuned tuned;
    qb_text out = {0};
    qb_status status = qb_tuned_load(source->store, source->evidence, &tuned, diag);
    if (status)
        return status;
    qb_tuned_say(source->evidence, &tuned, &out);
    status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    qb_tuned_clear(&tuned);
    return status;
}

static qb_status write_page(const report_options *o, const qb_cli_evidence *source, qb_diag *diag)
{
    qb_text folder = {0}, written = {0};
    if (o->out)
        qb_text_append(&folder, o->out);
    else
        qb_text_appendf(&folder, "plots/out/%s", source->evidence->experiment.name);
    qb_report_options options = {.database = o->db};
    qb_status status = qb_cli_formats(o->formats, &options.formats, diag);
    if (!status)
        status = folder.status;
    if (!status)
        status =
            qb_report_write(source->store, source->evidence, qb_text_get(&folder), &options, &written, diag);
    if (!status)
        printf("\nwritten:\n%s", qb_text_get(&written));
    qb_text_clear(&written);
    qb_text_clear(&folder);
    return status;
}

static qb_status print_markup(const qb_evidence *evidence, const char *format, qb_diag *diag)
{
    qb_text out = {0};
    bool markdown = !strcmp(format, "markdown");
    if (!markdown && strcmp(format, "latex"))
        return qb_fail(diag, QB_BAD_INPUT, "--format needs text, markdown or latex, got '%s'", format);
    qb_status status = qb_report_markup(evidence, markdown ? QB_MARKDOWN : QB_LATEX, &out, diag);
    if (!status)
        status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    return status;
}

static qb_status write_bundle(const report_options *o, const qb_cli_evidence *source, qb_diag *diag)
{
    qb_bundle_options options = {.author = o->author};
    qb_status status = qb_report_bundle(source->store, source->evidence, o->bundle, &options, diag);
    if (!status)
        printf("%s\n", o->bundle);
    return status;
}

/* The table, the ledger and the page, or as much of them as was asked for. */
static qb_status print_report(const report_options *o, const qb_cli_evidence *source, qb_diag *diag)
{
    qb_status status = print_table(source->evidence, diag);
    if (!status && !o->budget)
        status = print_tuning(source, diag);
    if (!status && !o->table_only && !o->budget)
        status = write_page(o, source, diag);
    return status;
}

/* Only solvers that never see their limit would have done the same under a smaller one. */
static qb_status replay_budget(const qb_cli_evidence *source, const char *text, qb_diag *diag)
{
    const qb_evidence *e = source->evidence;
    bool counted = e->budget_kind == QB_BUDGET_WORK || e->budget_kind == QB_BUDGET_SAMPLES;
    double budget;
    if (!(counted ? qb_parse_double(text, strlen(text), &budget) : qb_parse_duration(text, &budget)))
        return qb_fail(diag, QB_BAD_INPUT, "--budget needs %s, got '%s'",
                       counted ? "a number of units" : "a duration such as 500ms", text);
    for (uint32_t k = e->entries; k-- > 0;) {
        const qb_solver *solver = qb_solver_find(e->entry[k].solver);
        if (solver && !solver->needs_deadline)
            continue;
        fprintf(stderr, "left out: '%s', since its solver %s\n", e->entry[k].name,
                solver ? "sees its limit" : "is not one of this build's");
        qb_evidence_leave_out(e, k);
    }
    if (e->entries == 0)
        return qb_fail(diag, QB_BAD_INPUT,
                       "every solver sees its limit: a smaller budget cannot be replayed");
    return qb_evidence_shorten(source->store, e, budget, diag);
}

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const report_options *o = options;
    qb_diag diag = {0};
    qb_cli_evidence source = {0};
    qb_status status = qb_cli_evidence_open(o->db, o->experiment, &source, &diag);
    if (!status && o->budget)
        status = replay_budget(&source, o->budget, &diag);
    if (!status && o->bundle && o->budget)
        status = qb_fail(&diag, QB_BAD_INPUT, "--bundle takes what was run: not with --budget");
    if (!status && o->bundle)
        status = write_bundle(o, &source, &diag);
    else if (!status && strcmp(o->format, "text"))
        status = print_markup(source.evidence, o->format, &diag);
    else if (!status)
        status = print_report(o, &source, &diag);
    qb_cli_evidence_close(&source);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_report = {
    .name = "report",
    .synopsis = "--db FILE",
    .summary = "tables, figures and a self-contained page, from the store",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(report_options),
    .run = run,
};
