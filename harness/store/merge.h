/* Putting shards together: the runs of one store into another. */
#ifndef QB_STORE_MERGE_H
#define QB_STORE_MERGE_H

#include "harness/store/store.h"

typedef struct qb_merge_counts {
    uint64_t added, present; /* runs that were new; runs that were there already, with the same content */
} qb_merge_counts;

/* Merges everything in the store at `path` into `store`, in one transaction.  Rows are matched by what
 * identifies them (run key, experiment identity, fingerprints, names and hashes), never by their numbers.  A
 * run key that is in both with other content refuses the merge as QB_BAD_INPUT and changes nothing, as does a
 * damaged or foreign file, a file with another schema version, and a decision that differs.  O(rows log
 * rows). */
qb_status qb_store_merge(qb_store *store, const char *path, qb_merge_counts *counts, qb_diag *diag);

#endif
