/* qubout import: other people's results, refereed like ours. */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/csv.h"
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/registration.h"
#include "harness/model/solution.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct import_options {
    const char *db, *amend;
} import_options;

static const qb_option options_table[] = {
    QB_OPTION(import_options, db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store"),
    QB_OPTION(import_options, amend, "amend", QB_OPTION_TEXT, "WHY", NULL,
              "accept a changed decision; every page will print WHY"),
};

/* ---- columns: what a row may say */

enum {
    LABEL,
    INSTANCE,
    REPEAT,
    SOLUTION,
    OBJECTIVE,
    STATUS,
    CPU_S,
    WALL_S,
    MODELLED_S,
    WORK,
    SAMPLES,
    EXECUTION,
    VERSION,
    STARTED_AT,
    SEED,
    COLUMNS
};

static const struct {
    const char *name;
    bool needed;
} columns[COLUMNS] = {
    [LABEL] = {"label", true},
    [INSTANCE] = {"instance", true},
    [REPEAT] = {"repeat", true},
    [SOLUTION] = {"solution", true},
    [OBJECTIVE] = {"objective", false},
    [STATUS] = {"status", false},
    [CPU_S] = {"cpu_s", false},
    [WALL_S] = {"wall_s", false},
    [MODELLED_S] = {"modelled_s", false},
    [WORK] = {"work", false},
    [SAMPLES] = {"samples", false},
    [EXECUTION] = {"execution", false},
    [VERSION] = {"version", false},
    [STARTED_AT] = {"started_at", false},
    [SEED] = {"seed", false},
};

typedef struct importer {
    const char *path;
    const qb_registration *registration;
    qb_store *store;
    int64_t machine, build;
    int64_t at[COLUMNS]; /* where each column is in a row; -1: not there */
    bool has_header;
    uint64_t taken, present, lied;
} importer;

static qb_status wrong(const importer *m, const qb_csv_row *row, const char *what, const char *value,
                       qb_diag *diag)
{
    return qb_fail(diag, QB_BAD_INPUT, "%s:%llu: %s '%s'", m->path, (unsigned long long)row->line, what,
                   value);
}

static qb_status take_header(importer *m, const qb_csv_row *row, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    for (uint32_t k = 0; k < row->count; k++) {
        qb_nearest near = {.word = row->field[k]};
        bool known = false;
        for (int c = 0; c < COLUMNS; c++) {
            known = known || !strcmp(columns[c].name, row->field[k]);
            qb_nearest_offer(&near, columns[c].name);
        }
        if (!known)
            return qb_fail(diag, QB_BAD_INPUT, "%s:%llu: unknown column '%s'%s", m->path,
                           (unsigned long long)row->line, row->field[k], qb_nearest_hint(&near, hint));
    }
    for (int c = 0; c < COLUMNS; c++) {
        m->at[c] = qb_csv_find(row, columns[c].name);
        if (m->at[c] < 0 && columns[c].needed)
            return wrong(m, row, "there is no column", columns[c].name, diag);
    }
    m->has_header = true;
    return QB_OK;
}

/* "" where the column or the field is missing. */
static const char *field(const importer *m, const qb_csv_row *row, int column)
{
    int64_t at = m->at[column];
    return at >= 0 && at < row->count ? row->field[at] : "";
}

/* A number >= 0; `fallback` where there is none. */
static qb_status number(const importer *m, const qb_csv_row *row, int column, double fallback, double *value,
                        qb_diag *diag)
{
    const char *text = field(m, row, column);
    *value = fallback;
    if (*text && (!qb_parse_double(text, strlen(text), value) || !(*value >= 0) || !isfinite(*value)))
        return wrong(m, row, "no number, or a negative one:", text, diag);
    return QB_OK;
}

static qb_status whole(const importer *m, const qb_csv_row *row, int column, uint64_t *value, qb_diag *diag)
{
    const char *text = field(m, row, column);
    *value = 0;
    if (*text && !qb_parse_u64(text, strlen(text), value))
        return wrong(m, row, "no whole number:", text, diag);
    return QB_OK;
}

/* ---- one row */

static qb_status find_entry(const importer *m, const qb_csv_row *row, uint32_t *entry, qb_diag *diag)
{
    const qb_experiment *x = m->registration->experiment;
    for (*entry = 0; *entry < x->entries; (*entry)++)
        if (!strcmp(x->entry[*entry].label, field(m, row, LABEL)))
            return QB_OK;
    return wrong(m, row, "the experiment has no solver labelled", field(m, row, LABEL), diag);
}

static qb_status find_instance(const importer *m, const qb_csv_row *row, uint32_t *instance, qb_diag *diag)
{
    const qb_registration *r = m->registration;
    const char *name = field(m, row, INSTANCE);
    for (*instance = 0; *instance < r->experiment->instances; (*instance)++)
        if (!strcmp(r->instance[*instance].problem.name, name) ||
            !strcmp(r->experiment->instance[*instance].name, name) ||
            !strcmp(r->plan_instance[*instance].sha256, name))
            return QB_OK;
    return wrong(m, row, "the experiment has no instance", name, diag);
}

static qb_status parse_outcome(const importer *m, const qb_csv_row *row, qb_outcome *outcome, qb_diag *diag)
{
    const char *text = field(m, row, STATUS);
    *outcome = QB_RUN_BUDGET;
    for (int k = 0; *text && k < QB_OUTCOME_COUNT; k++)
        if (!strcmp(qb_outcome_name((qb_outcome)k), text)) {
            *outcome = (qb_outcome)k;
            return QB_OK;
        }
    return *text ? wrong(m, row, "unknown status", text, diag) : QB_OK;
}

/* The referee's word on the solution; a claim that differs from it is a lie. */
static qb_status referee(importer *m, const qb_csv_row *row, const qb_problem *problem, qb_run_result *r,
                         qb_diag *diag)
{
    const char *text = field(m, row, SOLUTION), *claim = field(m, row, OBJECTIVE);
    double claimed = NAN;
    if (!*text)
        return QB_OK;
    if (*claim && !qb_parse_double(claim, strlen(claim), &claimed))
        return wrong(m, row, "no number:", claim, diag);
    char place[512];
    (void)snprintf(place, sizeof place, "%s:%llu: solution", m->path, (unsigned long long)row->line);
    r->solution = QB_NEW(double, problem->body.columns);
    if (!r->solution)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a solution");
    qb_status status = qb_solution_parse(problem, place, text, strlen(text), r->solution, diag);
    if (status == QB_OK)
        status = qb_referee_score(problem, r->solution, &r->score, diag);
    if (status != QB_OK)
        return status;
    r->has_solution = true;
    if (fabs(claimed - r->score.objective) > 1e-9 * fmax(1, r->score.magnitude)) {
        r->outcome = QB_RUN_LIED;
        (void)snprintf(r->reason, sizeof r->reason, "claimed %.17g, the referee finds %.17g", claimed,
                       r->score.objective);
        m->lied++;
    }
    return QB_OK;
}

static qb_status read_result(importer *m, const qb_csv_row *row, const qb_problem *problem, qb_run_result *r,
                             qb_run_point *point, qb_diag *diag)
{
    const char *started = field(m, row, STARTED_AT);
    qb_status status = parse_outcome(m, row, &r->outcome, diag);
    if (status == QB_OK)
        status = number(m, row, CPU_S, 0, &r->cpu_s, diag);
    if (status == QB_OK)
        status = number(m, row, WALL_S, r->cpu_s, &r->wall_s, diag);
    if (status == QB_OK)
        status = number(m, row, MODELLED_S, 0, &r->device_s, diag);
    if (status == QB_OK)
        status = whole(m, row, WORK, &r->work, diag);
    if (status == QB_OK)
        status = whole(m, row, SAMPLES, &r->samples, diag);
    if (status == QB_OK)
        status = referee(m, row, problem, r, diag);
    (void)snprintf(r->started_at, sizeof r->started_at, "%.31s", *started ? started : "unknown");
    (void)snprintf(r->containment, sizeof r->containment, "imported");
    if (status == QB_OK && r->has_solution) { /* when it was found is not known: at the end */
        *point = (qb_run_point){.wall_s = r->wall_s,
                                .cpu_s = r->cpu_s,
                                .work = r->work,
                                .samples = r->samples,
                                .device_s = r->device_s,
                                .objective = r->score.objective,
                                .feasible = r->score.feasible};
        r->trajectory = point;
        r->points = 1;
    }
    return status;
}

/* Beyond the budget nothing counts, here as in the ring. */
static void hold_to_budget(const qb_experiment *x, qb_run_result *r)
{
    double spent = x->budget.kind == QB_BUDGET_CPU_TIME    ? r->cpu_s
                   : x->budget.kind == QB_BUDGET_WALL_TIME ? r->wall_s
                   : x->budget.kind == QB_BUDGET_WORK      ? (double)r->work
                   : x->budget.kind == QB_BUDGET_SAMPLES   ? (double)r->samples
                                                           : r->device_s + r->cpu_s;
    if (spent <= x->budget.limit || !r->has_solution)
        return;
    r->offered = r->late = 1;
    r->has_late = true;
    r->late_objective = r->score.objective;
    r->has_solution = false;
    r->points = 0;
    r->outcome = QB_RUN_OVERRAN;
    r->overshoot_s = spent - x->budget.limit;
}

static qb_status store_solver(importer *m, const qb_csv_row *row, const qb_experiment_entry *entry,
                              int64_t *id, qb_diag *diag)
{
    static const char *const executions[] = {"native", "simulated", "hardware"};
    const char *execution = field(m, row, EXECUTION);
    bool known = !*execution;
    for (size_t k = 0; k < 3; k++)
        known = known || !strcmp(execution, executions[k]);
    if (!known)
        return wrong(m, row, "the execution is native, simulated or hardware, not", execution, diag);
    qb_store_solver solver = {.name = entry->solver->name,
                              .params = entry->params_json,
                              .family = entry->solver->family,
                              .source = m->path,
                              .execution = *execution ? execution : executions[entry->solver->execution],
                              .version = *field(m, row, VERSION) ? field(m, row, VERSION) : "imported"};
    return qb_store_register_solver(m->store, &solver, id, diag);
}

static qb_status store_row(importer *m, const qb_csv_row *row, uint32_t instance, uint32_t entry,
                           const qb_run_result *r, qb_diag *diag)
{
    const qb_experiment *x = m->registration->experiment;
    const qb_experiment_entry *who = &x->entry[entry];
    uint64_t repeat = 0, seed = 0;
    int64_t solver = 0, id = 0;
    char key[QB_SHA256_HEX];
    qb_status status = whole(m, row, REPEAT, &repeat, diag);
    if (status == QB_OK)
        status = whole(m, row, SEED, &seed, diag);
    if (status == QB_OK && repeat >= x->repeats)
        return wrong(m, row, "the experiment has no repeat", field(m, row, REPEAT), diag);
    if (status == QB_OK)
        status = store_solver(m, row, who, &solver, diag);
    qb_run_identity identity = {.experiment = x->identity,
                                .instance = m->registration->plan_instance[instance].sha256,
                                .copy = "",
                                .label = who->label,
                                .params = who->params_json,
                                .lowering = x->lowering[0].name,
                                .repeat = (uint32_t)repeat,
                                .experiment_seed = x->seed,
                                .budget_kind = x->budget.kind,
                                .budget = x->budget.limit,
                                .memory_bytes = x->budget.memory_bytes,
                                .threads = x->budget.threads};
    if (status == QB_OK)
        status = qb_seed_key(&identity, key); /* the run's own: `run` will find it done */
    if (status != QB_OK)
        return status;
    if (qb_store_is_done(m->store, key)) {
        m->present++;
        return QB_OK;
    }
    qb_store_run stored = qb_registration_row(m->registration, instance, entry);
    stored.key = key;
    stored.solver = solver;
    stored.machine = m->machine;
    stored.build = m->build;
    stored.seed = seed;
    stored.repeat = (uint32_t)repeat;
    stored.result = r;
    m->taken++;
    return qb_store_record(m->store, &stored, &id, diag);
}

static qb_status take_row(void *context, const qb_csv_row *row, qb_diag *diag)
{
    importer *m = context;
    uint32_t entry = 0, instance = 0;
    qb_run_point point;
    qb_run_result r = {0};
    if (!m->has_header)
        return take_header(m, row, diag);
    qb_status status = find_entry(m, row, &entry, diag);
    if (status == QB_OK)
        status = find_instance(m, row, &instance, diag);
    if (status == QB_OK)
        status = read_result(m, row, &m->registration->instance[instance].problem, &r, &point, diag);
    if (status == QB_OK) {
        hold_to_budget(m->registration->experiment, &r);
        status = store_row(m, row, instance, entry, &r, diag);
    }
    qb_free(r.solution);
    return status;
}

/* ---- the command */

static qb_status register_source(importer *m, qb_diag *diag)
{
    qb_store_machine machine = {.fingerprint = QB_IMPORTED, .cpu = "not ours", .system = "", .facts = "{}"};
    qb_status status = qb_store_register_machine(m->store, &machine, &m->machine, diag);
    if (status == QB_OK)
        status =
            qb_store_register_build(m->store, &(qb_store_build){.version = QB_IMPORTED}, &m->build, diag);
    return status;
}

static qb_status import_file(importer *m, qb_diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    qb_status status = qb_file_read(m->path, QB_FILE_LIMIT, &text, &size, diag);
    if (status == QB_OK)
        status = qb_store_begin(m->store, diag);
    if (status == QB_OK) {
        status = qb_csv_read(m->path, text, size, take_row, m, diag);
        if (status == QB_OK && !m->has_header)
            status = qb_fail(diag, QB_BAD_INPUT, "%s: there is no header", m->path);
        status = qb_store_end(m->store, status, diag);
    }
    qb_free(text);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const import_options *o = options;
    qb_diag diag = {0};
    const qb_experiment *experiment = NULL;
    qb_registration registration = {0};
    importer m = {.path = arguments->word[1], .registration = &registration};
    qb_status status = o->db ? QB_OK : qb_fail(&diag, QB_BAD_INPUT, "into which store? --db FILE");
    if (!status)
        status = qb_experiment_read(arguments->word[0], &experiment, &diag);
    if (!status)
        status = qb_registration_load(experiment, &registration, &diag);
    if (!status)
        status = qb_store_open(o->db, QB_STORE_WRITE, &m.store, &diag);
    if (!status)
        status = qb_registration_store(&registration, m.store, o->amend, &diag);
    if (!status)
        status = register_source(&m, &diag);
    if (!status)
        status = import_file(&m, &diag);
    if (!status)
        printf("%llu runs imported, %llu were there; %llu claims differ from the referee's value\n",
               (unsigned long long)m.taken, (unsigned long long)m.present, (unsigned long long)m.lied);
    qb_store_close(m.store);
    qb_registration_clear(&registration);
    qb_experiment_free(experiment);
    return status == QB_REFUSED ? qb_cli_exit(QB_BAD_INPUT, &diag) : qb_cli_exit(status, &diag);
}

const qb_command qb_command_import = {
    .name = "import",
    .synopsis = "EXPERIMENT.yaml RESULTS.csv",
    .summary = "other people's results, refereed, as runs of an experiment",
    .description =
        "RESULTS.csv has one run a row: label, instance, repeat (from 0) and solution (0/1 text, `name "
        "value` lines, or JSON as `solve --json` writes it; empty: none was found), and where known "
        "objective, status, cpu_s, wall_s, modelled_s, work, samples, execution (native, simulated, "
        "hardware), version, started_at and seed. The label is a solver of the experiment, whose runs "
        "these stand for: `run` then leaves them alone. Every solution is scored by the referee; a claim "
        "that differs is stored as a lie, and what was found beyond the budget is not credited. A file with "
        "a wrong row is not imported at all.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(import_options),
    .least_words = 2,
    .most_words = 2,
    .run = run,
};
