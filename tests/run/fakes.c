/* What the experiment and its plan stand on, replaced by the simplest thing that has the same interface: two
 * solvers, one generator, a perturbation, and runs that end at once.  So these tests need neither processes
 * nor clocks, and a solver's parameters can change without touching them. */
#include "tests/run/fakes.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "instances/generators/generator.h"
#include "instances/perturb.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- Solvers */

#define FAKE_PARAMS(X)                                                                      \
    X(uint, sweeps, "1000", 1, 1e9, "", "sweeps", "sweeps an anneal")                       \
    X(real, beta, "0.5", 0, 1e6, "", "", "inverse temperature")                             \
    X(choice, schedule, "geometric", 0, 0, "geometric|linear", "", "shape of the schedule") \
    X(list, angles, "", -10, 10, "", "rad", "angles")                                       \
    X(flag, restart, "on", 0, 0, "", "", "start again")
QB_PARAMS_DECLARE(fake_params, FAKE_PARAMS)
#define QB_PARAM_STRUCT_ fake_params
static const qb_param table[] = QB_PARAMS_TABLE(FAKE_PARAMS);

static const qb_solver anneal = {.name = "anneal",
                                 .takes = QB_TAKES_QUBO,
                                 .params = table,
                                 .param_count = sizeof table / sizeof *table,
                                 .params_size = sizeof(fake_params)};
static const qb_solver exact = {.name = "exact", .takes = QB_TAKES_MIP};

const qb_solver *const qb_solvers[] = {&anneal, &exact, NULL};

const qb_solver *qb_solver_find(const char *name)
{
    return !strcmp(name, "anneal") ? &anneal : !strcmp(name, "exact") ? &exact : NULL;
}

/* ---- Generators */

static const qb_generator_param random_params[] = {
    {.name = "size", .fallback = 10, .least = 2, .greatest = 1000, .integer = true},
    {.name = "density", .fallback = 0.5, .least = 0, .greatest = 1},
};
static const qb_generator random_family = {.name = "random-qubo", .params = random_params, .param_count = 2};

const qb_generator *const qb_generators[] = {&random_family, NULL};

const qb_generator *qb_generator_find(const char *name)
{
    return strcmp(name, "random-qubo") ? NULL : &random_family;
}

void qb_generator_default(const qb_generator *generator, double *value)
{
    for (size_t k = 0; k < generator->param_count; k++)
        value[k] = generator->params[k].fallback;
}

qb_status qb_generator_set(const qb_generator *generator, double *value, const char *key, double number,
                           qb_diag *diag)
{
    for (size_t k = 0; k < generator->param_count; k++) {
        const qb_generator_param *p = &generator->params[k];
        if (strcmp(p->name, key))
            continue;
        if (number < p->least || number > p->greatest)
            return qb_fail(diag, QB_BAD_INPUT, "'%s' out of range", key);
        value[k] = number;
        return QB_OK;
    }
    return qb_fail(diag, QB_BAD_INPUT, "no parameter '%s'", key);
}

/* ---- Noisy copies and runs */

fake_runs fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

qb_status qb_perturb_coefficients(const qb_problem *nominal, double relative, uint64_t seed, qb_problem *copy,
                                  qb_diag *diag)
{
    (void)diag;
    (void)relative;
    pthread_mutex_lock(&fake.lock);
    fake.copies_made++;
    fake.copy_seeds ^= seed;
    pthread_mutex_unlock(&fake.lock);
    *copy = *nominal;
    copy->block = NULL; /* a view: nothing to free */
    return QB_OK;
}

qb_status qb_run_image_open_warm(const qb_problem *problem, const double *warm, qb_run_image **image,
                                 qb_diag *diag)
{
    (void)warm;
    (void)problem;
    *image = qb_alloc(1, 1);
    return *image ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for an image");
}

void qb_run_image_close(qb_run_image *image)
{
    qb_free(image);
}

qb_status qb_run_execute(const qb_run_spec *spec, qb_run_result *result, qb_diag *diag)
{
    pthread_mutex_lock(&fake.lock);
    uint64_t number = ++fake.runs;
    fake.running++;
    fake.most_running = fake.running > fake.most_running ? fake.running : fake.most_running;
    fake.scored_on_nominal += spec->nominal != NULL;
    fake.seeds ^= spec->seed;
    for (uint32_t k = 0; k < spec->cpu_count; k++)
        fake.cpus |= (uint64_t)1 << spec->cpus[k] % 64;
    pthread_mutex_unlock(&fake.lock);
    if (number == fake.stop_at && fake.stop)
        *fake.stop = 1;
    memset(result, 0, sizeof *result);
    result->outcome = number == fake.crash_at ? QB_RUN_CRASHED : QB_RUN_BUDGET;
    if (fake.disturb_every && number % fake.disturb_every == 0 && number <= fake.disturb_until) {
        memcpy(result->flags, "load", sizeof "load");
        result->outcome = fake.disturb_crashes ? QB_RUN_CRASHED : result->outcome;
    }
    result->wall_s = 1;
    result->details = qb_strdup("{}");
    pthread_mutex_lock(&fake.lock);
    fake.running--;
    pthread_mutex_unlock(&fake.lock);
    if (number == fake.fail_at) {
        qb_run_result_clear(result);
        return qb_fail(diag, QB_ENVIRONMENT, "no more processes");
    }
    return QB_OK;
}

void qb_run_result_clear(qb_run_result *result)
{
    qb_free(result->details);
    memset(result, 0, sizeof *result);
}
