#include "harness/run/parameter_grid.h"

#include "harness/base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 4, NUMBERS = 2 * STEPS + 1 };

/* The k-th candidate: a factor of two each around a default, of four each above a rule. */
static double candidate(const qb_param *p, double middle, int k)
{
    double x = middle > 0 ? ldexp(middle, k - STEPS) : k ? ldexp(1, 2 * (k - 1)) : 0;
    return p->type == QB_PARAM_uint ? floor(x + 0.5) : x;
}

/* Ascending, in the parameter's range; returns how many. */
static uint32_t numbers(const qb_param *p, double value[NUMBERS])
{
    double middle = 0;
    uint32_t count = 0;
    if (!qb_parse_double(p->fallback, strlen(p->fallback), &middle) || middle < 0 ||
        (middle == 0 && p->type != QB_PARAM_uint))
        return 0;
    for (int k = 0; k < NUMBERS; k++) {
        double x = candidate(p, middle, k);
        if (x >= p->least && x <= p->greatest && (!count || x > value[count - 1]))
            value[count++] = x;
    }
    return count;
}

static uint32_t words(const char *values)
{
    uint32_t count = 1;
    for (; *values; values++)
        count += *values == '|';
    return count;
}

uint32_t qb_grid_count(const qb_param *param)
{
    double value[NUMBERS];
    switch (param->type) {
    case QB_PARAM_uint:
    case QB_PARAM_real:
        return numbers(param, value);
    case QB_PARAM_flag:
        return 2;
    case QB_PARAM_choice:
        return words(param->values);
    case QB_PARAM_list:
    case QB_PARAM_text:
        return 0;
    }
    return 0;
}

const char *qb_grid_value(const qb_param *param, uint32_t k, char *buffer, size_t size)
{
    double value[NUMBERS];
    char text[QB_DOUBLE_TEXT];
    const char *word = param->type == QB_PARAM_flag ? "off|on" : param->values;
    if (param->type == QB_PARAM_uint || param->type == QB_PARAM_real) {
        (void)numbers(param, value);
        (void)snprintf(buffer, size, "%s", qb_double_text(value[k], text));
        return buffer;
    }
    for (; k; k--)
        word += strcspn(word, "|") + 1;
    (void)snprintf(buffer, size, "%.*s", (int)strcspn(word, "|"), word);
    return buffer;
}

bool qb_grid_any(const qb_solver *solver)
{
    for (size_t k = 0; k < solver->param_count; k++)
        if (qb_grid_count(&solver->params[k]) > 1)
            return true;
    return false;
}

void qb_grid_draw(const qb_solver *solver, qb_rng *rng, void *params)
{
    char value[QB_PARAM_TEXT];
    for (size_t k = 0; k < solver->param_count; k++) {
        const qb_param *p = &solver->params[k];
        uint32_t count = qb_grid_count(p);
        bool keeps = qb_rng_uniform(rng) < 0.5;
        uint64_t place =
            count > 1 ? qb_rng_below(rng, count) : 0; /* drawn in any case: streams stay aligned */
        if (count > 1 && !keeps)
            (void)qb_params_set(solver, params, p->name,
                                qb_grid_value(p, (uint32_t)place, value, sizeof value), NULL);
    }
}

static bool is_on_edge(const qb_param *p, const char *text)
{
    double value[NUMBERS], x;
    uint32_t count = p->type == QB_PARAM_uint || p->type == QB_PARAM_real ? numbers(p, value) : 0;
    if (count < 2 || !qb_parse_double(text, strlen(text), &x))
        return false;
    return (x == value[0] && x > p->least) || (x == value[count - 1] && x < p->greatest);
}

const char *qb_grid_edge(const qb_solver *solver, const char *values)
{
    qb_json *root = NULL;
    const char *edge = NULL;
    if (qb_json_parse("parameters", values, strlen(values), &root, NULL) != QB_OK)
        return NULL;
    for (size_t k = 0; k < solver->param_count && !edge; k++) {
        const char *text = qb_json_text(qb_json_get(root, solver->params[k].name));
        if (text && is_on_edge(&solver->params[k], text))
            edge = solver->params[k].name;
    }
    qb_json_free(root);
    return edge;
}
