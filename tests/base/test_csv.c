#include "harness/base/csv.h"
#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Renders rows as LINE[a|b|c], so that one string says what was read. */
static qb_status render(void *context, const qb_csv_row *row, qb_diag *diag)
{
    qb_text *text = context;
    (void)diag;
    qb_text_appendf(text, "%d[", (int)row->line);
    for (uint32_t k = 0; k < row->count; k++)
        qb_text_appendf(text, "%s%s", k ? "|" : "", row->field[k]);
    qb_text_append(text, "]");
    return QB_OK;
}

static void expect_rows(const char *source, const char *rows)
{
    qb_text text = {0};
    qb_diag diag = {""};
    cr_expect_eq(qb_csv_read("t.csv", source, strlen(source), render, &text, &diag), QB_OK, "%s", diag.text);
    cr_expect_str_eq(qb_text_get(&text), rows);
    qb_text_clear(&text);
}

Test(csv, rows_with_their_lines)
{
    expect_rows("", "");
    expect_rows("a,b\n1,2", "1[a|b]2[1|2]");
    expect_rows("a,b\r\n1,2\r\n", "1[a|b]2[1|2]");
    expect_rows("\n\na\n\nb\n", "3[a]5[b]");
    expect_rows("\xEF\xBB\xBFname\nx\n", "1[name]2[x]");
    expect_rows(" a , b\n,\n", "1[a|b]2[|]");
    expect_rows("\"x,\"\"y\"\"\",z\n", "1[x,\"y\"|z]");
    expect_rows("\"two\nlines\",1\nnext,2\n", "1[two\nlines|1]3[next|2]");
}

Test(csv, malformed_rows_name_their_line)
{
    static const struct {
        const char *text;
        size_t size;
        const char *place;
    } cases[] = {
        {"a\nb\"c\n", 6, "t.csv:2: "}, {"a\n\n\"open\n", 9, "t.csv:3: "}, {"a\n\"b\"c\n", 8, "t.csv:2: "},
        {"a\nx\0y\n", 6, "t.csv:2: "}, {"a\nb\n\xFF\n", 6, "t.csv:3: "},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_text text = {0};
        qb_diag diag = {""};
        cr_expect_eq(qb_csv_read("t.csv", cases[k].text, cases[k].size, render, &text, &diag), QB_BAD_INPUT);
        cr_expect_eq(strncmp(diag.text, cases[k].place, strlen(cases[k].place)), 0, "%s", diag.text);
        qb_text_clear(&text);
    }
}

Test(csv, too_many_fields_are_refused)
{
    char commas[5000];
    qb_text text = {0};
    memset(commas, ',', sizeof commas);
    cr_expect_eq(qb_csv_read("t.csv", commas, sizeof commas, render, &text, NULL), QB_BAD_INPUT);
    qb_text_clear(&text);
}

static qb_status refuse(void *context, const qb_csv_row *row, qb_diag *diag)
{
    ++*(int *)context;
    return row->line == 2 ? qb_fail(diag, QB_REFUSED, "enough") : QB_OK;
}

Test(csv, a_visitor_ends_the_reading)
{
    int visits = 0;
    cr_expect_eq(qb_csv_read("t.csv", "a\nb\nc\n", 6, refuse, &visits, NULL), QB_REFUSED);
    cr_expect_eq(visits, 2);
}

Test(csv, what_is_written_reads_back)
{
    qb_text text = {0};
    qb_csv_writer w = {.out = &text};
    qb_csv_string(&w, "plain");
    qb_csv_string(&w, "a,\"b\"\nc");
    qb_csv_string(&w, " padded ");
    qb_csv_string(&w, "");
    qb_csv_string(&w, NULL);
    qb_csv_end_row(&w);
    qb_csv_double(&w, 0.1);
    qb_csv_double(&w, NAN);
    qb_csv_int(&w, INT64_MIN);
    qb_csv_uint(&w, UINT64_MAX);
    qb_csv_end_row(&w);
    cr_expect_str_eq(qb_text_get(&text), "plain,\"a,\"\"b\"\"\nc\",\" padded \",\"\",\n"
                                         "0.1,,-9223372036854775808,18446744073709551615\n");
    expect_rows(qb_text_get(&text),
                "1[plain|a,\"b\"\nc| padded ||]3[0.1||-9223372036854775808|18446744073709551615]");
    qb_text_clear(&text);
}

Test(csv, header_names)
{
    const char *const names[] = {"instance", "value"};
    qb_csv_row header = {.line = 1, .count = 2, .field = names};
    cr_expect_eq(qb_csv_find(&header, "value"), 1);
    cr_expect_eq(qb_csv_find(&header, "Value"), -1);
}
