/* qubout cost: what each solver costs and earns, and the price at which it breaks even. */
#include "harness/report/cost.h"
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/output.h"

typedef struct cost_options {
    const char *db, *experiment;
    qb_prices prices;
    bool json;
} cost_options;

static const qb_option options_table[] = {
    QB_OPTION(cost_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(cost_options, experiment, "experiment", QB_OPTION_TEXT, "NAME", NULL,
              "which experiment; not needed when the store holds one"),
    QB_OPTION(cost_options, prices.cpu_hour, "cpu-hour", QB_OPTION_REAL, "P", NULL,
              "price of a CPU hour (default: the experiment's kpi, else 0)"),
    QB_OPTION(cost_options, prices.device_second, "device-second", QB_OPTION_REAL, "P", NULL,
              "price of a second of device time (likewise)"),
    QB_OPTION(cost_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const cost_options *o = options;
    qb_diag diag = {0};
    qb_cli_evidence source = {0};
    qb_costs costs = {0};
    qb_text out = {0};
    qb_status status = o->prices.cpu_hour < 0 || o->prices.device_second < 0
                           ? qb_fail(&diag, QB_BAD_INPUT, "a price cannot be negative")
                           : qb_cli_evidence_open(o->db, o->experiment, &source, &diag);
    if (!status)
        status = qb_costs_compute(source.evidence, o->prices, &costs, &diag);
    if (!status) {
        (o->json ? qb_costs_json : qb_costs_say)(&costs, &out);
        if (o->json)
            qb_text_append_char(&out, '\n');
        status = qb_cli_write_text(&out, "-", &diag);
    }
    qb_text_clear(&out);
    qb_costs_clear(&costs);
    qb_cli_evidence_close(&source);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_cost = {
    .name = "cost",
    .synopsis = "--db FILE",
    .summary = "what each solver costs and earns, and the price at which it breaks even",
    .description =
        "A run's cost at the prices given, what it gains over the best baseline in the unit of the "
        "experiment's kpi, and the price of a device second (or of a CPU hour) up to which it pays.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(cost_options),
    .run = run,
};
