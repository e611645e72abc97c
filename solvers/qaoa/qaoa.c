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
#include "solvers/kernels/qaoa_angles.h"
#include "solvers/kernels/qaoa_shots.h"
#include "solvers/kernels/relaxation.h"
#include "solvers/qaoa/portrait.h"
#include "solvers/qaoa/sampler.h"
#include "solvers/solver.h"

#include <math.h>
#include <string.h>

#define QAOA_PARAMS(X)                                                                                      \
    X(uint, depth, "3", 0, 64, "", "layers", "layers of the circuit")                                       \
    X(choice, mixer, "x", 0, 0, "x|xy-ring|xy-complete|grover|warm", "",                                    \
      "mixer: X, XY within groups, Grover, or about a warm start")                                          \
    X(choice, angles, "lbfgs", 0, 0,                                                                        \
      "lbfgs|cobyla|bobyqa|interp|fourier|spsa|shift|ramp|fixed|given|uniform", "",                         \
      "where angles come from: trained exactly, from shots (spsa, shift), or not")                          \
    X(list, gammas, "", -1e9, 1e9, "", "", "given angles of the cost, one a layer, separated by ';'")       \
    X(list, betas, "", -1e9, 1e9, "", "", "given angles of the mixer, one a layer, separated by ';'")       \
    X(text, fitted_on, "", 0, 0, "", "", "instances that given angles were fitted on")                      \
    X(uint, shots, "1024", 1, 1e8, "", "shots", "shots of a round")                                         \
    X(choice, start, "fixed", 0, 0, "fixed|ramp", "",                                                       \
      "where training starts: published angles (mixer x; a ramp for others), a ramp")                       \
    X(real, ramp, "0.75", 1e-6, 100, "", "", "height of a ramp, in natural units")                          \
    X(uint, evaluations, "200", 1, 1e6, "", "circuits", "evaluations of a training at most")                \
    X(uint, starts, "1", 1, 1e4, "", "",                                                                    \
      "starts of an exact training, the first as it is, others moved at random")                            \
    X(uint, terms, "0", 0, 64, "", "", "amplitudes of a Fourier series; 0: as many as layers")              \
    X(choice, objective, "expectation", 0, 0, "expectation|gibbs|cvar", "", "what training optimises")      \
    X(real, eta, "1", 0, 1e6, "", "", "inverse temperature of objective=gibbs, in natural units")           \
    X(real, alpha, "0.1", 1e-6, 1, "", "", "share of the best shots that objective=cvar averages")          \
    X(uint, training_shots, "256", 1, 1e6, "", "shots", "shots of a circuit in training from shots")        \
    X(choice, warm, "relaxation", 0, 0, "relaxation|given", "",                                             \
      "what mixer=warm starts from: a continuous relaxation, the run's warm start")                         \
    X(real, margin, "0.25", 1e-3, 0.5, "", "",                                                              \
      "distance of a warm start's probabilities from 0 and 1 at least")                                     \
    X(choice, precision, "double", 0, 0, "double|float", "", "numbers of the state vector; float: mixer x") \
    X(flag, symmetry, "on", 0, 0, "", "", "use the spin-flip symmetry where there is one")                  \
    X(text, device, "ibm-heron", 0, 0, "", "", "whose times are modelled: `qubout list devices`")           \
    X(flag, device_noise, "off", 0, 0, "", "", "noise at the device's rates, where none is given; mixer x") \
    X(real, depolarising_1q, "0", 0, 1, "", "probability", "one of 3 Paulis after a one-qubit gate")        \
    X(real, depolarising_2q, "0", 0, 1, "", "probability", "one of 15 Paulis after a two-qubit gate")       \
    X(real, damping, "0", 0, 1, "", "probability", "decay of |1>, a qubit and layer")                       \
    X(real, readout, "0", 0, 0.5, "", "probability", "a bit of a shot is flipped")                          \
    X(real, over_rotation, "0", -1, 1, "", "", "every angle is 1 + this times what was asked for")          \
    X(uint, trajectories, "100", 1, 1e6, "", "circuits", "noisy circuits that a round of shots comes from") \
    X(uint, landscape, "0", 0, PORTRAIT_SIDE, "", "points a side",                                          \
      "depth=1: <C> on a grid of angles, for the figure")
QB_PARAMS_DECLARE(qaoa_params, QAOA_PARAMS)
#define QB_PARAM_STRUCT_ qaoa_params
static const qb_param qaoa_table[] = QB_PARAMS_TABLE(QAOA_PARAMS);

enum { LBFGS, COBYLA, BOBYQA, INTERP, FOURIER, SPSA, SHIFT, RAMP, FIXED, GIVEN, UNIFORM };
enum { START_FIXED, START_RAMP };
enum { WARM_RELAXATION, WARM_GIVEN };
enum { DEPTH_MOST = QB_PARAM_LIST, PATH_MOST = 256 };

typedef struct solver {
    const qb_model *model;
    const qaoa_params *params;
    uint64_t seed;
    uint32_t depth;
    double unit; /* of gamma, on this instance */
    qb_circuit circuit;
    qb_qaoa *state;
    sampler sampler;
    double shot_s; /* modelled seconds of a shot */
    bool is_noisy;
    noisy noisy;
    double gammas[DEPTH_MOST], betas[DEPTH_MOST];
    const char *angles_from, *fitted_on;
    uint64_t oracle_evaluations;
    double path_angles[2][PATH_MOST];
    qb_qaoa_path path; /* of the training */
} solver;

static void qaoa_free(void *opaque)
{
    solver *s = opaque;
    if (!s)
        return;
    qb_qaoa_close(s->state);
    qb_free(s);
}

/* ---------------------------------------------------------------------------------------------- setting up
 */

static bool trains_exactly(const qaoa_params *p)
{
    return p->angles <= FOURIER;
}

static bool trains(const qaoa_params *p)
{
    return p->angles <= SHIFT;
}

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
    qb_qaoa_setup setup = {.mixer = (qb_mixer)p->mixer,
                           .precision = (qb_precision)p->precision,
                           .symmetry = p->symmetry && !s->is_noisy,
                           .gradients = needs_gradients(p),
                           .ones = ones,
                           .threads = s->model->threads,
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

/* ---------------------------------------------------------------------------------------------- angles */

/* Angles before any training, for a circuit of `depth` layers; with whom they come from. */
static void start_angles(solver *s, uint32_t depth)
{
    const qaoa_params *p = s->params;
    const qb_cost *cost = qb_qaoa_cost(s->state);
    s->fitted_on = "none";
    if (!depth) {
        s->angles_from = "uniform";
    } else if (p->angles == GIVEN) {
        memcpy(s->gammas, p->gammas.value, depth * sizeof *s->gammas);
        memcpy(s->betas, p->betas.value, depth * sizeof *s->betas);
        s->angles_from = "given";
        s->fitted_on = p->fitted_on.text[0] ? p->fitted_on.text : "not stated";
    } else if (p->angles == RAMP || p->mixer != QB_MIXER_X || (trains(p) && p->start == START_RAMP)) {
        double scale = s->unit / qb_qaoa_unit(cost);
        qb_qaoa_ramp(cost, depth, p->ramp, s->gammas, s->betas);
        for (uint32_t l = 0; l < depth; l++)
            s->gammas[l] *= scale;
        s->angles_from = "ramp";
    } else {
        qb_qaoa_fixed(cost, depth, s->gammas, s->betas, &s->fitted_on);
        s->angles_from = "fixed";
    }
}

/* Trains `terms` variables of each kind of a circuit of `depth` layers; terms 0: the angles themselves. */
static qb_status train(solver *s, uint32_t depth, uint32_t terms, double *gammas, double *betas,
                       qb_budget *budget, qb_diag *diag)
{
    const qaoa_params *p = s->params;
    qb_qaoa_training training = {
        .optimiser = p->angles == COBYLA   ? QB_QAOA_COBYLA
                     : p->angles == BOBYQA ? QB_QAOA_BOBYQA
                                           : QB_QAOA_LBFGS,
        .objective = (qb_qaoa_objective)p->objective,
        .eta = s->sampler.eta,
        .alpha = p->alpha,
        .depth = depth,
        .terms = terms,
        .evaluations = (uint32_t)p->evaluations,
        .starts = (uint32_t)p->starts,
        .seed = s->seed,
        .unit = s->unit,
        .state = s->state,
        .path = &s->path,
    };
    double value;
    return qb_qaoa_train(&training, gammas, betas, budget, &value, &s->oracle_evaluations, diag);
}

/* Depth by depth: each optimum, interpolated, starts the next. */
static qb_status train_by_depth(solver *s, qb_budget *budget, qb_diag *diag)
{
    double gammas[DEPTH_MOST], betas[DEPTH_MOST];
    start_angles(s, 1);
    memcpy(gammas, s->gammas, sizeof *gammas);
    memcpy(betas, s->betas, sizeof *betas);
    qb_status status = QB_OK;
    for (uint32_t depth = 1; depth <= s->depth && !status; depth++) {
        if (depth > 1) {
            qb_qaoa_interpolate(depth - 1, s->gammas, depth, gammas);
            qb_qaoa_interpolate(depth - 1, s->betas, depth, betas);
        }
        status = train(s, depth, 0, gammas, betas, budget, diag);
        memcpy(s->gammas, gammas, depth * sizeof *gammas);
        memcpy(s->betas, betas, depth * sizeof *betas);
    }
    return status;
}

/* Depth by depth: each series starts the next, which has one more term, of amplitude 0. */
static qb_status train_series(solver *s, qb_budget *budget, qb_diag *diag)
{
    uint32_t most = s->params->terms ? (uint32_t)s->params->terms : s->depth;
    double u[DEPTH_MOST] = {0}, v[DEPTH_MOST] = {0};
    start_angles(s, 1);
    u[0] = s->gammas[0] / s->unit / sqrt(0.5); /* the one layer of a series of one term */
    v[0] = s->betas[0] / sqrt(0.5);
    qb_status status = QB_OK;
    for (uint32_t depth = 1; depth <= s->depth && !status; depth++) {
        uint32_t terms = depth < most ? depth : most;
        status = train(s, depth, terms, u, v, budget, diag);
        qb_qaoa_fourier(terms, u, v, s->unit, depth, s->gammas, s->betas);
    }
    return status;
}

/* ---------------------------------------------------------------------------------------------- from shots
 */

typedef struct device {
    solver *solver;
    qb_budget *budget;
} device;

static qb_status estimate(void *context, uint32_t depth, const double *gammas, const double *betas,
                          double *value)
{
    const device *d = context;
    return sampler_estimate(&d->solver->sampler, depth, gammas, betas, d->budget, value);
}

static qb_status train_from_shots(solver *s, qb_budget *budget, qb_diag *diag)
{
    device d = {s, budget};
    qb_qaoa_shot_training training = {.depth = s->depth,
                                      .evaluations = (uint32_t)s->params->evaluations,
                                      .unit = s->unit,
                                      .seed = s->seed,
                                      .estimate = estimate,
                                      .context = &d};
    qb_status status;
    if (s->params->angles == SHIFT) {
        status = qb_qaoa_frequencies(s->state, &training.gamma, &training.beta, diag);
        if (!status)
            status = qb_qaoa_shift(&training, s->gammas, s->betas, diag);
    } else {
        status = qb_qaoa_spsa(&training, s->gammas, s->betas);
    }
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for training from shots") : status;
}

static qb_status train_exactly(solver *s, qb_budget *budget, qb_diag *diag)
{
    qb_budget_simulation(budget, true);
    qb_status status = s->params->angles == INTERP ? train_by_depth(s, budget, diag)
                       : s->params->angles == FOURIER
                           ? train_series(s, budget, diag)
                           : train(s, s->depth, 0, s->gammas, s->betas, budget, diag);
    if (!status && s->params->landscape)
        status =
            portrait_landscape(s->state, s->unit, (uint32_t)s->params->landscape, &s->path, budget, diag);
    qb_budget_simulation(budget, false);
    return status;
}

static qb_status qaoa_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    solver *s = opaque;
    start_angles(s, s->depth);
    qb_status status = run_circuit(s, budget, diag);
    if (status || !trains(s->params))
        return status;
    bool exactly = trains_exactly(s->params);
    qb_budget_stage(budget, "train");
    status = exactly ? train_exactly(s, budget, diag) : train_from_shots(s, budget, diag);
    qb_budget_stage(budget, "solve");
    s->angles_from = exactly ? "oracle-trained" : "shot-trained";
    s->fitted_on = "this instance";
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
