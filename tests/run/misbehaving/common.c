#include "harness/base/memory.h"
#include "tests/run/misbehaving/misbehaving.h"

qb_status misbehaving_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **state, qb_diag *diag)
{
    (void)params;
    (void)seed;
    (void)budget;
    (void)diag;
    const qb_model **kept = QB_NEW(const qb_model *, 1);
    if (!kept)
        return QB_NO_MEMORY;
    *kept = model;
    *state = kept;
    return QB_OK;
}

void misbehaving_free(void *state)
{
    qb_free(state);
}

qb_status misbehaving_publish(const qb_model *model, qb_budget *budget, uint32_t ones, double claimed)
{
    uint32_t n = model->qubo ? model->qubo->n : model->mip->columns;
    uint8_t *bits = QB_NEW(uint8_t, n);
    double *columns = QB_NEW(double, n);
    qb_status status = QB_NO_MEMORY;
    if (bits && columns) {
        for (uint32_t i = 0; i < n && i < ones; i++)
            columns[i] = bits[i] = 1;
        status = model->qubo ? qb_budget_incumbent(budget, bits, claimed)
                             : qb_budget_incumbent_mip(budget, columns, claimed);
    }
    qb_free(bits);
    qb_free(columns);
    return status;
}
