/* What the files of the qaoa solver share: its parameters and the state of a run.  Private to the solver. */
#ifndef QB_SOLVERS_QAOA_RUN_H
#define QB_SOLVERS_QAOA_RUN_H

#include "solvers/kernels/qaoa_circuit.h"
#include "solvers/kernels/qaoa_train.h"
#include "solvers/qaoa/portrait.h"
#include "solvers/qaoa/sampler.h"
#include "solvers/solver.h"

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
    qb_team *team;
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

/* Are angles trained: at all, on exact measures? */
static inline bool trains(const qaoa_params *p)
{
    return p->angles <= SHIFT;
}

static inline bool trains_exactly(const qaoa_params *p)
{
    return p->angles <= FOURIER;
}

#endif
