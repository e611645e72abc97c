/* qubout score: the five questions before building. */
#include "harness/report/score.h"

#include "harness/base/clock.h"
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/output.h"

typedef struct score_options {
    bool json;
} score_options;

static const qb_option options_table[] = {
    QB_OPTION(score_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static int run(const void *options, const qb_arguments *arguments)
{
    const score_options *o = options;
    qb_diag diag = {0};
    qb_pilot_case pilot = {0};
    qb_cli_evidence source = {0};
    qb_case_score score;
    char today[QB_DATE_TEXT];
    qb_text out = {0};
    qb_clock_today(today);
    qb_status status = qb_pilot_case_read(arguments->word[0], &pilot, &diag);
    if (!status && pilot.store)
        status = qb_cli_evidence_open(pilot.store, pilot.experiment, &source, &diag);
    if (!status)
        status = qb_case_score_compute(&pilot, source.evidence, today, &score, &diag);
    if (!status) {
        (o->json ? qb_case_score_json : qb_case_score_say)(&pilot, &score, &out);
        if (o->json)
            qb_text_append_char(&out, '\n');
        status = qb_cli_write_text(&out, "-", &diag);
    }
    qb_text_clear(&out);
    qb_cli_evidence_close(&source);
    qb_pilot_case_clear(&pilot);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_score = {
    .name = "score",
    .synopsis = "CASE.yaml",
    .summary = "the five questions before building a pilot, from data where there is some",
    .description = "CASE.yaml answers discrete, pays, headroom, separable and kpi with yes, no or unknown, "
                   "names the workload, and may "
                   "name a store with evidence, which then answers instead of the file: headroom by the gap "
                   "of its best baseline, kpi by what was registered, and the whole by the verdict of a "
                   "registered decision, which takes the place of the workload's prior. The advice is "
                   "stay-classical, find-out, measure or scale; a prior alone never makes it measure.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(score_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
