/* A store in a folder of its own, filled by the fixture. */
#ifndef QB_TESTS_STORE_FILLED_H
#define QB_TESTS_STORE_FILLED_H

#include "tests/store/fixture.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

static char folder[64], path[96];
static qb_diag diag;

static inline void set_up(void)
{
    cr_assert(fixture_folder(folder));
    snprintf(path, sizeof path, "%s/runs.db", folder);
}

static inline void tear_down(void)
{
    chmod(folder, 0700);
    fixture_remove_folder(folder);
}

static const fixture_options small = {.instances = 3, .entries = 4, .repeats = 2, .points = 8, .copies = 1};

static inline qb_store *filled(const fixture_options *options)
{
    qb_store *store = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(fixture_fill(store, options, NULL, &diag), QB_OK, "%s", diag.text);
    return store;
}

/* One number from the file by plain SQL, past the code under test. */
static inline double ask(const char *file, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    cr_assert_eq(sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(q), SQLITE_ROW, "%s", sqlite3_errmsg(db));
    double value = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

#endif
