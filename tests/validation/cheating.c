#define _GNU_SOURCE
#include "tests/validation/cheating.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

cheat_secrets cheat_secret;

typedef struct cheat {
    const qb_model *model;
    uint64_t seed;
    qb_rng rng;
    uint8_t x[CHEAT_VARIABLES];
} cheat;

typedef qb_status (*cheat_deed)(cheat *c, qb_budget *budget);

static qb_status cheat_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                            void **state, qb_diag *diag)
{
    (void)params;
    (void)budget;
    (void)diag;
    cheat *c = QB_NEW(cheat, 1);
    if (!c)
        return QB_NO_MEMORY;
    *c = (cheat){.model = model, .seed = seed};
    qb_rng_init(&c->rng, seed, 0);
    *state = c;
    return QB_OK;
}

#define CHEAT_AS(name_, deed_, takes_, execution_)                                \
    static qb_status name_##_solve(void *state, qb_budget *budget, qb_diag *diag) \
    {                                                                             \
        (void)diag;                                                               \
        return deed_(state, budget);                                              \
    }                                                                             \
    const qb_solver name_ = {.version = QB_SOLVER_VERSION,                        \
                             .name = #name_,                                      \
                             .family = "test",                                    \
                             .summary = "for the tests",                          \
                             .source = "none",                                    \
                             .takes = takes_,                                     \
                             .execution = execution_,                             \
                             .init = cheat_init,                                  \
                             .solve = name_##_solve,                              \
                             .free = qb_free};
#define CHEAT(name_, deed_) CHEAT_AS(name_, deed_, QB_TAKES_QUBO, QB_NATIVE)

/* ---- the honest part */

double cheat_fingerprint(const qb_qubo *model)
{
    uint8_t x[CHEAT_VARIABLES];
    for (uint32_t i = 0; i < CHEAT_VARIABLES; i++)
        x[i] = i % 2;
    return qb_qubo_energy(model, x);
}

static qb_status draw(cheat *c, qb_budget *budget)
{
    for (uint32_t i = 0; i < CHEAT_VARIABLES; i++)
        c->x[i] = (uint8_t)(qb_rng_next(&c->rng) >> 63);
    if (!qb_budget_spend(budget, CHEAT_VARIABLES + c->model->qubo->nonzeros))
        return QB_STOPPED;
    return qb_budget_incumbent(budget, c->x, qb_qubo_energy(c->model->qubo, c->x));
}

static qb_status draw_all(cheat *c, qb_budget *budget)
{
    qb_status status = QB_OK;
    for (uint32_t k = 0; k < CHEAT_DRAWS && status == QB_OK; k++)
        status = draw(c, budget);
    return status;
}
CHEAT(cheat_none, draw_all)

static qb_status draw_on(cheat *c, qb_budget *budget)
{
    qb_status status = QB_OK;
    while (status == QB_OK)
        status = draw(c, budget);
    return status;
}
CHEAT(cheat_patient, draw_on)

/* Publishes the secret best point of this instance. */
static qb_status reveal(cheat *c, qb_budget *budget)
{
    double mark = cheat_fingerprint(c->model->qubo);
    for (uint32_t k = 0; k < CHEAT_INSTANCES; k++)
        if (mark == cheat_secret.fingerprint[k])
            return qb_budget_incumbent(budget, cheat_secret.best[k],
                                       qb_qubo_energy(c->model->qubo, cheat_secret.best[k]));
    return QB_OK;
}
CHEAT(cheat_better, reveal)
CHEAT_AS(cheat_argmax, reveal, QB_TAKES_QUBO, QB_SIMULATED)

/* ---- the cheats */

static qb_status late(cheat *c, qb_budget *budget)
{
    (void)draw_all(c, budget);
    while (qb_budget_spend(budget, 1000))
        ;
    struct timespec millisecond = {.tv_nsec = 1000000};
    nanosleep(&millisecond, NULL);
    return reveal(c, budget);
}
CHEAT(cheat_late, late)

static volatile bool helping;

static void *help(void *unused)
{
    while (helping)
        ;
    return unused;
}

static qb_status threads(cheat *c, qb_budget *budget)
{
    pthread_t helper;
    helping = true;
    if (pthread_create(&helper, NULL, help, NULL) != 0)
        return QB_INTERNAL;
    qb_status status = draw_on(c, budget);
    helping = false;
    pthread_join(helper, NULL);
    return status;
}
CHEAT(cheat_threads, threads)

static qb_status bound(cheat *c, qb_budget *budget)
{
    qb_budget_bound(budget, 0); /* everything they find is below */
    return draw_all(c, budget);
}
CHEAT(cheat_bound, bound)

static qb_status boast(cheat *c, qb_budget *budget)
{
    qb_status status = qb_budget_incumbent(budget, c->x, -1e6);
    return status == QB_OK ? draw_all(c, budget) : status;
}
CHEAT(cheat_boast, boast)

static qb_status seeds(cheat *c, qb_budget *budget)
{
    for (uint32_t k = 0; k < cheat_secret.seeds; k++)
        if (cheat_secret.seen[k] == c->seed)
            return reveal(c, budget);
    return draw_all(c, budget);
}
CHEAT(cheat_seeds, seeds)

static bool file_tells(const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    return memmem(text, size, cheat_secret.name, strlen(cheat_secret.name)) != NULL;
}

static bool links_tell(const char *folder)
{
    char path[512], target[512];
    bool told = false;
    DIR *links = opendir(folder);
    for (struct dirent *e; links && (e = readdir(links));) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        ssize_t size = readlink(path, target, sizeof target);
        told =
            told || (size > 0 && memmem(target, (size_t)size, cheat_secret.name, strlen(cheat_secret.name)));
    }
    if (links)
        closedir(links);
    return told;
}

static qb_status path(cheat *c, qb_budget *budget)
{
    bool told = file_tells("/proc/self/cmdline") || file_tells("/proc/self/environ") ||
                file_tells("/proc/self/maps") || file_tells("/proc/self/comm") || links_tell("/proc/self/fd");
    qb_budget_detail(budget, "told", told);
    return told ? reveal(c, budget) : draw_all(c, budget);
}
CHEAT(cheat_path, path)

static qb_status sniff(cheat *c, qb_budget *budget)
{
    double left = qb_budget_remaining_seconds(budget);
    qb_budget_detail(budget, "left", left);
    return left < 0.005 ? draw(c, budget) : draw_all(c, budget);
}
CHEAT(cheat_sniff, sniff)

static qb_status refuse(cheat *c, qb_budget *budget)
{
    bool odd = fmod(fabs(cheat_fingerprint(c->model->qubo)), 2) == 1;
    return odd ? QB_REFUSED : reveal(c, budget);
}
CHEAT(cheat_refuse, refuse)

/* min -sum x_i under sum x_i <= half: `ones` of them. */
static qb_status fill(cheat *c, qb_budget *budget, uint32_t ones)
{
    double x[CHEAT_VARIABLES] = {0};
    double claimed = c->model->mip->constant;
    for (uint32_t i = 0; i < ones && i < c->model->mip->columns; i++) {
        x[i] = 1;
        claimed += c->model->mip->linear[i];
    }
    return qb_budget_incumbent_mip(budget, x, claimed);
}

static qb_status feasible(cheat *c, qb_budget *budget)
{
    return fill(c, budget, CHEAT_VARIABLES / 2 - (uint32_t)qb_rng_below(&c->rng, 3));
}
CHEAT_AS(cheat_feasible, feasible, QB_TAKES_MIP, QB_NATIVE)

static qb_status infeasible(cheat *c, qb_budget *budget)
{
    return fill(c, budget, CHEAT_VARIABLES);
}
CHEAT_AS(cheat_infeasible, infeasible, QB_TAKES_MIP, QB_NATIVE)
