/* MPS and LP: the corners of the two formats. */
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Ranges of every row type, markers, all bound types, a constant, a dropped second N row. */
static const char corners[] = "* a comment\n"
                              "NAME          corners\n"
                              "ROWS\n"
                              " N  COST\n"
                              " E  E1\n"
                              " E  E2\n"
                              " L  L1\n"
                              " G  G1\n"
                              " N  OTHER\n"
                              "COLUMNS\n"
                              "    M1        'MARKER'                 'INTORG'\n"
                              "    I1        COST               1.0   E1                 1.0\n"
                              "    I2        COST               1.0   E1                  .5\n"
                              "    I3        COST               1.0   E1                  2.\n"
                              "    M2        'MARKER'                 'INTEND'\n"
                              "    X 1       COST               1.0   E1                 1.0\n"
                              "    X 2       OTHER              1.0   E2                 1.0\n"
                              "    X 3       L1                 1.0   G1                 1.0\n"
                              "    X 4       L1                 1.0   G1                 1.0\n"
                              "    X 5       L1                 1.0   G1                 1.0\n"
                              "    X 6       L1              1.0e+0\n"
                              "    X 7       L1               0.333333333333333333\n"
                              "RHS\n"
                              "    RHS       COST              -7.0   E1                 4.0\n"
                              "    RHS       L1                 5.0   G1                 6.0\n"
                              "RANGES\n"
                              "    RNG       E1                -2.0   E2                 3.0\n"
                              "    RNG       L1                -2.0   G1                 3.0\n"
                              "BOUNDS\n"
                              " UP BND       X 1               -3.0\n"
                              " MI BND       X 2\n"
                              " LI BND       X 3                2.0\n"
                              " UI BND       X 4                9.0\n"
                              " BV BND       X 5\n"
                              " LO BND       I2                 2.0\n"
                              " PL BND       I3\n"
                              " FR BND       X 6\n"
                              " FX BND       X 7                5.0\n"
                              "ENDATA\n";

static void check_column(const qb_mip *m, uint32_t j, const char *name, qb_column_type type, double lower,
                         double upper)
{
    char buffer[16];
    cr_assert_str_eq(qb_mip_column_name(m, j, buffer), name);
    cr_assert(m->type[j] == type, "%s", name);
    cr_assert(m->lower[j] == lower && m->upper[j] == upper, "%s: %g to %g", name, m->lower[j], m->upper[j]);
}

Test(mps, fixed_columns_and_their_corners)
{
    qb_problem p = must_parse("corners", NULL, corners);
    const qb_mip *m = &p.body;
    cr_assert(m->columns == 10 && m->rows == 4 && m->constant == -7 && m->sense == QB_MINIMISE);
    static const double sides[][2] = {{2, 4}, {0, 3}, {3, 5}, {6, 9}};
    for (uint32_t i = 0; i < 4; i++)
        cr_assert(m->row_lower[i] == sides[i][0] && m->row_upper[i] == sides[i][1], "row %u", i);
    check_column(m, 0, "I1", QB_COLUMN_BINARY, 0, 1);
    check_column(m, 1, "I2", QB_COLUMN_INTEGER, 2, INFINITY);
    check_column(m, 2, "I3", QB_COLUMN_INTEGER, 0, INFINITY);
    check_column(m, 3, "X 1", QB_COLUMN_CONTINUOUS, -INFINITY, -3);
    check_column(m, 4, "X 2", QB_COLUMN_CONTINUOUS, -INFINITY, INFINITY);
    check_column(m, 5, "X 3", QB_COLUMN_INTEGER, 2, INFINITY);
    check_column(m, 6, "X 4", QB_COLUMN_INTEGER, 0, 9);
    check_column(m, 7, "X 5", QB_COLUMN_BINARY, 0, 1);
    check_column(m, 8, "X 6", QB_COLUMN_CONTINUOUS, -INFINITY, INFINITY);
    check_column(m, 9, "X 7", QB_COLUMN_CONTINUOUS, 5, 5);
    cr_assert(m->row_value[m->row_start[3] - 1] == 1.0 / 3);
    check_round_trip(&p, "mps");
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

Test(mps, free_format)
{
    qb_problem p =
        must_parse("free", NULL,
                   "NAME\nOBJSENSE\n MAX\nROWS\n N cost_of_everything\n L a_long_row_name\nCOLUMNS\n"
                   " x cost_of_everything 1 a_long_row_name 2\n y a_long_row_name 3\n"
                   "RHS\n a_long_row_name 4\nBOUNDS\n UP x 3\n BV y\nENDATA\n");
    cr_assert(p.body.sense == QB_MAXIMISE && p.body.columns == 2 && p.body.rows == 1);
    cr_assert(p.body.upper[0] == 3 && p.body.type[1] == QB_COLUMN_BINARY && p.body.row_upper[0] == 4);
    qb_problem_free(&p);
}

/* Below zero with no word of a lower bound there is none, inside the markers and outside. */
Test(mps, negative_upper_bounds_open_the_lower_ones)
{
    qb_problem p =
        must_parse("n", NULL,
                   "NAME\nROWS\n N c\n G r\nCOLUMNS\n M 'MARKER' 'INTORG'\n i c 1 r 1\n j c 1\n k c 1\n"
                   " M 'MARKER' 'INTEND'\n x c 1\n y c 1\n z c 1\nRHS\nBOUNDS\n UP B i -3\n UI B j -4\n"
                   " LO B k -9\n UP B k -5\n UP B x -3\n UI B y -2\n UP B z -1.5\n LO B z -7\nENDATA\n");
    check_column(&p.body, 0, "i", QB_COLUMN_INTEGER, -INFINITY, -3);
    check_column(&p.body, 1, "j", QB_COLUMN_INTEGER, -INFINITY, -4);
    check_column(&p.body, 2, "k", QB_COLUMN_INTEGER, -9, -5);
    check_column(&p.body, 3, "x", QB_COLUMN_CONTINUOUS, -INFINITY, -3);
    check_column(&p.body, 4, "y", QB_COLUMN_INTEGER, -INFINITY, -2);
    check_column(&p.body, 5, "z", QB_COLUMN_CONTINUOUS, -7, -1.5);
    check_round_trip(&p, "mps");
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* On the section's line or on the next, before the rows or behind the bounds, in fixed columns and free. */
Test(mps, senses_stand_in_several_places)
{
    static const struct {
        const char *before, *behind;
        qb_sense sense;
    } places[] = {
        {"OBJSENSE MAX\n", "", QB_MAXIMISE},
        {"OBJSENSE\n    MAX\n", "", QB_MAXIMISE},
        {"OBJSENSE\n MAXIMIZE\n", "", QB_MAXIMISE},
        {"", "OBJSENSE maximize\n", QB_MAXIMISE},
        {"OBJSENSE\n    MIN\n", "", QB_MINIMISE},
        {"OBJSENSE MINIMIZE\n", "", QB_MINIMISE},
        {"", "", QB_MINIMISE},
    };
    static const char *const bodies[] = {
        "ROWS\n N c\n L r\nCOLUMNS\n long_name c 1 r 1\nRHS\n R c 3 r 4\n",
        "ROWS\n N  A B\n L  R 1\nCOLUMNS\n    X 1       A B                1.0   R 1                1.0\n"
        "RHS\n    RHS       A B                3.0   R 1                4.0\n"};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++)
        for (size_t b = 0; b < 2; b++) {
            qb_text text = {0};
            qb_text_appendf(&text, "NAME\n%s%s%sENDATA\n", places[k].before, bodies[b], places[k].behind);
            qb_problem p = must_parse("s", NULL, qb_text_get(&text));
            cr_assert(p.body.sense == places[k].sense && p.body.constant == 3, "%s", qb_text_get(&text));
            qb_problem_free(&p);
            qb_text_clear(&text);
        }
}

Test(mps, quadratic_objective)
{
    qb_problem p = must_parse("quadratic", NULL,
                              "NAME\nROWS\n N c\n G r\nCOLUMNS\n x c 1 r 1\n y c 1 r 1\nRHS\n R r 1\n"
                              "QUADOBJ\n x x 4\n x y 3\nENDATA\n");
    cr_assert(p.body.pairs == 2 && p.body.pair[0].weight == 2 && p.body.pair[1].weight == 3);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* Long names survive a format of eight characters, a maximum comes back as the minimum of its negative. */
Test(mps, writer_keeps_names_and_negates)
{
    qb_problem p = must_parse("names", NULL,
                              "Maximize\n obj: 3 a_rather_long_name#1 - 2 b + 5\nSubject To\n"
                              " a_rather_long_row: a_rather_long_name#1 + b <= 7.25\n"
                              " free_row: b >= -inf\n range: -3 <= b - a_rather_long_name#1 <= 4\n"
                              "Bounds\n b <= 3\n -inf <= a_rather_long_name#1\nGeneral\n b\nEnd\n");
    qb_text text = {0};
    qb_diag diag = {0};
    cr_assert(qb_instance_write(&p, "mps", &text, &diag) == QB_OK, "%s", diag.text);
    qb_problem back = must_parse("names", "mps", qb_text_get(&text));
    char buffer[16];
    cr_assert(back.body.sense == QB_MINIMISE && back.body.linear[0] == -3 && back.body.linear[1] == 2);
    cr_assert(back.body.constant == -5);
    cr_assert_str_eq(qb_mip_column_name(&back.body, 0, buffer), "a_rather_long_name#1");
    cr_assert_str_eq(qb_mip_row_name(&back.body, 0, buffer), "a_rather_long_row");
    cr_assert(back.body.rows == 3 && back.body.row_lower[1] == -INFINITY &&
              back.body.row_upper[1] == INFINITY);
    cr_assert(back.body.row_lower[2] == -3 && back.body.row_upper[2] == 4);
    cr_assert(back.body.lower[0] == -INFINITY && back.body.upper[0] == INFINITY);
    check_round_trip(&back, "mps");
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
    qb_problem_free(&back);
    qb_text_clear(&text);
}

Test(mps, writer_refuses_quadratic_objectives)
{
    qb_problem p = must_parse("q.mc", NULL, "2 1\n1 2 1\n");
    qb_text text = {0};
    qb_diag diag = {0};
    cr_assert(qb_instance_write(&p, "mps", &text, &diag) == QB_REFUSED);
    qb_problem_free(&p);
    qb_text_clear(&text);
}

Test(lp, terms_constants_ranges_and_bounds)
{
    qb_problem p = must_parse("corners", NULL,
                              "\\ a comment\nMAXIMIZE obj: 3x1 + 2.5e0 y - - z + 10 - 3 + 0 w\n"
                              "st\n  x1 +\n  y >= -2 \\ another\n r2: -5 <= x1 - 2 y <= 8\n r3: 7 >= 3 z\n"
                              " e1: x1 = -1.5\n strict: z < 9\n"
                              "bounds\n x1 free\n -3 <= y <= 4\n z >= 1\n 12 >= z\n w = 3\n v <= 8\n"
                              "integers\n y\nbinaries\n u\nend\n");
    const qb_mip *m = &p.body;
    char buffer[16];
    cr_assert(m->sense == QB_MAXIMISE && m->constant == 7 && m->columns == 6 && m->rows == 5);
    static const double cost[] = {3, 2.5, 1, 0, 0, 0};
    for (uint32_t j = 0; j < 6; j++)
        cr_assert(m->linear[j] == cost[j], "column %u: %g", j, m->linear[j]);
    cr_assert_str_eq(qb_mip_row_name(m, 0, buffer), "r1");
    cr_assert(m->row_lower[0] == -2 && m->row_upper[0] == INFINITY);
    cr_assert(m->row_lower[1] == -5 && m->row_upper[1] == 8);
    cr_assert(m->row_lower[2] == -INFINITY && m->row_upper[2] == 7);
    cr_assert(m->row_lower[3] == -1.5 && m->row_upper[3] == -1.5);
    cr_assert(m->row_upper[4] == 9);
    check_column(m, 0, "x1", QB_COLUMN_CONTINUOUS, -INFINITY, INFINITY);
    check_column(m, 1, "y", QB_COLUMN_INTEGER, -3, 4);
    check_column(m, 2, "z", QB_COLUMN_CONTINUOUS, 1, 12);
    check_column(m, 3, "w", QB_COLUMN_CONTINUOUS, 3, 3);
    check_column(m, 4, "v", QB_COLUMN_CONTINUOUS, 0, 8);
    check_column(m, 5, "u", QB_COLUMN_BINARY, 0, 1);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

Test(lp, quadratic_objective_is_halved)
{
    qb_problem p = must_parse(
        "q", NULL, "Minimize\n obj: x + [ 4 x^2 - 6 x * y + 2 y ^ 2 ]/2\nSubject To\n x + y >= 1\nEnd\n");
    cr_assert(p.body.pairs == 3);
    cr_assert(p.body.pair[0].weight == 2 && p.body.pair[1].weight == -3 && p.body.pair[2].weight == 1);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* Keywords are sections only where a line begins with them and no colon follows. */
Test(lp, keywords_may_be_names)
{
    qb_problem p =
        must_parse("k", NULL,
                   "Minimize\n max: 2 st + 3 free - end + [ 2 bounds * free + 4 st ^2 ] / 2\nSubject To\n"
                   " st: + st + bin >= 1\n free: st - end <= 2\n bounds:\n 2 bounds + general = 1\n"
                   "Bounds\n -3 <= free <= 4\n -inf <= st\n 0 <= bin <= 1\nGeneral\n free\nEnd\n");
    const qb_mip *m = &p.body;
    char buffer[16];
    cr_assert(m->rows == 3 && m->columns == 6 && m->pairs == 2);
    cr_assert_str_eq(qb_mip_row_name(m, 2, buffer), "bounds");
    check_column(m, 0, "st", QB_COLUMN_CONTINUOUS, -INFINITY, INFINITY);
    check_column(m, 1, "free", QB_COLUMN_INTEGER, -3, 4);
    check_column(m, 2, "end", QB_COLUMN_CONTINUOUS, 0, INFINITY);
    check_column(m, 3, "bounds", QB_COLUMN_CONTINUOUS, 0, INFINITY);
    check_column(m, 4, "bin", QB_COLUMN_CONTINUOUS, 0, 1);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* A section may come again, types and bounds in any order. */
Test(lp, sections_may_come_again)
{
    qb_problem p = must_parse(
        "a", NULL,
        "max\nst\n c: a + b + d >= 1\ngeneral\n a\nbounds\n -4 <= a <= 9\n d <= +inf\nst\n a + d <= 3\n"
        "binary\n b\ngeneral\n d\nbounds\n a <= 7\n d >= -infinity\nend\n");
    cr_assert(p.body.sense == QB_MAXIMISE && p.body.rows == 2 && p.body.columns == 3);
    check_column(&p.body, 0, "a", QB_COLUMN_INTEGER, -4, 7);
    check_column(&p.body, 1, "b", QB_COLUMN_BINARY, 0, 1);
    check_column(&p.body, 2, "d", QB_COLUMN_INTEGER, -INFINITY, INFINITY);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* GLPK refuses it; Zimpl writes it. */
Test(lp, objective_may_be_empty)
{
    qb_problem p =
        must_parse("e", NULL, "Minimize\n obj:\nSubject To\n c: x + y >= 1\nBounds\n z <= 1\nEnd\n");
    cr_assert(p.body.columns == 3 && p.body.linear[0] == 0);
    check_round_trip(&p, "lp");
    check_round_trip(&p, "mps");
    qb_problem_free(&p);
}

Test(lp, binaries_without_rows_are_a_qubo)
{
    qb_problem p = must_parse("q", NULL, "Minimize\n x + [ 4 x^2 + 2 x * y ] / 2 + 3\nBinary\n x\n y\nEnd\n");
    cr_assert(p.kind == QB_KIND_QUBO && p.body.linear[0] == 3 && p.body.pairs == 1);
    cr_assert(score_bits(&p, "11") == 7);
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* Columns come back in their order although files name them in another; names that are keywords get away. */
Test(lp, writer_keeps_order_and_awkward_names)
{
    qb_problem p =
        must_parse("awkward", "mps",
                   "NAME\nROWS\n N c\n G st\n G 2nd\nCOLUMNS\n free 2nd 1\n e12 st 1\n [x] c 1\nRHS\n"
                   " R st 1 2nd 2\nENDATA\n");
    check_round_trip(&p, "lp");
    qb_text text = {0};
    qb_diag diag = {0};
    cr_assert(qb_instance_write(&p, "lp", &text, &diag) == QB_OK);
    cr_assert_not_null(strstr(qb_text_get(&text), "\\qubout column C1 free\n"));
    qb_problem_free(&p);
    qb_text_clear(&text);
}
