#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/store/sql.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 10000

/* A folder that cannot be written has no room for the log's shared memory: the file is then read as it is,
 * which is right as long as no log lies beside it. */
static qb_status open_immutable(const char *path, sqlite3 **db, qb_diag *diag)
{
    qb_text uri = {0}, log = {0};
    qb_text_appendf(&log, "%s-wal", path);
    qb_text_append(&uri, "file:");
    for (const char *c = path; *c; c++)
        if (strchr("%?#", *c))
            qb_text_appendf(&uri, "%%%02x", (unsigned)*c);
        else
            qb_text_append_char(&uri, *c);
    qb_text_append(&uri, "?immutable=1");
    qb_status status = uri.status == QB_OK ? log.status : uri.status;
    if (status == QB_OK && access(qb_text_get(&log), F_OK) == 0)
        status = qb_fail(diag, QB_ENVIRONMENT,
                         "'%s' has an unfinished log beside it and its folder cannot be written", path);
    if (status == QB_OK &&
        sqlite3_open_v2(qb_text_get(&uri), db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
        status = qb_fail(diag, QB_ENVIRONMENT, "cannot open '%s'", path);
    qb_text_clear(&log);
    qb_text_clear(&uri);
    return status;
}

static qb_status open_file(const char *path, qb_store_mode mode, sqlite3 **db, qb_diag *diag)
{
    if (mode == QB_STORE_READ && access(path, R_OK) != 0)
        return qb_fail(diag, errno == ENOENT ? QB_BAD_INPUT : QB_ENVIRONMENT, "cannot read '%s': %s", path,
                       strerror(errno));
    /* who reads has one thread, and millions of columns to ask for: without locks */
    int flags = SQLITE_OPEN_READWRITE | (mode == QB_STORE_WRITE ? SQLITE_OPEN_CREATE : SQLITE_OPEN_NOMUTEX);
    int code = sqlite3_open_v2(path, db, flags, NULL);
    if (code == SQLITE_OK && (mode == QB_STORE_WRITE || !sqlite3_db_readonly(*db, "main")))
        return QB_OK;
    int reason = *db ? sqlite3_system_errno(*db) : 0;
    sqlite3_close(*db);
    *db = NULL;
    if (mode == QB_STORE_READ)
        return open_immutable(path, db, diag);
    return qb_fail(diag, code == SQLITE_NOMEM ? QB_NO_MEMORY : QB_ENVIRONMENT,
                   "cannot open '%s' for writing%s%s", path, reason ? ": " : "",
                   reason ? strerror(reason) : "");
}

/* Every setting that is not kept in the file.  query_only, and not SQLITE_OPEN_READONLY, because the last
 * reader then folds the log and leaves nothing beside the file. */
static qb_status configure(qb_store *store, qb_diag *diag)
{
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    qb_status status = qb_sql_exec(store,
                                   "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;"
                                   "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY",
                                   diag);
    if (status != QB_OK)
        return status;
    return store->writable ? qb_sql_exec(store, "PRAGMA synchronous = FULL", diag)
                           : qb_sql_exec(store, "PRAGMA query_only = ON", diag);
}

/* The journal's mode is part of the file, and is only changed once the file is known to be ours. */
static qb_status use_log(qb_store *store, const char *path, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, "PRAGMA journal_mode = WAL", diag);
    bool wal = qb_sql_step(&q) && !strcmp(qb_sql_text(&q, 0), "wal");
    qb_status status = qb_sql_end(&q);
    if (status == QB_OK && !wal)
        status = qb_fail(diag, QB_ENVIRONMENT,
                         "'%s' cannot have a write-ahead log (on a network file system?)", path);
    return status;
}

/* An older file that is only to be read is migrated first, where it can be. */
static qb_status ensure_schema(qb_store *store, const char *path, qb_diag *diag)
{
    qb_status status = qb_schema_ensure(store, path, diag);
    qb_store *writer = NULL;
    if (status != QB_REFUSED)
        return status;
    status = qb_store_open(path, QB_STORE_WRITE, &writer, diag);
    qb_store_close(writer);
    return status;
}

qb_status qb_store_open(const char *path, qb_store_mode mode, qb_store **out, qb_diag *diag)
{
    if (!path || !*path)
        return qb_fail(diag, QB_BAD_INPUT, "the store needs a file name");
    qb_store *store = QB_NEW(qb_store, 1);
    if (!store)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the store");
    store->writable = mode == QB_STORE_WRITE;
    qb_status status = open_file(path, mode, &store->db, diag);
    if (status == QB_OK)
        status = configure(store, diag);
    if (status == QB_OK)
        status = ensure_schema(store, path, diag);
    if (status == QB_OK && store->writable)
        status = use_log(store, path, diag);
    if (status != QB_OK) {
        if (status == QB_BAD_INPUT && diag && !strstr(diag->text, path))
            qb_fail(diag, status, "'%s' is not a qubout database, or it is damaged", path);
        qb_store_close(store);
        return status;
    }
    *out = store;
    return QB_OK;
}

void qb_store_close(qb_store *store)
{
    if (!store)
        return;
    for (uint32_t k = 0; k < store->cached; k++)
        sqlite3_finalize(store->statement[k]);
    sqlite3_close(store->db);
    qb_free(store);
}

qb_status qb_store_check(qb_store *store, qb_diag *diag)
{
    qb_sql q = qb_sql_begin(store, "PRAGMA quick_check(1)", diag);
    bool sound = qb_sql_step(&q) && !strcmp(qb_sql_text(&q, 0), "ok");
    qb_status status = qb_sql_end(&q);
    if (status != QB_OK)
        return status;
    if (!sound)
        return qb_fail(diag, QB_BAD_INPUT, "the store is damaged");
    q = qb_sql_begin(store, "PRAGMA foreign_key_check", diag);
    bool dangling = qb_sql_step(&q);
    status = qb_sql_end(&q);
    if (status == QB_OK && dangling)
        status = qb_fail(diag, QB_BAD_INPUT, "the store is damaged: a row refers to one that is missing");
    return status;
}

qb_status qb_store_copy(qb_store *store, const char *path, qb_diag *diag)
{
    if (access(path, F_OK) == 0)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is there already", path);
    /* query_only means every file that this connection knows, the new one too */
    qb_status status = store->writable ? QB_OK : qb_sql_exec(store, "PRAGMA query_only = OFF", diag);
    if (status != QB_OK)
        return status;
    qb_sql q = qb_sql_begin(store, "VACUUM INTO ?", diag);
    qb_sql_bind_text(&q, path);
    status = qb_sql_run(&q);
    if (!store->writable)
        (void)qb_sql_exec(store, "PRAGMA query_only = ON", NULL);
    if (status != QB_OK)
        (void)unlink(path);
    return status;
}
