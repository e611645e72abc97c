/* How this folder talks to SQLite: cached statements, sticky errors, transactions.  Private to harness/store.
 *
 *   qb_sql q = qb_sql_begin(store, "SELECT id FROM solver WHERE name = ?", diag);
 *   qb_sql_bind_text(&q, name);
 *   if (qb_sql_step(&q))
 *       id = qb_sql_int(&q, 0);
 *   return qb_sql_end(&q);
 *
 * Parameters are bound from left to right.  After the first error every further call does nothing, and
 * qb_sql_end gives that error, so that one check at the end is enough.
 */
#ifndef QB_STORE_SQL_H
#define QB_STORE_SQL_H

#include "harness/store/store.h"

#include <sqlite3.h>

#define QB_SQL_CACHE 64

struct qb_store {
    sqlite3 *db;
    bool writable;
    uint32_t depth; /* transactions begun: only the outermost is SQLite's */
    bool spoilt;    /* an inner one failed */
    uint32_t cached;
    const char *text[QB_SQL_CACHE]; /* string literals: compared by address */
    sqlite3_stmt *statement[QB_SQL_CACHE];
};

typedef struct qb_sql {
    qb_store *store;
    sqlite3_stmt *statement;
    qb_diag *diag;
    qb_status status;
    int bound;
} qb_sql;

/* A statement from the cache, or a new one.  text must be a string literal. */
qb_sql qb_sql_begin(qb_store *store, const char *text, qb_diag *diag);
void qb_sql_bind_int(qb_sql *q, int64_t value);
void qb_sql_bind_count(qb_sql *q, uint64_t value);   /* saturates at INT64_MAX */
void qb_sql_bind_real(qb_sql *q, double value);      /* NaN: NULL; SQLite keeps infinities */
void qb_sql_bind_text(qb_sql *q, const char *value); /* NULL: NULL; not copied, must live until qb_sql_end */
void qb_sql_bind_null(qb_sql *q);

bool qb_sql_step(qb_sql *q); /* true: there is a row */
qb_status qb_sql_end(qb_sql *q);
/* Runs a statement that gives no rows, and makes it ready for the next set of parameters. */
qb_status qb_sql_again(qb_sql *q);
qb_status qb_sql_run(qb_sql *q); /* step and end */

int64_t qb_sql_int(qb_sql *q, int column);
uint64_t qb_sql_count(qb_sql *q, int column);   /* negative: 0 */
double qb_sql_real(qb_sql *q, int column);      /* NULL: NaN */
const char *qb_sql_text(qb_sql *q, int column); /* NULL: ""; valid until the next step */

/* Plain statements without parameters or rows. */
qb_status qb_sql_exec(qb_store *store, const char *text, qb_diag *diag);

/* BEGIN IMMEDIATE; then COMMIT when status is QB_OK and ROLLBACK otherwise.  finish gives status, or what
 * COMMIT said. */
qb_status qb_sql_transaction(qb_store *store, qb_diag *diag);
qb_status qb_sql_finish(qb_store *store, qb_status status, qb_diag *diag);

/* What SQLite's last error means to us, with its text. */
qb_status qb_sql_error(qb_store *store, qb_diag *diag);

/* Creates or migrates the schema of a database opened for writing; checks it otherwise: QB_REFUSED for one
 * that is older and must be migrated first. */
qb_status qb_schema_ensure(qb_store *store, const char *path, qb_diag *diag);

/* The summary of a trajectory: what statistics over many runs need instead of the trajectory. */
typedef struct qb_summary {
    double first_s,
        last_s; /* when the first and the best feasible incumbent came, in the budget's quantity */
    double primal_integral; /* mean primal gap over the budget, in [0, 1]; NaN without a reference */
    double *crossings;      /* [targets] when each target was reached; NaN: never */
} qb_summary;

/* value [points] feasible [points] spent [points]; crossings must hold `targets` numbers. */
void qb_summary_compute(const double *value, const bool *feasible, const double *spent, uint32_t points,
                        qb_sense sense, double budget, double reference, const double *target,
                        uint32_t targets, qb_summary *summary);

#endif
