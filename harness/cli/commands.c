#include "harness/cli/command.h"

extern const qb_command qb_command_bench, qb_command_compare, qb_command_convert, qb_command_cost,
    qb_command_doctor, qb_command_export, qb_command_generate, qb_command_import, qb_command_info,
    qb_command_invariance, qb_command_list, qb_command_measures, qb_command_merge, qb_command_plot,
    qb_command_references, qb_command_regress, qb_command_replay, qb_command_report, qb_command_run,
    qb_command_score, qb_command_solve, qb_command_verdict, qb_command_verify;

/* In the order of the help. */
const qb_command *const qb_commands[] = {
    &qb_command_solve,    &qb_command_run,     &qb_command_replay,     &qb_command_report,
    &qb_command_plot,     &qb_command_compare, &qb_command_measures,   &qb_command_verdict,
    &qb_command_cost,     &qb_command_regress, &qb_command_score,      &qb_command_references,
    &qb_command_import,   &qb_command_export,  &qb_command_merge,      &qb_command_list,
    &qb_command_info,     &qb_command_verify,  &qb_command_invariance, &qb_command_convert,
    &qb_command_generate, &qb_command_bench,   &qb_command_doctor,     NULL,
};
