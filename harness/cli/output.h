/* Where commands write: instances by format, texts to files or standard output. */
#ifndef QB_CLI_OUTPUT_H
#define QB_CLI_OUTPUT_H

#include "harness/base/text.h"
#include "harness/model/problem.h"

/* Writes the problem to path ("-": standard output) in `format`, or in the one format that the path's
 * extension names. */
qb_status qb_cli_write_instance(const qb_problem *problem, const char *format, const char *path,
                                qb_diag *diag);

/* Writes text to path ("-": standard output). */
qb_status qb_cli_write_text(const qb_text *text, const char *path, qb_diag *diag);

#endif
