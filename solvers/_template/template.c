/* A solver to start from: it tries single flips in random order and keeps those that do not hurt.
 *
 * To write your own:
 *   1. copy this folder to solvers/NAME/ and rename template to NAME throughout;
 *   2. add 'NAME/NAME.c' to solvers/meson.build and qb_solver_NAME to solvers/registry.c, one line each;
 *   3. replace `solve`, declare your parameters below, cite your source.
 * The contract test (tests/solvers/) then holds your solver to the rules of solvers/solver.h, and the command
 * line, `qubout list` and experiment files know it with all its parameters.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/descent.h"
#include "solvers/solver.h"

/* Declared once: the struct, the defaults, the help and the checks all come from this table. */
#define TEMPLATE_PARAMS(X) X(uint, flips, "1000", 1, 1e9, "", "flips", "flips tried before a new start")
QB_PARAMS_DECLARE(template_params, TEMPLATE_PARAMS)
static const qb_param template_table[] = QB_PARAMS_TABLE(TEMPLATE_PARAMS);

/* All that a run needs lives here: no static state, so that solvers can run side by side. */
typedef struct state {
    template_params params;
    qb_descent descent;
    qb_rng rng;
} state;

static void template_free(void *opaque)
{
    state *s = opaque;
    if (s)
        qb_descent_close(&s->descent);
    qb_free(s);
}

/* Everything that takes memory or time before the search; a model that cannot be taken is refused here. */
static qb_status template_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                               void **opaque, qb_diag *diag)
{
    (void)budget;
    state *s = QB_NEW(state, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the state");
    s->params = *(const template_params *)params;
    qb_rng_init(&s->rng, seed, 0);
    qb_status status = qb_descent_open(model->qubo, &s->descent, diag);
    if (status) {
        template_free(s);
        return status;
    }
    *opaque = s;
    return QB_OK;
}

/* One start.  Everything that takes time is charged, in amounts that do not depend on time. */
static qb_status try_flips(state *s, qb_budget *budget)
{
    qb_descent *d = &s->descent;
    const qb_qubo *q = d->model;
    qb_descent_random_point(&s->rng, d->x, q->n);
    qb_status status = qb_descent_start(d, d->x, budget);
    for (uint64_t k = 0; k < s->params.flips && !status; k++) {
        uint32_t i = (uint32_t)qb_rng_below(&s->rng, q->n);
        if (!qb_budget_spend(budget, 1 + q->start[i + 1] - q->start[i]))
            status = QB_STOPPED;
        else if (d->gain[i] >= 0)
            qb_descent_flip(d, i);
    }
    return status ? status : qb_descent_publish(d, budget);
}

/* Searches until the budget says stop; returns QB_OK only when there is nothing left to try. */
static qb_status template_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    state *s = opaque;
    if (s->descent.model->n == 0) /* the empty model has one point */
        return qb_descent_publish(&s->descent, budget);
    for (;;) {
        qb_status status = try_flips(s, budget);
        if (status)
            return status;
        if (!qb_budget_spend_samples(budget, 1))
            return QB_STOPPED;
    }
}

extern const qb_solver qb_solver_template; /* registry.c declares yours */
const qb_solver qb_solver_template = {
    .version = QB_SOLVER_VERSION,
    .name = "template",
    .family = "example",
    .summary = "random single flips that do not hurt",
    .source = "none: an example",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .params = template_table,
    .param_count = sizeof template_table / sizeof *template_table,
    .params_size = sizeof(template_params),
    .init = template_init,
    .solve = template_solve,
    .free = template_free,
};
