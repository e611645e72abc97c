#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/scratch.h"
#include "solvers/external/definition.h"

#include <criterion/criterion.h>
#include <string.h>

Test(definition, all_that_ship_are_sound)
{
    size_t count = 0;
    for (const char *const *d = qb_external_shipped; *d; d += 2, count++) {
        qb_external e;
        qb_diag diag = {""};
        cr_assert_eq(qb_external_open(d[0], &e, &diag), QB_OK, "%s", diag.text);
        cr_expect_str_eq(e.name, d[0]);
        cr_expect(e.homepage && e.licence && e.mip && e.status && e.gap, "%s", d[0]);
        qb_external_close(&e);
    }
    cr_assert_eq(count, 5);
}

/* Opens a definition with this text. */
static qb_status open_text(const char *text, qb_external *e, qb_diag *diag)
{
    qb_scratch *scratch;
    qb_text path = {0};
    cr_assert_eq(qb_scratch_open(&scratch, NULL), QB_OK);
    qb_text_appendf(&path, "%s/x.yaml", qb_scratch_path(scratch));
    cr_assert_eq(qb_file_write(qb_text_get(&path), text, strlen(text), NULL), QB_OK);
    qb_status status = qb_external_open(qb_text_get(&path), e, diag);
    qb_text_clear(&path);
    qb_scratch_close(scratch);
    return status;
}

#define GOOD "solver: x\nmodel: qubo\nanswer: stream\ncommand: [x, \"{seed}\"]\n"

Test(definition, what_is_wrong_is_named_with_its_line)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"solver: x\nmodel: qubo\nanswer: stream\n", "command"},
        {GOOD "licens: y\n", "x.yaml:5: unknown key 'licens' (did you mean 'licence'?)"},
        {"model: lp\n", "x.yaml:1: unknown value 'lp'"},
        {"command: x\n", "a list of arguments"},
        {"command: [x, \"{sed}\"]\n", "unknown placeholder in '{sed}'"},
        {GOOD "status: [{text: a}]\n", "both are needed"},
        {GOOD "status: [{text: a, means: good}]\n", "unknown value 'good'"},
        {GOOD "files: {../x: y}\n", "x.yaml:5"},
        {"[1, 2]\n", "a mapping is expected"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_external e;
        qb_diag diag = {""};
        cr_expect_eq(open_text(cases[k].text, &e, &diag), QB_BAD_INPUT, "%s", cases[k].text);
        cr_expect(strstr(diag.text, cases[k].said), "'%s' instead of '%s'", diag.text, cases[k].said);
    }
}

Test(definition, an_unknown_name_is_answered_by_the_nearest)
{
    qb_external e;
    qb_diag diag = {""};
    cr_expect_eq(qb_external_open("cbd", &e, &diag), QB_BAD_INPUT);
    cr_expect(strstr(diag.text, "'cbc'"), "%s", diag.text);
    cr_expect_neq(qb_external_open("/no/such.yaml", &e, &diag), QB_OK);
}

Test(definition, words_are_filled_in)
{
    qb_external e;
    qb_text out = {0};
    cr_assert_eq(open_text(GOOD, &e, NULL), QB_OK);
    const qb_external_values values = {.model = "m",
                                       .solution = "s",
                                       .seconds = 2.5,
                                       .seed = (UINT64_C(5) << 31) + 3,
                                       .threads = 4,
                                       .memory_bytes = UINT64_C(3) << 20};
    qb_external_fill(&e, &values,
                     "{model} {solution} {seconds} {whole_seconds} {seed} {threads} {memory_mib} {x} {",
                     &out);
    cr_expect_str_eq(qb_text_get(&out), "m s 2.500 2 3 4 3 {x} {");
    qb_text_clear(&out);
    qb_external_close(&e);
}

Test(definition, the_first_of_the_words_counts_wherever_it_stands)
{
    qb_external e;
    char quote[32];
    cr_assert_eq(open_text(GOOD
                           "status:\n  - {text: broken, means: failed}\n  - {text: fine, means: optimal}\n",
                           &e, NULL),
                 QB_OK);
    const char *one = "all is fine\n", *two = "first\n  it is broken\x01 here\nlast";
    const qb_external_text text[] = {{one, strlen(one)}, {two, strlen(two)}};
    cr_expect_eq(qb_external_judge(&e, text, 1, quote, sizeof quote), QB_MEANS_OPTIMAL);
    cr_expect_str_eq(quote, "all is fine");
    cr_expect_eq(qb_external_judge(&e, text, 2, quote, sizeof quote), QB_MEANS_FAILED);
    cr_expect_str_eq(quote, "it is broken? here");
    cr_expect_eq(qb_external_judge(&e, NULL, 0, quote, sizeof quote), QB_MEANS_NOTHING);
    qb_external_close(&e);
}

Test(definition, words_end_before_the_marks_of_their_sentence)
{
    static const char text[] = "Usage of solver version 5.5.2.5:\nvalue: -1.5, found; odd version :\n";
    const qb_external_text said = {text, sizeof text - 1};
    size_t length;
    const char *at = qb_external_after(said, "solver version", &length);
    cr_assert(at && length == 7 && strncmp(at, "5.5.2.5", length) == 0);
    at = qb_external_after(said, "value", &length);
    cr_assert(at && length == 4 && strncmp(at, "-1.5", length) == 0);
    cr_assert_null(qb_external_after(said, "odd version", &length));
    cr_assert_null(qb_external_after(said, "nothing", &length));
}

/* What the programs print and write, as their manuals and sources have it. */
#define HIGHS(status, primal) "Model status\n" status "\n\n# Primal solution values\n" primal "\n"
#define SCIP(status)          "solution status: " status "\n"

Test(definition, those_that_ship_know_what_the_programs_say)
{
    static const struct {
        const char *solver, *text;
        qb_external_meaning means;
    } cases[] = {
        {"highs", HIGHS("Optimal", "Feasible\nObjective -5\n# Columns 2\nx1 1\nx2 0"), QB_MEANS_OPTIMAL},
        {"highs", HIGHS("Time limit reached", "Feasible\nObjective -4\n# Columns 1\nx1 1"), QB_MEANS_STOPPED},
        {"highs", HIGHS("Time limit reached", "None\n\n# Dual solution values\nNone"), QB_MEANS_EMPTY},
        {"highs", HIGHS("Infeasible", "None"), QB_MEANS_INFEASIBLE},
        {"highs", HIGHS("Unbounded", "None"), QB_MEANS_UNBOUNDED},
        {"highs", HIGHS("Primal infeasible or unbounded", "None"), QB_MEANS_UNBOUNDED},
        {"highs", "ERROR:   Cannot open options file options.txt\n", QB_MEANS_FAILED},
        {"highs", "", QB_MEANS_NOTHING},
        {"scip", SCIP("optimal solution found") "objective value:      -5\nx1      1 \t(obj:-5)\n",
         QB_MEANS_OPTIMAL},
        {"scip", SCIP("time limit reached") "objective value:      -4\nx1      1 \t(obj:-4)\n",
         QB_MEANS_STOPPED},
        {"scip", SCIP("time limit reached") "no solution available\n", QB_MEANS_EMPTY},
        {"scip", SCIP("memory limit reached") "no solution available\n", QB_MEANS_EMPTY},
        {"scip", SCIP("infeasible") "no solution available\n", QB_MEANS_INFEASIBLE},
        {"scip", SCIP("unbounded") "objective value:      -1e+20\n", QB_MEANS_UNBOUNDED},
        {"scip", SCIP("infeasible or unbounded") "no solution available\n", QB_MEANS_UNBOUNDED},
        {"scip", "error reading file <model.mps>\n", QB_MEANS_FAILED},
        {"gurobi_cl", "Optimal solution found (tolerance 0.00e+00)\nBest objective -5.0e+00\n",
         QB_MEANS_OPTIMAL},
        {"gurobi_cl", "Solved in 3 iterations\nOptimal objective -5.000000000e+00\n", QB_MEANS_OPTIMAL},
        {"gurobi_cl", "Solution count 2: -4 -3\n\nTime limit reached\n", QB_MEANS_STOPPED},
        {"gurobi_cl", "Solution count 10: -4 -3\n\nTime limit reached\n", QB_MEANS_STOPPED},
        {"gurobi_cl", "Solution count 0\n\nTime limit reached\nBest objective -, best bound 1\n",
         QB_MEANS_EMPTY},
        {"gurobi_cl", "Presolve: All rows removed\n\nModel is infeasible\n", QB_MEANS_INFEASIBLE},
        {"gurobi_cl", "Solution count 0\n\nModel is infeasible or unbounded\n", QB_MEANS_UNBOUNDED},
        {"gurobi_cl", "Solved in 0 iterations\nInfeasible or unbounded model\n", QB_MEANS_UNBOUNDED},
        {"gurobi_cl", "Solved in 1 iterations\nUnbounded model\n", QB_MEANS_UNBOUNDED},
        {"cbc", "Optimal - objective value -5.00000000\n", QB_MEANS_OPTIMAL},
        {"cbc", "Stopped on time - objective value -4.00000000\n", QB_MEANS_STOPPED},
        {"cbc", "Stopped on time (no integer solution - continuous used) - objective value -6\n",
         QB_MEANS_EMPTY},
        {"cbc", "Infeasible - objective value 0\nProblem is infeasible - 0.00 seconds\n",
         QB_MEANS_INFEASIBLE},
        {"cbc", "Integer infeasible - objective value 2.00000000\n", QB_MEANS_INFEASIBLE},
        {"cbc", "Unbounded - objective value 0.00000000\n", QB_MEANS_UNBOUNDED},
        {"cbc", "### ERROR: Bad image at line 8 <  x1  c >\n", QB_MEANS_FAILED},
        {"lp_solve", "\nValue of objective function: -5.00000000\n\nActual values of the variables:\n",
         QB_MEANS_OPTIMAL},
        {"lp_solve", "\nThis problem is infeasible\n", QB_MEANS_INFEASIBLE},
        {"lp_solve", "\nThis problem is unbounded\n", QB_MEANS_UNBOUNDED},
        {"lp_solve",
         "\nThe model is sub-optimal. Only a faster solution was found.\n\nValue of objective function: -4\n",
         QB_MEANS_STOPPED},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_external e;
        char quote[80];
        const qb_external_text said = {cases[k].text, strlen(cases[k].text)};
        cr_assert_eq(qb_external_open(cases[k].solver, &e, NULL), QB_OK);
        qb_external_meaning means = qb_external_judge(&e, &said, 1, quote, sizeof quote);
        cr_expect_eq(means, cases[k].means, "%s, %d: %s", cases[k].solver, (int)means, cases[k].text);
        qb_external_close(&e);
    }
}
