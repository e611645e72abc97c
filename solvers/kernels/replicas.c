#include "solvers/kernels/replicas.h"
#include "harness/base/memory.h"
#include "solvers/kernels/replicas_kernel.h"
#include "solvers/kernels/simd.h"

#include <string.h>

#define PART 4096 /* variables and couplings of one */

const qb_replica_tier *qb_replica_tier_selected(void)
{
#if defined(__x86_64__)
    switch (qb_simd_tier()) {
    case QB_SIMD_AVX512:
        return &qb_replicas_avx512;
    case QB_SIMD_AVX2:
        return &qb_replicas_avx2;
    default:
        break;
    }
#endif
    return &qb_replicas_portable;
}

uint32_t qb_replica_part(const qb_qubo *q, uint32_t from)
{
    uint32_t to = from + 1;
    while (to < q->n && to - from + q->start[to + 1] - q->start[from] <= PART)
        to++;
    return to;
}

/* J of coupling k and h of spin i, as the head comment has them. */
static double coupling_of(const qb_qubo *q, uint64_t k)
{
    return (q->sense == QB_MINIMISE ? -0.25 : 0.25) * qb_qubo_weight(q, k);
}

static double field_of(const qb_qubo *q, uint32_t i)
{
    double sum = 0;
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        sum += coupling_of(q, k);
    return (q->sense == QB_MINIMISE ? -0.5 : 0.5) * qb_qubo_linear(q, i) + sum;
}

qb_status qb_replica_form_open(const qb_qubo *q, double factor, qb_replica_form *form, qb_diag *diag)
{
    *form = (qb_replica_form){.model = q, .weight = QB_NEW(float, q->nonzeros), .field = QB_NEW(float, q->n)};
    if (!form->weight || !form->field)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for replicas of %u variables", q->n);
    for (uint32_t i = 0; i < q->n; i++)
        form->field[i] = (float)(factor * field_of(q, i));
    for (uint64_t k = 0; k < q->nonzeros; k++)
        form->weight[k] = (float)(factor * coupling_of(q, k));
    return QB_OK;
}

void qb_replica_form_close(qb_replica_form *form)
{
    qb_free(form->weight);
    qb_free(form->field);
    *form = (qb_replica_form){0};
}

void qb_replica_squares(const qb_qubo *q, double *couplings, double *fields)
{
    *couplings = *fields = 0;
    for (uint64_t k = 0; k < q->nonzeros; k++)
        *couplings += coupling_of(q, k) * coupling_of(q, k);
    for (uint32_t i = 0; i < q->n; i++)
        *fields += field_of(q, i) * field_of(q, i);
}

/* Charges for variables from..to, seen in every replica. */
static bool charge(const qb_qubo *q, uint32_t from, uint32_t to, qb_budget *budget)
{
    return qb_budget_spend(budget, QB_REPLICAS * (to - from + q->start[to] - q->start[from]));
}

qb_status qb_replica_forces(const qb_replica_form *form, const qb_replica_row *z, bool signs,
                            qb_replica_row *force, qb_budget *budget)
{
    const qb_replica_tier *tier = qb_replica_tier_selected();
    for (uint32_t from = 0, to; from < form->model->n; from = to) {
        to = qb_replica_part(form->model, from);
        if (!charge(form->model, from, to, budget))
            return QB_STOPPED;
        tier->forces(form, z, signs, force, from, to);
    }
    return QB_OK;
}

qb_status qb_replica_energies(const qb_qubo *q, const qb_replica_row *spin, double *energy, qb_budget *budget)
{
    const qb_replica_tier *tier = qb_replica_tier_selected();
    memset(energy, 0, QB_REPLICAS * sizeof *energy);
    for (uint32_t from = 0, to; from < q->n; from = to) {
        to = qb_replica_part(q, from);
        if (!charge(q, from, to, budget))
            return QB_STOPPED;
        tier->energies(q, spin, energy, from, to);
    }
    for (uint32_t r = 0; r < QB_REPLICAS; r++)
        energy[r] /= 2;
    return QB_OK;
}

uint32_t qb_replica_best(const qb_qubo *model, const double *energy)
{
    double sign = model->sense == QB_MINIMISE ? 1 : -1;
    uint32_t best = 0;
    for (uint32_t r = 1; r < QB_REPLICAS; r++)
        if (sign * energy[r] < sign * energy[best])
            best = r;
    return best;
}

void qb_replica_state(const qb_replica_row *spin, uint32_t n, uint32_t replica, uint8_t *x)
{
    for (uint32_t i = 0; i < n; i++) {
        int32_t bits;
        memcpy(&bits, &spin[i].of[replica], sizeof bits);
        x[i] = bits >= 0;
    }
}

/* Offers a replica of value `energy`, whose state is left in x, where it is better than *best. */
static qb_status offer(const qb_qubo *model, double energy, double *best, const uint8_t *x, qb_budget *budget)
{
    *best = energy;
    return qb_budget_incumbent(budget, x, model->integral ? energy : qb_qubo_energy(model, x));
}

static bool is_better(const qb_qubo *model, double energy, double best)
{
    double sign = model->sense == QB_MINIMISE ? 1 : -1;
    return !(sign * energy >= sign * best);
}

qb_status qb_replica_publish(const qb_qubo *model, const qb_replica_row *spin, double *best, uint8_t *x,
                             qb_budget *budget)
{
    double energy[QB_REPLICAS];
    if (qb_budget_limits_samples(budget))
        return QB_OK;
    qb_status status = qb_replica_energies(model, spin, energy, budget);
    if (status)
        return status;
    uint32_t replica = qb_replica_best(model, energy);
    if (!is_better(model, energy[replica], *best))
        return QB_OK;
    qb_replica_state(spin, model->n, replica, x);
    return offer(model, energy[replica], best, x, budget);
}

qb_status qb_replica_return(const qb_qubo *model, const qb_replica_row *spin, double *best, uint8_t *x,
                            qb_budget *budget)
{
    double energy[QB_REPLICAS];
    if (!qb_budget_limits_samples(budget) && !qb_budget_keeps_samples(budget))
        return qb_budget_spend_samples(budget, QB_REPLICAS) ? QB_OK : QB_STOPPED;
    qb_status status = qb_replica_energies(model, spin, energy, budget);
    for (uint32_t r = 0; r < QB_REPLICAS && !status; r++) {
        qb_replica_state(spin, model->n, r, x);
        status = qb_budget_sample(budget, x, energy[r], 1);
        if (!status && is_better(model, energy[r], *best))
            status = offer(model, energy[r], best, x, budget);
        if (!status && !qb_budget_spend_samples(budget, 1))
            status = QB_STOPPED;
    }
    return status;
}
