/* qubout doctor: what on this machine would make a measurement untrustworthy. */
#include "harness/run/doctor.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/base/spawn.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/registration.h"
#include "harness/report/report.h"
#include "harness/run/cores.h"
#include "harness/run/machine.h"
#include "harness/run/symptoms.h"

#include <stdio.h>

typedef struct doctor_options {
    const char *db;
    uint64_t repeats;
    bool json;
} doctor_options;

static const qb_option options_table[] = {
    QB_OPTION(doctor_options, repeats, "repeats", QB_OPTION_COUNT, "N", "20",
              "how often each limit is tried in the self-test"),
    QB_OPTION(doctor_options, db, "db", QB_OPTION_TEXT, "FILE", NULL,
              "keep the self-test with the machine in this store"),
    QB_OPTION(doctor_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static const char *const grades[] = {"good", "note", "bad"};

typedef struct output {
    qb_text text;
    qb_json_writer json;
} output;

static void symptom_text(void *context, const qb_symptom *f)
{
    output *o = context;
    qb_text_appendf(&o->text, "%-12s %-5s %s\n", f->name, grades[f->grade], f->value);
    qb_text_appendf(&o->text, "%19s%s\n", "", f->effect);
}

static void symptom_json(void *context, const qb_symptom *f)
{
    output *o = context;
    qb_json_open(&o->json, '{');
    qb_json_put_string(&o->json, "name", f->name);
    qb_json_put_string(&o->json, "grade", grades[f->grade]);
    qb_json_put_string(&o->json, "value", f->value);
    qb_json_put_string(&o->json, "effect", f->effect);
    qb_json_close(&o->json, '}');
}

/* gnuplot and its fonts, as the figures will find them. */
static void examine_figures(qb_symptom_visit visit, output *o)
{
    bool installed = qb_spawn_find("gnuplot");
    qb_symptom gnuplot = {.name = "gnuplot",
                          .grade = installed ? QB_GRADE_GOOD : QB_GRADE_BAD,
                          .effect = installed ? "figures can be drawn; no run notices"
                                              : "runs are recorded, figures cannot be drawn"};
    snprintf(gnuplot.value, sizeof gnuplot.value, "%s",
             installed ? "installed" : "not installed (Debian: gnuplot-nox)");
    visit(o, &gnuplot);
    if (!installed)
        return; /* fonts are asked for with it */
    qb_diag why = {0};
    bool missing = qb_plot_check(&why) != QB_OK;
    qb_symptom fonts = {.name = "fonts",
                        .grade = missing ? QB_GRADE_BAD : QB_GRADE_GOOD,
                        .effect = missing ? "gnuplot would leave out every label and report success"
                                          : "figures have their labels; no run notices"};
    snprintf(fonts.value, sizeof fonts.value, "%.*s", (int)sizeof fonts.value - 1,
             missing ? why.text : "there is one");
    visit(o, &fonts);
}

static void append_spread(qb_text *out, const char *what, const qb_doctor_spread *s)
{
    qb_text_appendf(out, "  %-38s median %8.3f ms, 99 %% %8.3f ms, worst %8.3f ms\n", what, 1e3 * s->median,
                    1e3 * s->p99, 1e3 * s->most);
}

static void append_selftest(qb_text *out, const qb_doctor_selftest *t)
{
    qb_text_appendf(out,
                    "\nhow well this machine keeps a budget (%u runs each; strays caught by %s, memory "
                    "limited by %s, CPU time "
                    "watched by %s)\n",
                    t->wall_stop.count, t->containment, t->memory_way, t->cpu_way);
    append_spread(out, "overshoot of a wall limit", &t->wall_stop);
    append_spread(out, "overshoot of a CPU limit", &t->cpu_stop);
    append_spread(out, "of a wall limit by a deaf solver", &t->wall_kill);
    append_spread(out, "of a CPU limit by a deaf solver", &t->cpu_kill);
    if (t->pair_kill.count) {
        append_spread(out, "the same by two deaf threads, each", &t->pair_kill);
        append_spread(out, "by one thread where two may run", &t->half_kill);
    }
    append_spread(out, "cost of a run beside the solver", &t->launch);
    qb_text_appendf(out, "  steps of the clocks: wall %.0f ns, CPU %.0f ns\n", 1e9 * t->wall_step.median,
                    1e9 * t->cpu_step.median);
}

/* On the last core, which is the one that runs are pinned to first and where the system is least at home; two
 * threads on the last two. */
static qb_status measure(uint64_t repeats, qb_doctor_selftest *selftest, qb_diag *diag)
{
    qb_cores cores = {0};
    uint32_t all = 1, unheld;
    qb_status status = qb_cores_count(false, &all, &unheld, diag);
    if (!status)
        status = qb_cores_claim(1, all > 1 ? 2 : 1, false, &cores, diag);
    if (!status)
        status = qb_doctor_measure((uint32_t)repeats, cores.cpu, cores.size, selftest, diag);
    qb_cores_release(&cores);
    return status;
}

static void examine(const doctor_options *given, output *o)
{
    if (!given->json) {
        qb_symptoms_examine(symptom_text, o);
        examine_figures(symptom_text, o);
        return;
    }
    qb_json_open(&o->json, '{');
    qb_json_key(&o->json, "symptoms");
    qb_json_open(&o->json, '[');
    qb_symptoms_examine(symptom_json, o);
    examine_figures(symptom_json, o);
    qb_json_close(&o->json, ']');
}

static void append_measured(const doctor_options *given, const qb_doctor_selftest *selftest, output *o)
{
    qb_text json = {0};
    if (!given->json) {
        append_selftest(&o->text, selftest);
        return;
    }
    qb_doctor_json(selftest, &json);
    qb_json_key(&o->json, "selftest");
    qb_json_raw(&o->json, qb_text_get(&json));
    qb_json_close(&o->json, '}');
    qb_text_append_char(&o->text, '\n');
    qb_text_clear(&json);
}

static qb_status keep(const char *path, const qb_doctor_selftest *selftest, qb_diag *diag)
{
    qb_machine machine;
    qb_store *store = NULL;
    qb_text json = {0};
    int64_t id = 0;
    qb_doctor_json(selftest, &json);
    qb_status status = json.status;
    if (!status)
        status = qb_machine_capture(&machine, diag);
    if (!status)
        status = qb_store_open(path, QB_STORE_WRITE, &store, diag);
    if (!status)
        status = qb_registration_machine(store, &machine, &id, diag);
    if (!status)
        status = qb_store_add_selftest(store, id, qb_text_get(&json), diag);
    qb_store_close(store);
    qb_text_clear(&json);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    (void)arguments;
    const doctor_options *given = options;
    qb_diag diag = {0};
    qb_doctor_selftest selftest;
    output o = {0};
    o.json.out = &o.text;
    qb_status status = QB_OK;
    if (given->repeats < 1 || given->repeats > 10000)
        status = qb_fail(&diag, QB_BAD_INPUT, "--repeats needs a number from 1 to 10000");
    if (!status) {
        examine(given, &o);
        status = measure(given->repeats, &selftest, &diag);
    }
    if (!status && given->db)
        status = keep(given->db, &selftest, &diag);
    if (!status) {
        append_measured(given, &selftest, &o);
        status = qb_cli_write_text(&o.text, "-", &diag);
    }
    qb_text_clear(&o.text);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_doctor = {
    .name = "doctor",
    .synopsis = "",
    .summary = "what on this machine would make a measurement untrustworthy",
    .description = "Each symptom says what it would do to a measurement. The self-test runs solvers that "
                   "stop when told to, and "
                   "solvers that do not, under short limits, and measures how late they end.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(doctor_options),
    .run = run,
};
