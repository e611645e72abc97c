/* qubout list: what there is, from the registries themselves. */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/shipped.h"
#include "harness/cli/solver.h"
#include "harness/run/workload.h"
#include "instances/format.h"
#include "instances/generators/generator.h"
#include "instances/library.h"
#include "solvers/kernels/device.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct list_options {
    bool json;
} list_options;

static const qb_option options_table[] = {
    QB_OPTION(list_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print a JSON array"),
};

typedef struct topic {
    const char *name;
    qb_status (*print)(qb_text *out, qb_diag *diag);
    qb_status (*print_json)(qb_json_writer *json, qb_diag *diag);
} topic;

static void print_range(qb_text *out, double least, double greatest)
{
    qb_text_append(out, " (");
    qb_text_append_double(out, least);
    qb_text_append(out, "..");
    qb_text_append_double(out, greatest);
    qb_text_append_char(out, ')');
}

static void print_meaning(qb_text *out, const char *unit, const char *help)
{
    qb_text_appendf(out, "%s%s: %s\n", *unit ? " " : "", unit, help);
}

/* ---- solvers */

static const char *const param_types[] = {"uint", "real", "flag", "choice", "list", "text"};

static bool has_range(const qb_param *param)
{
    return param->type == QB_PARAM_uint || param->type == QB_PARAM_real || param->type == QB_PARAM_list;
}

static void print_param(qb_text *out, const qb_param *param)
{
    qb_text_appendf(out, "    %s=%s", param->name, param->fallback);
    if (*param->values)
        qb_text_appendf(out, " (%s)", param->values);
    else if (has_range(param))
        print_range(out, param->least, param->greatest);
    print_meaning(out, param->unit, param->help);
}

/* Is it here, and which version is it? */
static bool find_solver(const qb_solver *solver, qb_text *version)
{
    if (solver->version_text)
        qb_text_append(version, solver->version_text());
    return !solver->find || solver->find(solver, version);
}

static qb_status print_solvers(qb_text *out, qb_diag *diag)
{
    (void)diag;
    for (const qb_solver *const *s = qb_solvers; *s; s++) {
        qb_text version = {0};
        bool found = find_solver(*s, &version);
        qb_text_appendf(out, "%s: %s\n    %s; takes%s%s%s; %s\n", (*s)->name, (*s)->summary, (*s)->family,
                        (*s)->takes & QB_TAKES_QUBO ? " qubo" : "", (*s)->takes & QB_TAKES_MIP ? " mip" : "",
                        (*s)->proves_optimality ? "; proves optimality" : "", (*s)->source);
        if (found && version.length)
            qb_text_append(out, "    version ");
        if (version.length || !found)
            qb_text_appendf(out, "%s%s\n", found ? "" : "    ",
                            version.length ? qb_text_get(&version) : "not installed");
        qb_text_clear(&version);
        for (size_t k = 0; k < (*s)->param_count; k++)
            print_param(out, &(*s)->params[k]);
    }
    return QB_OK;
}

static void param_json(qb_json_writer *json, const qb_param *param)
{
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", param->name);
    qb_json_put_string(json, "type", param_types[param->type]);
    qb_json_key(json, "default");
    qb_cli_param_value_json(json, param, param->fallback);
    qb_json_put_double(json, "min", has_range(param) ? param->least : NAN);
    qb_json_put_double(json, "max", has_range(param) ? param->greatest : NAN);
    qb_json_key(json, "values");
    qb_json_open(json, '[');
    for (const char *v = param->values; *v; v += strcspn(v, "|"), v += *v == '|') {
        char value[QB_PARAM_TEXT];
        snprintf(value, sizeof value, "%.*s", (int)strcspn(v, "|"), v);
        qb_json_string(json, value);
    }
    qb_json_close(json, ']');
    qb_json_put_string(json, "unit", param->unit);
    qb_json_put_string(json, "help", param->help);
    qb_json_close(json, '}');
}

static void solver_json(qb_json_writer *json, const qb_solver *solver)
{
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", solver->name);
    qb_json_put_string(json, "family", solver->family);
    qb_json_put_string(json, "summary", solver->summary);
    qb_json_put_string(json, "source", solver->source);
    qb_json_key(json, "takes");
    qb_json_open(json, '[');
    if (solver->takes & QB_TAKES_QUBO)
        qb_json_string(json, "qubo");
    if (solver->takes & QB_TAKES_MIP)
        qb_json_string(json, "mip");
    qb_json_close(json, ']');
    qb_json_put_bool(json, "proves_optimality", solver->proves_optimality);
    qb_json_put_bool(json, "deterministic", solver->deterministic);
    qb_json_key(json, "installed");
    qb_text version = {0};
    bool found = find_solver(solver, &version);
    qb_json_bool(json, found);
    qb_json_put_string(json, "version", found && version.length ? qb_text_get(&version) : NULL);
    qb_text_clear(&version);
    qb_json_key(json, "parameters");
    qb_json_open(json, '[');
    for (size_t k = 0; k < solver->param_count; k++)
        param_json(json, &solver->params[k]);
    qb_json_close(json, ']');
    qb_json_close(json, '}');
}

static qb_status json_solvers(qb_json_writer *json, qb_diag *diag)
{
    (void)diag;
    for (const qb_solver *const *s = qb_solvers; *s; s++)
        solver_json(json, *s);
    return QB_OK;
}

/* ---- formats */

static qb_status print_formats(qb_text *out, qb_diag *diag)
{
    (void)diag;
    for (const qb_format *const *f = qb_formats; *f; f++)
        qb_text_appendf(out, "%-12s %-10s %s\n%24s%s\n", (*f)->name, (*f)->write ? "read,write" : "read",
                        (*f)->summary, "", (*f)->convention);
    return QB_OK;
}

static qb_status json_formats(qb_json_writer *json, qb_diag *diag)
{
    (void)diag;
    for (const qb_format *const *f = qb_formats; *f; f++) {
        qb_json_open(json, '{');
        qb_json_put_string(json, "name", (*f)->name);
        qb_json_put_string(json, "summary", (*f)->summary);
        qb_json_put_string(json, "convention", (*f)->convention);
        qb_json_put_bool(json, "writes", (*f)->write != NULL);
        qb_json_close(json, '}');
    }
    return QB_OK;
}

/* ---- instances */

static qb_status each_instance(void (*visit)(void *, const qb_library_entry *), void *context, qb_diag *diag)
{
    qb_library *library = NULL;
    qb_status status = qb_library_open(&library, diag);
    for (size_t k = 0; !status && k < qb_library_count(library); k++)
        visit(context, qb_library_entry_at(library, k));
    qb_library_close(library);
    return status;
}

static void print_instance(void *context, const qb_library_entry *entry)
{
    char value[QB_DOUBLE_TEXT];
    qb_text_appendf(context, "%-22s %-12s %-16s %12s %-10s %s\n", entry->name, entry->format, entry->family,
                    isnan(entry->value) ? "-" : qb_double_text(entry->value, value),
                    isnan(entry->value) ? "" : qb_reference_kind_name(entry->kind), entry->licence);
}

static qb_status print_instances(qb_text *out, qb_diag *diag)
{
    return each_instance(print_instance, out, diag);
}

static void instance_json(void *context, const qb_library_entry *entry)
{
    qb_json_writer *json = context;
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", entry->name);
    qb_json_put_string(json, "format", entry->format);
    qb_json_put_string(json, "family", entry->family);
    qb_json_put_double(json, "value", entry->value);
    qb_json_put_string(json, "kind", isnan(entry->value) ? NULL : qb_reference_kind_name(entry->kind));
    qb_json_put_string(json, "source", entry->source);
    qb_json_put_string(json, "licence", entry->licence);
    qb_json_close(json, '}');
}

static qb_status json_instances(qb_json_writer *json, qb_diag *diag)
{
    return each_instance(instance_json, json, diag);
}

/* ---- generators */

static qb_status print_generators(qb_text *out, qb_diag *diag)
{
    (void)diag;
    for (const qb_generator *const *g = qb_generators; *g; g++) {
        qb_text_appendf(out, "%s: %s\n", (*g)->name, (*g)->summary);
        for (size_t k = 0; k < (*g)->param_count; k++) {
            const qb_generator_param *param = &(*g)->params[k];
            qb_text_appendf(out, "    %s=", param->name);
            qb_text_append_double(out, param->fallback);
            print_range(out, param->least, param->greatest);
            print_meaning(out, param->unit, param->help);
        }
    }
    return QB_OK;
}

static qb_status json_generators(qb_json_writer *json, qb_diag *diag)
{
    (void)diag;
    for (const qb_generator *const *g = qb_generators; *g; g++) {
        qb_json_open(json, '{');
        qb_json_put_string(json, "name", (*g)->name);
        qb_json_put_string(json, "summary", (*g)->summary);
        qb_json_put_string(json, "source", (*g)->source);
        qb_json_key(json, "parameters");
        qb_json_open(json, '[');
        for (size_t k = 0; k < (*g)->param_count; k++) {
            const qb_generator_param *param = &(*g)->params[k];
            qb_json_open(json, '{');
            qb_json_put_string(json, "name", param->name);
            qb_json_put_double(json, "default", param->fallback);
            qb_json_put_double(json, "min", param->least);
            qb_json_put_double(json, "max", param->greatest);
            qb_json_put_string(json, "unit", param->unit);
            qb_json_put_string(json, "help", param->help);
            qb_json_close(json, '}');
        }
        qb_json_close(json, ']');
        qb_json_close(json, '}');
    }
    return QB_OK;
}

/* ---- experiments */

static void print_experiment(void *context, const char *path, const char *name, const char *question)
{
    qb_text_appendf(context, "%-20s %s\n%20s %s\n", name, question, "", path);
}

static qb_status print_experiments(qb_text *out, qb_diag *diag)
{
    return qb_shipped_experiments(print_experiment, out, diag);
}

static void experiment_json(void *context, const char *path, const char *name, const char *question)
{
    qb_json_writer *json = context;
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", name);
    qb_json_put_string(json, "question", question);
    qb_json_put_string(json, "file", path);
    qb_json_close(json, '}');
}

static qb_status json_experiments(qb_json_writer *json, qb_diag *diag)
{
    return qb_shipped_experiments(experiment_json, json, diag);
}

/* ---- workloads */

static qb_status print_workloads(qb_text *out, qb_diag *diag)
{
    (void)diag;
    for (const qb_workload *w = qb_workloads; w->name; w++)
        qb_text_appendf(out, "%s: %s\n    prior %s (%s): %s\n    advice: %s\n", w->name, w->title, w->prior,
                        w->state, w->argument, w->advice);
    return QB_OK;
}

static qb_status json_workloads(qb_json_writer *json, qb_diag *diag)
{
    (void)diag;
    for (const qb_workload *w = qb_workloads; w->name; w++) {
        qb_json_open(json, '{');
        qb_json_put_string(json, "name", w->name);
        qb_json_put_string(json, "title", w->title);
        qb_json_put_string(json, "prior", w->prior);
        qb_json_put_string(json, "argument", w->argument);
        qb_json_put_string(json, "state", w->state);
        qb_json_put_string(json, "advice", w->advice);
        qb_json_close(json, '}');
    }
    return QB_OK;
}

/* ---- devices */

static qb_status print_device(void *context, const qb_device *device, const char *source, const char *assumed)
{
    qb_text_appendf(
        context,
        "%-18s %-10s 1q %g us, 2q %g us, reset %g us, readout %g us (modelled)\n%19s%s\n%19sassumed: %s\n",
        device->name, qb_coupling_name(device->coupling), 1e6 * device->one_qubit_s,
        1e6 * device->two_qubit_s, 1e6 * device->reset_s, 1e6 * device->readout_s, "", source, "", assumed);
    return QB_OK;
}

static qb_status print_devices(qb_text *out, qb_diag *diag)
{
    return qb_device_each(print_device, out, diag);
}

static qb_status device_json(void *context, const qb_device *device, const char *source, const char *assumed)
{
    qb_json_writer *json = context;
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", device->name);
    qb_json_put_string(json, "coupling", qb_coupling_name(device->coupling));
    qb_json_put_double(json, "one_qubit_s", device->one_qubit_s);
    qb_json_put_double(json, "two_qubit_s", device->two_qubit_s);
    qb_json_put_double(json, "reset_s", device->reset_s);
    qb_json_put_double(json, "readout_s", device->readout_s);
    qb_json_put_double(json, "gates_a_coupling", device->gates_a_coupling);
    qb_json_put_double(json, "parallel", device->parallel);
    qb_json_put_double(json, "error_1q", device->error_1q);
    qb_json_put_double(json, "error_2q", device->error_2q);
    qb_json_put_double(json, "error_readout", device->error_readout);
    qb_json_put_double(json, "t1_s", device->t1_s);
    qb_json_put_string(json, "source", source);
    qb_json_put_string(json, "assumed", assumed);
    qb_json_close(json, '}');
    return QB_OK;
}

static qb_status json_devices(qb_json_writer *json, qb_diag *diag)
{
    return qb_device_each(device_json, json, diag);
}

static const topic topics[] = {
    {"solvers", print_solvers, json_solvers},
    {"formats", print_formats, json_formats},
    {"instances", print_instances, json_instances},
    {"generators", print_generators, json_generators},
    {"experiments", print_experiments, json_experiments},
    {"workloads", print_workloads, json_workloads},
    {"devices", print_devices, json_devices},
};
enum { TOPICS = sizeof topics / sizeof *topics };

static qb_status find_topic(const char *word, const topic **found, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = word};
    for (size_t k = 0; k < TOPICS; k++) {
        if (!strcmp(word, topics[k].name)) {
            *found = &topics[k];
            return QB_OK;
        }
        qb_nearest_offer(&near, topics[k].name);
    }
    return qb_fail(diag, QB_BAD_INPUT, "list: no topic '%s'%s", word, qb_nearest_hint(&near, hint));
}

static int run(const void *options, const qb_arguments *arguments)
{
    const list_options *o = options;
    qb_diag diag = {0};
    qb_text out = {0};
    const topic *what = NULL;
    qb_status status = find_topic(arguments->word[0], &what, &diag);
    if (!status && o->json) {
        qb_json_writer json = {.out = &out};
        qb_json_open(&json, '[');
        status = what->print_json(&json, &diag);
        qb_json_close(&json, ']');
        qb_text_append_char(&out, '\n');
    } else if (!status) {
        status = what->print(&out, &diag);
    }
    if (!status)
        status = out.status;
    if (!status)
        fputs(qb_text_get(&out), stdout);
    qb_text_clear(&out);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_list = {
    .name = "list",
    .synopsis = "solvers|formats|instances|generators|experiments|workloads|devices",
    .summary = "what there is, with parameters and defaults",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(list_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
