#include "tests/solvers/solving.h"

#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void read_back(solving *r, uint32_t variables)
{
    const char *text = qb_budget_probe_details(&r->probe);
    qb_budget_probe_read(&r->probe, &r->record);
    r->x = QB_NEW(uint8_t, variables);
    r->found = qb_budget_probe_best(&r->probe, r->x, &r->claimed);
    cr_assert_eq(qb_json_parse("details", text, strlen(text), &r->details, NULL), QB_OK);
}

solving solving_run(const char *name, const char *params, const qb_problem *problem, solving_limits limits)
{
    solving r = {.solver = qb_solver_find(name)};
    void *values = qb_alloc(1, r.solver->params_size), *state = NULL;
    qb_params_default(r.solver, values);
    cr_assert_eq(qb_params_parse(r.solver, values, params, &r.diag), QB_OK, "%s: %s", params, r.diag.text);
    cr_assert_eq(qb_lowering_open(problem, r.solver->takes, NULL, &r.lowering, NULL), QB_OK);
    qb_model model = qb_lowering_model(r.lowering);
    model.memory_bytes = limits.memory_bytes;
    model.threads = limits.threads;
    qb_budget_setup setup = qb_budget_probe_setup(limits.kind, limits.limit, model.qubo->n, false,
                                                  model.qubo->sense == QB_MAXIMISE);
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &r.probe, NULL), QB_OK);
    r.status = r.solver->init(&model, values, limits.seed, r.probe.budget, &state, &r.diag);
    if (!r.status)
        r.status = r.solver->solve(state, r.probe.budget, &r.diag);
    qb_budget_finish(r.probe.budget, r.status, r.diag.text);
    r.solver->free(state);
    if (r.solver->device_use)
        r.use = r.solver->device_use(values);
    qb_free(values);
    read_back(&r, model.qubo->n);
    return r;
}

void solving_clear(solving *r)
{
    qb_json_free(r->details);
    qb_free(r->x);
    qb_budget_probe_close(&r->probe);
    qb_lowering_free(r->lowering);
}

double solving_detail(const solving *r, const char *key)
{
    double value;
    return qb_json_number(qb_json_get(r->details, key), &value) ? value : NAN;
}
