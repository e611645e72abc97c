#include "solvers/kernels/bifurcation.h"
#include "harness/base/memory.h"
#include "solvers/kernels/lanczos.h"
#include "solvers/kernels/replicas_kernel.h"

#include <math.h>

#define START  0.1 /* positions and momenta at first */
#define STABLE 1.4 /* dt times the stiffest frequency; the integrator bears 2, jumps of sign less */

/* c of the head comment, per unit of `coupling`. */
static double coupling_scale(const qb_qubo *q)
{
    double couplings, fields;
    qb_replica_squares(q, &couplings, &fields);
    double others = q->n - (fields > 0 ? 0.0 : 1.0), sum = couplings + 2 * fields;
    return sum > 0 ? sqrt(others / sum) : 1;
}

/* The step that the header has for dt 0. */
static qb_status choose_step(qb_bifurcation *b, qb_budget *budget, qb_diag *diag)
{
    double least;
    qb_status status = qb_lanczos_least(&b->form, &b->rng, &least, budget, diag);
    if (!status)
        b->dt = (float)(STABLE / sqrt(1 - least));
    return status;
}

qb_status qb_bifurcation_open(const qb_qubo *q, bool discrete, double dt, double coupling, uint64_t seed,
                              qb_bifurcation *b, qb_budget *budget, qb_diag *diag)
{
    *b = (qb_bifurcation){.discrete = discrete, .dt = (float)dt, .scale = coupling * coupling_scale(q)};
    qb_rng_init(&b->rng, seed, 0);
    qb_status status = qb_replica_form_open(q, b->scale, &b->form, diag);
    if (!status && !(dt > 0))
        status = choose_step(b, budget, diag);
    b->x = QB_NEW(qb_replica_row, q->n);
    b->y = QB_NEW(qb_replica_row, q->n);
    b->force = QB_NEW(qb_replica_row, q->n);
    if (!status && (!b->x || !b->y || !b->force))
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for oscillators of %u variables", q->n);
    return status;
}

void qb_bifurcation_close(qb_bifurcation *b)
{
    qb_replica_form_close(&b->form);
    qb_free(b->x);
    qb_free(b->y);
    qb_free(b->force);
}

void qb_bifurcation_start(qb_bifurcation *b)
{
    for (uint32_t i = 0; i < b->form.model->n; i++)
        for (uint32_t r = 0; r < QB_REPLICAS; r++) {
            b->x[i].of[r] = (float)(START * (2 * qb_rng_uniform(&b->rng) - 1));
            b->y[i].of[r] = (float)(START * (2 * qb_rng_uniform(&b->rng) - 1));
        }
}

qb_status qb_bifurcation_run(qb_bifurcation *b, uint64_t from, uint64_t to, uint64_t steps, qb_budget *budget)
{
    const qb_replica_tier *tier = qb_replica_tier_selected();
    for (uint64_t step = from; step < to; step++) {
        qb_status status = qb_replica_forces(&b->form, b->x, b->discrete, b->force, budget);
        if (status)
            return status;
        tier->bifurcation_move(b, (float)(1 - (double)(step + 1) / (double)steps));
    }
    return QB_OK;
}
