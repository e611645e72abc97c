/* What each format means, on problems small enough to work out by hand. */
#include "instances/format.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define CHECK_SCORE(problem, bits, value)                                                            \
    do {                                                                                             \
        double score_ = score_bits(&(problem), bits);                                                \
        cr_assert(score_ == (value), "%s of %s is %g, not %g", bits, (problem).name, score_, value); \
    } while (0)

Test(conventions, rudy_is_a_cut)
{
    qb_problem p = must_parse("dir/path.to/triangle.mc", NULL, "3 3\n1 2 1\n2 3 -2\n1 3 5\n");
    cr_assert(p.kind == QB_KIND_MAXCUT && p.body.sense == QB_MAXIMISE && p.body.pairs == 3);
    cr_assert_str_eq(p.name, "triangle");
    cr_assert_str_eq(p.format, "rudy");
    CHECK_SCORE(p, "000", 0.0);
    CHECK_SCORE(p, "100", 6.0);
    CHECK_SCORE(p, "001", 3.0);
    check_round_trip(&p, "rudy");
    qb_problem_free(&p);
}

Test(conventions, rudy_header_may_carry_text)
{
    qb_problem p = must_parse("G", NULL, "3 2 J\n1 2 1\n2 3 1\n");
    cr_assert_str_eq(p.format, "rudy");
    qb_problem_free(&p);
}

Test(conventions, qedc_counts_from_0)
{
    qb_problem p = must_parse("graph.txt", NULL, "3\n0 1\n1 2\n");
    cr_assert_str_eq(p.format, "qedc");
    CHECK_SCORE(p, "010", 2.0);
    qb_problem_free(&p);
}

Test(conventions, bqp_maximises_and_doubles)
{
    static const char text[] = "2\n2 2\n1 1 3\n1 2 -5\n3 3\n1 1 2\n1 3 4\n2 2 1\n";
    qb_problem p = must_parse("two.txt#2", NULL, text);
    cr_assert_str_eq(p.format, "bqp");
    cr_assert_str_eq(p.name, "two#2");
    cr_assert(p.body.columns == 3 && p.body.sense == QB_MAXIMISE);
    CHECK_SCORE(p, "101", 10.0);
    CHECK_SCORE(p, "111", 11.0);
    qb_problem_free(&p);
}

Test(conventions, sparse_minimises_and_doubles)
{
    qb_problem p = must_parse("q.sparse", NULL, "2 2\n1 1 -3\n1 2 5\n");
    cr_assert(p.kind == QB_KIND_QUBO && p.body.sense == QB_MINIMISE);
    CHECK_SCORE(p, "11", 7.0);
    qb_problem_free(&p);
}

Test(conventions, qs_has_an_offset_in_a_comment)
{
    qb_problem p =
        must_parse("q", NULL, "# made by hand\n# ObjectiveOffset 1e+10\n# Vars\n2 2\n1 1 -3\n1 2 5\n");
    cr_assert_str_eq(p.format, "qs");
    CHECK_SCORE(p, "00", 1e10);
    CHECK_SCORE(p, "11", 1e10 + 7);
    check_round_trip(&p, "qs");
    check_round_trip(&p, "qubo");
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

Test(conventions, bare_qs_needs_its_extension)
{
    qb_problem p = must_parse("q.qs", NULL, "2 2\n1 1 -3\n1 2 5\n");
    cr_assert_str_eq(p.format, "qs");
    qb_problem_free(&p);
}

Test(conventions, qubo_counts_from_0_and_once)
{
    qb_problem p = must_parse("q", NULL, "c comment\np qubo 0 3 1 2\n0 0 -3\nc more\n0 1 5\n1 2 -7\n");
    cr_assert_str_eq(p.format, "qubo");
    CHECK_SCORE(p, "110", 2.0);
    CHECK_SCORE(p, "111", -5.0);
    check_round_trip(&p, "qubo");
    qb_problem_free(&p);
}

Test(conventions, coo_says_what_its_variables_are)
{
    static const char text[] = "# vartype=SPIN\n0 0 1\n0 1 -2.5\n";
    qb_problem spin = must_parse("m", NULL, text);
    cr_assert_str_eq(spin.format, "coo-spin");
    cr_assert(spin.kind == QB_KIND_ISING);
    CHECK_SCORE(spin, "00", -1 - 2.5);
    CHECK_SCORE(spin, "10", 1 + 2.5);
    qb_problem binary = must_parse("m", "coo-binary", text + strlen("# vartype=SPIN\n"));
    CHECK_SCORE(binary, "11", 1 - 2.5);
    CHECK_SCORE(binary, "01", 0.0);
    qb_problem_free(&spin);
    qb_problem_free(&binary);
}

static const char qplib_head[] = "tiny\nQBN\nmaximize\n2 # variables\n2 # terms\n1 1 3\n2 1 4\n";
static const char qplib_tail[] = "0 # default\n1 # count\n2 -1.5\n0.5 # constant\n1e20\n0\n0\n0\n0\n0\n0";

Test(conventions, qplib_halves_each_listed_entry)
{
    qb_text text = {0};
    qb_text_append(&text, qplib_head);
    qb_text_append(&text, qplib_tail);
    qb_problem p = must_parse("t", NULL, qb_text_get(&text));
    cr_assert_str_eq(p.format, "qplib");
    cr_assert(p.kind == QB_KIND_QUBO && p.body.sense == QB_MAXIMISE);
    CHECK_SCORE(p, "00", 0.5);
    CHECK_SCORE(p, "10", 2.0);
    CHECK_SCORE(p, "11", 2.5);
    qb_problem_free(&p);
    qb_text_clear(&text);
}

/* Every section that a mixed instance has: bounds, types, ranges, names. */
Test(conventions, qplib_with_rows)
{
    qb_problem p =
        must_parse("m", NULL,
                   "mixed\nQML\nminimize\n3\n2 # rows\n1\n1 1 2\n0\n1\n3 7\n0\n"
                   "4 # entries\n1 1 1\n1 2 1\n2 2 1\n2 3 -1\n1e20\n"
                   "-1e20 # lhs\n1\n2 0.5\n1e20 # rhs\n1\n1 1.5\n"
                   "0 # lower\n1\n3 -2\n1e20 # upper\n1\n2 1\n"
                   "0 # types\n1\n2 2\n"
                   "0\n0\n0\n0\n0\n0\n2 # names\n1 flow\n3 yield#1 # with a comment\n1\n2 demand\n");
    const qb_mip *m = &p.body;
    char buffer[16];
    cr_assert(p.kind == QB_KIND_MIP && m->columns == 3 && m->rows == 2);
    cr_assert(m->pairs == 1 && m->pair[0].i == 0 && m->pair[0].j == 0 && m->pair[0].weight == 1);
    cr_assert(m->linear[2] == 7);
    cr_assert(m->row_lower[0] == -INFINITY && m->row_upper[0] == 1.5);
    cr_assert(m->row_lower[1] == 0.5 && m->row_upper[1] == INFINITY);
    cr_assert(m->lower[2] == -2 && m->upper[0] == INFINITY && m->upper[1] == 1);
    cr_assert(m->type[0] == QB_COLUMN_CONTINUOUS && m->type[1] == QB_COLUMN_BINARY);
    cr_assert_str_eq(qb_mip_column_name(m, 1, buffer), "x2");
    cr_assert_str_eq(qb_mip_column_name(m, 2, buffer), "yield#1");
    cr_assert_str_eq(qb_mip_row_name(m, 1, buffer), "demand");
    check_round_trip(&p, "lp");
    qb_problem_free(&p);
}

/* An instance of that type with every section the type calls for, and no other. */
static void write_qplib(const char type[3], qb_text *out)
{
    bool rows = type[2] == 'L', types = strchr("MG", type[1]) != NULL;
    qb_text_appendf(out, "all\n%.3s\nminimize\n2\n%s", type, rows ? "1\n" : "");
    qb_text_append(out, type[0] == 'L' ? "" : "1\n2 1 6\n");
    qb_text_append(out, "1\n1\n2 -4\n0.25\n"); /* x1 - 4 x2 + 1/4 */
    qb_text_append(out, rows ? "2\n1 1 1\n1 2 -1\n" : "");
    qb_text_append(out, "1e20\n");
    qb_text_append(out, rows ? "-1\n0\n0.5\n0\n" : "");
    qb_text_append(out, type[1] == 'B' ? "" : "0\n1\n2 -3\n5\n0\n");
    qb_text_append(out, types ? "1\n1\n1 0\n" : ""); /* x1 is continuous, x2 an integer */
    qb_text_appendf(out, "0\n0\n%s0\n0\n0\n0\n", rows ? "0\n0\n" : "");
}

static void check_qplib(const qb_problem *p, const char type[3])
{
    const qb_mip *m = &p->body;
    bool binary = type[1] == 'B', rows = type[2] == 'L';
    cr_assert((p->kind == QB_KIND_QUBO) == (binary && !rows), "%.3s", type);
    cr_assert(m->columns == 2 && m->rows == rows && m->constant == 0.25, "%.3s", type);
    cr_assert(m->linear[0] == 1 && m->linear[1] == -4, "%.3s", type);
    cr_assert(m->pairs == (type[0] != 'L') && (!m->pairs || m->pair[0].weight == 3), "%.3s", type);
    if (rows)
        cr_assert(m->row_lower[0] == -1 && m->row_upper[0] == 0.5 && m->row_value[1] == -1, "%.3s", type);
    cr_assert(qb_problem_is_binary(p) == binary, "%.3s", type);
    for (uint32_t j = 0; !binary && j < 2; j++) {
        bool continuous = type[1] == 'C' || (strchr("MG", type[1]) && j == 0);
        cr_assert(m->type[j] == (continuous ? QB_COLUMN_CONTINUOUS : QB_COLUMN_INTEGER), "%.3s", type);
        cr_assert(m->lower[j] == (j == 0 ? 0 : -3) && m->upper[j] == 5, "%.3s", type);
    }
}

Test(conventions, qplib_of_every_type)
{
    char type[] = "???";
    unsigned read = 0, refused = 0;
    for (const char *o = "LDCQ"; *o; o++)
        for (const char *v = "CBMIG"; *v; v++)
            for (const char *c = "NBLDCQ"; *c; c++) {
                qb_text text = {0};
                qb_problem p = {0};
                qb_diag diag = {0};
                type[0] = *o, type[1] = *v, type[2] = *c;
                write_qplib(type, &text);
                qb_status status = qb_instance_parse("t", text.data, text.length, NULL, &p, &diag);
                if (strchr("DCQ", *c)) {
                    cr_assert(status == QB_BAD_INPUT && strstr(diag.text, "has quadratic constraints"));
                    refused++;
                } else {
                    cr_assert(status == QB_OK, "%s: %s", type, diag.text);
                    check_qplib(&p, type);
                    read++;
                }
                qb_problem_free(&p);
                qb_text_clear(&text);
            }
    cr_assert(read == 60 && refused == 60);
}

/* Carriage returns, blanks, a byte-order mark, blank lines and a missing last newline change nothing. */
Test(conventions, white_space_is_harmless)
{
    static const char *const texts[] = {
        "3 2\n1 2 1\n2 3 -2\n",           "3 2\r\n1 2 1\r\n2 3 -2\r\n",   "  3\t2  \n\n1 2 1   \n 2  3 -2",
        "\357\273\2773 2\n1 2 1\n2 3 -2", "3 2\n1 2 1.0\n2 3 -2e0\n\n\n", "3 3\n1 2 1\n2 3 -2\n1 3 0\n",
    };
    qb_problem first = must_parse("t.mc", NULL, texts[0]);
    char wanted[65], got[65];
    cr_assert(qb_problem_sha256(&first, wanted) == QB_OK);
    for (size_t k = 1; k < sizeof texts / sizeof *texts; k++) {
        qb_problem p = must_parse("t.mc", NULL, texts[k]);
        cr_assert(qb_problem_sha256(&p, got) == QB_OK);
        cr_assert_str_eq(got, wanted, "text %zu", k);
        cr_assert(qb_problem_nonzeros(&p) == 2);
        qb_problem_free(&p);
    }
    qb_problem_free(&first);
}

Test(conventions, duplicates_add_up_on_request)
{
    static const struct {
        const char *name, *text;
        double value;
    } cases[] = {
        {"a.mc", "2 2\n1 2 1\n2 1 5\n", 6},
        {"a.sparse", "2 3\n1 1 1\n2 1 5\n1 1 2\n", 3},
        {"a.lp", "Minimize\n x + x + [ x * y + x * y ] / 2\nBinary\n x\n y\nEnd\n", 2},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_problem p = {0};
        qb_diag diag = {0};
        qb_read_options options = {0};
        size_t size = strlen(cases[k].text);
        cr_assert(qb_instance_parse(cases[k].name, cases[k].text, size, &options, &p, &diag) == QB_BAD_INPUT);
        options.sum_duplicates = true;
        cr_assert(qb_instance_parse(cases[k].name, cases[k].text, size, &options, &p, &diag) == QB_OK, "%s",
                  diag.text);
        CHECK_SCORE(p, "10", cases[k].value);
        qb_problem_free(&p);
    }
}

Test(conventions, formats_have_unlike_names)
{
    for (const qb_format *const *f = qb_formats; *f; f++) {
        cr_assert((*f)->summary[0] && (*f)->convention[0] && (*f)->recognise && (*f)->read &&
                  (*f)->extensions);
        cr_assert(qb_format_find((*f)->name) == *f, "two formats are called %s", (*f)->name);
    }
    cr_assert_null(qb_format_find("rudi"));
}

Test(conventions, unknown_formats_get_a_hint)
{
    qb_problem p;
    qb_diag diag = {0};
    qb_read_options options = {.format = "rudi"};
    cr_assert(qb_instance_parse("x", "1", 1, &options, &p, &diag) == QB_BAD_INPUT);
    cr_assert_str_eq(diag.text, "unknown format 'rudi' (did you mean 'rudy'?)");
}

/* A maximum becomes a minimum of the opposite sign, a cut and an Ising form become 0/1 terms. */
Test(conventions, writers_of_qubos_negate_and_expand)
{
    static const struct {
        const char *name, *format, *text;
        double sign;
    } cases[] = {
        {"a.mc", "rudy", "3 3\n1 2 1\n2 3 -2\n1 3 5\n", -1},
        {"a", "coo-spin", "0 0 1\n0 1 -2.5\n1 2 4\n2 2 -3\n", 1},
        {"a", "bqp", "1\n3 3\n1 1 2\n1 3 4\n2 2 1\n", -1},
    };
    static const char *const formats[] = {"qs", "qubo", "lp"};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_problem p = must_parse(cases[k].name, cases[k].format, cases[k].text);
        for (size_t f = 0; f < 3; f++) {
            qb_text text = {0};
            qb_diag diag = {0};
            cr_assert(qb_instance_write(&p, formats[f], &text, &diag) == QB_OK, "%s", diag.text);
            qb_problem back = must_parse("back", formats[f], qb_text_get(&text));
            double sign = strcmp(formats[f], "lp") == 0 ? 1 : cases[k].sign;
            for (int x = 0; x < 8; x++) {
                char bits[] = {(char)('0' + (x & 1)), (char)('0' + (x >> 1 & 1)), (char)('0' + (x >> 2)), 0};
                CHECK_SCORE(back, bits, sign * score_bits(&p, bits));
            }
            qb_problem_free(&back);
            qb_text_clear(&text);
        }
        qb_problem_free(&p);
    }
}
