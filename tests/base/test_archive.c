/* Archives, read back by tar and sha256sum. */
#define _GNU_SOURCE
#include "harness/base/archive.h"
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/spawn.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], path[96];
static qb_diag diag;

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/qubout-archive-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.tar.gz", folder);
}

/* Runs a shell command in the folder; its output is the caller's. */
static char *ask(const char *command)
{
    char script[512];
    qb_spawn_result result;
    snprintf(script, sizeof script, "cd %s && %s", folder, command);
    qb_spawn spawn = {
        .argv = (const char *const[]){"sh", "-c", script, NULL}, .timeout_s = 30, .output_limit = 1 << 16};
    cr_assert_eq(qb_spawn_run(&spawn, &result, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(result.exit_code, 0, "%s: %s", command, result.errors);
    char *text = qb_strdup(result.output ? result.output : "");
    qb_spawn_clear(&result);
    return text;
}

static void tear_down(void)
{
    char *gone = ask("rm -rf \"$PWD\"");
    qb_free(gone);
}

TestSuite(archive, .init = set_up, .fini = tear_down);

static void make(const char *name)
{
    qb_archive *a = NULL;
    char file[96];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    cr_assert_eq(qb_archive_open(file, "bundle", &a, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_archive_add(a, "empty", "", 0, &diag), QB_OK);
    cr_assert_eq(qb_archive_add(a, "folder/short.txt", "one line\n", 9, &diag), QB_OK);
    snprintf(file, sizeof file, "%s/big", folder);
    cr_assert_eq(qb_archive_add_file(a, "big", file, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_archive_close(a, &diag), QB_OK, "%s", diag.text);
}

Test(archive, is_what_tar_and_sha256sum_read)
{
    qb_free(ask("seq 1 100000 >big"));
    make("x.tar.gz");
    make("y.tar.gz");
    qb_free(ask("cmp x.tar.gz y.tar.gz")); /* no dates in it */
    qb_free(ask("tar xzf x.tar.gz && cmp big bundle/big && cd bundle && sha256sum --quiet -c SHA256SUMS"));
    char *names = ask("tar tzf x.tar.gz");
    cr_assert_str_eq(names, "bundle/empty\nbundle/folder/short.txt\nbundle/big\nbundle/SHA256SUMS\n");
    qb_free(names);
    char *rest = ask("ls -A | grep -c part || true");
    cr_assert_str_eq(rest, "0\n");
    qb_free(rest);
}

Test(archive, leaves_nothing_when_it_is_given_up)
{
    qb_archive *a = NULL;
    char name[128];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = 0;
    cr_assert_eq(qb_archive_open(path, "bundle", &a, &diag), QB_OK);
    cr_assert_eq(qb_archive_add(a, name, "x", 1, &diag), QB_BAD_INPUT);
    cr_assert_eq(qb_archive_add_file(a, "x", "/nonexistent", &diag), QB_BAD_INPUT);
    cr_assert_eq(qb_archive_add_file(a, "x", folder, &diag), QB_BAD_INPUT);
    qb_archive_discard(a);
    char *files = ask("ls -A | wc -l");
    cr_assert_eq(strtol(files, NULL, 10), 0);
    qb_free(files);
    cr_assert_eq(qb_archive_open("/nonexistent/x.tar.gz", "bundle", &a, &diag), QB_ENVIRONMENT);
}
