#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/base/text.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse(const char *token, double *value)
{
    return qb_parse_double(token, strlen(token), value);
}

Test(text, appends_grow_and_take_hands_over)
{
    qb_text text = {0};
    cr_assert_str_eq(qb_text_get(&text), "");
    for (int k = 0; k < 1000; k++)
        qb_text_appendf(&text, "%d,", k % 10);
    cr_assert_eq(text.length, 2000);
    cr_assert_eq(strlen(text.data), 2000);
    char *taken = qb_text_take(&text);
    cr_assert_eq(strncmp(taken, "0,1,2,3,4,5,6,7,8,9,0,", 22), 0);
    cr_assert_null(text.data);
    qb_free(taken);
}

Test(text, an_error_sticks)
{
    qb_text text = {0};
    qb_text_append(&text, "kept");
    qb_memory_fail_after(0);
    for (int k = 0; k < 100; k++)
        qb_text_append(&text, "more");
    qb_memory_fail_never();
    qb_text_append(&text, "late");
    cr_assert_eq(text.status, QB_NO_MEMORY);
    cr_assert_null(strstr(text.data, "late"));
    cr_assert_null(qb_text_take(&text));
    cr_assert_eq(text.status, QB_OK);
}

Test(text, doubles_are_short_and_plain)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {0.1, "0.1"},
        {-2.5e-7, "-2.5e-7"},
        {1e22, "1e22"},
        {123456789, "123456789"},
        {1e17, "1e17"},
        {12345678901234567.0, "12345678901234568"},
        {0.00012, "0.00012"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "4.94065645841247e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
    };
    char buffer[QB_DOUBLE_TEXT];
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        cr_expect_str_eq(qb_double_text(cases[k].value, buffer), cases[k].text);
    cr_expect_str_eq(qb_double_text(NAN, buffer), "nan");
}

/* Random bit patterns: every finite double comes back, and our reader agrees with strtod's correct rounding.
 */
Test(text, doubles_round_trip)
{
    char buffer[QB_DOUBLE_TEXT];
    qb_rng rng;
    qb_rng_init(&rng, 1, 0);
    for (int k = 0; k < 100000; k++) {
        uint64_t bits = qb_rng_next(&rng);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        cr_assert(parse(qb_double_text(value, buffer), &back), "%s", buffer);
        cr_assert(value == back, "%s", buffer);
    }
}

Test(text, decimals_are_rounded_correctly)
{
    qb_rng rng;
    qb_rng_init(&rng, 2, 0);
    for (int k = 0; k < 100000; k++) {
        char token[64];
        double value;
        snprintf(token, sizeof token, "%llu.%0*llue%d",
                 (unsigned long long)(qb_rng_next(&rng) >> qb_rng_below(&rng, 64)),
                 1 + (int)qb_rng_below(&rng, 19), (unsigned long long)qb_rng_below(&rng, 1000000),
                 (int)qb_rng_below(&rng, 80) - 40);
        cr_assert(parse(token, &value), "%s", token);
        cr_assert(value == strtod(token, NULL), "%s", token);
    }
}

Test(text, halfway_cases_use_every_digit)
{
    /* 2^53 + 1 lies halfway; a far nonzero digit decides */
    double value;
    char token[1200] = "9007199254740993.";
    cr_assert(parse(token, &value));
    cr_assert(value == 9007199254740992.0);
    memset(token + 17, '0', 1100);
    token[1117] = 0;
    cr_assert(parse(token, &value));
    cr_assert(value == 9007199254740992.0);
    token[1116] = '1';
    cr_assert(parse(token, &value));
    cr_assert(value == 9007199254740994.0);
}

Test(text, numbers_are_taken_whole_or_not_at_all)
{
    static const char *const wrong[] = {"",     " 1",  "1 ",  "1e",    "1e+", ".",   "-",     "+-1", "1.2.3",
                                        "0x10", "nan", "inf", "1e999", "1,5", "--1", "1e5.0", "e5",  "1d5"};
    static const char *const right[] = {"1.", ".5", "+3", "-0", "1E5", "1e-400", "0e99999999999", "00012"};
    double value = 42;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        cr_expect(!parse(wrong[k], &value) && value == 42, "'%s'", wrong[k]);
    for (size_t k = 0; k < sizeof right / sizeof *right; k++)
        cr_expect(parse(right[k], &value), "'%s'", right[k]);
    cr_expect(qb_parse_double("12345", 3, &value) && value == 123);
    cr_expect(qb_parse_double_or_inf("-Inf", 4, &value) && value == -INFINITY);
    cr_expect(qb_parse_double_or_inf("infinity", 8, &value) && value == INFINITY);
    cr_expect(!qb_parse_double_or_inf("nan", 3, &value));
    cr_expect(!qb_parse_double_or_inf("infinite", 8, &value));
}

Test(text, integers_know_their_range)
{
    uint64_t u = 7;
    int64_t i = 7;
    cr_expect(qb_parse_u64("18446744073709551615", 20, &u) && u == UINT64_MAX);
    cr_expect(!qb_parse_u64("18446744073709551616", 20, &u));
    cr_expect(!qb_parse_u64("99999999999999999999", 20, &u));
    cr_expect(!qb_parse_u64("-1", 2, &u) && !qb_parse_u64("+1", 2, &u) && !qb_parse_u64("", 0, &u));
    cr_expect(qb_parse_i64("-9223372036854775808", 20, &i) && i == INT64_MIN);
    cr_expect(qb_parse_i64("9223372036854775807", 19, &i) && i == INT64_MAX);
    cr_expect(!qb_parse_i64("9223372036854775808", 19, &i));
    cr_expect(!qb_parse_i64("-9223372036854775809", 20, &i));
    cr_expect(!qb_parse_i64("-", 1, &i) && !qb_parse_i64("1x", 2, &i));
}

Test(text, units)
{
    double seconds = 0;
    uint64_t bytes = 0;
    cr_expect(qb_parse_duration("500ms", &seconds) && seconds == 0.5);
    cr_expect(qb_parse_duration("10s", &seconds) && seconds == 10);
    cr_expect(qb_parse_duration("2min", &seconds) && seconds == 120);
    cr_expect(qb_parse_duration("1.5h", &seconds) && seconds == 5400);
    static const char *const wrong[] = {"", "10", "s", "10 s", "-1s", "10m", "1e3s", "infs", "10sec"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        cr_expect(!qb_parse_duration(wrong[k], &seconds), "'%s'", wrong[k]);
    cr_expect(qb_parse_memory("64KiB", &bytes) && bytes == 65536);
    cr_expect(qb_parse_memory("1.5MiB", &bytes) && bytes == 1572864);
    cr_expect(qb_parse_memory("2GiB", &bytes) && bytes == 2147483648u);
    cr_expect(!qb_parse_memory("1GB", &bytes) && !qb_parse_memory("1024", &bytes));
    cr_expect(!qb_parse_memory("99999999999GiB", &bytes));
}

Test(text, durations_read_well)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "0ms"},           {0.35, "350ms"},    {0.9999, "1s"},       {2, "2s"},
                 {2.5, "2.5s"},        {9.97, "10s"},      {59.99, "1min 00s"},  {125, "2min 05s"},
                 {3599.9, "1h 00min"}, {3780, "1h 03min"}, {90000, "25h 00min"}, {NAN, "unknown"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_text text = {0};
        qb_text_append_duration(&text, cases[k].seconds);
        cr_expect_str_eq(qb_text_get(&text), cases[k].text);
        qb_text_clear(&text);
    }
}

Test(text, nearest_names_what_was_meant_and_nothing_else)
{
    static const char *const names[] = {"instances", "solvers", "budget", "repeats", "seed"};
    static const struct {
        const char *word, *hint;
    } cases[] = {{"instance", " (did you mean 'instances'?)"},
                 {"sovlers", " (did you mean 'solvers'?)"},
                 {"Budget", " (did you mean 'budget'?)"},
                 {"sed", " (did you mean 'seed'?)"},
                 {"colour", ""},
                 {"x", ""},
                 {"", ""}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char hint[QB_HINT_TEXT];
        qb_nearest near = {.word = cases[k].word};
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            qb_nearest_offer(&near, names[n]);
        cr_expect_str_eq(qb_nearest_hint(&near, hint), cases[k].hint, "%s", cases[k].word);
    }
}

Test(text, escapes)
{
    qb_text text = {0};
    qb_text_append_json(&text, "a\"b\\c\n\x01\xC3\xA9\xFFz");
    cr_expect_str_eq(qb_text_get(&text), "\"a\\\"b\\\\c\\n\\u0001\xC3\xA9\xEF\xBF\xBDz\"");
    qb_text_reset(&text);
    qb_text_append_html(&text, "<a href='x'>\"&\"</a>");
    cr_expect_str_eq(qb_text_get(&text), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    qb_text_clear(&text);
}

Test(text, utf8)
{
    cr_expect(qb_utf8_valid("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", 17));
    cr_expect(!qb_utf8_valid("\xC0\x80", 2), "overlong");
    cr_expect(!qb_utf8_valid("\xE0\x9F\xBF", 3), "overlong");
    cr_expect(!qb_utf8_valid("\xED\xA0\x80", 3), "surrogate");
    cr_expect(!qb_utf8_valid("\xF4\x90\x80\x80", 4), "beyond U+10FFFF");
    cr_expect(!qb_utf8_valid("\xE2\x82", 2), "cut");
    cr_expect(!qb_utf8_valid("\x80", 1), "continuation alone");
}

/* A locale with a decimal comma changes nothing (where the machine has one). */
Test(text, locale_is_ignored)
{
    char buffer[QB_DOUBLE_TEXT];
    double value = 0;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        cr_skip_test("no locale with a decimal comma is installed");
    cr_expect_str_eq(qb_double_text(0.1 + 0.2, buffer), "0.30000000000000004");
    cr_expect(parse("3.14159265358979323846", &value) && value == 0x1.921fb54442d18p+1);
}
