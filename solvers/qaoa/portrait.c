#define _GNU_SOURCE
#include "solvers/qaoa/portrait.h"

#include "harness/base/memory.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979312

static int ascending(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return (*p > *q) - (*p < *q);
}

static uint64_t count_distinct(const double *value, uint64_t count)
{
    uint64_t distinct = 0;
    for (uint64_t k = 0; k < count; k++)
        distinct += k == 0 || value[k] > value[k - 1];
    return distinct;
}

void portrait_shots(double *value, uint64_t count, qb_budget *budget)
{
    double shown[PORTRAIT_VALUES], often[PORTRAIT_VALUES];
    uint32_t rows = 0;
    if (!count)
        return;
    qsort(value, count, sizeof *value, ascending);
    double part = (value[count - 1] - value[0]) / PORTRAIT_VALUES, low = value[0];
    if (count_distinct(value, count) > PORTRAIT_VALUES)
        for (uint64_t k = 0; k < count; k++)
            value[k] = low + part * (fmin(floor((value[k] - low) / part), PORTRAIT_VALUES - 1) + 0.5);
    for (uint64_t k = 0; k < count; k++) {
        if (k == 0 || value[k] > value[k - 1]) {
            shown[rows] = value[k];
            often[rows++] = 0;
        }
        often[rows - 1]++;
    }
    qb_budget_detail_list(budget, "shot_values", shown, rows);
    qb_budget_detail_list(budget, "shot_counts", often, rows);
}

qb_status portrait_landscape(qb_qaoa *state, double unit, uint32_t side, const qb_qaoa_path *path,
                             qb_budget *budget, qb_diag *diag)
{
    double gammas[] = {0, PI / 2 * unit}, betas[] = {-PI / 4, PI / 4};
    double *value = QB_NEW(double, (size_t)side *side);
    qb_status status = value ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "out of memory for a landscape");
    for (uint32_t k = 0; k < side * side && !status; k++) {
        double gamma = gammas[1] * (k % side) / (side - 1.0);
        double beta = betas[0] + (betas[1] - betas[0]) * (k / side) / (side - 1.0);
        status = qb_qaoa_evolve(state, 1, &gamma, &beta, budget, &value[k]);
        if (!status)
            value[k] = nearbyint(value[k] * 1e6) / 1e6;
    }
    if (!status) {
        qb_budget_detail_list(budget, "landscape_values", value, side * side);
        qb_budget_detail_list(budget, "landscape_gamma", gammas, 2);
        qb_budget_detail_list(budget, "landscape_beta", betas, 2);
        qb_budget_detail_list(budget, "path_gammas", path->gammas, path->count);
        qb_budget_detail_list(budget, "path_betas", path->betas, path->count);
    }
    qb_free(value);
    return status;
}
