/* The user's own file of known values: what was found after this program was shipped.
 *
 * CSV with the columns name, sha256 (of the canonical problem), sense, value, kind, source, date, solution
 * (what the referee scored: 0/1 text, or a JSON object of name and value).  A row stands for its instance
 * under any name and format.  $QUBOUT_REFERENCES names the file; without it there is none unless a command
 * is given one.
 */
#ifndef QB_INSTANCES_KNOWN_H
#define QB_INSTANCES_KNOWN_H

#include "harness/base/arena.h"
#include "harness/base/status.h"
#include "harness/model/problem.h"
#include "instances/library.h"

typedef struct qb_known_value {
    const char *name, *sha256;
    qb_sense sense;
    double value;
    qb_reference_kind kind;
    const char *source, *date; /* date: YYYY-MM-DD */
    const char *solution;
} qb_known_value;

typedef struct qb_known {
    qb_known_value *row; /* [rows] */
    size_t rows, capacity;
    qb_arena arena; /* owns the texts */
} qb_known;

/* $QUBOUT_REFERENCES, or NULL. */
const char *qb_known_default(void);

/* Reads the file; a path that is NULL or does not exist is an empty list.  Errors: QB_BAD_INPUT with
 * FILE:LINE, QB_ENVIRONMENT, QB_NO_MEMORY.  Free with qb_known_clear. */
qb_status qb_known_read(const char *path, qb_known *known, qb_diag *diag);
void qb_known_clear(qb_known *known);

/* The best value of an instance, or NULL. */
const qb_known_value *qb_known_find(const qb_known *known, const char *sha256);

/* Adds a row; its texts are copied. */
qb_status qb_known_add(qb_known *known, const qb_known_value *row, qb_diag *diag);

/* Writes the whole file, complete or not at all. */
qb_status qb_known_write(const char *path, const qb_known *known, qb_diag *diag);

/* Is value a better than b for this sense? */
bool qb_known_better(qb_sense sense, double a, double b);

#endif
