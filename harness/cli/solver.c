#include "harness/cli/solver.h"

#include "harness/base/memory.h"

#include <stdio.h>
#include <string.h>

static qb_status unknown_solver(const char *name, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = name};
    for (const qb_solver *const *s = qb_solvers; *s; s++)
        qb_nearest_offer(&near, (*s)->name);
    return qb_fail(diag, QB_BAD_INPUT, "unknown solver '%s'%s", name, qb_nearest_hint(&near, hint));
}

qb_status qb_cli_choose_solver(const char *text, const qb_solver **solver, void **params, qb_diag *diag)
{
    char name[64];
    if (!text)
        return qb_fail(diag, QB_BAD_INPUT, "which solver? --solver NAME; `qubout list solvers` names them");
    size_t length = strcspn(text, ":");
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), text);
    const qb_solver *found = length < sizeof name ? qb_solver_find(name) : NULL;
    if (!found)
        return unknown_solver(name, diag);
    void *values = qb_alloc(1, found->params_size ? found->params_size : 1);
    if (!values)
        return QB_NO_MEMORY;
    qb_params_default(found, values);
    qb_status status = qb_params_parse(found, values, text[length] ? text + length + 1 : "", diag);
    if (status) {
        qb_free(values);
        return status;
    }
    *solver = found;
    *params = values;
    return QB_OK;
}

void qb_cli_param_value_json(qb_json_writer *json, const qb_param *param, const char *text)
{
    double real;
    uint64_t whole;
    size_t length = strlen(text);
    if (param->type == QB_PARAM_uint && qb_parse_u64(text, length, &whole))
        qb_json_uint(json, whole);
    else if (param->type == QB_PARAM_real && qb_parse_double(text, length, &real))
        qb_json_double(json, real);
    else if (param->type == QB_PARAM_flag)
        qb_json_bool(json, !strcmp(text, "on"));
    else
        qb_json_string(json, text);
}

void qb_cli_params_json(qb_json_writer *json, const qb_solver *solver, const void *params)
{
    char text[QB_PARAM_LIST * QB_DOUBLE_TEXT];
    qb_json_open(json, '{');
    for (size_t k = 0; k < solver->param_count; k++) {
        const qb_param *param = &solver->params[k];
        qb_json_key(json, param->name);
        qb_cli_param_value_json(json, param, qb_params_get(param, params, text, sizeof text));
    }
    qb_json_close(json, '}');
}
