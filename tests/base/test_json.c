#include "harness/base/json.h"
#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_status parse(const char *text, qb_json **root, qb_diag *diag)
{
    return qb_json_parse("test.json", text, strlen(text), root, diag);
}

Test(json, writes_one_line_in_the_order_given)
{
    qb_text text = {0};
    qb_json_writer w = {.out = &text};
    qb_json_open(&w, '{');
    qb_json_key(&w, "z");
    qb_json_double(&w, 0.1);
    qb_json_key(&w, "a");
    qb_json_open(&w, '[');
    qb_json_int(&w, -3);
    qb_json_uint(&w, UINT64_MAX);
    qb_json_double(&w, NAN);
    qb_json_bool(&w, true);
    qb_json_open(&w, '{');
    qb_json_close(&w, '}');
    qb_json_close(&w, ']');
    qb_json_key(&w, "s");
    qb_json_string(&w, "x\"y");
    qb_json_key(&w, "n");
    qb_json_string(&w, NULL);
    qb_json_key(&w, "r");
    qb_json_raw(&w, "{\"k\": 1}");
    qb_json_close(&w, '}');
    cr_assert_str_eq(qb_text_get(&text),
                     "{\"z\": 0.1, \"a\": [-3, 18446744073709551615, null, true, {}], \"s\": \"x\\\"y\", "
                     "\"n\": null, \"r\": {\"k\": 1}}");
    qb_text_clear(&text);
}

Test(json, copies_what_it_reads)
{
    static const char source[] =
        "{\"b\": [1, 2.5, 0.1, -7, 1e300, true, null], \"a\": {\"nested\": \"\\u00e9\"}, \"\": []}";
    static const char copied[] =
        "{\"b\": [1, 2.5, 0.1, -7, 1e300, true, null], \"a\": {\"nested\": \"\xC3\xA9\"}, \"\": []}";
    qb_json *root = NULL;
    qb_text text = {0};
    cr_assert_eq(parse(source, &root, NULL), QB_OK);
    qb_json_copy(&(qb_json_writer){.out = &text}, root);
    cr_assert_str_eq(qb_text_get(&text), copied);
    qb_text_clear(&text);
    qb_json_free(root);
}

Test(json, lookups_chain_and_know_types)
{
    qb_json *root = NULL;
    int64_t integer = 0;
    double number = 0;
    cr_assert_eq(parse("{\"o\": {\"i\": 3, \"r\": 2.5, \"t\": \"x\"}, \"l\": [1, 2]}", &root, NULL), QB_OK);
    const qb_json *o = qb_json_get(root, "o");
    cr_expect(qb_json_integer(qb_json_get(o, "i"), &integer) && integer == 3);
    cr_expect(qb_json_number(qb_json_get(o, "i"), &number) && number == 3);
    cr_expect(qb_json_number(qb_json_get(o, "r"), &number) && number == 2.5);
    cr_expect(!qb_json_integer(qb_json_get(o, "r"), &integer));
    cr_expect_str_eq(qb_json_text(qb_json_get(o, "t")), "x");
    cr_expect_eq(qb_json_count(qb_json_get(root, "l")), 2);
    cr_expect_null(qb_json_at(qb_json_get(root, "l"), 2));
    cr_expect_null(qb_json_get(qb_json_get(qb_json_get(root, "no"), "such"), "path"));
    cr_expect_eq(qb_json_type_of(NULL), QB_JSON_NULL);
    cr_expect_eq(qb_json_count(NULL), 0);
    cr_expect_null(qb_json_text(o));
    qb_json_free(root);
}

Test(json, errors_name_the_line)
{
    qb_json *root = NULL;
    qb_diag diag = {""};
    static const char *const wrong[] = {"",        "{",   "{\"a\": 1, \"a\": 2}",   "[1,]",
                                        "1 2",     "nul", "[99999999999999999999]", "\"\xFF\"",
                                        "{'a': 1}"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        cr_expect_eq(parse(wrong[k], &root, &diag), QB_BAD_INPUT, "%s", wrong[k]);
    cr_expect_null(root);
    cr_assert_eq(parse("{\n\"a\": 1,\n\"b\": !\n}", &root, &diag), QB_BAD_INPUT);
    cr_expect_eq(strncmp(diag.text, "test.json:3: ", 13), 0, "%s", diag.text);
}

Test(json, deep_nesting_is_refused)
{
    char deep[100001];
    qb_json *root = NULL;
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = 0;
    cr_assert_eq(parse(deep, &root, NULL), QB_BAD_INPUT);
}
