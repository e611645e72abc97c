/* A problem that is made term by term: generators draw one, readers of combinatorial formats write down a
 * model.  Errors stick: after a failure calls do nothing, and finish reports it. */
#ifndef QB_INSTANCES_SKETCH_H
#define QB_INSTANCES_SKETCH_H

#include "harness/model/problem.h"

typedef struct qb_sketch {
    qb_kind kind;
    qb_sense sense;
    double constant;
    uint32_t columns, rows;
    double *linear;        /* [columns] */
    double *lower, *upper; /* [columns] */
    uint8_t *type;         /* [columns]; all binary to begin with */
    qb_pair *pair;
    uint64_t pairs, pair_capacity;
    qb_triplet *entry;
    uint64_t entries, entry_capacity;
    double *row_lower, *row_upper; /* [rows] */
    uint64_t row_capacity;
    qb_status status;
} qb_sketch;

qb_sketch qb_sketch_open(qb_kind kind, qb_sense sense, uint32_t columns);

void qb_sketch_linear(qb_sketch *sketch, uint32_t column, double value); /* added */
void qb_sketch_pair(qb_sketch *sketch, uint32_t i, uint32_t j, double weight);
void qb_sketch_integer(qb_sketch *sketch, uint32_t column, double lower, double upper);

/* A new row; entries go into the latest one. */
void qb_sketch_row(qb_sketch *sketch, double lower, double upper);
void qb_sketch_entry(qb_sketch *sketch, uint32_t column, double value);

/* Builds the problem, unless something failed, and frees the sketch.  Pairs and entries given twice add up.
 */
qb_status qb_sketch_finish(qb_sketch *sketch, const char *name, const char *format, qb_problem *problem,
                           qb_diag *diag);

/* Frees a sketch that will not be finished. */
void qb_sketch_free(qb_sketch *sketch);

#endif
