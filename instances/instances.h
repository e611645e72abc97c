/* Reading and writing instances: files, buffers, formats.
 *
 * A path is FILE or FILE#K (the K-th problem of a file of several, from 1).  A .gz file is read as what it
 * holds.  Nothing is half-read: either the whole problem is built, or *problem is untouched and diag says
 * `FILE:LINE: what is wrong`.
 */
#ifndef QB_INSTANCES_INSTANCES_H
#define QB_INSTANCES_INSTANCES_H

#include "harness/base/status.h"
#include "harness/base/text.h"
#include "harness/model/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct qb_read_options {
    const char *format;    /* by name; NULL: recognised by content, then by extension */
    bool sum_duplicates;   /* add up entries that occur twice; otherwise they are errors */
    uint64_t memory_bytes; /* refuse what would need more; 0: the memory of this machine */
} qb_read_options;

/* Reads FILE or FILE#K.  options NULL: defaults.  Free with qb_problem_free.
 * Errors: those of qb_file_read, QB_BAD_INPUT, QB_NO_MEMORY.  O(size log size). */
qb_status qb_instance_read(const char *path, const qb_read_options *options, qb_problem *problem,
                           qb_diag *diag);

/* The same from memory: bytes [size], plain or gzip; path is only a name (and may end in #K). */
qb_status qb_instance_parse(const char *path, const char *bytes, size_t size, const qb_read_options *options,
                            qb_problem *problem, qb_diag *diag);

/* Appends the problem in `format` to out.  Errors: QB_BAD_INPUT (no such format, or it is only read),
 * QB_REFUSED (the format cannot express this problem), QB_NO_MEMORY. */
qb_status qb_instance_write(const qb_problem *problem, const char *format, qb_text *out, qb_diag *diag);

#endif
