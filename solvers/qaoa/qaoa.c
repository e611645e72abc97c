/* QAOA on a state vector: the answer comes from sampled shots only.
 *
 * The circuit prod exp(-i beta_l B) exp(-i gamma_l C) |s> is simulated exactly
 * (solvers/kernels/qaoa_state.h), under one of the mixers of solvers/kernels/mixer.h.  Its angles are given,
 * published, a ramp, or trained inside the budget: on exact measures (an oracle that no device offers: such
 * angles are reported as oracle-trained), or from counted shots (shot-trained).  Where angles are trained, a
 * first round of shots is drawn at the starting angles, so that an answer exists before training has ended.
 * The table of costs, the amplitudes and their maximum never reach the answer: a shot is a basis state drawn
 * from |psi|^2, and its value is computed from the model (sampler.h).
 *
 * Noise turns a round of shots into a round of noisy circuits (trajectory.h) that share the shots, in
 * training from shots too; exact training is without it.
 *
 * angles=uniform is the sham control: the same shots from the mixer's start state, at depth 0.
 *
 * Source: Farhi, Goldstone and Gutmann, "A quantum approximate optimization algorithm", arXiv:1411.4028.
 */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "solvers/kernels/device.h"
#include "solvers/kernels/mixer_circuit.h"
#include "solvers/kernels/relaxation.h"
#include "solvers/qaoa/angles.h"

#include <math.h>

#define QB_PARAM_STRUCT_ qaoa_params
static const qb_param qaoa_table[] = QB_PARAMS_TABLE(QAOA_PARAMS);

static void qaoa_free(void *opaque)
{
    solver *s = opaque;
    if (!s)
        return;
    qb_qaoa_close(s->state);
    qb_team_close(s->team);
    qb_free(s);
}

/* ---------------------------------------------------------------------------------------------- setting up
 */

static bool needs_gradients(const qaoa_params *p)
{
    return p->angles == LBFGS || p->angles == INTERP || p->angles == FOURIER;
}

static qb_status check_params(const qaoa_params *p, qb_diag *diag)
{
    if (p->angles != GIVEN && (p->gammas.count || p->betas.count))
        return qb_fail(diag, QB_BAD_INPUT, "gammas and betas need angles=given");
    if (p->depth == 0 && p->angles != UNIFORM)
        return qb_fail(diag, QB_BAD_INPUT, "a circuit of depth=0 has no angles: say angles=uniform");
    if (p->angles == GIVEN && (p->gammas.count != p->depth || p->betas.count != p->depth))
        return qb_fail(diag, QB_BAD_INPUT, "depth=%u needs as many gammas and betas, got %u and %u",
                       (unsigned)p->depth, p->gammas.count, p->betas.count);
    if (p->angles == FIXED && p->mixer != QB_MIXER_X)
        return qb_fail(diag, QB_BAD_INPUT, "published angles (angles=fixed) are for mixer=x");
    if (p->objective != QB_QAOA_EXPECTATION && (needs_gradients(p) || p->angles == SHIFT))
        return qb_fail(
            diag, QB_BAD_INPUT,
            "objective=gibbs and objective=cvar have no gradient here: say angles=cobyla, bobyqa or spsa");
    if (p->terms > p->depth)
        return qb_fail(diag, QB_BAD_INPUT, "terms=%u of a Fourier series over depth=%u layers",
                       (unsigned)p->terms, (unsigned)p->depth);
    if (p->landscape == 1 || (p->landscape && (p->depth != 1 || !trains_exactly(p))))
        return qb_fail(diag, QB_BAD_INPUT,
                       "landscape needs depth=1, exactly trained angles and 2 points a side or more");
    return QB_OK;
}

/* The probabilities of a warm start, kept away from 0 and 1. */
static qb_status warm_start(const solver *s, const qb_cost *cost, qb_budget *budget, double *ones,
                            qb_diag *diag)
{
    const qb_model *model = s->model;
    qb_status status = QB_OK;
    if (s->params->warm == WARM_RELAXATION)
        status = qb_relax(model->qubo, cost->symmetric, budget, ones);
    else if (!model->warm_bits)
        return qb_fail(diag, QB_REFUSED, "warm=given needs a warm start, and this run has none");
    else
        for (uint32_t i = 0; i < cost->n; i++)
            ones[i] = model->warm_bits[i];
    for (uint32_t i = 0; i < cost->n && !status; i++)
        ones[i] = fmin(fmax(ones[i], s->params->margin), 1 - s->params->margin);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for a relaxation") : status;
}

/* The device: its times, and its noise where asked for.  What a start state and a mixer other than X take
 * beside is not routed: it is charged at its depth on all-to-all couplings, which is optimistic. */
static qb_status set_up_device(solver *s, const qb_cost *cost, qb_budget *budget, qb_diag *diag)
{
    const qaoa_params *p = s->params;
    qb_device device;
    qb_routed routed;
    qb_status status = qb_device_find(p->device.text, &device, diag);
    if (!status)
        status = qb_device_model(&device, cost, s->depth, budget, &routed, diag);
    if (status)
        return status;
    qb_circuit plain = qb_qaoa_circuit(cost, s->depth);
    s->circuit = qb_mixer_circuit(cost, s->model->qubo, (qb_mixer)p->mixer, s->depth);
    s->shot_s = qb_device_shot_seconds(&device, &routed);
    if (s->circuit.depth > plain.depth) {
        s->shot_s += (double)(s->circuit.depth - plain.depth) * device.two_qubit_s;
        qb_budget_detail(budget, "modelled_shot_s", s->shot_s);
    }
    s->noisy = (noisy){.trajectories = (uint32_t)p->trajectories,
                       .noise = {.depolarising_1q = p->depolarising_1q,
                                 .depolarising_2q = p->depolarising_2q,
                                 .damping = p->damping,
                                 .readout = p->readout,
                                 .over_rotation = p->over_rotation}};
    if (p->device_noise)
        noisy_add_device(&s->noisy.noise, &device, &routed, s->depth, plain.gates_2q);
    s->is_noisy = qb_noise_is_on(&s->noisy.noise);
    if (!qb_noise_is_random(&s->noisy.noise))
        s->noisy.trajectories = 1; /* all would be alike */
    if (s->is_noisy && p->mixer != QB_MIXER_X)
        return qb_fail(diag, QB_BAD_INPUT, "noise needs mixer=x, got mixer=%s",
                       qb_mixer_name((qb_mixer)p->mixer));
    return QB_OK;
}

static qb_status open_state(solver *s, const double *ones, qb_budget *budget, qb_diag *diag)
{
    const qaoa_params *p = s->params;
    uint64_t shots = p->shots > p->training_shots ? p->shots : p->training_shots;
    uint32_t n = s->model->qubo->n;
    s->team = qb_team_open(s->model->threads);
    if (!s->team)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the solver's state");
    qb_qaoa_setup setup = {.mixer = (qb_mixer)p->mixer,
                           .precision = (qb_precision)p->precision,
                           .symmetry = p->symmetry && !s->is_noisy,
                           .gradients = needs_gradients(p),
                           .ones = ones,
                           .team = s->team,
                           .memory_bytes = s->model->memory_bytes,
                           .other_bytes = 24 * shots};
    if (s->is_noisy && n <= 40) /* more are refused in any case */
        setup.other_bytes += qb_trajectory_bytes(n);
    return qb_qaoa_open(s->model->qubo, &setup, budget, &s->state, diag);
}

static qb_status set_up(solver *s, qb_budget *budget, qb_diag *diag)
{
    double ones[QB_COST_VARIABLES];
    qb_cost cost = {0};
    qb_status status = check_params(s->params, diag);
    if (!status)
        status = qb_cost_from_qubo(s->model->qubo, &cost, diag);
    qb_budget_stage(budget, "compile");
    if (!status)
        status = set_up_device(s, &cost, budget, diag);
    qb_budget_stage(budget, "init");
    if (!status && s->params->mixer == QB_MIXER_WARM)
        status = warm_start(s, &cost, budget, ones, diag);
    qb_budget_simulation(budget, true);
    if (!status)
        status = open_state(s, ones, budget, diag);
    qb_budget_simulation(budget, false);
    qb_cost_free(&cost);
    return status;
}

static void tell_circuit(const solver *s, qb_budget *budget)
{
    qb_budget_detail(budget, "qubits", s->model->qubo->n);
    qb_budget_detail(budget, "depth", s->depth);
    qb_budget_detail(budget, "states", (double)qb_qaoa_states(s->state));
    qb_budget_detail(budget, "gates_1q", (double)s->circuit.gates_1q);
    qb_budget_detail(budget, "gates_2q", (double)s->circuit.gates_2q);
    qb_budget_detail(budget, "circuit_depth", (double)s->circuit.depth);
    qb_budget_detail_text(budget, "mixer", qb_mixer_name((qb_mixer)s->params->mixer));
    qb_budget_detail_text(budget, "symmetry", qb_qaoa_uses_symmetry(s->state) ? "spin flip" : "none");
    if (s->params->mixer == QB_MIXER_WARM)
        qb_budget_detail_text(budget, "warm_start", s->params->warm == WARM_GIVEN ? "given" : "relaxation");
}

static qb_status qaoa_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **opaque, qb_diag *diag)
{
    const qaoa_params *p = params;
    solver *s = QB_NEW(solver, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the solver's state");
    s->model = model;
    s->params = p;
    s->seed = seed;
    s->depth = p->angles == UNIFORM ? 0 : (uint32_t)p->depth;
    qb_status status = set_up(s, budget, diag);
    if (status) {
        qaoa_free(s);
        return status;
    }
    s->unit = qb_qaoa_gamma_unit(s->state);
    s->path = (qb_qaoa_path){.capacity = PATH_MOST, .gammas = s->path_angles[0], .betas = s->path_angles[1]};
    s->sampler = (sampler){.qubo = model->qubo,
                           .state = s->state,
                           .noisy = s->is_noisy ? &s->noisy : NULL,
                           .seed = seed,
                           .shot_s = s->shot_s,
                           .objective = (qb_qaoa_objective)p->objective,
                           .eta = p->eta * s->unit,
                           .alpha = p->alpha,
                           .training_shots = p->training_shots};
    tell_circuit(s, budget);
    *opaque = s;
    return QB_OK;
}

/* ---------------------------------------------------------------------------------------------- circuits */

static void tell_angles(const solver *s, qb_budget *budget)
{
    qb_budget_detail_list(budget, "gammas", s->gammas, s->depth);
    qb_budget_detail_list(budget, "betas", s->betas, s->depth);
    qb_budget_detail_text(budget, "angles_from", s->angles_from);
    qb_budget_detail_text(budget, "angles_fitted_on", s->fitted_on);
    qb_budget_detail(budget, "oracle_evaluations", (double)s->oracle_evaluations);
}

/* The objective where it is not the expectation. */
static qb_status tell_objective(const solver *s, qb_budget *budget, qb_diag *diag)
{
    bool is_cvar = s->sampler.objective == QB_QAOA_CVAR;
    double value;
    if (s->sampler.objective == QB_QAOA_EXPECTATION)
        return QB_OK;
    qb_status status = is_cvar ? qb_qaoa_cvar(s->state, s->sampler.alpha, budget, &value)
                               : qb_qaoa_gibbs(s->state, s->sampler.eta, budget, &value);
    if (!status)
        qb_budget_detail(budget, is_cvar ? "cvar" : "gibbs", value);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for an objective") : status;
}

/* The state that shots are taken from, and diagnostics of it, which never reach the answer. */
static qb_status evolve(solver *s, qb_budget *budget, qb_diag *diag)
{
    double expectation, probability;
    qb_status status =
        qb_qaoa_evolve_told(s->state, s->depth, s->gammas, s->betas, budget, &expectation, &probability);
    if (status)
        return status;
    qb_budget_detail(budget, "expectation", expectation);
    qb_budget_detail(budget, "probability_of_optimum", probability);
    return tell_objective(s, budget, diag);
}

/* A round of shots at the angles. */
static qb_status run_circuit(solver *s, qb_budget *budget, qb_diag *diag)
{
    qb_status status = QB_OK;
    if (!s->is_noisy) {
        qb_budget_simulation(budget, true);
        status = evolve(s, budget, diag);
        qb_budget_simulation(budget, false);
    }
    if (status)
        return status;
    tell_angles(s, budget);
    status = sampler_take(&s->sampler, s->params->shots, s->depth, s->gammas, s->betas, budget, diag);
    if (s->is_noisy)
        noisy_tell(&s->noisy, budget);
    return status;
}

static qb_status qaoa_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    solver *s = opaque;
    angles_start(s, s->depth);
    qb_status status = run_circuit(s, budget, diag);
    if (status || !trains(s->params))
        return status;
    qb_budget_stage(budget, "train");
    status = angles_train(s, budget, diag);
    qb_budget_stage(budget, "solve");
    return status ? status : run_circuit(s, budget, diag);
}

static qb_device_use qaoa_device_use(const void *params)
{
    const qaoa_params *p = params;
    bool quiet = !(p->depolarising_1q > 0 || p->depolarising_2q > 0 || p->damping > 0 || p->readout > 0) &&
                 p->over_rotation == 0; /* device_noise adds none to a device without errors */
    qb_device_use use = {.circuit = true,
                         .sham = p->angles == UNIFORM,
                         .optimistic = qb_device_is_bound(p->device.text) && quiet,
                         .oracle = trains_exactly(p),
                         .shots = p->shots};
    if (trains(p))
        use.shots += p->shots; /* before training and after it */
    if (trains(p) && !trains_exactly(p))
        use.shots += p->evaluations * p->training_shots;
    return use;
}

const qb_solver qb_solver_qaoa = {
    .version = QB_SOLVER_VERSION,
    .name = "qaoa",
    .family = "quantum circuit",
    .summary = "QAOA on a simulated state vector, answers from sampled shots",
    .source = "Farhi, Goldstone and Gutmann, arXiv:1411.4028 (2014)",
    .takes = QB_TAKES_QUBO,
    .execution = QB_SIMULATED,
    .deterministic = true,
    .params = qaoa_table,
    .param_count = sizeof qaoa_table / sizeof *qaoa_table,
    .params_size = sizeof(qaoa_params),
    .device_use = qaoa_device_use,
    .init = qaoa_init,
    .solve = qaoa_solve,
    .free = qaoa_free,
};
