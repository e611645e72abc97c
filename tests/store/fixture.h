/* A store full of runs that never ran: deterministic, and with every kind of trouble in it.
 *
 * Instances, labels and their qualities are made up; each run improves towards its label's final gap along a
 * seeded path.  Used by the tests of store and report, and to look at figures.
 */
#ifndef QB_TESTS_STORE_FIXTURE_H
#define QB_TESTS_STORE_FIXTURE_H

#include "harness/store/store.h"

typedef struct fixture_options {
    uint32_t instances, entries, repeats, points; /* entries <= 8; points: incumbents a run at most */
    uint32_t copies;                              /* noisy copies at each of three strengths; 0: none */
    bool troubled;    /* some runs are refused, crash, overrun, lie, find nothing, are late or flagged */
    bool unknown;     /* no reference values and no targets */
    const char *name; /* of the experiment; NULL: "head-to-head" */
} fixture_options;

extern const fixture_options fixture_default; /* 16 instances, 8 labels, 10 repeats, noise and trouble */

/* Fills a store opened for writing. */
qb_status fixture_fill(qb_store *store, const fixture_options *options, int64_t *experiment, qb_diag *diag);

/* A fresh folder for this test, removed by fixture_remove_folder with what is in it. */
char *fixture_folder(char path[64]);
void fixture_remove_folder(const char *path);

#endif
