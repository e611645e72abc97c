/* Every allocation in turn fails: readers and writers say so, leak nothing, and leave their output alone. */
#include "harness/base/memory.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *name, *text;
} files[] = {
    {"a.mc", "3 3\n1 2 1\n2 3 -2\n1 3 5\n"},
    {"a.txt", "3\n0 1\n1 2\n"},
    {"b.txt#2", "2\n2 2\n1 1 3\n1 2 -5\n3 3\n1 1 2\n1 3 4\n2 2 1\n"},
    {"a.qs", "# ObjectiveOffset 1\n2 2\n1 1 -3\n1 2 5\n"},
    {"a.qubo", "p qubo 0 2 1 1\n0 0 -3\n0 1 5\n"},
    {"a.qplib", "tiny\nQBN\nmaximize\n2\n1\n2 1 4\n0\n0\n0\n1e20\n0\n0\n0\n0\n1\n1 first\n0\n"},
    {"a.mps",
     "NAME\n*qubout column x ex\nROWS\n N c\n G r\nCOLUMNS\n x c 1 r 1\n y c 1 r 1\nRHS\n R r 1\nENDATA\n"},
    {"a.opb", "max: +2 x ~y z +1 x y ;\n+1 x ~z >= 1 ;\n+2 x +1 y <= 2 ;\n"},
    {"a.lp", "\\qubout column x ex\nMinimize\n x + [ 2 y^2 ] / 2\nst\n c1: x + y >= 1\n x - y <= 3\nEnd\n"},
};

static const char *const writers[] = {"rudy", "qs", "qubo", "mps", "lp", "opb", "qplib"};

static bool read_with(size_t k, int64_t successes, qb_problem *problem)
{
    qb_diag diag = {0};
    qb_memory_fail_after(successes);
    qb_status status =
        qb_instance_parse(files[k].name, files[k].text, strlen(files[k].text), NULL, problem, &diag);
    qb_memory_fail_never();
    cr_assert(status == QB_OK || status == QB_NO_MEMORY, "%s: %s", files[k].name, diag.text);
    cr_assert(status == QB_OK || diag.text[0], "%s fails in silence", files[k].name);
    return status == QB_OK;
}

Test(memory, readers_survive_every_failure)
{
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        qb_problem problem = {.name = "untouched"};
        int64_t successes = 0;
        for (; !read_with(k, successes, &problem); successes++)
            cr_assert_str_eq(problem.name, "untouched");
        cr_assert(successes > 3, "%s", files[k].name);
        qb_problem_free(&problem);
    }
}

Test(memory, writers_survive_every_failure)
{
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
            qb_problem problem;
            qb_status status = QB_NO_MEMORY;
            cr_assert(read_with(k, INT64_MAX, &problem));
            for (int64_t successes = 0; status == QB_NO_MEMORY; successes++) {
                qb_text text = {0};
                qb_memory_fail_after(successes);
                status = qb_instance_write(&problem, writers[w], &text, NULL);
                qb_memory_fail_never();
                qb_text_clear(&text);
            }
            cr_assert(status == QB_OK || status == QB_REFUSED);
            qb_problem_free(&problem);
        }
}
