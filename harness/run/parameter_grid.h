/* The values that tuning tries, from a solver's own parameter table.
 *
 * A flag and a choice have all their values.  A number has its default times 1/16, 1/8, ... 8, 16, those of
 * them that are in its range.  A default of 0 stands for a rule: a whole number then has 0, 1, 4, 16, ...
 * 4^7, a real one has no scale to search around and stays at its rule, as do lists and texts.
 */
#ifndef QB_RUN_PARAMETER_GRID_H
#define QB_RUN_PARAMETER_GRID_H

#include "harness/base/rng.h"
#include "solvers/solver.h"

/* How many values a parameter has; less than 2: it is not tuned.  O(values). */
uint32_t qb_grid_count(const qb_param *param);

/* The k-th of them as text; returns buffer. */
const char *qb_grid_value(const qb_param *param, uint32_t k, char *buffer, size_t size);

/* Has the solver anything to tune? */
bool qb_grid_any(const qb_solver *solver);

/* One configuration: params [solver->params_size] holds the defaults; each parameter keeps its own with
 * probability 1/2, else takes any value of its grid.
 * Source: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 13 (2012). */
void qb_grid_draw(const qb_solver *solver, qb_rng *rng, void *params);

/* The first parameter whose value is the last of its grid on either side although its range goes on: a better
 * one may lie beyond.  values: a JSON object of text values, as qb_experiment_entry.params_json.  NULL: none
 * (or no such object). */
const char *qb_grid_edge(const qb_solver *solver, const char *values);

#endif
