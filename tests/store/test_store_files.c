/* Files that are not ours or no longer whole; being killed; a full disk. */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/store/evidence.h"
#include "tests/store/filled.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(store_files, .init = set_up, .fini = tear_down);

static void execute(const char *file, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(file, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void write_bytes(const char *file, const char *bytes, size_t size)
{
    FILE *f = fopen(file, "wb");
    cr_assert(f && fwrite(bytes, 1, size, f) == size);
    fclose(f);
}

static void expect_refused(const char *file, qb_status expected)
{
    qb_store *store = (qb_store *)0x1;
    qb_status status = qb_store_open(file, QB_STORE_WRITE, &store, &diag);
    cr_assert_eq(status, expected, "%s: %s", file, diag.text);
    cr_assert_eq(store, (qb_store *)0x1, "outputs are untouched");
    cr_assert(strstr(diag.text, file), "%s", diag.text);
    status = qb_store_open(file, QB_STORE_READ, &store, &diag);
    cr_assert_eq(status, expected, "%s: %s", file, diag.text);
}

Test(store_files, refuses_what_is_not_a_qubout_database)
{
    write_bytes(path, "experiment: this is YAML, thousands of it\n", 42);
    expect_refused(path, QB_BAD_INPUT);
    unlink(path);
    execute(path, "CREATE TABLE cookies (id INTEGER)");
    expect_refused(path, QB_BAD_INPUT);
    cr_assert_eq(ask(path, "SELECT count(*) FROM sqlite_schema"), 1, "and is left alone");
}

Test(store_files, refuses_a_newer_schema)
{
    qb_store_close(filled(&small));
    execute(path, "PRAGMA user_version = 99");
    expect_refused(path, QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "newer"));
}

Test(store_files, migrates_an_older_file)
{
    qb_store_close(filled(&small));
    execute(
        path,
        "DROP VIEW sampling; ALTER TABLE sample DROP COLUMN feasible;"
        " DROP VIEW tuning; DROP VIEW standing; DROP VIEW result; DROP VIEW trajectory; DROP TABLE selftest;"
        " ALTER TABLE experiment DROP COLUMN parent_id;"
        " DROP TABLE stage; ALTER TABLE run DROP COLUMN simulator_s;"
        " ALTER TABLE incumbent DROP COLUMN simulator_s; ALTER TABLE run DROP COLUMN cpu_way;"
        " ALTER TABLE run DROP COLUMN attempts; ALTER TABLE run DROP COLUMN reading_s; ALTER TABLE run DROP "
        "COLUMN overshoot_threads;"
        " DROP VIEW score; DROP VIEW best_value; DROP VIEW best_reference; DROP TABLE circuit;"
        " CREATE VIEW result AS SELECT id FROM run;"
        " PRAGMA user_version = 1"); /* as the first version left it */
    qb_store *store = NULL;
    const qb_evidence *e = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_READ, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_evidence_load(store, NULL, &e, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(e->runs, 60);
    qb_evidence_free(e);
    qb_store_close(store);
    cr_assert_eq(ask(path, "SELECT count(*) FROM selftest"), 0);
    cr_assert_eq(ask(path, "SELECT count(*) FROM circuit"), 60, "circuits of older runs are lifted");
    cr_assert_gt(ask(path, "PRAGMA user_version"), 1);
}

Test(store_files, refuses_a_truncated_file)
{
    qb_store_close(filled(&fixture_default));
    cr_assert_eq(truncate(path, 5000), 0);
    qb_store *store = NULL;
    qb_status status = qb_store_open(path, QB_STORE_READ, &store, &diag);
    if (status == QB_OK)
        status = qb_store_check(store, &diag);
    cr_assert_eq(status, QB_BAD_INPUT, "%s", diag.text);
    qb_store_close(store);
}

static qb_status pass(void *context, const qb_evidence_point *point)
{
    (void)context;
    (void)point;
    return QB_OK;
}

Test(store_files, survives_random_damage)
{
    qb_store_close(filled(&small));
    FILE *f = fopen(path, "rb");
    static char bytes[1 << 20], damaged[1 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    cr_assert_gt(size, 10000);
    for (uint32_t k = 0; k < 60; k++) {
        memcpy(damaged, bytes, size);
        for (uint32_t hit = 0; hit < 20; hit++)
            damaged[(k * 7919 + hit * 104729 + 100) % size] = (char)(k * 31 + hit);
        write_bytes(path, damaged, size);
        qb_store *store = NULL;
        const qb_evidence *e = NULL;
        if (qb_store_open(path, QB_STORE_READ, &store, &diag) == QB_OK &&
            qb_evidence_load(store, NULL, &e, &diag) == QB_OK)
            (void)qb_evidence_points(store, e, NULL, pass, NULL, &diag);
        qb_evidence_free(e);
        qb_store_close(store);
    }
}

Test(store_files, says_so_when_the_file_is_missing_or_the_folder_is_closed)
{
    qb_store *store = NULL;
    cr_assert_eq(qb_store_open(path, QB_STORE_READ, &store, &diag), QB_BAD_INPUT);
    cr_assert_eq(access(path, F_OK), -1, "reading makes nothing");
    cr_assert_eq(qb_store_open("/nonexistent/folder/runs.db", QB_STORE_WRITE, &store, &diag), QB_ENVIRONMENT);
    cr_assert_eq(qb_store_open(folder, QB_STORE_WRITE, &store, &diag), QB_ENVIRONMENT);
    cr_assert_eq(qb_store_open("", QB_STORE_WRITE, &store, &diag), QB_BAD_INPUT);
}

Test(store_files, reads_from_a_folder_that_cannot_be_written)
{
    qb_store_close(filled(&small));
    if (geteuid() == 0) { /* root writes everywhere: the child tries as somebody else, who may read here */
        cr_assert_eq(chown(path, 65534, 65534), 0);
        cr_assert_eq(chown(folder, 65534, 65534), 0);
    }
    chmod(path, 0400);
    chmod(folder, 0500);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        qb_store *store = NULL;
        const qb_evidence *e = NULL;
        qb_status status = qb_store_open(path, QB_STORE_READ, &store, &diag);
        if (status == QB_OK)
            status = qb_evidence_load(store, NULL, &e, &diag);
        bool right = status == QB_OK && e->runs == 60;
        if (right)
            right = qb_store_open(path, QB_STORE_WRITE, &(qb_store *){NULL}, &diag) == QB_ENVIRONMENT;
        qb_evidence_free(e);
        qb_store_close(store);
        _exit(right ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}

/* ---- killed, full */

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (in >= 0 && out >= 0)
        for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
            cr_assert_eq(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

Test(store_files, opens_whole_after_a_kill_at_any_instant)
{
    for (unsigned delay = 1; delay <= 12; delay++) {
        char copy[96], log[104], copied_log[104];
        snprintf(path, sizeof path, "%s/killed-%u.db", folder, delay);
        snprintf(copy, sizeof copy, "%s/copy-%u.db", folder, delay);
        snprintf(log, sizeof log, "%s-wal", path);
        snprintf(copied_log, sizeof copied_log, "%s-wal", copy);
        int acknowledged[2];
        cr_assert_eq(pipe(acknowledged), 0);
        pid_t child = fork();
        if (child == 0) { /* one experiment after another; each run that record has accepted is announced */
            qb_store *store = NULL;
            if (qb_store_open(path, QB_STORE_WRITE, &store, NULL) != QB_OK)
                _exit(1);
            fixture_options tiny = {.instances = 1, .entries = 1, .repeats = 1, .points = 8};
            for (unsigned n = 0;; n++) {
                char name[16];
                snprintf(name, sizeof name, "x%u", n);
                tiny.name = name;
                if (fixture_fill(store, &tiny, NULL, NULL) != QB_OK || write(acknowledged[1], "+", 1) != 1)
                    _exit(1);
            }
        }
        close(acknowledged[1]);
        char byte;
        unsigned seen = 0;
        while (seen < 3 * delay && read(acknowledged[0], &byte, 1) == 1)
            seen++;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(acknowledged[0], &byte, 1) == 1)
            seen++;
        close(acknowledged[0]);
        copy_file(path, copy); /* what a power cut leaves: the file and its log, no shared memory */
        copy_file(log, copied_log);

        qb_store *store = NULL;
        cr_assert_eq(qb_store_open(copy, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
        cr_assert_eq(qb_store_check(store, &diag), QB_OK, "%s", diag.text);
        qb_store_close(store);
        double runs = ask(copy, "SELECT count(*) FROM run");
        cr_assert(runs >= seen && runs <= seen + 1, "%g runs in the file, %u announced", runs, seen);
        cr_assert_eq(ask(copy, "SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM summary)"), 0);
    }
}

Test(store_files, keeps_what_it_has_when_the_disk_is_full)
{
    qb_store *store = filled(&small);
    double runs = ask(path, "SELECT count(*) FROM run");
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    pid_t child = fork();
    if (child == 0) {
        qb_store *full = NULL;
        if (qb_store_open(path, QB_STORE_WRITE, &full, NULL) != QB_OK)
            _exit(1);
        struct stat file;
        stat(path, &file);
        /* a limit on the size of files stands for the disk's end: the log cannot grow beyond it */
        struct rlimit limit = {(rlim_t)file.st_size, (rlim_t)file.st_size};
        setrlimit(RLIMIT_FSIZE, &limit);
        fixture_options more = fixture_default;
        more.name = "more";
        qb_status status = fixture_fill(full, &more, NULL, &diag);
        qb_store_close(full);
        _exit(status == QB_ENVIRONMENT ? 0 : 2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    qb_store_close(store);
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_store_check(store, &diag), QB_OK, "%s", diag.text);
    qb_store_close(store);
    cr_assert_geq(ask(path, "SELECT count(*) FROM run"), runs);
    cr_assert_eq(ask(path, "SELECT count(*) FROM run WHERE id NOT IN (SELECT run_id FROM summary)"), 0);
}

Test(store_files, survives_every_failed_allocation)
{
    qb_store_close(filled(&small));
    for (int64_t successes = 0;; successes++) {
        qb_store *store = NULL;
        const qb_evidence *e = NULL;
        qb_memory_fail_after(successes);
        qb_status status = qb_store_open(path, QB_STORE_READ, &store, &diag);
        if (status == QB_OK)
            status = qb_evidence_load(store, NULL, &e, &diag);
        qb_memory_fail_never();
        qb_evidence_free(e);
        qb_store_close(store);
        if (status == QB_OK)
            break;
        cr_assert_eq(status, QB_NO_MEMORY, "%s", diag.text);
        cr_assert_lt(successes, 1000);
    }
}
