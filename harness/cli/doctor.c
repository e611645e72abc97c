/* qubout doctor: what on this machine would make a measurement untrustworthy. */
#include "harness/run/doctor.h"
#include "harness/base/json.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/report/report.h"

#include <stdio.h>

typedef struct doctor_options {
    bool json;
} doctor_options;

static const qb_option options_table[] = {
    QB_OPTION(doctor_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static const char *const grades[] = {"good", "note", "bad"};

typedef struct output {
    qb_text text;
    qb_json_writer json;
    unsigned bad;
} output;

static void finding_text(void *context, const qb_finding *f)
{
    output *o = context;
    o->bad += f->grade == QB_DOCTOR_BAD;
    qb_text_appendf(&o->text, "%-12s %-5s %s\n", f->name, grades[f->grade], f->value);
    if (*f->effect)
        qb_text_appendf(&o->text, "%19s%s\n", "", f->effect);
}

static void finding_json(void *context, const qb_finding *f)
{
    output *o = context;
    o->bad += f->grade == QB_DOCTOR_BAD;
    qb_json_open(&o->json, '{');
    qb_json_key(&o->json, "name");
    qb_json_string(&o->json, f->name);
    qb_json_key(&o->json, "grade");
    qb_json_string(&o->json, grades[f->grade]);
    qb_json_key(&o->json, "value");
    qb_json_string(&o->json, f->value);
    qb_json_key(&o->json, "effect");
    qb_json_string(&o->json, f->effect);
    qb_json_close(&o->json, '}');
}

/* gnuplot and its fonts, as the figures will find them. */
static qb_finding examine_figures(void)
{
    qb_finding f = {.name = "figures", .effect = ""};
    qb_diag why = {0};
    if (qb_plot_check(&why)) {
        f.grade = QB_DOCTOR_BAD;
        f.effect = "runs are recorded, figures cannot be drawn";
    }
    snprintf(f.value, sizeof f.value, "%.*s", (int)sizeof f.value - 1,
             f.grade ? why.text : "gnuplot and a font are there");
    return f;
}

static void distribution_text(qb_text *out, const char *what, const qb_distribution *d)
{
    qb_text_appendf(out, "%-28s median %.3f ms, 99 %% %.3f ms, worst %.3f ms (%u times)\n", what,
                    1e3 * d->median, 1e3 * d->p99, 1e3 * d->greatest, d->count);
}

static void distribution_json(qb_json_writer *json, const char *key, const qb_distribution *d)
{
    const struct {
        const char *key;
        double value;
    } member[] = {
        {"least_s", d->least}, {"median_s", d->median}, {"p99_s", d->p99}, {"greatest_s", d->greatest}};
    qb_json_key(json, key);
    qb_json_open(json, '{');
    qb_json_key(json, "count");
    qb_json_uint(json, d->count);
    for (size_t k = 0; k < sizeof member / sizeof *member; k++) {
        qb_json_key(json, member[k].key);
        qb_json_double(json, member[k].value);
    }
    qb_json_close(json, '}');
}

static qb_status write_text(output *o, qb_diag *diag)
{
    qb_self_test test;
    qb_doctor_examine(finding_text, o);
    qb_finding figures = examine_figures();
    finding_text(o, &figures);
    qb_status status = qb_doctor_self_test(&test, diag);
    if (status)
        return status;
    qb_text_appendf(&o->text, "\nself-test\nclock steps                  wall %.0f ns, CPU %.0f ns\n",
                    1e9 * test.wall_resolution_s, 1e9 * test.cpu_resolution_s);
    distribution_text(&o->text, "late after a sleep", &test.wake);
    distribution_text(&o->text, "SIGKILL until reaped", &test.kill);
    return o->text.status;
}

static qb_status write_json(output *o, qb_diag *diag)
{
    qb_self_test test;
    qb_json_writer *json = &o->json;
    qb_json_open(json, '{');
    qb_json_key(json, "findings");
    qb_json_open(json, '[');
    qb_doctor_examine(finding_json, o);
    qb_finding figures = examine_figures();
    finding_json(o, &figures);
    qb_json_close(json, ']');
    qb_status status = qb_doctor_self_test(&test, diag);
    if (status)
        return status;
    qb_json_key(json, "wall_resolution_s");
    qb_json_double(json, test.wall_resolution_s);
    qb_json_key(json, "cpu_resolution_s");
    qb_json_double(json, test.cpu_resolution_s);
    distribution_json(json, "wake", &test.wake);
    distribution_json(json, "kill", &test.kill);
    qb_json_close(json, '}');
    qb_text_append_char(&o->text, '\n');
    return o->text.status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const doctor_options *given = options;
    qb_diag diag = {0};
    output o = {0};
    o.json.out = &o.text;
    qb_status status = given->json ? write_json(&o, &diag) : write_text(&o, &diag);
    if (!status)
        status = qb_cli_write_text(&o.text, "-", &diag);
    qb_text_clear(&o.text);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_doctor = {
    .name = "doctor",
    .synopsis = "",
    .summary = "what on this machine would make a measurement untrustworthy",
    .description = "Each finding says what it would do to a measurement. The self-test measures the clocks' "
                   "steps, how late a "
                   "sleeping process wakes and how long a killed one takes to be gone.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(doctor_options),
    .run = run,
};
