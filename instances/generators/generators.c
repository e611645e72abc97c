/* The registry of families, and their parameters. */
#include "harness/base/text.h"
#include "instances/generators/generator.h"

#include <math.h>
#include <string.h>

extern const qb_generator qb_generator_assignment, qb_generator_erdos_renyi, qb_generator_knapsack,
    qb_generator_market_split, qb_generator_palubeckis, qb_generator_planted_ising, qb_generator_pm1_torus,
    qb_generator_portfolio, qb_generator_prompt_routing, qb_generator_random_qubo,
    qb_generator_regular_maxcut, qb_generator_sk;

const qb_generator *const qb_generators[] = {
    &qb_generator_random_qubo,
    &qb_generator_palubeckis,
    &qb_generator_regular_maxcut,
    &qb_generator_erdos_renyi,
    &qb_generator_sk,
    &qb_generator_pm1_torus,
    &qb_generator_planted_ising,
    &qb_generator_knapsack,
    &qb_generator_market_split,
    &qb_generator_assignment,
    &qb_generator_prompt_routing,
    &qb_generator_portfolio,
    NULL,
};

const qb_generator *qb_generator_find(const char *name)
{
    for (const qb_generator *const *g = qb_generators; *g; g++)
        if (strcmp((*g)->name, name) == 0)
            return *g;
    return NULL;
}

void qb_generator_default(const qb_generator *generator, double *value)
{
    for (size_t k = 0; k < generator->param_count; k++)
        value[k] = generator->params[k].fallback;
}

static qb_status check(const qb_generator *generator, const qb_generator_param *param, double number,
                       qb_diag *diag)
{
    if (!(number >= param->least && number <= param->greatest) ||
        (param->integer && nearbyint(number) != number))
        return qb_fail(diag, QB_BAD_INPUT, "%s: '%s' is %s%g to %g, not %g", generator->name, param->name,
                       param->integer ? "an integer from " : "", param->least, param->greatest, number);
    return QB_OK;
}

qb_status qb_generator_set(const qb_generator *generator, double *value, const char *key, double number,
                           qb_diag *diag)
{
    qb_nearest near = {.word = key};
    for (size_t k = 0; k < generator->param_count; k++) {
        const qb_generator_param *param = &generator->params[k];
        if (strcmp(param->name, key) == 0) {
            qb_status status = check(generator, param, number, diag);
            if (status == QB_OK)
                value[k] = number;
            return status;
        }
        qb_nearest_offer(&near, param->name);
    }
    char hint[QB_HINT_TEXT];
    return qb_fail(diag, QB_BAD_INPUT, "%s has no parameter '%s'%s", generator->name, key,
                   qb_nearest_hint(&near, hint));
}

qb_status qb_generate(const qb_generator *generator, const double *value, uint64_t seed, qb_problem *problem,
                      qb_generated *generated, qb_diag *diag)
{
    for (size_t k = 0; k < generator->param_count; k++) {
        qb_status status = check(generator, &generator->params[k], value[k], diag);
        if (status != QB_OK)
            return status;
    }
    qb_text name = {0};
    qb_generated known = {0};
    qb_text_appendf(&name, "%s-", generator->name);
    qb_text_append_double(&name, value[0]);
    qb_text_appendf(&name, "-%llu", (unsigned long long)seed);
    qb_status status = name.status != QB_OK
                           ? qb_fail(diag, QB_NO_MEMORY, "out of memory")
                           : generator->generate(value, seed, qb_text_get(&name), problem, &known, diag);
    qb_text_clear(&name);
    if (status == QB_OK && generated)
        *generated = known;
    return status;
}
