#define _GNU_SOURCE
#include "solvers/kernels/qaoa_state.h"

#include "harness/base/memory.h"
#include "solvers/kernels/grover_state.h"
#include "solvers/kernels/measure.h"
#include "solvers/kernels/product_state.h"
#include "solvers/kernels/qaoa_angles.h"
#include "solvers/kernels/site_mixer.h"
#include "solvers/kernels/statevector.h"

#include <math.h>
#include <unistd.h>

struct qb_qaoa {
    qb_mixer mixer;
    qb_cost cost;
    qb_subspace subspace; /* without sites where an index is x */
    qb_diagonal diagonal;
    qb_weights weights;
    double gamma_unit;
    /* one of them */
    qb_statevector *x;
    qb_grover_state *grover;
    qb_product_state *product;
};

/* ---------------------------------------------------------------------------------------------- opening */

const char *qb_mixer_name(qb_mixer mixer)
{
    static const char *const name[] = {[QB_MIXER_X] = "x",
                                       [QB_MIXER_XY_RING] = "xy-ring",
                                       [QB_MIXER_XY_COMPLETE] = "xy-complete",
                                       [QB_MIXER_GROVER] = "grover",
                                       [QB_MIXER_WARM] = "warm"};
    return name[mixer];
}

static bool has_groups(const qb_qubo *qubo)
{
    return qubo->groups + qubo->cardinalities > 0;
}

static bool uses_groups(const qb_qubo *qubo, qb_mixer mixer)
{
    return qb_mixer_keeps_groups(mixer) && has_groups(qubo);
}

static qb_status check_setup(const qb_qubo *qubo, const qb_qaoa_setup *setup, qb_diag *diag)
{
    bool is_xy = setup->mixer == QB_MIXER_XY_RING || setup->mixer == QB_MIXER_XY_COMPLETE;
    if (setup->mixer != QB_MIXER_X && setup->precision != QB_DOUBLE)
        return qb_fail(diag, QB_BAD_INPUT, "precision=float needs mixer=x, got mixer=%s",
                       qb_mixer_name(setup->mixer));
    if (is_xy && !has_groups(qubo))
        return qb_fail(diag, QB_REFUSED,
                       "mixer=%s keeps groups of which a fixed number is 1, and this model has none",
                       qb_mixer_name(setup->mixer));
    return QB_OK;
}

/* Bytes for so many states, at `width` bytes of a cost. */
static double state_bytes(const qb_qaoa_setup *setup, double states, double width)
{
    double amplitude = setup->precision == QB_FLOAT ? 8 : 16;
    if (setup->mixer == QB_MIXER_GROVER && width < QB_COST_REAL)
        amplitude = 0; /* levels */
    double padding = setup->mixer == QB_MIXER_X && qb_statevector_is_padded(width, states) ? 1.01 : 1;
    return states * (width + amplitude * (setup->gradients ? 2 : 1) * padding);
}

double qb_qaoa_bytes(const qb_qaoa_setup *setup, double states)
{
    return state_bytes(setup, states, QB_COST_REAL);
}

/* Refuses what neither the run nor the machine can hold, `factors` bytes of a mixer included, before anything
 * large is allocated. */
static qb_status check_memory(const qb_qaoa_setup *setup, uint32_t n, double states, qb_cost_width width,
                              double factors, qb_diag *diag)
{
    const double gib = 1024.0 * 1024 * 1024;
    double needed = state_bytes(setup, states, width) + factors + (double)setup->other_bytes;
    double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    double limit = (double)setup->memory_bytes < machine ? (double)setup->memory_bytes : machine;
    if (needed <= limit && states <= 0x1p40)
        return QB_OK;
    return qb_fail(diag, QB_REFUSED,
                   "%u qubits with mixer=%s, %.3g states, need %.3g GiB; the %s allows %.3g GiB", n,
                   qb_mixer_name(setup->mixer), states, needed / gib,
                   limit < machine ? "memory limit" : "machine", limit / gib);
}

/* The costs of 2^n states, or half of them, in the narrowest table. */
static qb_status open_costs(qb_qaoa *s, const qb_qaoa_setup *setup, qb_budget *budget, qb_diag *diag)
{
    bool flip = setup->symmetry && setup->mixer != QB_MIXER_WARM;
    double states = ldexp(1, (int)(s->cost.n - (flip && s->cost.symmetric)));
    qb_status status =
        check_memory(setup, s->cost.n, states, QB_COST_BYTE, 0, diag); /* the survey takes time */
    if (!status)
        status = qb_diagonal_survey(&s->cost, flip, setup->team, budget, &s->diagonal);
    if (!status)
        status = check_memory(setup, s->cost.n, states, s->diagonal.width, 0, diag);
    if (!status)
        status = qb_diagonal_fill(&s->cost, setup->team, budget, &s->diagonal);
    return status;
}

/* The standard deviation of C over the states that groups leave. */
static double grouped_deviation(const qb_diagonal *d)
{
    double middle = (d->least + d->greatest) / 2, sum = 0, squares = 0, count = (double)d->size;
    for (uint64_t k = 0; k < d->size; k++) {
        double entry = qb_diagonal_entry(d, k) - middle;
        sum += entry;
        squares += entry * entry;
    }
    return d->step * sqrt(fmax(0, squares / count - sum / count * (sum / count)));
}

/* The same over all states. */
static double deviation(const qb_cost *cost)
{
    double squares = 0;
    for (uint64_t t = 0; t < cost->spin_terms; t++)
        squares += cost->spin[t].coefficient * cost->spin[t].coefficient;
    return cost->scale * sqrt(squares);
}

static double find_unit(const qb_qaoa *s, bool grouped)
{
    if (!grouped && s->mixer != QB_MIXER_GROVER)
        return qb_qaoa_unit(&s->cost);
    double unit = 1 / (grouped ? grouped_deviation(&s->diagonal) : deviation(&s->cost));
    if (s->mixer != QB_MIXER_GROVER)
        unit *= sqrt(s->subspace.sites / 2.0);
    return isfinite(unit) ? unit : 1;
}

/* Subspace, costs, and their state. */
static qb_status open_parts(qb_qaoa *s, const qb_qubo *qubo, const qb_qaoa_setup *setup, qb_budget *budget,
                            qb_diag *diag)
{
    bool grouped = uses_groups(qubo, setup->mixer);
    qb_status status = check_setup(qubo, setup, diag);
    if (!status)
        status = qb_cost_from_qubo(qubo, &s->cost, diag);
    if (!status && grouped)
        status = check_memory(setup, qubo->n, qb_subspace_states(qubo, true), QB_COST_REAL,
                              qb_site_mixer_bytes(qubo, setup->mixer), diag);
    else if (!status)
        status = open_costs(s, setup, budget, diag);
    if (!status && (grouped || setup->mixer == QB_MIXER_WARM))
        status = qb_subspace_from_qubo(qubo, grouped, budget, &s->subspace, diag);
    if (!status && grouped)
        status = qb_subspace_diagonal(&s->subspace, &s->cost, budget, &s->diagonal);
    if (status)
        return status;
    s->gamma_unit = find_unit(s, grouped);
    if (grouped && !qb_budget_spend(budget, s->diagonal.size))
        return QB_STOPPED;
    if (setup->mixer == QB_MIXER_X)
        return qb_statevector_open(&s->diagonal, setup->precision, setup->gradients, setup->team, &s->x,
                                   diag);
    if (setup->mixer == QB_MIXER_GROVER)
        return qb_grover_state_open(&s->diagonal, setup->gradients, setup->team, budget, &s->grover, diag);
    return qb_product_state_open(&s->subspace, &s->diagonal, setup->mixer, setup->ones, setup->gradients,
                                 setup->team, budget, &s->product, diag);
}

static void read_grover(const void *state, uint64_t first, uint64_t count, double *weight)
{
    qb_grover_state_weights(state, first, count, weight);
}

static void read_product(const void *state, uint64_t first, uint64_t count, double *weight)
{
    qb_product_state_weights(state, first, count, weight);
}

qb_status qb_qaoa_open(const qb_qubo *qubo, const qb_qaoa_setup *setup, qb_budget *budget, qb_qaoa **state,
                       qb_diag *diag)
{
    qb_qaoa *s = QB_NEW(qb_qaoa, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for a circuit");
    s->mixer = setup->mixer;
    qb_status status = open_parts(s, qubo, setup, budget, diag);
    if (status) {
        qb_qaoa_close(s);
        return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for %u qubits", qubo->n)
                                      : status;
    }
    if (s->x)
        s->weights = qb_statevector_weights(s->x);
    else
        s->weights = (qb_weights){.diagonal = &s->diagonal,
                                  .team = setup->team,
                                  .state = s->grover ? (const void *)s->grover : s->product,
                                  .read = s->grover ? read_grover : read_product};
    s->weights.subspace = s->subspace.sites ? &s->subspace : NULL;
    *state = s;
    return QB_OK;
}

void qb_qaoa_close(qb_qaoa *state)
{
    if (!state)
        return;
    qb_statevector_close(state->x);
    qb_grover_state_close(state->grover);
    qb_product_state_close(state->product);
    qb_diagonal_clear(&state->diagonal);
    qb_subspace_free(&state->subspace);
    qb_cost_free(&state->cost);
    qb_free(state);
}

const qb_cost *qb_qaoa_cost(const qb_qaoa *state)
{
    return &state->cost;
}

bool qb_qaoa_uses_symmetry(const qb_qaoa *state)
{
    return state->diagonal.symmetric;
}

uint64_t qb_qaoa_states(const qb_qaoa *state)
{
    return state->diagonal.size;
}

double qb_qaoa_gamma_unit(const qb_qaoa *state)
{
    return state->gamma_unit;
}

qb_status qb_qaoa_frequencies(const qb_qaoa *state, qb_spectrum *gamma, qb_spectrum *beta, qb_diag *diag)
{
    const qb_diagonal *d = &state->diagonal;
    if (state->mixer == QB_MIXER_XY_RING || state->mixer == QB_MIXER_XY_COMPLETE)
        return qb_fail(diag, QB_REFUSED, "there is no rule of parameter shifts for mixer=%s",
                       qb_mixer_name(state->mixer));
    if (d->width == QB_COST_REAL)
        return qb_fail(
            diag, QB_REFUSED,
            "parameter shifts are exact for costs on a lattice of up to 65536 steps, these are not");
    *gamma = (qb_spectrum){d->step, (uint32_t)d->greatest};
    *beta = state->mixer == QB_MIXER_GROVER ? (qb_spectrum){1, 1} : (qb_spectrum){2, d->qubits};
    return QB_OK;
}

/* ---------------------------------------------------------------------------------------------- circuits */

qb_status qb_qaoa_evolve(qb_qaoa *state, uint32_t depth, const double *gammas, const double *betas,
                         qb_budget *budget, double *expectation)
{
    if (state->x)
        return qb_statevector_evolve(state->x, depth, gammas, betas, budget, expectation);
    if (state->grover)
        return qb_grover_state_evolve(state->grover, depth, gammas, betas, budget, expectation);
    return qb_product_state_evolve(state->product, depth, gammas, betas, budget, expectation);
}

/* The entries that count as optimal. */
static void optimum_band(const qb_diagonal *d, double band[2])
{
    double best = qb_diagonal_best(d), value = d->base + d->step * best;
    double tie = 1e-9 * fmax(1, fabs(value)) / fabs(d->step);
    band[0] = best - tie;
    band[1] = best + tie;
}

qb_status qb_qaoa_evolve_told(qb_qaoa *state, uint32_t depth, const double *gammas, const double *betas,
                              qb_budget *budget, double *expectation, double *probability)
{
    double band[2];
    optimum_band(&state->diagonal, band);
    if (state->x)
        return qb_statevector_evolve_band(state->x, depth, gammas, betas, band, budget, expectation,
                                          probability);
    qb_status status = qb_qaoa_evolve(state, depth, gammas, betas, budget, expectation);
    return status ? status : qb_measure_band(&state->weights, band[0], band[1], budget, probability);
}

qb_status qb_qaoa_evolve_gibbs(qb_qaoa *state, uint32_t depth, const double *gammas, const double *betas,
                               double eta, qb_budget *budget, double *value)
{
    double expectation;
    if (state->x)
        return qb_statevector_evolve_gibbs(state->x, depth, gammas, betas, eta, budget, &expectation, value);
    qb_status status = qb_qaoa_evolve(state, depth, gammas, betas, budget, NULL);
    return status ? status : qb_measure_gibbs(&state->weights, eta, budget, value);
}

qb_status qb_qaoa_gradient(qb_qaoa *state, uint32_t depth, const double *gammas, const double *betas,
                           qb_budget *budget, double *expectation, double *by_gamma, double *by_beta)
{
    if (state->x)
        return qb_statevector_gradient(state->x, depth, gammas, betas, budget, expectation, by_gamma,
                                       by_beta);
    if (state->grover)
        return qb_grover_state_gradient(state->grover, depth, gammas, betas, budget, expectation, by_gamma,
                                        by_beta);
    return qb_product_state_gradient(state->product, depth, gammas, betas, budget, expectation, by_gamma,
                                     by_beta);
}

/* ---------------------------------------------------------------------------------------------- measures */

qb_status qb_qaoa_band(const qb_qaoa *state, double least, double greatest, qb_budget *budget,
                       double *probability)
{
    const qb_diagonal *d = &state->diagonal;
    return qb_measure_band(&state->weights, (least - d->base) / d->step, (greatest - d->base) / d->step,
                           budget, probability);
}

qb_status qb_qaoa_gibbs(const qb_qaoa *state, double eta, qb_budget *budget, double *value)
{
    return qb_measure_gibbs(&state->weights, eta, budget, value);
}

qb_status qb_qaoa_cvar(const qb_qaoa *state, double alpha, qb_budget *budget, double *value)
{
    return qb_measure_cvar(&state->weights, alpha, budget, value);
}

qb_status qb_qaoa_trajectory_open(const qb_qaoa *state, const qb_noise *noise, uint64_t seed,
                                  qb_trajectory **trajectory, qb_diag *diag)
{
    return qb_trajectory_open(&state->cost, &state->diagonal, noise, seed, trajectory, diag);
}

double qb_qaoa_trajectory_optimum(const qb_qaoa *state, const qb_trajectory *trajectory)
{
    double band[2];
    optimum_band(&state->diagonal, band);
    return qb_trajectory_band(trajectory, band[0], band[1]);
}

qb_status qb_qaoa_sample(const qb_qaoa *state, uint64_t seed, uint64_t stream, uint64_t shots,
                         qb_budget *budget, uint64_t *x)
{
    return qb_measure_sample(&state->weights, seed, stream, shots, budget, x);
}
