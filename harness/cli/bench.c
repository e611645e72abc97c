/* qubout bench: how fast the kernels are on this machine. */
#include "harness/base/memory.h"
#include "harness/cli/bench_kernels.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/run/launcher.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const qb_option options_table[] = {
#define OPTION(field, name, type, argument, fallback, help) \
    QB_OPTION(qb_bench_request, field, name, type, argument, fallback, help)
    OPTION(qubits, "qubits", QB_OPTION_COUNT, "N", NULL, "qaoa-layer: one size instead of 16, 20 and 24"),
    OPTION(threads, "threads", QB_OPTION_COUNT, "N", "1", "qaoa-layer, exhaustive: threads"),
    OPTION(precision, "precision", QB_OPTION_TEXT, "P", "double", "qaoa-layer: double or float"),
    OPTION(cost, "cost", QB_OPTION_TEXT, "C", "integer", "qaoa-layer: integer or real"),
    OPTION(symmetry, "symmetry", QB_OPTION_TEXT, "S", "off",
           "qaoa-layer: use the spin-flip symmetry, on or off"),
    OPTION(instance, "instance", QB_OPTION_TEXT, "FILE", NULL,
           "anneal, tabu, referee: this instance instead of generated ones"),
    OPTION(replicas, "replicas", QB_OPTION_COUNT, "N", NULL,
           "anneal: replicas (default: the kernel's own choice)"),
    OPTION(seconds, "time", QB_OPTION_DURATION, "D", "1s", "how long to go on repeating each case"),
    OPTION(json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object a line"),
};

static void append_share(qb_text *out, const char *name, double share)
{
    if (!isnan(share))
        qb_text_appendf(out, "  %.0f %% of %s", 100 * share, name);
}

static void append_person(qb_text *out, const qb_bench *b)
{
    double unit = b->seconds_per_unit, scale = unit < 1e-6 ? 1e9 : unit < 1e-3 ? 1e6 : unit < 1 ? 1e3 : 1;
    const char *name = unit < 1e-6 ? "ns" : unit < 1e-3 ? "us" : unit < 1 ? "ms" : "s";
    qb_text_appendf(out, "%-11s %9llu  %9.4g %-2s a %-15s %-8s %-7s", b->kernel, (unsigned long long)b->size,
                    unit * scale, name, b->unit, b->precision, b->simd);
    append_share(out, "bandwidth", b->share_of_bandwidth);
    append_share(out, "arithmetic", b->share_of_arithmetic);
    qb_text_appendf(out, "\n    %s\n", b->details);
}

static void append_json(qb_text *out, const qb_bench *b)
{
    qb_json_writer json = {.out = out};
    qb_json_open(&json, '{');
    qb_json_put_string(&json, "kernel", b->kernel);
    qb_json_put_uint(&json, "size", b->size);
    qb_json_put_uint(&json, "threads", b->threads);
    qb_json_put_string(&json, "precision", b->precision);
    qb_json_put_string(&json, "simd", b->simd);
    qb_json_put_double(&json, "seconds_per_unit", b->seconds_per_unit);
    qb_json_put_string(&json, "unit", b->unit);
    qb_json_put_uint(&json, "repeats", b->repeats);
    qb_json_put_uint(&json, "work", b->work);
    qb_json_key(&json, "case");
    qb_json_raw(&json, b->details[0] ? b->details : "{}");
    qb_json_put_string(&json, "checksum", b->checksum);
    qb_json_put_double(&json, "share_of_bandwidth", b->share_of_bandwidth);
    qb_json_put_double(&json, "share_of_arithmetic", b->share_of_arithmetic);
    qb_json_close(&json, '}');
    qb_text_append_char(out, '\n');
}

/* Each result is printed as it comes. */
static qb_status print(void *context, const qb_bench *bench)
{
    const qb_bench_request *request = context;
    qb_text out = {0};
    (request->json ? append_json : append_person)(&out, bench);
    qb_status status = qb_cli_write_text(&out, "-", NULL);
    qb_text_clear(&out);
    return status;
}

static qb_status find_kernel(const char *name, const qb_bench_kernel **found, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = name};
    for (const qb_bench_kernel *k = qb_bench_kernels; k->name; k++) {
        if (!strcmp(k->name, name)) {
            *found = k;
            return QB_OK;
        }
        qb_nearest_offer(&near, k->name);
    }
    return qb_fail(diag, QB_BAD_INPUT, "bench: no kernel '%s'%s", name, qb_nearest_hint(&near, hint));
}

static int run(const void *options, const qb_arguments *arguments)
{
    qb_bench_request request = *(const qb_bench_request *)options;
    qb_diag diag = {0};
    const qb_bench_kernel *kernel = NULL;
    qb_status status = qb_launcher_start(&diag); /* for the ring, while the process is small */
    if (!status && arguments->count) {
        status = find_kernel(arguments->word[0], &kernel, &diag);
        if (!status)
            status = kernel->run(&request, print, &request, &diag);
    }
    for (const qb_bench_kernel *k = qb_bench_kernels; !status && !arguments->count && k->name; k++)
        status = k->run(&request, print, &request, &diag);
    return status == QB_REFUSED ? qb_cli_exit(QB_BAD_INPUT, &diag) : qb_cli_exit(status, &diag);
}

const qb_command qb_command_bench = {
    .name = "bench",
    .synopsis = "[qaoa-layer|anneal|tabu|exhaustive|ring|referee|store|bootstrap]",
    .summary = "how fast the kernels are on this machine",
    .description =
        "Each line is one kernel and size: the least time a unit over the repeats, and what share of the "
        "machine's bounds that is (for tabu: of its walk's rows, streamed in the walk's order). Absolute "
        "times of a noisy machine say little: compare ratios measured side by side.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(qb_bench_request),
    .most_words = 1,
    .run = run,
};
