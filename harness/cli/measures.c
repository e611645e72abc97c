/* qubout measures: the descriptive statistics of an experiment. */
#include "harness/report/measures.h"
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/output.h"

typedef struct measures_options {
    const char *db, *experiment;
    double gap;
    bool json;
} measures_options;

static const qb_option options_table[] = {
    QB_OPTION(measures_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(measures_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(measures_options, gap, "gap", QB_OPTION_REAL, "G", NULL,
              "the registered target that counts as success (default: the hardest)"),
    QB_OPTION(measures_options, json, "json", QB_OPTION_FLAG, NULL, NULL,
              "print one JSON object, with every instance and interval"),
};

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const measures_options *o = options;
    qb_diag diag = {0};
    qb_cli_evidence source = {0};
    qb_measures measures = {0};
    qb_text out = {0};
    qb_status status = qb_cli_evidence_open(o->db, o->experiment, &source, &diag);
    if (!status)
        status = qb_measures_make(source.store, source.evidence, o->gap, &measures, &diag);
    if (!status) {
        (o->json ? qb_measures_json : qb_measures_say)(&measures, &out);
        if (o->json)
            qb_text_append_char(&out, '\n');
        status = qb_cli_write_text(&out, "-", &diag);
    }
    qb_text_clear(&out);
    qb_measures_clear(&measures);
    qb_cli_evidence_close(&source);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_measures = {
    .name = "measures",
    .synopsis = "--db FILE",
    .summary = "success, times to solution, ranks and contributions: what describes and never decides",
    .description =
        "Success probabilities with Jeffreys and Clopper-Pearson intervals, TTS99 (its run length chosen "
        "on one half of the seeds and judged on the other), expected running time, PAR, shifted geometric "
        "and restricted means; Hodges-Lehmann, A12 and Wilcoxon against the best baseline, ranks, Shapley "
        "values, the virtual best and the portfolio that it takes to have it.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(measures_options),
    .run = run,
};
