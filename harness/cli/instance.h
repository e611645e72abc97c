/* What several commands do with an instance: find it, read it, say it in JSON. */
#ifndef QB_CLI_INSTANCE_H
#define QB_CLI_INSTANCE_H

#include "harness/base/json.h"
#include "harness/model/problem.h"
#include "harness/model/referee.h"
#include "instances/instances.h"

/* Reads `word`: a file (FILE, FILE#K), else a shipped instance by its name.  Errors name the nearest shipped
 * instance. */
qb_status qb_cli_read_instance(const char *word, const char *format, bool sum_duplicates, qb_problem *problem,
                               qb_diag *diag);

/* A solution file ("-": standard input) as a vector of the problem. */
qb_status qb_cli_read_solution(const char *path, const qb_problem *problem, double *v /* [columns] */,
                               qb_diag *diag);

/* The "instance" object of `solve --json` and `info --json`. */
qb_status qb_cli_instance_json(qb_json_writer *json, const qb_problem *problem, qb_diag *diag);

/* The value of "solution": a 0/1 string for an all-binary problem, else an object of name and value (zeros
 * left out). */
void qb_cli_solution_json(qb_json_writer *json, const qb_problem *problem, const double *solution);

/* The value of "violations": an array of {"name", "amount"}. */
void qb_cli_violations_json(qb_json_writer *json, const qb_problem *problem, const qb_score *score);

/* The name of what a violation is about: a row or a column; buffer [32]. */
const char *qb_cli_violation_name(const qb_problem *problem, int64_t index, char *buffer);

#endif
