/* Loading an experiment: what evidence.c and evidence_runs.c share.  Private to harness/store. */
#ifndef QB_STORE_LOADER_H
#define QB_STORE_LOADER_H

#include "harness/base/arena.h"
#include "harness/store/evidence.h"
#include "harness/store/sql.h"

typedef struct qb_loader {
    qb_store *store;
    qb_evidence *e;
    qb_arena *arena; /* everything that the evidence points to */
    qb_diag *diag;
    qb_status status; /* sticky: after an error the rest does nothing */
} qb_loader;

void *qb_loader_keep(qb_loader *l, size_t count, size_t size);
const char *qb_loader_keep_text(qb_loader *l, const char *text);
qb_status qb_loader_nonsense(qb_loader *l, const char *what, const char *value);

/* A query whose first parameter is the experiment.  End it with qb_loader_done: whichever failed first
 * counts.
 */
qb_sql qb_loader_ask(qb_loader *l, const char *text);
bool qb_loader_next(qb_loader *l, qb_sql *q);
void qb_loader_done(qb_loader *l, qb_sql *q);

/* The next row of a query whose last column counts its rows: with the first one *rows gets room for all. */
bool qb_loader_next_of(qb_loader *l, qb_sql *q, int column, void **rows, size_t size);

/* What a COUNT query says. */
uint64_t qb_loader_count(qb_loader *l, const char *text);

/* Runs, and the machines and builds that they came from; instances and entries must have been loaded. */
void qb_loader_runs(qb_loader *l);

#endif
