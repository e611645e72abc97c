/* Solvers on the command line: chosen by text, described in JSON. */
#ifndef QB_CLI_SOLVER_H
#define QB_CLI_SOLVER_H

#include "harness/base/json.h"
#include "solvers/solver.h"

/* "NAME" or "NAME:KEY=VALUE,..." into a solver and its parameters (qb_free).  NULL text asks which. */
qb_status qb_cli_choose_solver(const char *text, const qb_solver **solver, void **params, qb_diag *diag);

/* The object of all parameters and their values, numbers as numbers. */
void qb_cli_params_json(qb_json_writer *json, const qb_solver *solver, const void *params);

/* One value of a parameter, given as text, in its JSON type. */
void qb_cli_param_value_json(qb_json_writer *json, const qb_param *param, const char *text);

#endif
