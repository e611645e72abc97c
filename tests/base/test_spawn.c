#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/base/spawn.h"
#include "harness/base/watch.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static qb_spawn_result run(const char *const *argv, const char *input)
{
    qb_spawn_result result = {0};
    qb_diag diag = {""};
    qb_spawn spawn = {.argv = argv,
                      .input = input,
                      .input_size = input ? strlen(input) : 0,
                      .timeout_s = 60,
                      .output_limit = 1000};
    cr_assert_eq(qb_spawn_run(&spawn, &result, &diag), QB_OK, "%s", diag.text);
    return result;
}

Test(spawn, input_and_outputs)
{
    qb_spawn_result r = run((const char *const[]){"cat", "-", NULL}, "to be echoed");
    cr_expect_eq(r.exit_code, 0);
    cr_expect_str_eq(r.output, "to be echoed");
    cr_expect_str_eq(r.errors, "");
    qb_spawn_clear(&r);
    r = run((const char *const[]){"sh", "-c", "echo out; echo err >&2; exit 7", NULL}, NULL);
    cr_expect_eq(r.exit_code, 7);
    cr_expect_str_eq(r.output, "out\n");
    cr_expect_str_eq(r.errors, "err\n");
    qb_spawn_clear(&r);
}

Test(spawn, arguments_are_not_for_a_shell)
{
    qb_spawn_result r = run((const char *const[]){"printf", "%s", "$(echo pwned) `x` ;\"'", NULL}, NULL);
    cr_expect_str_eq(r.output, "$(echo pwned) `x` ;\"'");
    qb_spawn_clear(&r);
}

Test(spawn, long_outputs_are_cut_and_do_not_block)
{
    qb_spawn_result r = run((const char *const[]){"head", "-c", "1000000", "/dev/zero", NULL}, NULL);
    cr_expect_eq(r.exit_code, 0);
    cr_expect(r.truncated);
    cr_expect_eq(r.output_size, 1000);
    qb_spawn_clear(&r);
}

Test(spawn, a_signal_is_told_from_an_exit)
{
    qb_spawn_result r = run((const char *const[]){"sh", "-c", "kill -SEGV $$", NULL}, NULL);
    cr_expect_eq(r.exit_code, -1);
    cr_expect_eq(r.signal, SIGSEGV);
    cr_expect(!r.timed_out);
    qb_spawn_clear(&r);
}

Test(spawn, the_whole_group_ends_at_the_timeout, .timeout = 30)
{
    const char *const argv[] = {"sh", "-c", "sleep 100 & sleep 100", NULL};
    qb_spawn spawn = {.argv = argv, .timeout_s = 0.05, .output_limit = 10};
    qb_spawn_result r = {0};
    cr_assert_eq(qb_spawn_run(&spawn, &r, NULL), QB_OK);
    cr_expect(r.timed_out);
    cr_expect_eq(r.signal, SIGKILL);
    qb_spawn_clear(&r);
}

/* A grandchild that keeps the pipe open does not keep us waiting for it. */
Test(spawn, a_lingering_grandchild_is_not_waited_for, .timeout = 30)
{
    const char *const argv[] = {"sh", "-c", "sleep 25 & echo done", NULL};
    qb_spawn spawn = {.argv = argv, .timeout_s = 0, .output_limit = 100};
    qb_spawn_result r = {0};
    cr_assert_eq(qb_spawn_run(&spawn, &r, NULL), QB_OK);
    cr_expect_str_eq(r.output, "done\n");
    qb_spawn_clear(&r);
}

/* What was done to a file is told before what was said after it. */
Test(spawn, a_file_is_watched_beside, .timeout = 30)
{
    qb_scratch *scratch;
    qb_spawned *program;
    qb_text path = {0}, script = {0};
    char block[64];
    size_t got;
    cr_assert_eq(qb_scratch_open(&scratch, NULL), QB_OK);
    cr_assert_eq(qb_scratch_write(scratch, "file", "word", 4, NULL), QB_OK);
    qb_text_appendf(&path, "%s/file", qb_scratch_path(scratch));
    qb_text_appendf(&script, "ln %s %s.link; exec 3< %s.link; echo open; read x; exec 3<&-; exit 0",
                    qb_text_get(&path), qb_text_get(&path), qb_text_get(&path));
    const char *const argv[] = {"sh", "-c", qb_text_get(&script), NULL};
    int watch = qb_watch_open(qb_text_get(&path)), openings = 0;
    if (watch < 0)
        cr_skip_test("files cannot be watched here");
    bool opened = false;
    cr_assert_eq(qb_spawn_open(&(qb_spawn){.argv = argv}, &program, NULL), QB_OK);
    qb_spawn_attend(program, watch);
    for (qb_spawn_event event; (event = qb_spawn_next(program, -1, block, sizeof block, &got));) {
        if (event == QB_SPAWN_BESIDE)
            openings += qb_watch_take(watch, &opened);
        if (event == QB_SPAWN_OUTPUT)
            cr_expect(opened); /* by another name, too */
        if (event == QB_SPAWN_ENDED)
            break;
    }
    cr_expect(opened && openings == 0);
    qb_spawn_close(program, NULL);
    close(watch);
    qb_scratch_close(scratch);
    qb_text_clear(&path);
    qb_text_clear(&script);
}

Test(spawn, folder)
{
    const char *const argv[] = {"pwd", NULL};
    qb_spawn spawn = {.argv = argv, .folder = "/usr", .output_limit = 100};
    qb_spawn_result r = {0};
    cr_assert_eq(qb_spawn_run(&spawn, &r, NULL), QB_OK);
    cr_expect_str_eq(r.output, "/usr\n");
    qb_spawn_clear(&r);
}

Test(spawn, a_missing_program_is_named)
{
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    qb_spawn spawn = {.argv = argv, .output_limit = 100};
    qb_spawn_result r = {0};
    qb_diag diag = {""};
    cr_expect_eq(qb_spawn_run(&spawn, &r, &diag), QB_ENVIRONMENT);
    cr_expect_not_null(strstr(diag.text, "'no-such-program-anywhere'"));
    cr_expect(!qb_spawn_find("no-such-program-anywhere"));
    cr_expect(qb_spawn_find("sh"));
    cr_expect(qb_spawn_find("/bin/sh"));
}
