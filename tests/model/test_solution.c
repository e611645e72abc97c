#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/model/referee.h"
#include "harness/model/solution.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Binaries a, b, c unless integer; named unless not; rows r1. */
static qb_problem three(bool named, bool integer)
{
    static const char *const names[] = {"a", "b#2", "c"}, *const rows[] = {"cap"};
    static const double linear[3] = {1, 2, 3}, upper[3] = {9, 9, 9}, row_upper[1] = {5};
    static const uint8_t type[3] = {QB_COLUMN_INTEGER, QB_COLUMN_INTEGER, QB_COLUMN_CONTINUOUS};
    static const qb_triplet entry[1] = {{0, 0, 1}};
    qb_draft d = {.kind = QB_KIND_MIP,
                  .columns = 3,
                  .linear = linear,
                  .column_names = named ? names : NULL,
                  .type = integer ? type : NULL,
                  .upper = integer ? upper : NULL,
                  .rows = 1,
                  .row_names = rows,
                  .entry = entry,
                  .entries = 1,
                  .row_upper = row_upper};
    qb_problem problem;
    cr_assert(qb_problem_build(&d, &problem, NULL) == QB_OK);
    return problem;
}

static void expect(bool named, bool integer, const char *text, double a, double b, double c)
{
    qb_problem problem = three(named, integer);
    double v[3];
    qb_diag diag = {0};
    cr_assert(qb_solution_parse(&problem, "s.sol", text, strlen(text), v, &diag) == QB_OK, "%s", diag.text);
    cr_assert(v[0] == a && v[1] == b && v[2] == c, "%s: %g %g %g", text, v[0], v[1], v[2]);
    qb_problem_free(&problem);
}

static void refuse(bool named, bool integer, const char *text, const char *message)
{
    qb_problem problem = three(named, integer);
    double v[3] = {7, 7, 7};
    qb_diag diag = {0};
    cr_assert(qb_solution_parse(&problem, "s.sol", text, strlen(text), v, &diag) == QB_BAD_INPUT, "%s", text);
    cr_assert(strcmp(diag.text, message) == 0, "got: %s", diag.text);
    cr_assert(v[0] == 7 && v[1] == 7 && v[2] == 7);
    qb_problem_free(&problem);
}

Test(solution, reads_bits_with_any_white_space)
{
    expect(true, false, "011", 0, 1, 1);
    expect(false, false, " 1 0\r\n 1\n", 1, 0, 1);
}

Test(solution, skips_the_value_that_some_files_put_before_the_bits)
{
    expect(true, false, "36\n1 0 1", 1, 0, 1);
    expect(true, false, "10\n1 0 1", 1, 0, 1);
    expect(true, false, "-2.5\n101\n", 1, 0, 1);
}

Test(solution, reads_names_and_values)
{
    expect(true, true, "# objective 4\na 4\nb#2\t-1e0\n", 4, -1, 0);
    expect(false, true, "x3 2.5\nx#1 1\n", 1, 0, 2.5);
}

Test(solution, reads_the_numbers_of_what_is_one)
{
    expect(true, false, "# active variables only\n1\n3\n", 1, 0, 1);
}

Test(solution, reads_what_other_solvers_write)
{
    expect(true, true,
           "solution status: optimal solution found\nobjective value:     5\na    2 \t(obj:1)\nc 1 (obj:3)\n",
           2, 0, 1);
    expect(true, true,
           "Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective 5\n# Columns 3\na 2\nb#2 "
           "0\nc 1\n"
           "# Rows 1\ncap 2\n\n# Dual solution values\nNone\n",
           2, 0, 1);
    expect(
        true, true,
        "Optimal - objective value 5.00000000\n      0 cap  2  0\n      0 a   2    1\n**    2 c    1    3\n",
        2, 0, 1);
    expect(true, true, "# Solution for model m\n# Objective value = 5\na 2\nc 1\n", 2, 0, 1);
    expect(true, true,
           "\nValue of objective function: 5\n\nActual values of the variables:\na    2\nb#2  0\nc    "
           "1\n\nActual values "
           "of the constraints:\ncap  2\n",
           2, 0, 1);
    expect(false, true, "objvar  5.0\ni2  2.000\nx4  1\n", 2, 0, 1);
}

Test(solution, reads_what_we_write)
{
    expect(true, false, "{\"objective\": 3, \"solution\": \"110\"}", 1, 1, 0);
    expect(true, true, "{\"solution\": {\"c\": 0.5, \"a\": 3}}", 3, 0, 0.5);
}

Test(solution, says_where_and_what_is_wrong)
{
    refuse(true, true, "a 1\nd 2\n", "s.sol:2: no variable is called 'd'");
    refuse(true, true, "a 1\n\nc one\n", "s.sol:3: expected a number after 'c', got 'one'");
    refuse(true, true, "a 1\na 1\n", "s.sol:2: 'a' is listed twice");
    refuse(true, false, "01", "s.sol:1: 2 bits for 3 variables");
    refuse(true, true, "011", "s.sol:1: 0/1 text, but not all variables are binary");
    refuse(true, false, " \n", "s.sol:1: empty");
    refuse(true, true, "a nan\n", "s.sol:1: expected a number after 'a', got 'nan'");
    refuse(true, true, "a\n", "s.sol:1: expected a name and a value, or the number of a variable, got 'a'");
    refuse(true, false, "2\n4\n",
           "s.sol:2: expected a name and a value, or the number of a variable, got '4'");
    refuse(true, true, "Model status\nInfeasible\n", "s.sol:2: holds no solution: 'Infeasible'");
    refuse(true, true, "Infeasible - objective value 0\n",
           "s.sol:1: holds no solution: 'Infeasible - objective value 0'");
    refuse(true, true, "{\"solution\": null}",
           "s.sol:1: expected \"solution\": a string of 0 and 1, or an object of names and values");
    refuse(true, true, "{\"solution\": {\"d\": 1}}", "s.sol:1: no variable is called 'd'");
}

Test(solution, survives_every_truncation_and_every_byte)
{
    static const char text[] = "Model status\nOptimal\n# Columns 3\na 2\nb#2 0\n# Rows 1\ncap 2\n";
    qb_problem problem = three(true, true);
    double v[3];
    for (size_t size = 0; size < sizeof text; size++)
        qb_solution_parse(&problem, "s", text, size, v, NULL);
    for (size_t k = 0; k + 1 < sizeof text; k++)
        for (int byte = 0; byte < 256; byte++) {
            char copy[sizeof text];
            memcpy(copy, text, sizeof text);
            copy[k] = (char)byte;
            qb_solution_parse(&problem, "s", copy, sizeof text - 1, v, NULL);
        }
    qb_problem_free(&problem);
}

Test(solution, bits_come_back)
{
    qb_problem problem = three(true, false);
    double v[3] = {1, 0, 1};
    char text[4];
    qb_solution_bits(&problem, v, text);
    cr_assert(strcmp(text, "101") == 0);
    qb_problem_free(&problem);
}
