#include "tests/run/misbehaving/misbehaving.h"

#include <math.h>
#include <string.h>

static qb_status boasts(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    misbehaving_publish(model, budget, 2, -3); /* it is -2 */
    return QB_OK;
}
MISBEHAVING(misbehaving_boasts, QB_TAKES_QUBO, boasts)

static qb_status false_bound(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 2, -2);
    qb_budget_bound(budget, -1);
    return QB_OK;
}
MISBEHAVING(misbehaving_false_bound, QB_TAKES_QUBO, false_bound)

static qb_status false_infeasible(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 2, -2);
    qb_budget_infeasible(budget);
    return QB_OK;
}
MISBEHAVING(misbehaving_false_infeasible, QB_TAKES_QUBO, false_infeasible)

/* Not even bits. */
static qb_status garbage(const qb_model *model, qb_budget *budget)
{
    uint8_t x[4096];
    memset(x, 0xd6, sizeof x);
    qb_budget_incumbent(budget, x, -1e9);
    x[0] = 7;
    qb_budget_incumbent(budget, x, -NAN);
    qb_budget_sample(budget, x, INFINITY, UINT64_MAX);
    qb_budget_detail_text(budget, "text", "\xff\xfe\"}{");
    qb_budget_detail(budget, "not a key", NAN);
    (void)model;
    return QB_OK;
}
MISBEHAVING(misbehaving_garbage, QB_TAKES_QUBO, garbage)

static qb_status nan_columns(const qb_model *model, qb_budget *budget)
{
    double x[4096];
    for (uint32_t k = 0; k < 4096; k++)
        x[k] = NAN;
    misbehaving_publish(model, budget, 1, -1);
    qb_budget_incumbent_mip(budget, x, -1e9);
    return QB_OK;
}
MISBEHAVING(misbehaving_nan_columns, QB_TAKES_MIP | QB_TAKES_QUADRATIC, nan_columns)
