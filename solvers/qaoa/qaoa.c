/* QAOA on a state vector: the answer comes from sampled shots only.
 *
 * The circuit prod exp(-i beta_l sum X) exp(-i gamma_l C) |+> is simulated exactly (solvers/kernels/
 * statevector.h); its angles are given, published, a ramp, or trained on the exact expectation inside the
 * budget (an oracle that no device offers: such angles are reported as oracle-trained).  Where angles are
 * trained, a first round of shots is drawn at the starting angles, so that an answer exists before training
 * has ended.  The table of costs, the amplitudes and their maximum never reach the answer: a shot is a basis
 * state drawn from |psi|^2, and its value is computed from the model.
 *
 * Noise turns a round of shots into a round of noisy circuits (trajectory.h) that share the shots; angles are
 * trained without it.
 *
 * angles=uniform (or depth=0) is the sham control: the same shots from the uniform state.
 *
 * Source: Farhi, Goldstone and Gutmann, "A quantum approximate optimization algorithm", arXiv:1411.4028.
 */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "solvers/kernels/device.h"
#include "solvers/kernels/qaoa_angles.h"
#include "solvers/kernels/qaoa_circuit.h"
#include "solvers/kernels/qaoa_train.h"
#include "solvers/kernels/statevector.h"
#include "solvers/qaoa/noisy.h"
#include "solvers/solver.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define QAOA_PARAMS(X)                                                                                 \
    X(uint, depth, "3", 0, 64, "", "layers", "layers of the circuit")                                  \
    X(choice, angles, "lbfgs", 0, 0, "lbfgs|cobyla|bobyqa|interp|ramp|fixed|given|uniform", "",        \
      "where angles come from: a training, a training depth by depth, a ramp, published, given, none") \
    X(list, gammas, "", -1e9, 1e9, "", "", "given angles of the cost, one a layer, separated by ';'")  \
    X(list, betas, "", -1e9, 1e9, "", "", "given angles of the mixer, one a layer, separated by ';'")  \
    X(uint, shots, "1024", 1, 1e8, "", "shots", "shots of a round")                                    \
    X(choice, start, "fixed", 0, 0, "fixed|ramp", "", "where training starts")                         \
    X(real, ramp, "0.75", 1e-6, 100, "", "", "height of a ramp, in natural units")                     \
    X(uint, evaluations, "200", 1, 1e6, "", "circuits", "evaluations of a training at most")           \
    X(choice, precision, "double", 0, 0, "double|float", "", "numbers of the state vector")            \
    X(flag, symmetry, "on", 0, 0, "", "", "use the spin-flip symmetry where there is one")             \
    X(text, device, "ibm-heron", 0, 0, "", "", "whose times are modelled: `qubout list devices`")      \
    X(flag, device_noise, "off", 0, 0, "", "", "noise at the device's rates, where none is given")     \
    X(real, depolarising_1q, "0", 0, 1, "", "probability", "one of 3 Paulis after a one-qubit gate")   \
    X(real, depolarising_2q, "0", 0, 1, "", "probability", "one of 15 Paulis after a two-qubit gate")  \
    X(real, damping, "0", 0, 1, "", "probability", "decay of |1>, a qubit and layer")                  \
    X(real, readout, "0", 0, 0.5, "", "probability", "a bit of a shot is flipped")                     \
    X(real, over_rotation, "0", -1, 1, "", "", "every angle is 1 + this times what was asked for")     \
    X(uint, trajectories, "100", 1, 1e6, "", "circuits", "noisy circuits that a round of shots comes from")
QB_PARAMS_DECLARE(qaoa_params, QAOA_PARAMS)
#define QB_PARAM_STRUCT_ qaoa_params
static const qb_param qaoa_table[] = QB_PARAMS_TABLE(QAOA_PARAMS);

enum { LBFGS, COBYLA, BOBYQA, INTERP, RAMP, FIXED, GIVEN, UNIFORM };
enum { START_FIXED, START_RAMP };
enum { DEPTH_MOST = QB_PARAM_LIST };

typedef struct solver {
    const qb_model *model;
    const qaoa_params *params;
    uint64_t seed;
    uint32_t depth;
    qb_cost cost;
    qb_diagonal diagonal;
    qb_statevector *state;
    double gammas[DEPTH_MOST], betas[DEPTH_MOST];
    const char *angles_from;
    double shot_s; /* modelled seconds of a shot */
    bool is_noisy;
    noisy noisy;
    qb_budget *budget; /* of solve */
    uint64_t rounds, shots, training_circuits;
    bool has_best;
    double best; /* claimed value of the best shot */
} solver;

static void qaoa_free(void *opaque)
{
    solver *s = opaque;
    if (!s)
        return;
    qb_statevector_close(s->state);
    qb_diagonal_clear(&s->diagonal);
    qb_cost_free(&s->cost);
    qb_free(s);
}

/* ---------------------------------------------------------------------------------------------- setting up
 */

static qb_status check_params(const qaoa_params *p, qb_diag *diag)
{
    if (p->angles != GIVEN && (p->gammas.count || p->betas.count))
        return qb_fail(diag, QB_BAD_INPUT, "gammas and betas need angles=given");
    if (p->angles == GIVEN && (p->gammas.count != p->depth || p->betas.count != p->depth))
        return qb_fail(diag, QB_BAD_INPUT, "depth=%u needs as many gammas and betas, got %u and %u",
                       (unsigned)p->depth, p->gammas.count, p->betas.count);
    return QB_OK;
}

static bool needs_gradients(const qaoa_params *p)
{
    return p->depth > 0 && (p->angles == LBFGS || p->angles == INTERP);
}

/* Refuses what neither the run nor the machine can hold, before anything large is allocated. */
static qb_status check_memory(const solver *s, qb_cost_width width, qb_diag *diag)
{
    const double gib = 1024.0 * 1024 * 1024;
    uint32_t bits = s->cost.n - (s->params->symmetry && s->cost.symmetric && !s->is_noisy);
    double amplitudes =
        (double)qb_statevector_bytes(bits, (qb_precision)s->params->precision, needs_gradients(s->params)) +
        (s->is_noisy ? (double)qb_trajectory_bytes(s->cost.n) : 0);
    double costs = ldexp((double)width, (int)bits), shots = 24.0 * (double)s->params->shots;
    double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    double limit = s->model->memory_bytes < machine ? (double)s->model->memory_bytes : machine;
    if (amplitudes + costs + shots <= limit)
        return QB_OK;
    return qb_fail(
        diag, QB_REFUSED,
        "%u qubits need %.3g GiB (amplitudes %.3g, costs %.3g, shots %.3g), the %s allows %.3g GiB",
        s->cost.n, (amplitudes + costs + shots) / gib, amplitudes / gib, costs / gib, shots / gib,
        limit < machine ? "memory limit" : "machine", limit / gib);
}

/* The device: its times, and its noise where asked for. */
static qb_status set_up_device(solver *s, qb_budget *budget, qb_diag *diag)
{
    const qaoa_params *p = s->params;
    qb_device device;
    qb_routed routed;
    qb_status status = qb_device_find(p->device.text, &device, diag);
    if (!status)
        status = qb_device_model(&device, &s->cost, s->depth, budget, &routed, diag);
    if (status)
        return status;
    s->shot_s = qb_device_shot_seconds(&device, &routed);
    s->noisy = (noisy){.trajectories = (uint32_t)p->trajectories,
                       .noise = {.depolarising_1q = p->depolarising_1q,
                                 .depolarising_2q = p->depolarising_2q,
                                 .damping = p->damping,
                                 .readout = p->readout,
                                 .over_rotation = p->over_rotation}};
    if (p->device_noise)
        noisy_add_device(&s->noisy.noise, &device, &routed, s->depth,
                         qb_qaoa_circuit(&s->cost, s->depth).gates_2q);
    s->is_noisy = qb_noise_is_on(&s->noisy.noise);
    if (!qb_noise_is_random(&s->noisy.noise))
        s->noisy.trajectories = 1; /* all would be alike */
    return QB_OK;
}

static qb_status set_up(solver *s, qb_budget *budget, qb_diag *diag)
{
    const qaoa_params *p = s->params;
    qb_status status = check_params(p, diag);
    if (!status)
        status = qb_cost_from_qubo(s->model->qubo, &s->cost, diag);
    if (!status)
        status = set_up_device(s, budget, diag);
    qb_budget_simulation(budget, true);
    if (!status) /* with the narrowest table: the survey takes time */
        status = check_memory(s, QB_COST_BYTE, diag);
    if (!status)
        status = qb_diagonal_survey(&s->cost, p->symmetry && !s->is_noisy, s->model->threads, budget,
                                    &s->diagonal);
    if (!status)
        status = check_memory(s, s->diagonal.width, diag);
    if (!status)
        status = qb_diagonal_fill(&s->cost, s->model->threads, budget, &s->diagonal);
    if (!status)
        status = qb_statevector_open(&s->diagonal, (qb_precision)p->precision, needs_gradients(p),
                                     s->model->threads, &s->state, diag);
    qb_budget_simulation(budget, false);
    if (status == QB_NO_MEMORY)
        return qb_fail(diag, status, "out of memory for the costs of 2^%u states", s->cost.n);
    return status;
}

static void tell_circuit(const solver *s, qb_budget *budget)
{
    qb_circuit circuit = qb_qaoa_circuit(&s->cost, s->depth);
    qb_budget_detail(budget, "qubits", s->cost.n);
    qb_budget_detail(budget, "depth", s->depth);
    qb_budget_detail(budget, "gates_1q", (double)circuit.gates_1q);
    qb_budget_detail(budget, "gates_2q", (double)circuit.gates_2q);
    qb_budget_detail(budget, "circuit_depth", (double)circuit.depth);
    qb_budget_detail_text(budget, "symmetry", s->diagonal.symmetric ? "spin flip" : "none");
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
    tell_circuit(s, budget);
    *opaque = s;
    return QB_OK;
}

/* ---------------------------------------------------------------------------------------------- shots */

/* Offers one shot, at its value in the model. */
static qb_status offer(solver *s, uint64_t shot, qb_budget *budget)
{
    const qb_qubo *qubo = s->model->qubo;
    uint8_t x[QB_COST_VARIABLES];
    for (uint32_t i = 0; i < qubo->n; i++)
        x[i] = shot >> i & 1;
    double value = qb_qubo_energy(qubo, x);
    qb_status status = qb_budget_sample(budget, x, value, 1);
    if (!qb_budget_spend(budget, qubo->n + qubo->nonzeros / 2))
        return QB_STOPPED;
    bool improves = !s->has_best || (qubo->sense == QB_MINIMISE ? value < s->best : value > s->best);
    if (status || !improves)
        return status;
    s->has_best = true;
    s->best = value;
    return qb_budget_incumbent(budget, x, value);
}

/* Offers shots.  The device is charged for them before they are looked at. */
static qb_status use_shots(void *opaque, const uint64_t *x, uint64_t count)
{
    solver *s = opaque;
    s->shots += count;
    qb_budget_detail(s->budget, "shots", (double)s->shots);
    if (!qb_budget_spend_device(s->budget, (double)count * s->shot_s))
        return QB_STOPPED;
    qb_status status = QB_OK;
    for (uint64_t i = 0; i < count && !status; i++)
        status = qb_budget_spend_samples(s->budget, 1) ? offer(s, x[i], s->budget) : QB_STOPPED;
    return status;
}

static void end_round(solver *s, qb_budget *budget)
{
    s->rounds++;
    qb_budget_detail(budget, "executions", (double)s->rounds);
}

/* A round of shots from the state as it is. */
static qb_status take_shots(solver *s, qb_budget *budget, qb_diag *diag)
{
    uint64_t shots = s->params->shots;
    uint64_t *x = QB_NEW(uint64_t, shots);
    if (!x)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for %llu shots", (unsigned long long)shots);
    qb_budget_simulation(budget, true);
    qb_status status = qb_statevector_sample(s->state, s->seed, s->rounds, shots, budget, x);
    qb_budget_simulation(budget, false);
    if (!status) {
        end_round(s, budget);
        status = use_shots(s, x, shots);
    }
    qb_free(x);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for sampling") : status;
}

static void tell_angles(const solver *s, qb_budget *budget)
{
    qb_budget_detail_list(budget, "gammas", s->gammas, s->depth);
    qb_budget_detail_list(budget, "betas", s->betas, s->depth);
    qb_budget_detail_text(budget, "angles_from", s->angles_from);
    qb_budget_detail(budget, "training_executions", (double)s->training_circuits);
}

/* The entries that count as optimal: ties within 1e-9. */
static void optimum_band(const solver *s, double band[2])
{
    const qb_diagonal *d = &s->diagonal;
    double best = qb_diagonal_best(d), value = d->base + d->step * best;
    double tie = 1e-9 * fmax(1, fabs(value)) / fabs(d->step);
    band[0] = best - tie;
    band[1] = best + tie;
}

/* Diagnostics of the state that shots are taken from; they never reach the answer. */
static qb_status tell_state(solver *s, double expectation, qb_budget *budget)
{
    double band[2], probability;
    optimum_band(s, band);
    qb_status status = qb_statevector_band(s->state, band[0], band[1], budget, &probability);
    if (status)
        return status;
    tell_angles(s, budget);
    qb_budget_detail(budget, "expectation", expectation);
    qb_budget_detail(budget, "probability_of_optimum", probability);
    return QB_OK;
}

/* A round of shots whose circuits are noisy: trajectories share them evenly. */
static qb_status run_noisy(solver *s, qb_budget *budget, qb_diag *diag)
{
    double band[2];
    optimum_band(s, band);
    tell_angles(s, budget);
    qb_status status =
        noisy_run(&s->noisy, &s->cost, &s->diagonal, s->seed, s->rounds * s->noisy.trajectories, s->depth,
                  s->gammas, s->betas, band, s->params->shots, use_shots, s, budget, diag);
    noisy_tell(&s->noisy, budget);
    end_round(s, budget);
    return status;
}

static qb_status run_circuit(solver *s, qb_budget *budget, qb_diag *diag)
{
    double expectation;
    if (s->is_noisy)
        return run_noisy(s, budget, diag);
    qb_budget_simulation(budget, true);
    qb_status status = qb_statevector_evolve(s->state, s->depth, s->gammas, s->betas, budget, &expectation);
    if (!status)
        status = tell_state(s, expectation, budget);
    qb_budget_simulation(budget, false);
    return status ? status : take_shots(s, budget, diag);
}

/* ---------------------------------------------------------------------------------------------- angles */

static void start_angles(solver *s)
{
    const qaoa_params *p = s->params;
    bool trains = p->angles <= INTERP;
    if (!s->depth) {
        s->angles_from = "uniform";
    } else if (p->angles == GIVEN) {
        memcpy(s->gammas, p->gammas.value, s->depth * sizeof *s->gammas);
        memcpy(s->betas, p->betas.value, s->depth * sizeof *s->betas);
        s->angles_from = "given";
    } else if (p->angles == RAMP || (trains && p->start == START_RAMP)) {
        qb_qaoa_ramp(&s->cost, s->depth, p->ramp, s->gammas, s->betas);
        s->angles_from = "ramp";
    } else {
        qb_qaoa_fixed(&s->cost, s->depth, s->gammas, s->betas, &s->angles_from);
    }
}

static qb_status train(solver *s, uint32_t depth, double *gammas, double *betas, qb_budget *budget,
                       qb_diag *diag)
{
    qb_qaoa_training training = {
        .optimiser = s->params->angles == COBYLA   ? QB_QAOA_COBYLA
                     : s->params->angles == BOBYQA ? QB_QAOA_BOBYQA
                                                   : QB_QAOA_LBFGS,
        .depth = depth,
        .evaluations = (uint32_t)s->params->evaluations,
        .unit = qb_qaoa_unit(&s->cost),
        .state = s->state,
    };
    double expectation;
    return qb_qaoa_train(&training, gammas, betas, budget, &expectation, &s->training_circuits, diag);
}

/* Depth by depth: each optimum, interpolated, starts the next. */
static qb_status train_by_depth(solver *s, qb_budget *budget, qb_diag *diag)
{
    double gammas[DEPTH_MOST], betas[DEPTH_MOST];
    const char *source;
    qb_qaoa_fixed(&s->cost, 1, gammas, betas, &source);
    qb_status status = QB_OK;
    for (uint32_t depth = 1; depth <= s->depth && !status; depth++) {
        if (depth > 1) {
            qb_qaoa_interpolate(depth - 1, s->gammas, depth, gammas);
            qb_qaoa_interpolate(depth - 1, s->betas, depth, betas);
        }
        status = train(s, depth, gammas, betas, budget, diag);
        memcpy(s->gammas, gammas, depth * sizeof *gammas);
        memcpy(s->betas, betas, depth * sizeof *betas);
    }
    return status;
}

static qb_status qaoa_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    solver *s = opaque;
    s->budget = budget;
    start_angles(s);
    qb_status status = run_circuit(s, budget, diag);
    if (status || !s->depth || s->params->angles > INTERP)
        return status;
    qb_budget_simulation(budget, true);
    status = s->params->angles == INTERP ? train_by_depth(s, budget, diag)
                                         : train(s, s->depth, s->gammas, s->betas, budget, diag);
    qb_budget_simulation(budget, false);
    s->angles_from = "oracle-trained";
    return status ? status : run_circuit(s, budget, diag);
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
    .init = qaoa_init,
    .solve = qaoa_solve,
    .free = qaoa_free,
};
