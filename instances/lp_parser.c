#include "instances/lp_parser.h"

#include <math.h>

qb_status qb_lp_no_memory(const qb_lp_parser *p)
{
    return qb_fail(p->scan.diag, QB_NO_MEMORY, "%s: out of memory", p->scan.file);
}

void qb_lp_advance(qb_lp_parser *p)
{
    p->now = qb_lp_next(&p->scan);
}

bool qb_lp_at_symbol(const qb_lp_parser *p, char symbol)
{
    return p->now.kind == QB_LP_SYMBOL && p->now.symbol == symbol;
}

bool qb_lp_at_sign(const qb_lp_parser *p)
{
    return qb_lp_at_symbol(p, '+') || qb_lp_at_symbol(p, '-');
}

qb_status qb_lp_expected(const qb_lp_parser *p, const char *what)
{
    char quote[QB_QUOTE_TEXT];
    if (p->now.kind == QB_LP_END)
        return qb_scan_fail_at(&p->scan, p->now.line, "expected %s, the file ends", what);
    return qb_scan_fail_at(&p->scan, p->now.line, "expected %s, got '%s'", what,
                           qb_scan_quote(p->now.text, quote));
}

double qb_lp_take_signs(qb_lp_parser *p)
{
    double sign = 1;
    while (qb_lp_at_sign(p)) {
        sign = p->now.symbol == '-' ? -sign : sign;
        qb_lp_advance(p);
    }
    return sign;
}

bool qb_lp_at_infinity(const qb_lp_parser *p)
{
    return p->now.kind == QB_LP_NAME &&
           (qb_token_is_nocase(p->now.text, "inf") || qb_token_is_nocase(p->now.text, "infinity"));
}

qb_status qb_lp_take_value(qb_lp_parser *p, double *value)
{
    double sign = qb_lp_take_signs(p);
    if (!qb_lp_at_infinity(p) && p->now.kind != QB_LP_NUMBER)
        return qb_lp_expected(p, "a number");
    double magnitude = qb_lp_at_infinity(p) || p->now.number >= 1e30 ? INFINITY : p->now.number;
    *value = sign * magnitude;
    qb_lp_advance(p);
    return QB_OK;
}

qb_status qb_lp_take_variable(qb_lp_parser *p, uint32_t *column)
{
    if (p->now.kind != QB_LP_NAME)
        return qb_lp_expected(p, "a variable");
    qb_status status = qb_mip_draft_column(&p->draft, &p->scan, p->now.text, column);
    qb_lp_advance(p);
    return status;
}

qb_token qb_lp_take_label(qb_lp_parser *p)
{
    qb_token none = {0};
    if (p->now.kind != QB_LP_NAME)
        return none;
    qb_scan behind = p->scan;
    qb_lp_token colon = qb_lp_next(&behind);
    if (colon.kind != QB_LP_SYMBOL || colon.symbol != ':')
        return none;
    qb_token label = p->now.text;
    p->scan = behind;
    qb_lp_advance(p);
    return label;
}
