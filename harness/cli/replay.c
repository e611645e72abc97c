/* qubout replay: a stored run again, from what the store holds. */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/registration.h"
#include "harness/run/cores.h"
#include "harness/run/launcher.h"
#include "harness/run/seed.h"
#include "harness/stats/sample.h"
#include "harness/store/evidence.h"
#include "instances/perturb.h"
#include "solvers/kernels/simd.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct replay_options {
    const char *db;
    uint64_t times;
} replay_options;

static const qb_option options_table[] = {
    QB_OPTION(replay_options, db, "db", QB_OPTION_TEXT, "FILE", NULL,
              "the store (default: the one in results, where there is just one)"),
    QB_OPTION(replay_options, times, "times", QB_OPTION_COUNT, "N", "5",
              "how often a run under a time budget is repeated for the comparison"),
};

/* Everything a replay needs, and frees. */
typedef struct replay {
    const qb_stored_run *stored;
    const qb_experiment *experiment;
    qb_registration registration;
    const qb_loaded_instance *instance;
    const char *warm_sha256; /* of what it starts from today; "" for nothing */
    char copy[QB_COPY_TEXT]; /* name of the noisy copy; "" without one */
    const qb_solver *solver;
    void *params;
    qb_problem noisy;
    qb_run_spec spec;
} replay;

static void clear(replay *r)
{
    qb_problem_free(&r->noisy);
    qb_free(r->params);
    qb_registration_clear(&r->registration);
    qb_experiment_free(r->experiment);
    qb_stored_run_free(r->stored);
}

static qb_status find_instance(replay *r, qb_diag *diag)
{
    for (uint32_t k = 0; k < r->experiment->instances; k++)
        if (!strcmp(r->registration.plan_instance[k].sha256, r->stored->sha256)) {
            r->instance = &r->registration.instance[k];
            r->warm_sha256 = r->registration.plan_instance[k].warm_sha256;
            return QB_OK;
        }
    return qb_fail(diag, QB_BAD_INPUT, "instance '%s' of run %lld is not what the specification gives today",
                   r->stored->instance, (long long)r->stored->id);
}

/* The parameters as they were stored: one JSON object of text values. */
static qb_status read_params(replay *r, qb_diag *diag)
{
    qb_json *root = NULL;
    r->solver = qb_solver_find(r->stored->solver);
    if (!r->solver)
        return qb_fail(diag, QB_BAD_INPUT, "this build has no solver '%s'", r->stored->solver);
    r->params = qb_alloc(1, r->solver->params_size ? r->solver->params_size : 1);
    qb_status status = r->params ? QB_OK : QB_NO_MEMORY;
    if (!status)
        status =
            qb_json_parse("stored parameters", r->stored->params, strlen(r->stored->params), &root, diag);
    if (!status)
        qb_params_default(r->solver, r->params);
    for (const qb_json_member *m = qb_json_first(root); !status && m; m = qb_json_next(root, m)) {
        const char *value = qb_json_text(qb_json_member_value(m));
        status = qb_params_set(r->solver, r->params, qb_json_member_key(m), value ? value : "", diag);
    }
    qb_json_free(root);
    return status;
}

/* The noisy copy, if the run had one: number `copy` counts through all perturbations in their order. */
static qb_status make_copy(replay *r, qb_diag *diag)
{
    uint32_t number = r->stored->copy;
    for (uint32_t k = 0; number && k < r->experiment->perturbations; k++) {
        const qb_experiment_perturbation *noise = &r->experiment->perturbation[k];
        if (number > noise->copies) {
            number -= noise->copies;
            continue;
        }
        uint64_t seed;
        qb_status status =
            qb_seed_copy(r->experiment->seed, r->stored->sha256, noise->kind, noise->relative, number, &seed);
        qb_seed_copy_name(noise->kind, noise->relative, number, r->copy);
        if (!status)
            status = qb_perturb_coefficients(&r->instance->problem, noise->relative, seed, &r->noisy, diag);
        r->spec.problem = &r->noisy;
        return status;
    }
    return number ? qb_fail(diag, QB_BAD_INPUT, "the specification has no copy %u", r->stored->copy) : QB_OK;
}

/* The seed of a run derives from what it started from, among the rest, which the store has kept. */
static qb_status check_warm_start(replay *r, qb_diag *diag)
{
    uint64_t seed;
    qb_seed_copy_start(r->copy, r->warm_sha256);
    const qb_run_identity identity = {.instance = r->stored->sha256,
                                      .copy = r->copy,
                                      .label = r->stored->label,
                                      .repeat = r->stored->repeat,
                                      .experiment_seed = r->experiment->seed};
    qb_status status = qb_seed_run(&identity, &seed);
    if (!status && *r->warm_sha256 && seed != r->stored->seed)
        return qb_fail(diag, QB_BAD_INPUT, "the warm start of '%s' is no longer what run %lld started from",
                       r->stored->instance, (long long)r->stored->id);
    return status;
}

static qb_status find_lowering(replay *r, qb_diag *diag)
{
    for (uint32_t k = 0; k < r->experiment->lowerings; k++)
        if (r->experiment->lowerings == 1 || !strcmp(r->experiment->lowering[k].name, r->stored->penalty)) {
            r->spec.lowering = r->experiment->lowering[k].options;
            return QB_OK;
        }
    return qb_fail(diag, QB_BAD_INPUT, "the specification has no lowering '%s'", r->stored->penalty);
}

static qb_status prepare(replay *r, qb_store *store, int64_t id, qb_diag *diag)
{
    qb_status status = qb_store_run_by_id(store, id, &r->stored, diag);
    if (!status && r->stored->simd[0])
        status = qb_simd_select(r->stored->simd, diag); /* where floating point decides, the tier does too */
    if (!status)
        status = qb_experiment_parse("stored specification", r->stored->spec, strlen(r->stored->spec),
                                     &r->experiment, diag);
    if (!status)
        status = qb_registration_load(r->experiment, &r->registration, diag);
    if (!status)
        status = find_instance(r, diag);
    if (!status)
        status = read_params(r, diag);
    if (status)
        return status;
    r->spec = (qb_run_spec){.solver = r->solver,
                            .params = r->params,
                            .problem = &r->instance->problem,
                            .nominal = &r->instance->problem,
                            .warm = r->instance->warm,
                            .seed = r->stored->seed,
                            .budget_kind = r->stored->budget_kind,
                            .budget = r->stored->budget,
                            .simulator_limit = r->experiment->budget.simulator_limit,
                            .memory_bytes = r->stored->memory_bytes,
                            .threads = r->stored->threads,
                            .samples_kept = r->experiment->keep_samples,
                            .targets = r->instance->target,
                            .target_count = r->instance->targets};
    status = find_lowering(r, diag);
    if (!status)
        status = make_copy(r, diag);
    return status ? status : check_warm_start(r, diag);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Under a work budget the trajectory has to be the same, point by point.  The exit status. */
static int compare_exactly(const replay *r, const qb_run_result *now)
{
    char a[QB_DOUBLE_TEXT], b[QB_DOUBLE_TEXT];
    const qb_stored_run *then = r->stored;
    for (uint32_t k = 0; k < then->points && k < now->points; k++) {
        const qb_run_point *x = &then->trajectory[k], *y = &now->trajectory[k];
        if (x->work == y->work && same(x->objective, y->objective))
            continue;
        printf("differs at point %u: stored work %llu objective %s, now work %llu objective %s\n", k + 1,
               (unsigned long long)x->work, qb_double_text(x->objective, a), (unsigned long long)y->work,
               qb_double_text(y->objective, b));
        return QB_EXIT_NO;
    }
    if (then->points != now->points) {
        printf("differs: %u points stored, %u now\n", then->points, now->points);
        return QB_EXIT_NO;
    }
    printf("identical: %u points, objective %s\n", now->points,
           qb_double_text(now->has_solution ? now->score.objective : NAN, a));
    return QB_EXIT_DONE;
}

/* What is compared of a run; NAN where there was no solution. */
enum { OBJECTIVE, LAST, CPU, WALL, MEASURES };
static const char *const measure_names[MEASURES] = {"objective", "found after s", "CPU s", "wall s"};

static void measure(const qb_run_result *r, qb_budget_kind kind, double value[MEASURES])
{
    const qb_run_point *last = r->points ? &r->trajectory[r->points - 1] : NULL;
    value[OBJECTIVE] = r->has_solution ? r->score.objective : NAN;
    value[LAST] = !last ? NAN : kind == QB_BUDGET_WALL_TIME ? last->wall_s : last->cpu_s;
    value[CPU] = r->cpu_s;
    value[WALL] = r->wall_s;
}

/* The stored run as if it had just been made, as far as it is compared. */
static qb_run_result as_result(const qb_stored_run *then)
{
    return (qb_run_result){.has_solution = then->has_solution,
                           .score = {.objective = then->objective},
                           .cpu_s = then->cpu_s,
                           .wall_s = then->wall_s,
                           .trajectory = (qb_run_point *)(uintptr_t)then->trajectory,
                           .points = then->points};
}

/* A line a measure: the stored run, then the quartiles of the fresh ones.  value [count * MEASURES]. */
static void print_distributions(const replay *r, const double *value, double *column, uint64_t count)
{
    double then[MEASURES];
    const qb_run_result stored = as_result(r->stored);
    measure(&stored, r->stored->budget_kind, then);
    printf("%-14s %14s | %14s %14s %14s %14s %14s\n", "", "stored", "least", "quartile", "median", "quartile",
           "most");
    for (int m = 0; m < MEASURES; m++) {
        uint64_t known = 0;
        for (uint64_t k = 0; k < count; k++)
            if (!isnan(value[k * MEASURES + (uint64_t)m]))
                column[known++] = value[k * MEASURES + (uint64_t)m];
        qb_sort(column, known);
        printf("%-14s %14.8g |", measure_names[m], then[m]);
        for (int q = 0; q < 5; q++)
            printf(" %14.8g", known ? qb_quantile_sorted(column, known, q / 4.0) : NAN);
        putchar('\n');
    }
}

static void print_outcomes(const replay *r, const uint64_t counts[QB_OUTCOME_COUNT])
{
    printf("%-14s %14s |", "status", r->stored->status);
    for (int k = 0; k < QB_OUTCOME_COUNT; k++)
        if (counts[k])
            printf(" %llu x %s", (unsigned long long)counts[k], qb_outcome_name((qb_outcome)k));
    putchar('\n');
}

/* Under a time budget runs differ: the stored one beside the distribution of fresh ones of the same seed. */
static qb_status compare_side_by_side(const replay *r, uint64_t times, qb_diag *diag)
{
    uint64_t counts[QB_OUTCOME_COUNT] = {0};
    double *value = QB_NEW(double, times *MEASURES), *column = QB_NEW(double, times);
    qb_status status = value && column ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "out of memory");
    for (uint64_t k = 0; !status && k < times; k++) {
        qb_run_result now = {0};
        status = qb_run_execute(&r->spec, &now, diag);
        if (!status) {
            measure(&now, r->stored->budget_kind, value + k * MEASURES);
            counts[now.outcome]++;
        }
        qb_run_result_clear(&now);
    }
    if (!status) {
        print_outcomes(r, counts);
        print_distributions(r, value, column, times);
    }
    qb_free(value);
    qb_free(column);
    return status;
}

static qb_status replay_run(const replay *r, uint64_t times, int *code, qb_diag *diag)
{
    *code = QB_EXIT_DONE;
    if (r->stored->budget_kind != QB_BUDGET_WORK)
        return compare_side_by_side(r, times, diag);
    qb_run_result now = {0};
    qb_status status = qb_run_execute(&r->spec, &now, diag);
    if (!status)
        *code = compare_exactly(r, &now);
    qb_run_result_clear(&now);
    return status;
}

static qb_status open_store(const char *path, qb_store **store, qb_diag *diag)
{
    glob_t found = {0};
    if (!path && glob("results/*.db", 0, NULL, &found) == 0 && found.gl_pathc == 1)
        path = found.gl_pathv[0];
    qb_status status = path ? qb_store_open(path, QB_STORE_READ, store, diag)
                            : qb_fail(diag, QB_BAD_INPUT, "which store? --db FILE");
    globfree(&found);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const replay_options *o = options;
    qb_diag diag = {0};
    qb_store *store = NULL;
    replay r = {0};
    qb_cores cores = {0};
    uint64_t id = 0;
    int code = QB_EXIT_DONE;
    const char *word = arguments->word[0];
    qb_status status = qb_launcher_start(&diag); /* while the process is small */
    if (!status && (!qb_parse_u64(word, strlen(word), &id) || id > INT64_MAX))
        status = qb_fail(&diag, QB_BAD_INPUT, "replay needs the number of a run, got '%s'", word);
    if (!status)
        status = open_store(o->db, &store, &diag);
    if (!status && (o->times < 1 || o->times > 100000))
        status = qb_fail(&diag, QB_BAD_INPUT, "--times needs a number from 1 to 100000");
    if (!status)
        status = prepare(&r, store, (int64_t)id, &diag);
    if (!status) {
        qb_cores_pin(&r.spec, &cores);
        status = replay_run(&r, o->times, &code, &diag);
    }
    qb_cores_release(&cores);
    clear(&r);
    qb_store_close(store);
    return status ? qb_cli_exit(status, &diag) : code;
}

const qb_command qb_command_replay = {
    .name = "replay",
    .synopsis = "RUN",
    .summary = "a stored run again, compared with what the store holds",
    .description =
        "RUN is the run's id in the store. Under a work budget the trajectory has to be identical (exit "
        "status 1 and the "
        "first difference otherwise); under a time budget the stored run is set beside the distribution of "
        "fresh ones.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(replay_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
