/* The objective and the rows of an LP file. */
#include "harness/base/memory.h"
#include "instances/lp_parser.h"

/* ---- Objective ----------------------------------------------------------------------------------------- */

/* x ^ 2 or x * y, halved for the `/ 2` behind the bracket. */
static qb_status take_product(qb_lp_parser *p, double coefficient)
{
    uint32_t i, j;
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_status status = qb_lp_take_variable(p, &i);
    if (status != QB_OK)
        return status;
    if (qb_lp_at_symbol(p, '^')) {
        qb_lp_advance(p);
        if (p->now.kind != QB_LP_NUMBER || p->now.number != 2)
            return qb_lp_expected(p, "the exponent 2");
        qb_lp_advance(p);
        j = i;
    } else if (qb_lp_at_symbol(p, '*')) {
        qb_lp_advance(p);
        status = qb_lp_take_variable(p, &j);
    } else {
        return qb_lp_expected(p, "^ 2 or * and a variable");
    }
    return status == QB_OK ? qb_entries_add(&p->draft.pairs, &place, i, j, coefficient / 2) : status;
}

/* Stands behind `[`; sign applies to all of it. */
static qb_status take_bracket(qb_lp_parser *p, double sign)
{
    qb_status status = QB_OK;
    for (bool first = true; status == QB_OK && !qb_lp_at_symbol(p, ']'); first = false) {
        if (!first && !qb_lp_at_sign(p))
            return qb_lp_expected(p, "+, - or ]");
        double coefficient = sign * qb_lp_take_signs(p);
        if (p->now.kind == QB_LP_NUMBER) {
            coefficient *= p->now.number;
            qb_lp_advance(p);
            if (qb_lp_at_symbol(p, '*'))
                qb_lp_advance(p);
        }
        status = take_product(p, coefficient);
    }
    if (status != QB_OK)
        return status;
    qb_lp_advance(p);
    if (!qb_lp_at_symbol(p, '/'))
        return qb_lp_expected(p, "/ 2 behind the bracket");
    qb_lp_advance(p);
    if (p->now.kind != QB_LP_NUMBER || p->now.number != 2)
        return qb_lp_expected(p, "/ 2 behind the bracket");
    qb_lp_advance(p);
    return QB_OK;
}

/* One term of the objective. */
static qb_status take_cost(qb_lp_parser *p)
{
    double coefficient = qb_lp_take_signs(p);
    bool number = p->now.kind == QB_LP_NUMBER;
    if (qb_lp_at_symbol(p, '[')) {
        qb_lp_advance(p);
        return take_bracket(p, coefficient);
    }
    if (number) {
        coefficient *= p->now.number;
        qb_lp_advance(p);
        if (qb_lp_at_symbol(p, '*')) {
            qb_lp_advance(p);
        } else if (p->now.kind != QB_LP_NAME) {
            p->draft.constant += coefficient;
            return QB_OK;
        }
    }
    uint32_t column;
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_status status = qb_lp_take_variable(p, &column);
    return status == QB_OK
               ? qb_mip_draft_add_cost(&p->draft, &place, column, coefficient, p->source->sum_duplicates)
               : status;
}

qb_status qb_lp_take_objective(qb_lp_parser *p)
{
    if (p->now.kind != QB_LP_SECTION ||
        (p->now.section != QB_LP_MINIMISE && p->now.section != QB_LP_MAXIMISE))
        return qb_lp_expected(p, "Minimize or Maximize");
    p->draft.sense = p->now.section == QB_LP_MINIMISE ? QB_MINIMISE : QB_MAXIMISE;
    qb_lp_advance(p);
    (void)qb_lp_take_label(p);
    qb_status status = QB_OK;
    for (bool first = true; status == QB_OK && p->now.kind != QB_LP_SECTION; first = false)
        status = first || qb_lp_at_sign(p) ? take_cost(p) : qb_lp_expected(p, "+, - or the next section");
    return status;
}

/* ---- Rows ---------------------------------------------------------------------------------------------- */

static qb_status add_label(qb_lp_parser *p, uint32_t row, qb_token label)
{
    if (row >= p->label_capacity) {
        uint32_t capacity = row * 2 + 64;
        qb_token *grown = qb_realloc(p->label, p->label_capacity, capacity, sizeof *grown);
        if (!grown)
            return qb_lp_no_memory(p);
        p->label = grown;
        p->label_capacity = capacity;
    }
    p->label[row] = label;
    if (label.length == 0)
        return QB_OK;
    uint32_t number, known = p->labels.count;
    if (qb_names_add(&p->labels, label, &number) != QB_OK)
        return qb_lp_no_memory(p);
    if (number < known) {
        char quote[QB_QUOTE_TEXT];
        return qb_scan_fail_at(&p->scan, p->now.line, "a second row '%s'", qb_scan_quote(label, quote));
    }
    return QB_OK;
}

/* `number relation` in front of a row; *relation stays 0 when there is none. */
static qb_status take_left_side(qb_lp_parser *p, double *left, char *relation)
{
    if (!qb_lp_at_sign(p) && !qb_lp_at_infinity(p) && p->now.kind != QB_LP_NUMBER)
        return QB_OK;
    qb_lp_parser ahead = *p;
    double value;
    (void)qb_lp_take_signs(&ahead);
    if (ahead.now.kind != QB_LP_NUMBER && !qb_lp_at_infinity(&ahead))
        return QB_OK;
    qb_lp_advance(&ahead);
    if (ahead.now.kind != QB_LP_RELATION)
        return QB_OK;
    qb_status status = qb_lp_take_value(p, &value);
    *left = value;
    *relation = p->now.symbol;
    qb_lp_advance(p);
    return status;
}

static qb_status take_term(qb_lp_parser *p, uint32_t row)
{
    double coefficient = qb_lp_take_signs(p);
    uint32_t column;
    if (qb_lp_at_symbol(p, '['))
        return qb_scan_fail_at(&p->scan, p->now.line, "quadratic constraints are not supported");
    if (p->now.kind == QB_LP_NUMBER) {
        coefficient *= p->now.number;
        qb_lp_advance(p);
        if (qb_lp_at_symbol(p, '*'))
            qb_lp_advance(p);
    }
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_status status = qb_lp_take_variable(p, &column);
    return status == QB_OK ? qb_mip_draft_add_entry(&p->draft, &place, row, column, coefficient) : status;
}

/* value relation row, as seen from the row's left. */
static void set_side(qb_draft_row *row, double value, char relation, bool from_left)
{
    if (relation == '=')
        row->lower = row->upper = value;
    else if ((relation == '<') == from_left)
        row->lower = value;
    else
        row->upper = value;
}

static qb_status take_row(qb_lp_parser *p)
{
    uint32_t row;
    double left = 0, right = 0;
    char left_relation = 0, relation = 0;
    qb_scan place = p->scan;
    place.line = p->now.line;
    qb_token label = qb_lp_take_label(p);
    qb_status status = qb_mip_draft_add_row(&p->draft, &place, &row);
    if (status != QB_OK || (status = add_label(p, row, label)) != QB_OK ||
        (status = take_left_side(p, &left, &left_relation)) != QB_OK)
        return status;
    for (bool first = true; status == QB_OK && (first || qb_lp_at_sign(p)); first = false)
        status = take_term(p, row);
    if (status == QB_OK && qb_lp_at_symbol(p, ':'))
        return qb_lp_expected(p, "a term");
    if (status == QB_OK && p->now.kind == QB_LP_RELATION) {
        relation = p->now.symbol;
        qb_lp_advance(p);
        if (qb_lp_at_symbol(p, '>') || (p->now.kind == QB_LP_RELATION))
            return qb_lp_expected(p, "a number");
        status = qb_lp_take_value(p, &right);
    } else if (status == QB_OK && !left_relation) {
        return qb_lp_expected(p, "<=, >= or =");
    }
    if (status != QB_OK)
        return status;
    if (left_relation && relation && (left_relation != relation || relation == '='))
        return qb_scan_fail_at(&p->scan, place.line, "the two relations of a range do not agree");
    if (left_relation)
        set_side(&p->draft.row[row], left, left_relation, true);
    if (relation)
        set_side(&p->draft.row[row], right, relation, false);
    return QB_OK;
}

qb_status qb_lp_take_rows(qb_lp_parser *p)
{
    qb_status status = QB_OK;
    while (status == QB_OK && p->now.kind != QB_LP_SECTION && p->now.kind != QB_LP_END)
        status = take_row(p);
    return status;
}
