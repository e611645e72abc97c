#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/scratch.h"
#include "harness/base/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A parent of our own, so that nothing else sweeps there. */
static char parent[64];

static void set_up(void)
{
    memcpy(parent, "/tmp/qubout-test-XXXXXX", sizeof "/tmp/qubout-test-XXXXXX");
    cr_assert_not_null(mkdtemp(parent));
    cr_assert_eq(setenv("TMPDIR", parent, 1), 0);
}

static void tear_down(void)
{
    (void)rmdir(parent);
}

TestSuite(scratch, .init = set_up, .fini = tear_down);

static void fill(const char *folder)
{
    qb_text path = {0};
    qb_text_appendf(&path, "%s/a/b/c", folder);
    cr_assert_eq(qb_file_make_folder(qb_text_get(&path), NULL), QB_OK);
    qb_text_append(&path, "/file");
    cr_assert_eq(qb_file_write(qb_text_get(&path), "x", 1, NULL), QB_OK);
    qb_text_reset(&path);
    qb_text_appendf(&path, "%s/link", folder);
    cr_assert_eq(symlink("/", qb_text_get(&path)), 0);
    qb_text_clear(&path);
}

Test(scratch, it_is_private_and_goes_with_all_in_it)
{
    qb_scratch *scratch = NULL;
    struct stat about;
    cr_assert_eq(qb_scratch_open(&scratch, NULL), QB_OK);
    cr_assert_eq(stat(qb_scratch_path(scratch), &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0700);
    fill(qb_scratch_path(scratch));
    qb_scratch_close(scratch);
    cr_assert_eq(rmdir(parent), 0, "something is left");
}

Test(scratch, what_a_killed_owner_left_is_removed_by_the_next_and_what_is_held_is_not)
{
    qb_scratch *held = NULL, *next = NULL;
    cr_assert_eq(qb_scratch_open(&held, NULL), QB_OK);
    pid_t pid = fork();
    if (pid == 0) {
        qb_scratch *lost = NULL;
        if (qb_scratch_open(&lost, NULL) == QB_OK)
            fill(qb_scratch_path(lost));
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    cr_assert_eq(qb_scratch_open(&next, NULL), QB_OK);
    cr_assert_eq(access(qb_scratch_path(held), F_OK), 0);
    qb_scratch_close(next);
    qb_scratch_close(held);
    cr_assert_eq(rmdir(parent), 0, "something is left");
}

Test(scratch, a_missing_parent_is_named)
{
    qb_scratch *scratch = NULL;
    qb_diag diag = {""};
    cr_assert_eq(setenv("TMPDIR", "/no/such/folder", 1), 0);
    cr_assert_eq(qb_scratch_open(&scratch, &diag), QB_ENVIRONMENT);
    cr_assert_not_null(strstr(diag.text, "'/no/such/folder'"));
}
