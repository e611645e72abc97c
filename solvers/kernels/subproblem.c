#include "solvers/kernels/subproblem.h"

#include "harness/base/memory.h"

#define PAIRS (QB_SUBPROBLEM_VARIABLES * (QB_SUBPROBLEM_VARIABLES - 1) / 2)

qb_status qb_subproblem_open(const qb_qubo *model, qb_subproblem *sub, qb_diag *diag)
{
    sub->model = model;
    sub->place = QB_NEW(uint8_t, model->n);
    return sub->place ? QB_OK
                      : qb_fail(diag, QB_NO_MEMORY, "out of memory for parts of %u variables", model->n);
}

void qb_subproblem_close(qb_subproblem *sub)
{
    qb_free(sub->place);
    sub->place = NULL;
}

/* Couplings of a member that come after it are summed up by place, so that pairs come out sorted. */
static uint32_t add_row(const qb_subproblem *sub, uint32_t a, uint32_t i, const uint8_t *x, double *linear,
                        uint32_t count, qb_pair *pair)
{
    const qb_qubo *q = sub->model;
    double weight[QB_SUBPROBLEM_VARIABLES] = {0};
    uint32_t pairs = 0;
    linear[a] = qb_qubo_linear(q, i);
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
        uint32_t j = q->neighbour[k], place = sub->place[j];
        if (place)
            weight[place - 1] = qb_qubo_weight(q, k);
        else if (x[j])
            linear[a] += qb_qubo_weight(q, k);
    }
    for (uint32_t b = a + 1; b < count; b++)
        if (weight[b] != 0)
            pair[pairs++] = (qb_pair){a, b, weight[b]};
    return pairs;
}

qb_status qb_subproblem_clamp(qb_subproblem *sub, uint32_t count, const uint32_t *member, const uint8_t *x,
                              qb_budget *budget, qb_qubo *part, qb_diag *diag)
{
    const qb_qubo *q = sub->model;
    double linear[QB_SUBPROBLEM_VARIABLES];
    qb_pair pair[PAIRS];
    uint32_t pairs = 0;
    qb_status status = QB_OK;
    for (uint32_t a = 0; a < count; a++)
        sub->place[member[a]] = (uint8_t)(a + 1);
    for (uint32_t a = 0; a < count && !status; a++) {
        uint32_t i = member[a];
        pairs += add_row(sub, a, i, x, linear, count, pair + pairs);
        if (!qb_budget_spend(budget, 1 + q->start[i + 1] - q->start[i] + count))
            status = QB_STOPPED;
    }
    for (uint32_t a = 0; a < count; a++)
        sub->place[member[a]] = 0;
    return status ? status : qb_qubo_build(q->sense, 0, 1, count, linear, pairs, pair, part, diag);
}
