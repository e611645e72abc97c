/* qubout regress: the nightly gate. */
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/output.h"
#include "harness/report/compare.h"

typedef struct regress_options {
    const char *baseline, *candidate, *experiment;
    qb_regress_options limits;
} regress_options;

static const qb_option options_table[] = {
    QB_OPTION(regress_options, baseline, "baseline", QB_OPTION_TEXT, "FILE", NULL,
              "the store to hold against"),
    QB_OPTION(regress_options, candidate, "candidate", QB_OPTION_TEXT, "FILE", NULL, "the store to judge"),
    QB_OPTION(regress_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when each store holds one"),
    QB_OPTION(regress_options, limits.baseline_label, "baseline-label", QB_OPTION_TEXT, "LABEL", NULL,
              "only this label; every label that both hold when left out"),
    QB_OPTION(regress_options, limits.candidate_label, "candidate-label", QB_OPTION_TEXT, "LABEL", NULL,
              "what to hold against it, when called otherwise; the two FILEs may be one"),
    QB_OPTION(regress_options, limits.margin, "margin", QB_OPTION_REAL, "G", "0.001",
              "a mean gap that grows by more than this is worse"),
    QB_OPTION(regress_options, limits.slow_down, "slow-down", QB_OPTION_REAL, "S", "0.1",
              "CPU time for the same work that grows by more than this share is slower"),
    QB_OPTION(regress_options, limits.confidence, "confidence", QB_OPTION_REAL, "P", "0.99",
              "of the intervals, before the correction for several labels"),
};

static qb_status check(const regress_options *o, qb_diag *diag)
{
    if (!o->baseline || !o->candidate)
        return qb_fail(diag, QB_BAD_INPUT, "regress needs --baseline FILE and --candidate FILE");
    if (o->limits.candidate_label && !o->limits.baseline_label)
        return qb_fail(diag, QB_BAD_INPUT, "--candidate-label needs --baseline-label");
    if (!(o->limits.margin >= 0) || !(o->limits.slow_down >= 0))
        return qb_fail(diag, QB_BAD_INPUT, "--margin and --slow-down cannot be negative");
    if (!(o->limits.confidence >= 0.5 && o->limits.confidence < 1))
        return qb_fail(diag, QB_BAD_INPUT, "--confidence needs a number from 0.5 to below 1");
    return QB_OK;
}

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const regress_options *o = options;
    qb_diag diag = {0};
    qb_cli_evidence before = {0}, now = {0};
    qb_text out = {0};
    bool regressed = false;
    qb_status status = check(o, &diag);
    if (!status)
        status = qb_cli_evidence_open(o->baseline, o->experiment, &before, &diag);
    if (!status)
        status = qb_cli_evidence_open(o->candidate, o->experiment, &now, &diag);
    if (!status)
        status = qb_regress(before.evidence, now.evidence, &o->limits, &out, &regressed, &diag);
    if (!status)
        status = qb_cli_write_text(&out, "-", &diag);
    qb_text_clear(&out);
    qb_cli_evidence_close(&now);
    qb_cli_evidence_close(&before);
    if (status)
        return qb_cli_exit(status, &diag);
    return regressed ? QB_EXIT_NO : QB_EXIT_DONE;
}

const qb_command qb_command_regress = {
    .name = "regress",
    .synopsis = "--baseline FILE --candidate FILE",
    .summary = "has anything become worse? the nightly gate",
    .description = "Compares each label that both stores hold on the instances that both hold. Exit status "
                   "1: something has become worse or slower beyond the limits; 4: nothing in common. Two "
                   "nights on one machine may differ by more than a slow-down is worth: two labels of one "
                   "store, which ran side by side, tell 5 % (--slow-down 0.02).",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(regress_options),
    .run = run,
};
