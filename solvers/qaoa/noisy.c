#include "solvers/qaoa/noisy.h"

#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"

#include <math.h>

void noisy_add_device(qb_noise *noise, const qb_device *device, const qb_routed *routed, uint32_t layers,
                      uint64_t couplings)
{
    double gates = couplings ? (double)routed->gates_2q / (double)couplings : 0;
    double busy_s = qb_device_shot_seconds(device, routed) - device->reset_s - device->readout_s;
    if (noise->depolarising_1q <= 0)
        noise->depolarising_1q = device->error_1q;
    if (noise->depolarising_2q <= 0)
        noise->depolarising_2q = 1 - qb_anneal_exp_minus(gates * device->error_2q);
    if (noise->readout <= 0)
        noise->readout = device->error_readout;
    if (noise->damping <= 0 && device->t1_s > 0 && layers)
        noise->damping = 1 - qb_anneal_exp_minus(busy_s / layers / device->t1_s);
}

/* Welford's mean and sum of squared deviations. */
static void note(noisy *r, double expectation, double optimum)
{
    r->done++;
    double difference = expectation - r->mean;
    r->mean += difference / r->done;
    r->squares += difference * (expectation - r->mean);
    r->optimum += optimum;
}

qb_status noisy_run(noisy *r, const qb_qaoa *state, uint64_t seed, uint64_t first, uint32_t depth,
                    const double *gammas, const double *betas, uint64_t shots, noisy_shots *take,
                    void *context, qb_budget *budget, qb_diag *diag)
{
    qb_trajectory *t = NULL;
    uint64_t *x = QB_NEW(uint64_t, shots / r->trajectories + 1);
    qb_status status = x ? qb_qaoa_trajectory_open(state, &r->noise, seed, &t, diag) : QB_NO_MEMORY;
    r->done = 0;
    r->mean = r->squares = r->optimum = 0;
    for (uint64_t k = 0; k < r->trajectories && !status; k++) {
        uint64_t count = shots * (k + 1) / r->trajectories - shots * k / r->trajectories;
        double expectation = 0;
        qb_budget_simulation(budget, true);
        status = qb_trajectory_run(t, first + k, depth, gammas, betas, budget, &expectation);
        if (!status) {
            note(r, expectation, qb_qaoa_trajectory_optimum(state, t));
            qb_trajectory_sample(t, count, x);
        }
        qb_budget_simulation(budget, false);
        if (!status)
            status = take(context, x, count);
    }
    qb_trajectory_close(t);
    qb_free(x);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for trajectories") : status;
}

void noisy_tell(const noisy *r, qb_budget *budget)
{
    if (!r->done)
        return;
    qb_budget_detail(budget, "expectation", r->mean);
    qb_budget_detail(budget, "expectation_error",
                     r->done > 1 ? sqrt(r->squares / (r->done - 1.0) / r->done) : NAN);
    qb_budget_detail(budget, "probability_of_optimum", r->optimum / r->done);
    qb_budget_detail(budget, "trajectories", r->done);
    qb_budget_detail(budget, "noise_depolarising_1q", r->noise.depolarising_1q);
    qb_budget_detail(budget, "noise_depolarising_2q", r->noise.depolarising_2q);
    qb_budget_detail(budget, "noise_damping", r->noise.damping);
    qb_budget_detail(budget, "noise_readout", r->noise.readout);
    qb_budget_detail(budget, "noise_over_rotation", r->noise.over_rotation);
}
