/* qubout export: every run of an experiment, as CSV or JSON. */
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/report/report.h"

typedef struct export_options {
    const char *db, *experiment, *out;
    bool json;
} export_options;

static const qb_option options_table[] = {
    QB_OPTION(export_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(export_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(export_options, out, "out", QB_OPTION_TEXT, "FILE", "-",
              "where to write; - is standard output"),
    QB_OPTION(export_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "JSON instead of CSV"),
};

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const export_options *o = options;
    qb_diag diag = {0};
    qb_store *store = NULL;
    qb_text out = {0};
    qb_status status = o->db ? qb_store_open(o->db, QB_STORE_READ, &store, &diag)
                             : qb_fail(&diag, QB_BAD_INPUT, "which store? --db FILE");
    if (!status)
        status = (o->json ? qb_export_json : qb_export_csv)(store, o->experiment, &out, &diag);
    if (!status)
        status = qb_cli_write_text(&out, o->out, &diag);
    qb_text_clear(&out);
    qb_store_close(store);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_export = {
    .name = "export",
    .synopsis = "--db FILE",
    .summary = "every run, as CSV or JSON",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(export_options),
    .run = run,
};
