/* Numbers in and out of text, the same in every locale. */
#include "harness/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Significant decimal digits and the position of the point: 0.d1 d2 d3... * 10^exponent. */
typedef struct digits {
    char digit[QB_DOUBLE_TEXT];
    int count, exponent;
} digits;

/* The fewest of 15, 16, 17 digits that read back as value > 0, trailing zeros dropped. */
static digits shortest_digits(double value)
{
    char printed[QB_DOUBLE_TEXT];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(printed, sizeof printed, "%.*e", precision - 1, value);
        if (strtod(printed, NULL) == value)
            break;
    }
    digits d = {.count = 0};
    const char *c = printed;
    for (; *c && *c != 'e'; c++)
        if (*c >= '0' && *c <= '9') /* whatever the locale's decimal point is, it is no digit */
            d.digit[d.count++] = *c;
    d.exponent = 1 + (int)strtol(c + 1, NULL, 10);
    while (d.count > 1 && d.digit[d.count - 1] == '0')
        d.count--;
    return d;
}

const char *qb_double_text(double value, char buffer[QB_DOUBLE_TEXT])
{
    const char *sign = signbit(value) ? "-" : "";
    if (isnan(value)) {
        snprintf(buffer, QB_DOUBLE_TEXT, "nan");
    } else if (isinf(value)) {
        snprintf(buffer, QB_DOUBLE_TEXT, "%sinf", sign);
    } else if (value == 0) {
        snprintf(buffer, QB_DOUBLE_TEXT, "0"); /* -0 is 0 to every reader of ours */
    } else {
        digits d = shortest_digits(fabs(value));
        int point = d.exponent;
        if (point > 17 || point < -4) /* d.ddde+x */
            snprintf(buffer, QB_DOUBLE_TEXT, "%s%c%s%.*se%d", sign, d.digit[0], d.count > 1 ? "." : "",
                     d.count - 1, d.digit + 1, point - 1);
        else if (point <= 0) /* 0.000ddd */
            snprintf(buffer, QB_DOUBLE_TEXT, "%s0.%.*s%.*s", sign, -point, "0000", d.count, d.digit);
        else if (point >= d.count) /* ddd000 */
            snprintf(buffer, QB_DOUBLE_TEXT, "%s%.*s%.*s", sign, d.count, d.digit, point - d.count,
                     "0000000000000000");
        else /* dd.ddd */
            snprintf(buffer, QB_DOUBLE_TEXT, "%s%.*s.%.*s", sign, point, d.digit, d.count - point,
                     d.digit + point);
    }
    return buffer;
}

/* A decimal number taken apart: digit[0..count) * 10^exponent.  767 digits decide every rounding; a nonzero
 * digit after the last stands for all that were dropped. */
enum { DIGITS = 780 };

typedef struct decimal {
    bool negative;
    size_t count;
    long exponent;
    char digit[DIGITS + 16]; /* room for "e-1234567" and the terminator */
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void take_digit(decimal *d, char c, bool fraction)
{
    if (d->count == 0 && c == '0') { /* leading zeros only move the point */
        d->exponent -= fraction;
    } else if (d->count < DIGITS) {
        d->digit[d->count++] = c;
        d->exponent -= fraction;
    } else {
        if (c != '0')
            d->digit[DIGITS - 1] = '1'; /* sticky; any nonzero digit will do there */
        d->exponent += !fraction;
    }
}

/* [+-] digits [. digits] [e [+-] digits], at least one digit before the exponent. */
static bool scan_decimal(const char *c, const char *end, decimal *d)
{
    bool fraction = false, any = false;
    d->count = 0;
    d->exponent = 0;
    d->negative = c < end && *c == '-';
    if (c < end && (*c == '-' || *c == '+'))
        c++;
    for (; c < end && (is_digit(*c) || (*c == '.' && !fraction)); c++) {
        if (*c == '.') {
            fraction = true;
        } else {
            any = true;
            take_digit(d, *c, fraction);
        }
    }
    if (!any)
        return false;
    if (c < end && (*c == 'e' || *c == 'E')) {
        bool down = ++c < end && *c == '-';
        long power = 0;
        if (c < end && (*c == '-' || *c == '+'))
            c++;
        if (c == end)
            return false;
        for (; c < end && is_digit(*c); c++)
            if (power < 100000000)
                power = 10 * power + (*c - '0');
        d->exponent += down ? -power : power;
    }
    return c == end;
}

/* Source: Clinger, "How to read floating point numbers accurately" (PLDI 1990): where digits and power of ten
 * are both exact doubles, one rounding is all there is. */
static bool fast_value(const decimal *d, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d->count > 15 || d->exponent < -22 || d->exponent > 22)
        return false;
    uint64_t mantissa = 0;
    for (size_t k = 0; k < d->count; k++)
        mantissa = 10 * mantissa + (uint64_t)(d->digit[k] - '0');
    *value = d->exponent < 0 ? (double)mantissa / power[-d->exponent] : (double)mantissa * power[d->exponent];
    return true;
}

bool qb_parse_double(const char *token, size_t length, double *value)
{
    decimal d;
    double magnitude = 0;
    if (!scan_decimal(token, token + length, &d))
        return false;
    if (d.count && !fast_value(&d, &magnitude)) {
        /* without a decimal point strtod reads the same in every locale; 2000 is beyond any double */
        long exponent = d.exponent < -2000 ? -2000 : d.exponent > 2000 ? 2000 : d.exponent;
        snprintf(d.digit + d.count, sizeof d.digit - d.count, "e%ld", exponent);
        magnitude = strtod(d.digit, NULL);
        if (isinf(magnitude))
            return false;
    }
    *value = d.negative && magnitude != 0 ? -magnitude : magnitude;
    return true;
}

static bool equals_ignoring_case(const char *token, size_t length, const char *word)
{
    if (length != strlen(word))
        return false;
    for (size_t k = 0; k < length; k++)
        if ((token[k] | 0x20) != word[k])
            return false;
    return true;
}

bool qb_parse_double_or_inf(const char *token, size_t length, double *value)
{
    size_t sign = length && (token[0] == '-' || token[0] == '+');
    if (equals_ignoring_case(token + sign, length - sign, "inf") ||
        equals_ignoring_case(token + sign, length - sign, "infinity")) {
        *value = sign && token[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    return qb_parse_double(token, length, value);
}

bool qb_parse_u64(const char *token, size_t length, uint64_t *value)
{
    uint64_t sum = 0;
    if (!length)
        return false;
    for (size_t k = 0; k < length; k++)
        if (!is_digit(token[k]) || __builtin_mul_overflow(sum, (uint64_t)10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(token[k] - '0'), &sum))
            return false;
    *value = sum;
    return true;
}

bool qb_parse_i64(const char *token, size_t length, int64_t *value)
{
    uint64_t magnitude;
    bool negative = length && token[0] == '-';
    size_t sign = negative || (length && token[0] == '+');
    if (!qb_parse_u64(token + sign, length - sign, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *value = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

typedef struct unit {
    const char *name;
    double factor;
} unit;

/* A number with one of the units, >= 0, times the unit. */
static bool parse_with_unit(const char *text, const unit *units, size_t count, double *value)
{
    size_t number = strspn(text, "+0123456789.");
    double amount;
    for (size_t k = 0; k < count; k++)
        if (!strcmp(text + number, units[k].name) && qb_parse_double(text, number, &amount)) {
            *value = amount * units[k].factor;
            return true;
        }
    return false;
}

bool qb_parse_duration(const char *text, double *seconds)
{
    static const unit units[] = {{"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600}};
    double value;
    if (!parse_with_unit(text, units, sizeof units / sizeof *units, &value) || isinf(value))
        return false;
    *seconds = value;
    return true;
}

bool qb_parse_memory(const char *text, uint64_t *bytes)
{
    static const unit units[] = {{"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}};
    double value;
    if (!parse_with_unit(text, units, sizeof units / sizeof *units, &value) || value >= 0x1p63)
        return false;
    *bytes = (uint64_t)value;
    return true;
}
