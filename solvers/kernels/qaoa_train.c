#define _GNU_SOURCE
#include "solvers/kernels/qaoa_train.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/phase.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

#define DISPLACEMENT 0.3          /* standard deviation, in natural units, of the starts after the first */
#define NOISE_STREAM (1ull << 62) /* beyond those of shots */

typedef struct trainer {
    const qb_qaoa_training *training;
    qb_budget *budget;
    nlopt_opt method;
    uint32_t terms;                    /* variables of gamma, and of beta */
    double sign;                       /* +1: minimise */
    double *gammas, *betas, *gradient; /* [depth], [depth], [2 depth] scratch */
    double *best;                      /* [2 terms] variables of the best evaluation */
    double best_value;                 /* sign times its objective */
    uint64_t evaluations;
    qb_status status;
} trainer;

/* ---------------------------------------------------------------------------------------------- variables */

/* The weights of amplitude k in layer l of a Fourier series: sine for gamma, cosine for beta. */
static void weights_of(uint32_t depth, uint32_t k, uint32_t l, double *sine, double *cosine)
{
    qb_cos_sin((k + 0.5) * (l + 0.5) * (M_PI / depth), cosine, sine);
}

void qb_qaoa_fourier(uint32_t terms, const double *u, const double *v, double unit, uint32_t depth,
                     double *gammas, double *betas)
{
    for (uint32_t l = 0; l < depth; l++) {
        gammas[l] = betas[l] = 0;
        for (uint32_t k = 0; k < terms; k++) {
            double sine, cosine;
            weights_of(depth, k, l, &sine, &cosine);
            gammas[l] += unit * u[k] * sine;
            betas[l] += v[k] * cosine;
        }
    }
}

static void to_angles(const qb_qaoa_training *t, const double *variables, double *gammas, double *betas)
{
    if (t->terms) {
        qb_qaoa_fourier(t->terms, variables, variables + t->terms, t->unit, t->depth, gammas, betas);
        return;
    }
    for (uint32_t l = 0; l < t->depth; l++) {
        gammas[l] = variables[l] * t->unit;
        betas[l] = variables[t->depth + l];
    }
}

/* Derivatives by the variables, from those by the angles (gammas, then betas). */
static void chain_rule(const qb_qaoa_training *t, double sign, const double *by_angle, double *by_variable)
{
    uint32_t depth = t->depth;
    if (!t->terms) {
        for (uint32_t l = 0; l < 2 * depth; l++)
            by_variable[l] = sign * by_angle[l] * (l < depth ? t->unit : 1);
        return;
    }
    for (uint32_t k = 0; k < t->terms; k++) {
        double by_u = 0, by_v = 0;
        for (uint32_t l = 0; l < depth; l++) {
            double sine, cosine;
            weights_of(depth, k, l, &sine, &cosine);
            by_u += t->unit * by_angle[l] * sine;
            by_v += by_angle[depth + l] * cosine;
        }
        by_variable[k] = sign * by_u;
        by_variable[t->terms + k] = sign * by_v;
    }
}

/* ---------------------------------------------------------------------------------------------- objective */

/* The objective at the trainer's angles; of the expectation also the derivatives where they are asked for. */
static qb_status evaluate(trainer *r, bool with_gradient, double *value)
{
    const qb_qaoa_training *t = r->training;
    if (with_gradient)
        return qb_qaoa_gradient(t->state, t->depth, r->gammas, r->betas, r->budget, value, r->gradient,
                                r->gradient + t->depth);
    if (t->objective == QB_QAOA_GIBBS)
        return qb_qaoa_evolve_gibbs(t->state, t->depth, r->gammas, r->betas, t->eta, r->budget, value);
    bool expectation = t->objective == QB_QAOA_EXPECTATION;
    qb_status status =
        qb_qaoa_evolve(t->state, t->depth, r->gammas, r->betas, r->budget, expectation ? value : NULL);
    return status || expectation ? status : qb_qaoa_cvar(t->state, t->alpha, r->budget, value);
}

static void note_path(qb_qaoa_path *path, double gamma, double beta)
{
    if (!path || path->count == path->capacity)
        return;
    path->gammas[path->count] = gamma;
    path->betas[path->count++] = beta;
}

static double objective(unsigned count, const double *variables, double *gradient, void *opaque)
{
    trainer *r = opaque;
    double value = 0;
    if (r->status) /* a line search goes on asking after it was told to stop */
        return r->best_value;
    to_angles(r->training, variables, r->gammas, r->betas);
    r->status = evaluate(r, gradient != NULL, &value);
    if (r->status) {
        nlopt_force_stop(r->method);
        return r->best_value;
    }
    r->evaluations++;
    note_path(r->training->path, r->gammas[0], r->betas[0]);
    if (gradient)
        chain_rule(r->training, r->sign, r->gradient, gradient);
    value *= r->sign;
    if (value < r->best_value) {
        r->best_value = value;
        memcpy(r->best, variables, count * sizeof *variables);
    }
    return value;
}

/* ---------------------------------------------------------------------------------------------- searching */

static qb_status search(trainer *r, double *variables)
{
    static const nlopt_algorithm algorithm[] = {[QB_QAOA_LBFGS] = NLOPT_LD_LBFGS,
                                                [QB_QAOA_COBYLA] = NLOPT_LN_COBYLA,
                                                [QB_QAOA_BOBYQA] = NLOPT_LN_BOBYQA};
    const qb_qaoa_training *t = r->training;
    double value;
    r->method = nlopt_create(algorithm[t->optimiser], 2 * r->terms);
    if (!r->method)
        return QB_NO_MEMORY;
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
    return result == NLOPT_OUT_OF_MEMORY ? QB_NO_MEMORY : QB_OK;
}

static qb_status search_all(trainer *r, const double *first, double *variables)
{
    const qb_qaoa_training *t = r->training;
    qb_status status = QB_OK;
    qb_rng rng;
    qb_rng_init(&rng, t->seed, NOISE_STREAM);
    for (uint32_t start = 0; start < t->starts && !status; start++) {
        for (uint32_t i = 0; i < 2 * r->terms; i++)
            variables[i] = first[i] + (start ? DISPLACEMENT * qb_rng_normal(&rng) : 0);
        status = search(r, variables);
    }
    return status;
}

/* The Gibbs objective is, whatever the sense of C. */
static bool is_minimised(const qb_qaoa_training *t)
{
    return t->objective == QB_QAOA_GIBBS || qb_qaoa_cost(t->state)->sense == QB_MINIMISE;
}

qb_status qb_qaoa_train(const qb_qaoa_training *training, double *gammas, double *betas, qb_budget *budget,
                        double *value, uint64_t *evaluations, qb_diag *diag)
{
    uint32_t depth = training->depth, terms = training->terms ? training->terms : depth;
    double scale = training->terms ? 1 : training->unit; /* of the first half of what is given */
    double *block = QB_NEW(double, 4 * (size_t)depth + 6 * (size_t)terms);
    if (!block)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for %u angles", 2 * depth);
    trainer r = {.training = training,
                 .budget = budget,
                 .terms = terms,
                 .sign = is_minimised(training) ? 1 : -1,
                 .gammas = block,
                 .betas = block + depth,
                 .gradient = block + 2 * depth,
                 .best = block + 4 * depth,
                 .best_value = INFINITY};
    double *first = r.best + 2 * terms, *variables = first + 2 * terms;
    for (uint32_t k = 0; k < terms; k++) {
        first[k] = gammas[k] / scale;
        first[terms + k] = betas[k];
    }
    qb_status status = search_all(&r, first, variables);
    if (r.best_value < INFINITY) {
        for (uint32_t k = 0; k < terms; k++) {
            gammas[k] = r.best[k] * scale;
            betas[k] = r.best[terms + k];
        }
        *value = r.sign * r.best_value;
    }
    *evaluations += r.evaluations;
    qb_free(block);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for training angles") : status;
}
