/* Every broken file is refused with its own message, and a reader that fails leaves its output alone. */
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static void check_message(char *field[TSV_FIELDS], void *context)
{
    (void)context;
    qb_problem problem = {.name = "untouched"};
    qb_diag diag = {0};
    qb_read_options options = {.format = *field[1] == '-' ? NULL : field[1],
                               .memory_bytes = UINT64_C(1) << 30};
    qb_status status = qb_instance_read(field[0], &options, &problem, &diag);
    cr_assert(status == QB_BAD_INPUT, "%s: %s", field[0], qb_status_text(status));
    cr_assert_str_eq(diag.text, field[2], "%s says \"%s\"", field[0], diag.text);
    cr_assert_str_eq(problem.name, "untouched");
    options.sum_duplicates = true; /* must not crash either */
    if (qb_instance_read(field[0], &options, &problem, NULL) == QB_OK)
        qb_problem_free(&problem);
}

Test(broken, files_get_their_message)
{
    char path[FIXTURE_PATH];
    cr_assert(chdir(source_path("tests/instances/broken", path)) == 0);
    cr_assert(each_tsv_line("expected.tsv", false, check_message, NULL) > 100);
}

Test(broken, a_missing_file_is_named_without_its_member)
{
    qb_problem problem;
    qb_diag diag = {0};
    cr_assert(qb_instance_read("no/such/file.mc#3", NULL, &problem, &diag) != QB_OK);
    cr_assert_str_eq(diag.text, "cannot open 'no/such/file.mc': No such file or directory");
}

Test(broken, a_member_needs_a_format_of_several)
{
    qb_problem problem;
    qb_diag diag = {0};
    const char text[] = "2 1\n1 2 1\n";
    cr_assert(qb_instance_parse("a.mc#2", text, strlen(text), NULL, &problem, &diag) == QB_BAD_INPUT);
    cr_assert_str_eq(diag.text, "a.mc: a file of format rudy holds one problem, there is no #2");
}
