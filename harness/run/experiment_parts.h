/* The parts that an experiment file is read in; internal. */
#ifndef QB_RUN_EXPERIMENT_PARTS_H
#define QB_RUN_EXPERIMENT_PARTS_H

#include "harness/run/experiment.h"
#include "harness/run/field.h"

/* Solver entries into x->entry. */
qb_status qb_experiment_read_entries(const qb_fields *fields, const qb_yaml_node *node, qb_experiment *x);

/* Every parameter as one JSON object of text values, kept in the arena. */
qb_status qb_experiment_params_json(const qb_fields *fields, const qb_solver *solver, const void *params,
                                    const char **json);

/* Instances into x->instance; x->identity is known. */
qb_status qb_experiment_read_instances(const qb_fields *fields, const qb_yaml_node *node, qb_experiment *x);

/* The lowering section (NULL: none was given) into x->lowering and x->lowering_json. */
qb_status qb_experiment_read_lowering(const qb_fields *fields, const qb_yaml_node *node, qb_experiment *x);

/* identity and decision_sha256, from everything but instances. */
qb_status qb_experiment_identify(const qb_fields *fields, qb_experiment *x);

/* canonical and sha256. */
qb_status qb_experiment_canonicalise(const qb_fields *fields, qb_experiment *x);

#endif
