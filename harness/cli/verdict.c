/* qubout verdict: scale, pause or stop, by the registered rule. */
#include "harness/report/verdict.h"
#include "harness/base/clock.h"

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/run/machine.h"

typedef struct verdict_options {
    const char *db, *experiment;
    bool json, dry;
} verdict_options;

static const qb_option options_table[] = {
    QB_OPTION(verdict_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(verdict_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(verdict_options, dry, "no-record", QB_OPTION_FLAG, NULL, NULL,
              "print it without keeping it in the store (for a store that is read-only)"),
    QB_OPTION(verdict_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static qb_status record(qb_store *store, const qb_evidence *evidence, const qb_verdict *verdict,
                        qb_diag *diag)
{
    qb_text body = {0};
    qb_verdict_json(verdict, &body);
    qb_status status = body.status;
    if (!status)
        status = qb_store_add_verdict(store, evidence->experiment.id, qb_decision_name(verdict->decision),
                                      verdict->sentence[1], qb_text_get(&body), verdict->references_sha256,
                                      qb_build_capture().version, diag);
    qb_text_clear(&body);
    return status;
}

static qb_status print(const qb_verdict *verdict, bool json, qb_diag *diag)
{
    qb_text out = {0};
    (json ? qb_verdict_json : qb_verdict_say)(verdict, &out);
    if (json)
        qb_text_append_char(&out, '\n');
    qb_status status = qb_cli_write_text(&out, "-", diag);
    qb_text_clear(&out);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const verdict_options *o = options;
    qb_diag diag = {0};
    qb_store *store = NULL;
    const qb_evidence *evidence = NULL;
    qb_verdict verdict = {0};
    char today[QB_DATE_TEXT];
    qb_clock_today(today);
    qb_status status = o->db ? qb_store_open(o->db, QB_STORE_READ, &store, &diag)
                             : qb_fail(&diag, QB_BAD_INPUT, "which store? --db FILE");
    if (!status)
        status = qb_evidence_load(store, o->experiment, &evidence, &diag);
    if (!status)
        status = qb_verdict_compute_whole(store, evidence, today, &verdict, &diag);
    if (!status)
        status = print(&verdict, o->json, &diag);
    qb_store_close(store);
    store = NULL;
    if (!status && !o->dry)
        status = qb_store_open(o->db, QB_STORE_WRITE, &store, &diag);
    if (!status && !o->dry)
        status = record(store, evidence, &verdict, &diag);
    int code = status ? qb_cli_exit(status, &diag) : verdict.decision == QB_VOID ? QB_EXIT_NO : QB_EXIT_DONE;
    qb_verdict_clear(&verdict);
    qb_evidence_free(evidence);
    qb_store_close(store);
    return code;
}

const qb_command qb_command_verdict = {
    .name = "verdict",
    .synopsis = "--db FILE",
    .summary = "scale, pause or stop, by the rule that was registered",
    .description = "Computed from the recorded runs and kept in the store with a hash of the reference "
                   "values it used. Exit status 1: "
                   "void, a control failed; 4: there is too little to tell, or no decision was registered.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(verdict_options),
    .run = run,
};
