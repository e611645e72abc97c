#define _GNU_SOURCE
#include "solvers/kernels/qaoa_train.h"

#include "harness/base/memory.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

typedef struct trainer {
    const qb_qaoa_training *training;
    qb_budget *budget;
    nlopt_opt method;
    double sign;                       /* +1: minimise */
    double *gammas, *betas, *gradient; /* [depth], [depth], [2 depth] scratch */
    double *best;                      /* [2 depth] variables of the best evaluation */
    double best_value;                 /* sign times its expectation */
    uint64_t circuits;
    qb_status status;
} trainer;

static void to_angles(const qb_qaoa_training *t, const double *variables, double *gammas, double *betas)
{
    for (uint32_t l = 0; l < t->depth; l++) {
        gammas[l] = variables[l] * t->unit;
        betas[l] = variables[t->depth + l];
    }
}

static double objective(unsigned count, const double *variables, double *gradient, void *opaque)
{
    trainer *r = opaque;
    const qb_qaoa_training *t = r->training;
    double expectation = 0;
    to_angles(t, variables, r->gammas, r->betas);
    if (gradient)
        r->status = qb_statevector_gradient(t->state, t->depth, r->gammas, r->betas, r->budget, &expectation,
                                            r->gradient, r->gradient + t->depth);
    else
        r->status = qb_statevector_evolve(t->state, t->depth, r->gammas, r->betas, r->budget, &expectation);
    if (r->status) {
        nlopt_force_stop(r->method);
        return r->best_value;
    }
    r->circuits++;
    for (unsigned i = 0; gradient && i < count; i++)
        gradient[i] = r->sign * r->gradient[i] * (i < t->depth ? t->unit : 1);
    double value = r->sign * expectation;
    if (value < r->best_value) {
        r->best_value = value;
        memcpy(r->best, variables, count * sizeof *variables);
    }
    return value;
}

static qb_status run(trainer *r, double *variables, qb_diag *diag)
{
    static const nlopt_algorithm algorithm[] = {[QB_QAOA_LBFGS] = NLOPT_LD_LBFGS,
                                                [QB_QAOA_COBYLA] = NLOPT_LN_COBYLA,
                                                [QB_QAOA_BOBYQA] = NLOPT_LN_BOBYQA};
    const qb_qaoa_training *t = r->training;
    double value;
    r->method = nlopt_create(algorithm[t->optimiser], 2 * t->depth);
    if (!r->method)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the optimiser of the angles");
    nlopt_set_min_objective(r->method, objective, r);
    nlopt_set_maxeval(r->method, (int)t->evaluations);
    nlopt_set_xtol_abs1(r->method, 1e-5);
    nlopt_set_ftol_rel(r->method, 1e-9);
    if (t->optimiser != QB_QAOA_LBFGS)
        nlopt_set_initial_step1(r->method, 0.1);
    nlopt_result result = nlopt_optimize(r->method, variables, &value);
    nlopt_destroy(r->method);
    if (r->status)
        return r->status;
    /* roundoff and the like end a search; what was evaluated stands */
    if (result == NLOPT_OUT_OF_MEMORY)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the optimiser of the angles");
    return QB_OK;
}

qb_status qb_qaoa_train(const qb_qaoa_training *training, double *gammas, double *betas, qb_budget *budget,
                        double *expectation, uint64_t *circuits, qb_diag *diag)
{
    uint32_t depth = training->depth;
    double *block = QB_NEW(double, 8 * (size_t)depth);
    if (!block)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for %u angles", 2 * depth);
    trainer r = {.training = training,
                 .budget = budget,
                 .sign = qb_statevector_diagonal(training->state)->sense == QB_MINIMISE ? 1 : -1,
                 .gammas = block,
                 .betas = block + depth,
                 .gradient = block + 2 * depth,
                 .best = block + 4 * depth,
                 .best_value = INFINITY};
    double *variables = block + 6 * depth;
    for (uint32_t l = 0; l < depth; l++) {
        variables[l] = gammas[l] / training->unit;
        variables[depth + l] = betas[l];
    }
    qb_status status = run(&r, variables, diag);
    if (r.best_value < INFINITY) {
        to_angles(training, r.best, gammas, betas);
        *expectation = r.sign * r.best_value;
    }
    *circuits += r.circuits;
    qb_free(block);
    return status;
}
