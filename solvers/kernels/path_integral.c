#include "solvers/kernels/path_integral.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/replicas_kernel.h"

#include <math.h>

#define COLDEST  1e25 /* beta that stands for infinity: the action stays finite */
#define NO_FIELD 1e-9 /* beta gamma at least: K stays below 11 */

qb_status qb_path_integral_open(const qb_qubo *q, uint64_t seed, qb_path_integral *p, qb_diag *diag)
{
    *p = (qb_path_integral){0};
    qb_lanes_rng_init(&p->rng, seed, 0);
    qb_rng_init(&p->start, seed, 8);
    qb_status status = qb_replica_form_open(q, 1, &p->form, diag);
    p->spin = QB_NEW(qb_replica_row, q->n);
    p->field = QB_NEW(qb_replica_row, q->n);
    if (!status && (!p->spin || !p->field))
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for slices of %u variables", q->n);
    return status;
}

void qb_path_integral_close(qb_path_integral *p)
{
    qb_replica_form_close(&p->form);
    qb_free(p->spin);
    qb_free(p->field);
}

qb_status qb_path_integral_start(qb_path_integral *p, const uint8_t *x, qb_budget *budget)
{
    for (uint32_t i = 0; i < p->form.model->n; i++) {
        uint64_t up = x ? x[i] ? UINT64_MAX : 0 : qb_rng_next(&p->start);
        for (uint32_t r = 0; r < QB_REPLICAS; r++)
            p->spin[i].of[r] = up >> r & 1 ? 1 : -1;
    }
    return qb_path_integral_refresh(p, budget);
}

qb_status qb_path_integral_refresh(qb_path_integral *p, qb_budget *budget)
{
    return qb_replica_forces(&p->form, p->spin, false, p->field, budget);
}

/* 4 K of the head comment. */
static double bond_of(double beta, double gamma)
{
    double e = qb_anneal_exp_minus(2 * fmax(beta * gamma, NO_FIELD));
    return gamma > 0 ? 2 * qb_anneal_ln((1 + e) / (1 - e)) : 0;
}

static qb_status sweep(qb_path_integral *p, uint64_t (*pass)(qb_path_integral *, uint32_t, uint32_t),
                       qb_budget *budget)
{
    const qb_qubo *q = p->form.model;
    for (uint32_t from = 0; from < q->n;) {
        uint32_t to = qb_replica_part(q, from);
        uint64_t touched = pass(p, from, to);
        if (!qb_budget_spend(budget, QB_REPLICAS * (to - from + touched)))
            return QB_STOPPED;
        from = to;
    }
    return QB_OK;
}

qb_status qb_path_integral_run(qb_path_integral *p, double beta, double gamma, uint32_t sweeps,
                               qb_budget *budget)
{
    const qb_replica_tier *tier = qb_replica_tier_selected();
    qb_status status = QB_OK;
    p->beta = (float)fmin(beta, COLDEST);
    p->bond = (float)bond_of(beta, gamma);
    for (uint32_t k = 0; k < sweeps && !status; k++) {
        status = sweep(p, tier->path_slices, budget);
        if (!status && gamma > 0)
            status = sweep(p, tier->path_lines, budget);
    }
    return status;
}
