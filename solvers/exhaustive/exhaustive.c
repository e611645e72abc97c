/* Exhaustive search: every state of a QUBO of up to 40 variables, by Gray code (kernels/gray.h).
 *
 * Proves the optimum and counts how many states attain it.  With levels=K the K lowest costs and their counts
 * are listed in `details`; with density=on every cost is, as far as details hold them.  Work: one unit a
 * state.
 */
#include "harness/base/memory.h"
#include "solvers/kernels/gray.h"
#include "solvers/solver.h"

#define EXHAUSTIVE_PARAMS(X)                                                                               \
    X(uint, levels, "1", 1, QB_GRAY_LEVELS, "", "levels", "how many of the best objective values to list") \
    X(flag, density, "off", 0, 0, "", "", "count the states of every objective value")

QB_PARAMS_DECLARE(exhaustive_params, EXHAUSTIVE_PARAMS)
#define QB_PARAM_STRUCT_ exhaustive_params
static const qb_param table[] = QB_PARAMS_TABLE(EXHAUSTIVE_PARAMS);

#define BATCH 16 /* chunks, some 50 us each, before what was found is published */

typedef struct exhaustive {
    const qb_model *model;
    const exhaustive_params *params;
    qb_gray *gray;
    qb_team *team;
    qb_gray_level level[QB_GRAY_LEVELS];
    double value[QB_GRAY_LEVELS];
    uint8_t x[QB_GRAY_VARIABLES];
} exhaustive;

static void exhaustive_free(void *opaque)
{
    exhaustive *s = opaque;
    if (!s)
        return;
    qb_gray_close(s->gray);
    qb_team_close(s->team);
    qb_free(s);
}

static qb_status exhaustive_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                                 void **state, qb_diag *diag)
{
    (void)seed;
    exhaustive *s = QB_NEW(exhaustive, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to enumerate");
    s->model = model;
    s->params = params;
    s->team = qb_team_open(model->threads);
    qb_status status = s->team ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory to enumerate");
    if (!status)
        status = qb_gray_open(model->qubo, (uint32_t)s->params->levels, s->team, &s->gray, diag);
    if (status) {
        exhaustive_free(s);
        return status;
    }
    qb_budget_detail_text(budget, "width", qb_gray_width(s->gray));
    *state = s;
    return QB_OK;
}

/* Walks through all chunks, publishing the best as it improves; the best level is left in level[0]. */
static qb_status enumerate(exhaustive *s, qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    uint64_t chunks = qb_gray_chunks(s->gray);
    for (uint64_t from = 0, to; from < chunks; from = to) {
        to = chunks - from < BATCH ? chunks : from + BATCH;
        (void)qb_gray_run(s->gray, from, to, NULL);
        qb_gray_levels(s->gray, 1, s->level);
        qb_gray_state(s->gray, s->level[0].state, s->x);
        qb_status status = qb_budget_incumbent(budget, s->x, qb_qubo_energy(q, s->x));
        if (status)
            return status;
        if (!qb_budget_spend(budget, (to - from) * qb_gray_chunk_states(s->gray)))
            return QB_STOPPED;
    }
    return QB_OK;
}

static void report_levels(exhaustive *s, const qb_gray *gray, const char *values, const char *counts,
                          qb_budget *budget)
{
    const qb_qubo *q = s->model->qubo;
    uint64_t levels = qb_gray_levels(gray, QB_GRAY_LEVELS, s->level);
    uint32_t listed = levels < QB_GRAY_LEVELS ? (uint32_t)levels : QB_GRAY_LEVELS;
    for (uint32_t k = 0; k < listed; k++)
        s->value[k] = q->scale * s->level[k].energy + q->offset;
    qb_budget_detail_list(budget, values, s->value, listed);
    for (uint32_t k = 0; k < listed; k++)
        s->value[k] = (double)s->level[k].count;
    qb_budget_detail_list(budget, counts, s->value, listed);
}

/* A second pass, into a histogram. */
static qb_status enumerate_density(exhaustive *s, qb_budget *budget, qb_diag *diag)
{
    qb_gray *gray = NULL;
    qb_status status = qb_gray_open(s->model->qubo, 0, s->team, &gray, diag);
    if (status)
        return status;
    status = qb_gray_run(gray, 0, qb_gray_chunks(gray), budget);
    if (!status)
        report_levels(s, gray, "density_values", "density_counts", budget);
    qb_gray_close(gray);
    return status;
}

static qb_status exhaustive_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    exhaustive *s = state;
    qb_status status = enumerate(s, budget);
    if (status)
        return status;
    qb_budget_bound(budget, qb_qubo_energy(s->model->qubo, s->x));
    qb_budget_detail(budget, "optima", (double)s->level[0].count);
    if (s->params->levels > 1)
        report_levels(s, s->gray, "level_values", "level_counts", budget);
    return s->params->density ? enumerate_density(s, budget, diag) : QB_OK;
}

const qb_solver qb_solver_exhaustive = {
    .version = QB_SOLVER_VERSION,
    .name = "exhaustive",
    .family = "enumeration",
    .summary = "every state of up to 40 variables by Gray code: the optimum, proven and counted",
    .source = "F. Gray, US patent 2632058 (1953)",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .proves_optimality = true,
    .deterministic = true,
    .params = table,
    .param_count = sizeof table / sizeof *table,
    .params_size = sizeof(exhaustive_params),
    .init = exhaustive_init,
    .solve = exhaustive_solve,
    .free = exhaustive_free,
};
