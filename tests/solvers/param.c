#include "harness/base/memory.h"
#include "solvers/solver.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define SAMPLE_PARAMS(X)                                               \
    X(uint, sweeps, "1000", 1, 1e9, "", "sweeps", "a whole number")    \
    X(real, beta, "0.5", -1, 2, "", "", "a number")                    \
    X(flag, restart, "on", 0, 0, "", "", "a switch")                   \
    X(choice, schedule, "linear", 0, 0, "geometric|linear", "", "one") \
    X(list, angles, "0.5;1", -4, 4, "", "rad", "numbers")              \
    X(text, note, "", 0, 0, "", "", "words")
QB_PARAMS_DECLARE(sample_params, SAMPLE_PARAMS)
static const qb_param sample_table[] = QB_PARAMS_TABLE(SAMPLE_PARAMS);

static const qb_solver sample = {
    .name = "sample",
    .params = sample_table,
    .param_count = sizeof sample_table / sizeof *sample_table,
    .params_size = sizeof(sample_params),
};

static sample_params defaults(void)
{
    sample_params p;
    memset(&p, 0xff, sizeof p);
    qb_params_default(&sample, &p);
    return p;
}

Test(param, defaults_come_from_the_table)
{
    sample_params p = defaults();
    cr_assert_eq(p.sweeps, 1000);
    cr_assert_eq(p.beta, 0.5);
    cr_assert(p.restart);
    cr_assert_eq(p.schedule, 1);
    cr_assert_eq(p.angles.count, 2);
    cr_assert_eq(p.angles.value[1], 1.0);
    cr_assert_str_empty(p.note.text);
}

Test(param, a_line_sets_several)
{
    sample_params p = defaults();
    qb_diag diag = {""};
    cr_assert_eq(
        qb_params_parse(&sample, &p,
                        "sweeps=1e6,beta=-0.25,restart=off,schedule=geometric,angles=1;-2;3,note=a b", &diag),
        QB_OK, "%s", diag.text);
    cr_assert_eq(p.sweeps, 1000000);
    cr_assert_eq(p.beta, -0.25);
    cr_assert_not(p.restart);
    cr_assert_eq(p.schedule, 0);
    cr_assert_eq(p.angles.count, 3);
    cr_assert_eq(p.angles.value[1], -2.0);
    cr_assert_str_eq(p.note.text, "a b");
    cr_assert_eq(qb_params_parse(&sample, &p, "", NULL), QB_OK);
    cr_assert_eq(qb_params_parse(&sample, &p, "angles=", NULL), QB_OK);
    cr_assert_eq(p.angles.count, 0);
}

Test(param, wrong_text_is_named_and_changes_nothing)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"sweps=3", "did you mean 'sweeps'?"},
        {"sweeps=0", "from 1 to 1"},
        {"sweeps=-1", "whole number"},
        {"sweeps=1.5", "whole number"},
        {"sweeps=", "whole number"},
        {"sweeps=99999999999999999999", "whole number"},
        {"beta=2.5", "from -1 to 2"},
        {"beta=nan", "number"},
        {"beta=inf", "number"},
        {"beta=1x", "'1x'"},
        {"restart=maybe", "on or off"},
        {"schedule=line", "geometric|linear"},
        {"schedule=", "geometric|linear"},
        {"angles=1;;2", "number"},
        {"angles=1;9", "from -4 to 4"},
        {"sweeps", "KEY=VALUE"},
        {"=3", "has no parameter"},
        {"sweeps=3,sweeps=4", "given twice"},
        {"sweeps=7,beta=7", "beta"},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        sample_params p = defaults(), before = p;
        qb_diag diag = {""};
        cr_assert_eq(qb_params_parse(&sample, &p, wrong[k].text, &diag), QB_BAD_INPUT, "%s", wrong[k].text);
        cr_assert(strstr(diag.text, wrong[k].says), "%s: %s", wrong[k].text, diag.text);
        cr_assert_arr_eq(&p, &before, sizeof p, "%s", wrong[k].text);
    }
}

Test(param, too_much_is_refused)
{
    sample_params p = defaults();
    char text[2 * QB_PARAM_TEXT] = "";
    memset(text, 'x', QB_PARAM_TEXT);
    cr_assert_eq(qb_params_set(&sample, &p, "note", text, NULL), QB_BAD_INPUT);
    text[QB_PARAM_TEXT - 1] = 0;
    cr_assert_eq(qb_params_set(&sample, &p, "note", text, NULL), QB_OK);
    for (int k = 0; k < QB_PARAM_LIST; k++)
        memcpy(text + 2 * k, "1;", 3);
    cr_assert_eq(qb_params_set(&sample, &p, "angles", text, NULL), QB_OK);
    memcpy(text + 2 * QB_PARAM_LIST, "1", 2);
    cr_assert_eq(qb_params_set(&sample, &p, "angles", text, NULL), QB_BAD_INPUT);
    qb_memory_fail_after(0);
    cr_assert_eq(qb_params_parse(&sample, &p, "sweeps=3", NULL), QB_NO_MEMORY);
    qb_memory_fail_never();
}

/* What get writes, set reads back: for every parameter of every solver. */
Test(param, defaults_of_every_solver_round_trip)
{
    for (const qb_solver *const *s = qb_solvers; *s; s++) {
        const qb_solver *solver = *s;
        char *params = qb_alloc(1, solver->params_size + 1), *again = qb_alloc(1, solver->params_size + 1);
        qb_params_default(solver, params);
        qb_params_default(solver, again);
        for (size_t k = 0; k < solver->param_count; k++) {
            const qb_param *p = &solver->params[k];
            char text[4096];
            qb_diag diag = {""};
            cr_assert_lt(p->offset, solver->params_size, "%s: %s", solver->name, p->name);
            cr_assert_eq(qb_params_set(solver, again, p->name, p->fallback, &diag), QB_OK,
                         "%s: default of %s: %s", solver->name, p->name, diag.text);
            qb_params_get(p, params, text, sizeof text);
            cr_assert_eq(qb_params_set(solver, again, p->name, text, &diag), QB_OK, "%s: %s", solver->name,
                         diag.text);
            cr_assert(p->help && p->help[0] && p->unit && p->values, "%s: %s", solver->name, p->name);
        }
        cr_assert_arr_eq(params, again, solver->params_size, "%s", solver->name);
        qb_free(params);
        qb_free(again);
    }
}

Test(param, get_cuts_what_does_not_fit)
{
    sample_params p = defaults();
    char text[4];
    cr_assert_str_eq(qb_params_get(&sample_table[4], &p, text, sizeof text), "0.5");
    cr_assert_str_eq(qb_params_get(&sample_table[0], &p, text, sizeof text), "100");
}
