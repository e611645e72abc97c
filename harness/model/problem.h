/* The source problem: the instance as its author wrote it.  All scoring happens here.
 *
 * f(v) = constant + sum_i linear[i] v_i + sum_k w_k [term of pair (i_k, j_k)], each unordered pair once, i <=
 * j:
 *
 *   kind      v_i                  term of a pair
 *   qubo      x_i in {0, 1}        x_i x_j          (i < j)
 *   ising     s_i = 2 x_i - 1      s_i s_j          (i < j)
 *   maxcut    side x_i in {0, 1}   1 if x_i != x_j  (i < j; linear is all zero)
 *   mip       columns              v_i v_j          (i == j: v_i^2)
 *
 * A MIP adds bounds and a type to each column, and rows: row_lower <= A v <= row_upper.  For the other kinds
 * columns are binary and there are no rows, so one structure serves all of them.  A vector of an all-binary
 * problem is a string of 0 and 1 in the author's variable order.
 */
#ifndef QB_MODEL_PROBLEM_H
#define QB_MODEL_PROBLEM_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum qb_kind { QB_KIND_QUBO, QB_KIND_ISING, QB_KIND_MAXCUT, QB_KIND_MIP } qb_kind;
typedef enum qb_sense { QB_MINIMISE, QB_MAXIMISE } qb_sense;
typedef enum qb_column_type { QB_COLUMN_BINARY, QB_COLUMN_INTEGER, QB_COLUMN_CONTINUOUS } qb_column_type;

typedef struct qb_pair {
    uint32_t i, j; /* i <= j */
    double weight;
} qb_pair;

/* Names of columns or rows: item k is pool + offset[k].  offset NULL: unnamed (written as x1, x2, ... or r1,
 * ...). */
typedef struct qb_names {
    const char *pool;
    const uint32_t *offset; /* [count] */
} qb_names;

/* A (possibly quadratic) mixed-integer program; also the body of every other kind.  Read-only once built; all
 * arrays belong to whoever built it (see qb_problem_free).  Infinite bounds are +-INFINITY. */
typedef struct qb_mip {
    qb_sense sense;
    double constant;
    uint32_t columns;
    const double *linear; /* [columns]; never NULL */
    uint64_t pairs;
    const qb_pair *pair;         /* [pairs], sorted by (i, j), no duplicates, no zero weights */
    const uint8_t *type;         /* [columns] qb_column_type; NULL: all binary */
    const double *lower, *upper; /* [columns]; NULL: 0 and 1 */
    uint32_t rows;
    const uint64_t *row_start;           /* [rows + 1] */
    const uint32_t *row_column;          /* [row_start[rows]], ascending within a row */
    const double *row_value;             /* [row_start[rows]], nonzero */
    const double *row_lower, *row_upper; /* [rows] */
    qb_names column_names, row_names;
} qb_mip;

typedef struct qb_problem {
    qb_kind kind;
    const char *name;   /* never NULL */
    const char *format; /* the format it was read from, or "generated" */
    qb_mip body;
    const void *image; /* what the arrays and texts above point into; relocatable (see qb_problem_pack) */
    void *block;       /* the image, where this problem owns it; NULL for a view */
} qb_problem;

/* What qb_problem_build copies and canonicalises.  Entries may come in any order; (j, i) equals (i, j).
 * Arrays belong to the caller.  rows as (row, column, value) triplets. */
typedef struct qb_triplet {
    uint32_t row, column;
    double value;
} qb_triplet;

typedef struct qb_draft {
    qb_kind kind;
    const char *name, *format;
    qb_sense sense;
    double constant;
    uint32_t columns;
    const double *linear; /* [columns] or NULL */
    uint64_t pairs;
    const qb_pair *pair; /* [pairs]; the build sorts a copy */
    const uint8_t *type;
    const double *lower, *upper;
    uint32_t rows;
    uint64_t entries;
    const qb_triplet *entry; /* [entries] */
    const double *row_lower, *row_upper;
    const char *const *column_names, *const *row_names; /* [columns], [rows]; or NULL */
    bool sum_duplicates; /* else a duplicate pair or row entry is QB_BAD_INPUT */
    uint64_t *culprit;   /* NULL, or set on QB_BAD_INPUT: the position in pair or entry of what is wrong there
                            (of the second of two duplicates), UINT64_MAX when it is something else */
} qb_draft;

/* Builds the canonical problem in one allocation.  Zero weights are dropped, -0 becomes 0, an integer column
 * within [0, 1] becomes binary; non-finite data, an empty range (lower > upper), no columns, and more than
 * 2^31 - 1 columns or rows are refused.  A qubo/ising/maxcut pair with i == j is QB_BAD_INPUT (readers fold
 * diagonals into `linear`), and so are columns of another type, bounds or rows there. Errors: QB_BAD_INPUT,
 * QB_NO_MEMORY.  Cost O(columns + rows + pairs + entries).  Free with qb_problem_free. */
qb_status qb_problem_build(const qb_draft *draft, qb_problem *problem, qb_diag *diag);
void qb_problem_free(qb_problem *problem);

/* A problem is one relocatable image: pack copies it to `image` (qb_problem_image_size bytes), view gives a
 * problem whose arrays point into the image (which must outlive it and be 64-byte aligned).  A view is
 * checked through and through: bytes that break a rule of this header are QB_BAD_INPUT.  O(size).  Bind is
 * the same for an image that this program has made and sealed, of which it looks at the header only: this is
 * how a run's process gets its instance.  O(1). */
size_t qb_problem_image_size(const qb_problem *problem);
void qb_problem_pack(const qb_problem *problem, void *image);
qb_status qb_problem_view(const void *image, size_t size, qb_problem *problem, qb_diag *diag);
qb_status qb_problem_bind(const void *image, size_t size, qb_problem *problem, qb_diag *diag);

bool qb_problem_is_binary(const qb_problem *problem);
/* Nonzeros as `info` reports them: linear and quadratic terms, edges of a Max-Cut, or for a MIP the row
 * entries. */
uint64_t qb_problem_nonzeros(const qb_problem *problem);
const char *qb_kind_name(qb_kind kind);    /* "qubo", "ising", "maxcut", "mip" */
const char *qb_sense_name(qb_sense sense); /* "min", "max" */
/* The name of column k; unnamed columns are formatted into buffer (at least 16 bytes). */
const char *qb_mip_column_name(const qb_mip *mip, uint32_t column, char *buffer);
const char *qb_mip_row_name(const qb_mip *mip, uint32_t row, char *buffer);

/* SHA-256 of the canonical source problem (kind, sense, data, column names of a MIP; not the instance's name
 * or format), in lower-case hex: the same for .gz, FILE#K and a generator's output. */
qb_status qb_problem_sha256(const qb_problem *problem, char hex[65]);

#endif
