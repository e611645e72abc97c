/* Generators: families of instances by parameters and seed.
 *
 * One file a family, one line in generators.c, one line in meson.build.  The same parameters and seed give
 * the same problem on every machine; numbers come from qb_rng streams, except where a published generator
 * fixes its own.
 */
#ifndef QB_INSTANCES_GENERATORS_GENERATOR_H
#define QB_INSTANCES_GENERATORS_GENERATOR_H

#include "harness/base/status.h"
#include "harness/model/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A numeric parameter.  Every family has `size` first. */
typedef struct qb_generator_param {
    const char *name;
    double fallback, least, greatest; /* default and inclusive range */
    bool integer;
    const char *unit, *help;
} qb_generator_param;

#define QB_GENERATOR_PARAMS 8 /* at most, size included */

/* What is known of the optimum. */
typedef struct qb_generated {
    bool has_optimum; /* planted or in closed form */
    double optimum;   /* in the problem's own sense and scale */
} qb_generated;

typedef struct qb_generator {
    const char *name, *summary, *source;
    const qb_generator_param *params; /* [param_count] */
    size_t param_count;
    /* value [param_count], checked against the ranges.  Errors: QB_BAD_INPUT (parameters that contradict each
     * other), QB_NO_MEMORY. */
    qb_status (*generate)(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag);
} qb_generator;

/* All families, NULL-terminated. */
extern const qb_generator *const qb_generators[];

/* By name; NULL when there is none. */
const qb_generator *qb_generator_find(const char *name);

/* Fills value [QB_GENERATOR_PARAMS] with the defaults. */
void qb_generator_default(const qb_generator *generator, double *value);

/* Sets one parameter.  Errors: QB_BAD_INPUT (unknown, naming the nearest; out of range, naming the range). */
qb_status qb_generator_set(const qb_generator *generator, double *value, const char *key, double number,
                           qb_diag *diag);

/* Generates; the problem is called FAMILY-SIZE-SEED, its format is "generated".  generated may be NULL. */
qb_status qb_generate(const qb_generator *generator, const double *value, uint64_t seed, qb_problem *problem,
                      qb_generated *generated, qb_diag *diag);

#endif
