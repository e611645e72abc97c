#define _GNU_SOURCE
#include "solvers/hybrid/refine.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/gray.h"
#include "solvers/kernels/groups.h"
#include "solvers/kernels/mixer_circuit.h"
#include "solvers/kernels/qaoa_angles.h"
#include "solvers/kernels/qaoa_train.h"

#include <math.h>

static qb_mixer mixer_of(const qb_qubo *cost)
{
    return cost->groups + cost->cardinalities ? QB_MIXER_XY_COMPLETE : QB_MIXER_X;
}

static qb_qaoa_setup circuit_setup(const refiner *r, qb_mixer mixer)
{
    return (qb_qaoa_setup){.mixer = mixer,
                           .symmetry = true,
                           .gradients = r->angles == REFINE_LBFGS,
                           .team = r->team,
                           .memory_bytes = UINT64_MAX}; /* refine_bytes has said what it takes */
}

uint64_t refine_bytes(const refiner *r, double states)
{
    qb_qaoa_setup setup = circuit_setup(r, QB_MIXER_X);
    if (r->rule != REFINE_QAOA)
        return 0;
    return (uint64_t)qb_qaoa_bytes(&setup, states) + 24 * (uint64_t)r->shots;
}

static void tell_circuit(const refiner *r, const qb_qubo *q, const qb_circuit *circuit, uint32_t layers,
                         qb_budget *budget)
{
    static const char *const from[] = {
        [REFINE_FIXED] = "fixed", [REFINE_RAMP] = "ramp", [REFINE_LBFGS] = "oracle-trained"};
    static const char *const on[] = {
        [REFINE_FIXED] = "published averages", [REFINE_RAMP] = "none", [REFINE_LBFGS] = "this instance"};
    uint32_t angles = r->angles == REFINE_FIXED && mixer_of(q) != QB_MIXER_X ? REFINE_RAMP : r->angles;
    qb_budget_detail(budget, "qubits", q->n);
    qb_budget_detail(budget, "depth", layers);
    qb_budget_detail(budget, "gates_1q", (double)circuit->gates_1q);
    qb_budget_detail(budget, "gates_2q", (double)circuit->gates_2q);
    qb_budget_detail(budget, "circuit_depth", (double)circuit->depth);
    qb_budget_detail_text(budget, "mixer", qb_mixer_name(mixer_of(q)));
    qb_budget_detail_text(budget, "angles_from", layers ? from[angles] : "uniform");
    qb_budget_detail_text(budget, "angles_fitted_on", layers ? on[angles] : "none");
}

/* As for a qaoa solver: what start state and mixer take beside is charged at its depth, all to all. */
static qb_status model_part(refiner *r, const qb_qubo *q, const qb_device *device, qb_budget *budget,
                            qb_diag *diag)
{
    uint32_t layers = r->rule == REFINE_QAOA ? r->depth : 0;
    qb_cost cost = {0};
    qb_routed routed;
    qb_status status = qb_cost_from_qubo(q, &cost, diag);
    if (!status)
        status = qb_device_model(device, &cost, layers, budget, &routed, diag);
    if (!status) {
        qb_circuit plain = qb_qaoa_circuit(&cost, layers);
        qb_circuit circuit = qb_mixer_circuit(&cost, q, mixer_of(q), layers);
        tell_circuit(r, q, &circuit, layers, budget);
        r->shot_s = qb_device_shot_seconds(device, &routed);
        if (circuit.depth > plain.depth) {
            r->shot_s += (double)(circuit.depth - plain.depth) * device->two_qubit_s;
            qb_budget_detail(budget, "modelled_shot_s", r->shot_s);
        }
    }
    qb_cost_free(&cost);
    return status;
}

qb_status refine_model(refiner *r, const part *shape, const qb_device *device, qb_budget *budget,
                       qb_diag *diag)
{
    double linear[QB_SUBPROBLEM_VARIABLES] = {0};
    qb_pair pair[QB_SUBPROBLEM_VARIABLES * QB_SUBPROBLEM_VARIABLES / 2];
    uint32_t pairs = 0, variables = shape->plain.n;
    qb_qubo all = {0};
    for (uint32_t a = 0; a < variables; a++)
        for (uint32_t b = a + 1; b < variables; b++)
            pair[pairs++] = (qb_pair){a, b, 1};
    qb_status status = qb_qubo_build(QB_MINIMISE, 0, 1, variables, linear, pairs, pair, &all, diag);
    if (!status) {
        part_mark(shape, &all);
        status = model_part(r, &all, device, budget, diag);
    }
    qb_qubo_free(&all);
    return status;
}

/* ---------------------------------------------------------------------------------------------- shots */

static qb_status offer(const part *p, uint64_t shot, qb_budget *budget)
{
    uint8_t y[QB_SUBPROBLEM_VARIABLES];
    for (uint32_t a = 0; a < p->plain.n; a++)
        y[a] = shot >> a & 1;
    if (!qb_budget_spend(budget, part_value_work(p)))
        return QB_STOPPED;
    return qb_budget_incumbent(budget, y, part_value(p, y));
}

static qb_status offer_shot(refiner *r, const part *p, uint64_t shot, qb_budget *budget)
{
    r->shots_taken++;
    return qb_budget_spend_samples(budget, 1) ? offer(p, shot, budget) : QB_STOPPED;
}

/* A device is charged for its shots before they are looked at. */
static qb_status charge_device(const refiner *r, qb_budget *budget)
{
    return qb_budget_spend_device(budget, r->shots * r->shot_s) ? QB_OK : QB_STOPPED;
}

static qb_status take_uniform(refiner *r, const part *p, uint64_t stream, qb_budget *budget, qb_diag *diag)
{
    qb_rng rng;
    qb_subspace states;
    qb_status status = charge_device(r, budget);
    if (!status)
        status = qb_subspace_from_qubo(&p->plain, true, budget, &states, diag);
    if (status)
        return status;
    qb_rng_init(&rng, r->seed, stream);
    r->circuits++;
    for (uint32_t i = 0; i < r->shots && !status; i++)
        status =
            offer_shot(r, p, qb_subspace_bits(&states, qb_groups_lot(&rng, (uint32_t)states.size)), budget);
    qb_subspace_free(&states);
    return status;
}

/* ---------------------------------------------------------------------------------------------- circuit */

static qb_status choose_angles(refiner *r, qb_mixer mixer, qb_qaoa *state, double *gammas, double *betas,
                               qb_budget *budget, qb_diag *diag)
{
    const qb_cost *cost = qb_qaoa_cost(state);
    const char *source;
    double expectation, scale = qb_qaoa_gamma_unit(state) / qb_qaoa_unit(cost);
    if (r->angles == REFINE_RAMP || mixer != QB_MIXER_X) {
        qb_qaoa_ramp(cost, r->depth, r->ramp, gammas, betas);
        for (uint32_t l = 0; l < r->depth; l++)
            gammas[l] *= scale;
    } else
        qb_qaoa_fixed(cost, r->depth, gammas, betas, &source);
    if (r->angles != REFINE_LBFGS)
        return QB_OK;
    qb_qaoa_training training = {.optimiser = QB_QAOA_LBFGS,
                                 .depth = r->depth,
                                 .evaluations = r->evaluations,
                                 .starts = 1,
                                 .unit = qb_qaoa_gamma_unit(state),
                                 .state = state};
    return qb_qaoa_train(&training, gammas, betas, budget, &expectation, &r->training_circuits, diag);
}

/* The shots [r->shots] of a circuit over the part's own cost. */
static qb_status simulate(refiner *r, const qb_qubo *cost, uint64_t stream, uint64_t *shot, qb_budget *budget,
                          qb_diag *diag)
{
    double gammas[REFINE_DEPTH], betas[REFINE_DEPTH];
    qb_qaoa_setup setup = circuit_setup(r, mixer_of(cost));
    qb_qaoa *state = NULL;
    qb_status status = qb_qaoa_open(cost, &setup, budget, &state, diag);
    if (!status)
        status = choose_angles(r, setup.mixer, state, gammas, betas, budget, diag);
    if (!status)
        status = qb_qaoa_evolve(state, r->depth, gammas, betas, budget, NULL);
    if (!status)
        status = qb_qaoa_sample(state, r->seed, stream, r->shots, budget, shot);
    qb_qaoa_close(state);
    return status;
}

static qb_status take_quantum(refiner *r, const part *p, uint64_t stream, qb_budget *budget, qb_diag *diag)
{
    uint64_t *shot = QB_NEW(uint64_t, r->shots);
    qb_budget_simulation(budget, true);
    qb_status status = shot ? simulate(r, part_cost(p), stream, shot, budget, diag) : QB_NO_MEMORY;
    qb_budget_simulation(budget, false);
    if (!status)
        status = charge_device(r, budget);
    r->circuits += !status;
    for (uint32_t i = 0; i < r->shots && !status; i++)
        status = offer_shot(r, p, shot[i], budget);
    qb_free(shot);
    return status;
}

/* ---------------------------------------------------------------------------------------------- all points
 */

static qb_status enumerate(const refiner *r, const qb_qubo *q, qb_budget *budget, qb_diag *diag)
{
    qb_gray *gray = NULL;
    qb_status status = qb_gray_open(q, 1, r->team, &gray, diag);
    if (status)
        return status;
    status = qb_gray_run(gray, 0, qb_gray_chunks(gray), budget);
    if (!status) {
        qb_gray_level level;
        uint8_t y[QB_GRAY_VARIABLES];
        (void)qb_gray_levels(gray, 1, &level);
        qb_gray_state(gray, level.state, y);
        status = qb_budget_incumbent(budget, y, qb_qubo_energy(q, y));
    }
    qb_gray_close(gray);
    return status;
}

/* Where groups are kept or integers follow. */
static qb_status take_each(const part *p, qb_budget *budget, qb_diag *diag)
{
    qb_subspace states;
    qb_status status = qb_subspace_from_qubo(&p->plain, true, budget, &states, diag);
    if (status)
        return status;
    for (uint64_t k = 0; k < states.size && !status; k++)
        status = offer(p, qb_subspace_bits(&states, k), budget);
    qb_subspace_free(&states);
    return status;
}

static qb_status take_all(const refiner *r, const part *p, qb_budget *budget, qb_diag *diag)
{
    bool is_plain = !p->followers && mixer_of(&p->plain) == QB_MIXER_X;
    return is_plain ? enumerate(r, &p->plain, budget, diag) : take_each(p, budget, diag);
}

qb_status refine(refiner *r, const part *p, uint64_t stream, qb_budget *budget, qb_diag *diag)
{
    switch (r->rule) {
    case REFINE_QAOA:
        return take_quantum(r, p, stream, budget, diag);
    case REFINE_UNIFORM:
        return take_uniform(r, p, stream, budget, diag);
    case REFINE_EXHAUSTIVE:
        break;
    }
    return take_all(r, p, budget, diag);
}
