/* qubout plot: one figure, from the store. */
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/report/report.h"

#include <stdio.h>
#include <string.h>

typedef struct plot_options {
    const char *db, *experiment, *out, *formats;
} plot_options;

static const qb_option options_table[] = {
    QB_OPTION(plot_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(plot_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(plot_options, out, "out", QB_OPTION_TEXT, "FOLDER", "plots/out", "where the figure goes"),
    QB_OPTION(plot_options, formats, "formats", QB_OPTION_TEXT, "LIST", "svg,png,pdf", "of svg, png and pdf"),
};

static qb_status check_kind(const char *word, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = word};
    for (const qb_plot_kind *k = qb_plot_kinds; k->name; k++) {
        if (!strcmp(k->name, word))
            return QB_OK;
        qb_nearest_offer(&near, k->name);
    }
    return qb_fail(diag, QB_BAD_INPUT, "no figure '%s'%s; `qubout plot list` names them", word,
                   qb_nearest_hint(&near, hint));
}

static int list_kinds(void)
{
    for (const qb_plot_kind *k = qb_plot_kinds; k->name; k++)
        printf("%-14s %s\n", k->name, k->help);
    return QB_EXIT_DONE;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const plot_options *o = options;
    qb_diag diag = {0};
    qb_cli_evidence source = {0};
    qb_plots *plots = NULL;
    qb_text written = {0};
    unsigned formats = 0;
    const char *kind = arguments->word[0];
    if (!strcmp(kind, "list"))
        return list_kinds();
    qb_status status = check_kind(kind, &diag);
    if (!status)
        status = qb_cli_formats(o->formats, &formats, &diag);
    if (!status)
        status = qb_cli_evidence_open(o->db, o->experiment, &source, &diag);
    if (!status)
        status = qb_plots_open(source.store, source.evidence, &plots, &diag);
    if (!status)
        status = qb_plots_draw(plots, kind, o->out, formats, &written, &diag);
    if (!status)
        fputs(qb_text_get(&written), stdout);
    qb_plots_close(plots);
    qb_text_clear(&written);
    qb_cli_evidence_close(&source);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_plot = {
    .name = "plot",
    .synopsis = "KIND --db FILE",
    .summary = "one figure, from the store; `plot list` names them",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(plot_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
