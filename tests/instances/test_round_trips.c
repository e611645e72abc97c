/* Random problems through every writer and back. */
#include "harness/model/referee.h"
#include "tests/instances/fixture.h"
#include "tests/model/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { TRIALS = 200 };

static qb_problem random_mip(int trial, bool quadratic, qb_rng *rng)
{
    static const char *const names[] = {"tau", "x2", "_under", "free", "a.b~", "Q[3]"};
    static const char *const rows[] = {"c", "R2", "end", "cap(1)"};
    problem_case c;
    do
        case_mip(&c, quadratic, rng);
    while (c.draft.rows == 0); /* or it may come back as a qubo */
    if (trial % 2) {
        c.draft.column_names = names;
        c.draft.row_names = rows;
    }
    for (uint32_t j = 0; j < c.draft.columns && trial % 3 == 0; j++)
        if (qb_rng_below(rng, 3) == 0) {
            c.type[j] = QB_COLUMN_CONTINUOUS;
            c.lower[j] = qb_rng_below(rng, 2) ? -INFINITY : c.lower[j] - 0.125;
            c.upper[j] = qb_rng_below(rng, 2) ? INFINITY : c.upper[j];
        }
    return case_build(&c);
}

Test(round_trips, random_mips_come_back_as_they_were)
{
    qb_rng rng;
    qb_rng_init(&rng, 41, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        qb_problem p = random_mip(trial, trial % 2, &rng);
        check_round_trip(&p, "lp");
        check_round_trip(&p, "qplib");
        if (p.body.pairs == 0 && p.body.sense == QB_MINIMISE)
            check_round_trip(&p, "mps");
        qb_problem_free(&p);
    }
}

/* The same value and feasibility at every point of the box. */
static void check_everywhere(const qb_problem *p, const char *format)
{
    double v[64];
    qb_text text = {0}, again = {0};
    qb_diag diag = {0};
    cr_assert(qb_instance_write(p, format, &text, &diag) == QB_OK, "%s", diag.text);
    qb_problem back = must_parse(p->name, format, qb_text_get(&text));
    cr_assert(p->body.columns == back.body.columns && p->body.sense == back.body.sense);
    case_first(p, v);
    do {
        qb_score a, b;
        cr_assert(qb_referee_score(p, v, &a, NULL) == QB_OK && qb_referee_score(&back, v, &b, NULL) == QB_OK);
        cr_assert(a.objective == b.objective && a.feasible == b.feasible, "%s", qb_text_get(&text));
    } while (case_next(p, v));
    for (uint32_t j = 0; p->body.column_names.offset && j < p->body.columns; j++)
        cr_assert_str_eq(qb_mip_column_name(&p->body, j, NULL), qb_mip_column_name(&back.body, j, NULL));
    cr_assert(qb_instance_write(&back, format, &again, &diag) == QB_OK, "%s", diag.text);
    cr_assert_str_eq(qb_text_get(&text), qb_text_get(&again));
    qb_problem_free(&back);
    qb_text_clear(&text);
    qb_text_clear(&again);
}

/* opb has no ranges and no bounds: they come back as rows. */
Test(round_trips, pseudo_boolean_problems_keep_value_and_feasibility)
{
    static const char *const names[] = {"tau", "x1", "_under", "free", "a.b~", "Q[3]"};
    qb_rng rng;
    qb_rng_init(&rng, 42, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        problem_case c;
        do
            case_mip(&c, trial % 2, &rng);
        while (c.draft.rows == 0);
        c.draft.column_names = trial % 3 ? NULL : names;
        for (uint32_t j = 0; j < c.draft.columns; j++) {
            c.type[j] = QB_COLUMN_BINARY;
            c.lower[j] = qb_rng_below(&rng, 8) == 0;
            c.upper[j] = c.lower[j] == 1 || qb_rng_below(&rng, 8);
            c.linear[j] = nearbyint(10 * c.linear[j]);
        }
        for (uint64_t k = 0; k < c.draft.pairs; k++) /* (x^2 comes back as x) */
            c.pair[k].weight = c.pair[k].i == c.pair[k].j ? 0 : nearbyint(10 * c.pair[k].weight);
        for (uint64_t k = 0; k < c.draft.entries; k++)
            c.entry[k].value = nearbyint(100 * c.entry[k].value);
        for (uint32_t r = 0; r < c.draft.rows; r++) {
            c.row_lower[r] = nearbyint(100 * c.row_lower[r]);
            c.row_upper[r] = nearbyint(100 * c.row_upper[r]);
        }
        qb_problem p = case_build(&c);
        check_everywhere(&p, "opb");
        qb_problem_free(&p);
    }
}

Test(round_trips, qubos_of_every_kind_keep_their_value)
{
    static const char *const formats[] = {"opb", "qplib", "lp"};
    qb_rng rng;
    qb_rng_init(&rng, 43, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        problem_case c;
        case_binary(&c, (qb_kind)(trial % 3), 1 + (uint32_t)qb_rng_below(&rng, 7), 1, &rng);
        qb_problem p = case_build(&c);
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
            check_everywhere(&p, formats[f]);
        qb_problem_free(&p);
    }
}

Test(round_trips, what_a_format_cannot_hold_is_refused)
{
    static const struct {
        const char *text, *format, *message;
    } cases[] = {
        {"Minimize\n x\nst\n r: x + y >= 1\nGeneral\n x\nBinary\n y\nEnd\n", "opb",
         "format opb holds 0/1 variables, 'x' is none"},
        {"Minimize\n 0.5 x\nst\n r: x + y >= 1\nBinary\n x y\nEnd\n", "opb",
         "format opb holds integers up to 2^53, 'p' has other numbers"},
        {"Minimize\n x\nst\n r: x + y >= 1\nBinary\n x y\nEnd\n", "qubo",
         "format qubo holds QUBOs, 'p' is a MIP"},
        {"\\qubout column x a;b\nMinimize\n x\nst\n r: x + y >= 1\nBinary\n x y\nEnd\n", "opb",
         "format opb cannot hold the name 'a;b'"},
        {"\\qubout column x a b\nMinimize\n x\nst\n r: x + y >= 1\nBinary\n x y\nEnd\n", "qplib",
         "format qplib cannot hold the names of 'p': some have blanks"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_text text = {0};
        qb_diag diag = {0};
        qb_problem p = must_parse("p", "lp", cases[k].text);
        qb_status status = qb_instance_write(&p, cases[k].format, &text, &diag);
        cr_assert(status == QB_REFUSED);
        cr_assert_str_eq(diag.text, cases[k].message);
        qb_text_clear(&text);
        qb_problem_free(&p);
    }
}
