#include "harness/store/sql.h"

#include <math.h>
#include <string.h>

qb_status qb_sql_error(qb_store *store, qb_diag *diag)
{
    int code = sqlite3_errcode(store->db);
    const char *text = sqlite3_errmsg(store->db);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return qb_fail(diag, QB_NO_MEMORY, "the store ran out of memory");
    case SQLITE_FULL:
        return qb_fail(diag, QB_ENVIRONMENT, "disk full: the store keeps everything recorded so far");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return qb_fail(diag, QB_ENVIRONMENT, "the store is being written by another process");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
        return qb_fail(diag, QB_ENVIRONMENT, "store: %s", text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return qb_fail(diag, QB_BAD_INPUT, "store: %s", text);
    default:
        return qb_fail(diag, QB_INTERNAL, "store: %s", text);
    }
}

static sqlite3_stmt *prepare(qb_store *store, const char *text)
{
    for (uint32_t k = 0; k < store->cached; k++)
        if (store->text[k] == text)
            return store->statement[k];
    sqlite3_stmt *statement = NULL;
    if (store->cached == QB_SQL_CACHE ||
        sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        return NULL;
    store->text[store->cached] = text;
    store->statement[store->cached++] = statement;
    return statement;
}

qb_sql qb_sql_begin(qb_store *store, const char *text, qb_diag *diag)
{
    qb_sql q = {.store = store, .diag = diag};
    q.statement = prepare(store, text);
    if (!q.statement)
        q.status = qb_sql_error(store, diag);
    return q;
}

static void bound(qb_sql *q, int code)
{
    if (code != SQLITE_OK)
        q->status = qb_sql_error(q->store, q->diag);
}

void qb_sql_bind_int(qb_sql *q, int64_t value)
{
    if (q->status == QB_OK)
        bound(q, sqlite3_bind_int64(q->statement, ++q->bound, value));
}

void qb_sql_bind_count(qb_sql *q, uint64_t value)
{
    qb_sql_bind_int(q, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void qb_sql_bind_real(qb_sql *q, double value)
{
    if (q->status == QB_OK)
        bound(q, sqlite3_bind_double(q->statement, ++q->bound, value)); /* SQLite turns a NaN into NULL */
}

void qb_sql_bind_text(qb_sql *q, const char *value)
{
    if (q->status == QB_OK)
        bound(q, sqlite3_bind_text(q->statement, ++q->bound, value, -1, SQLITE_STATIC));
}

void qb_sql_bind_null(qb_sql *q)
{
    if (q->status == QB_OK)
        bound(q, sqlite3_bind_null(q->statement, ++q->bound));
}

bool qb_sql_step(qb_sql *q)
{
    if (q->status != QB_OK)
        return false;
    int code = sqlite3_step(q->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        q->status = qb_sql_error(q->store, q->diag);
    return code == SQLITE_ROW;
}

qb_status qb_sql_end(qb_sql *q)
{
    if (q->statement) {
        sqlite3_reset(q->statement);
        sqlite3_clear_bindings(q->statement);
        q->statement = NULL;
    }
    return q->status;
}

qb_status qb_sql_again(qb_sql *q)
{
    qb_sql_step(q);
    if (q->statement)
        sqlite3_reset(q->statement);
    q->bound = 0;
    return q->status;
}

qb_status qb_sql_run(qb_sql *q)
{
    qb_sql_step(q);
    return qb_sql_end(q);
}

int64_t qb_sql_int(qb_sql *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

uint64_t qb_sql_count(qb_sql *q, int column)
{
    int64_t value = sqlite3_column_int64(q->statement, column);
    return value < 0 ? 0 : (uint64_t)value;
}

double qb_sql_real(qb_sql *q, int column)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(q->statement, column);
}

const char *qb_sql_text(qb_sql *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q->statement, column);
    return text ? (const char *)text : "";
}

qb_status qb_sql_exec(qb_store *store, const char *text, qb_diag *diag)
{
    return sqlite3_exec(store->db, text, NULL, NULL, NULL) == SQLITE_OK ? QB_OK : qb_sql_error(store, diag);
}

qb_status qb_sql_transaction(qb_store *store, qb_diag *diag)
{
    qb_status status = QB_OK;
    if (!store->depth) {
        qb_sql q = qb_sql_begin(store, "BEGIN IMMEDIATE", diag);
        status = qb_sql_run(&q);
        store->spoilt = false;
    }
    store->depth += status == QB_OK;
    return status;
}

qb_status qb_sql_finish(qb_store *store, qb_status status, qb_diag *diag)
{
    if (store->depth && --store->depth) {
        store->spoilt = store->spoilt || status != QB_OK;
        return status;
    }
    if (status == QB_OK && store->spoilt)
        status = qb_fail(diag, QB_INTERNAL, "a part of the transaction failed");
    if (status == QB_OK) {
        qb_sql q = qb_sql_begin(store, "COMMIT", diag);
        status = qb_sql_run(&q);
    }
    if (status != QB_OK && !sqlite3_get_autocommit(store->db)) /* a full disk may have rolled back already */
        (void)qb_sql_exec(store, "ROLLBACK", NULL);
    return status;
}

qb_status qb_store_begin(qb_store *store, qb_diag *diag)
{
    return qb_sql_transaction(store, diag);
}

qb_status qb_store_end(qb_store *store, qb_status status, qb_diag *diag)
{
    return qb_sql_finish(store, status, diag);
}
