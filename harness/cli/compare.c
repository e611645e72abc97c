/* qubout compare: two entries of an experiment, side by side. */
#include "harness/report/compare.h"

#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/output.h"

typedef struct compare_options {
    const char *db, *experiment;
    double confidence;
    bool json;
} compare_options;

static const qb_option options_table[] = {
    QB_OPTION(compare_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(compare_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(compare_options, confidence, "confidence", QB_OPTION_REAL, "P", "0.95", "of the interval"),
    QB_OPTION(compare_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static qb_status print(const qb_evidence *evidence, const qb_compared *compared, bool json, qb_diag *diag)
{
    qb_text out = {0};
    if (json) {
        qb_compare_json(compared, &out);
        qb_text_append_char(&out, '\n');
    } else {
        qb_compare_say(evidence, compared, &out);
    }
    qb_status status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const compare_options *o = options;
    qb_diag diag = {0};
    qb_cli_evidence source = {0};
    qb_compared compared = {0};
    qb_status status = QB_OK;
    if (!(o->confidence >= 0.5 && o->confidence < 1))
        status = qb_fail(&diag, QB_BAD_INPUT, "--confidence needs a number from 0.5 to below 1");
    if (!status)
        status = qb_cli_evidence_open(o->db, o->experiment, &source, &diag);
    if (!status)
        status = qb_compare(source.evidence, arguments->word[0], arguments->word[1], o->confidence, &compared,
                            &diag);
    if (!status)
        status = print(source.evidence, &compared, o->json, &diag);
    qb_compared_clear(&compared);
    qb_cli_evidence_close(&source);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_compare = {
    .name = "compare",
    .synopsis = "A B --db FILE",
    .summary = "two solvers of an experiment: effect, interval, wins by instance",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(compare_options),
    .least_words = 2,
    .most_words = 2,
    .run = run,
};
