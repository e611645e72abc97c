/* The entries of a quadratic form as a file lists them, each with its line, until they become a problem.
 *
 * Diagonal entries become linear terms.  Entry (j, i) equals (i, j).
 */
#ifndef QB_INSTANCES_ENTRIES_H
#define QB_INSTANCES_ENTRIES_H

#include "harness/model/problem.h"
#include "instances/scan.h"

/* Zero-initialise it ({0}). */
typedef struct qb_entries {
    qb_pair *pair;  /* [count]; i <= j */
    uint32_t *line; /* [count] */
    uint64_t count, capacity;
} qb_entries;

/* Refuses n variables and m entries that would not fit into source->memory_bytes. */
qb_status qb_entries_check(const qb_read_source *source, const qb_scan *scan, uint64_t n, uint64_t m);

/* Makes room for `promised` entries, but no more than the rest of the text can hold. */
qb_status qb_entries_reserve(qb_entries *entries, const qb_scan *scan, uint64_t promised);

/* Adds factor * weight at (i, j), indices from 0.  Errors: QB_BAD_INPUT (not finite), QB_NO_MEMORY. */
qb_status qb_entries_add(qb_entries *entries, const qb_scan *scan, uint32_t i, uint32_t j, double weight);

/* Reads `m` lines `i j w`, indices from `first`; off-diagonals count `factor` times.  diagonal: whether i = j
 * is allowed; `what` is "edge" or "entry". */
qb_status qb_entries_read(qb_entries *entries, qb_scan *scan, uint32_t n, uint32_t m, uint32_t first,
                          double factor, bool diagonal, const char *what);

/* Builds the problem of n variables from the entries (kind, sense, constant); `first` is the format's first
 * index, for messages. The entries are used up. */
qb_status qb_entries_build(qb_entries *entries, const qb_read_source *source, const qb_scan *scan,
                           qb_kind kind, qb_sense sense, double constant, uint32_t n, uint32_t first,
                           qb_problem *problem);

void qb_entries_free(qb_entries *entries);

/* Writes one: the line `i j w`, indices as they stand in the file. */
void qb_entries_write(qb_text *out, uint32_t i, uint32_t j, double weight);

#endif
