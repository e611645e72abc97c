#include "solvers/kernels/spin.h"
#include "solvers/kernels/rows.h"
#include "solvers/kernels/units.h"

#include <stdlib.h>

#define SPIN_GREATEST 0x1p58 /* 4 |E| then fits in 62 bits */

/* sign h_i before the unit is taken out: |.| <= 2^33 by the model's contract. */
static int64_t raw_field(const qb_qubo *q, uint32_t i)
{
    int64_t field = 2 * (int64_t)q->int_linear[i];
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        field += q->int_weight[k];
    return field;
}

int64_t qb_spins_field(const qb_spins *s, uint32_t i)
{
    return s->sign * raw_field(s->model, i) / s->unit;
}

qb_status qb_spins_of(const qb_qubo *q, qb_spins *spins, qb_budget *budget, qb_diag *diag)
{
    if (!q->integral)
        return qb_fail(diag, QB_REFUSED, "the model's coefficients are not integers");
    if (q->magnitude > SPIN_GREATEST)
        return qb_fail(diag, QB_REFUSED, "the model's coefficients are too large to add up in 64 bits");
    qb_spins s = {.model = q, .sign = q->sense == QB_MINIMISE ? 1 : -1};
    int64_t twice_pairs = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        if (!qb_rows_spend(budget, q, i))
            return QB_STOPPED;
        int64_t field = llabs(raw_field(q, i)), strength = field;
        s.unit = qb_common_divisor(s.unit, field);
        s.constant += 2 * (int64_t)q->int_linear[i];
        s.magnitude += 2 * field;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            int64_t weight = llabs((int64_t)q->int_weight[k]);
            s.unit = qb_common_divisor(s.unit, weight);
            twice_pairs += q->int_weight[k];
            s.coupling = weight > s.coupling ? weight : s.coupling;
            s.magnitude += weight;
            strength += weight;
        }
        s.bound = strength > s.bound ? strength : s.bound;
    }
    if (!s.unit)
        s.unit = 1;
    s.constant = s.sign * (s.constant + twice_pairs / 2);
    s.bound /= s.unit;
    s.coupling /= s.unit;
    s.magnitude /= 2 * s.unit;
    *spins = s;
    return QB_OK;
}
