/* Small problems and a naive simulator for the tests of the QAOA kernels. */
#ifndef QB_TESTS_KERNELS_QAOA_CASES_H
#define QB_TESTS_KERNELS_QAOA_CASES_H

#include "solvers/kernels/statevector.h"

#include <complex.h>

/* Spin data of a source objective C = constant + sum field s + sum coupling s s, s = 2 x - 1, n <= 24. */
typedef struct ising {
    uint32_t n;
    qb_sense sense;
    double constant, field[24], coupling[24][24]; /* [i][j], i < j */
} ising;

typedef enum flavour {
    UNIT_WEIGHTS,
    INTEGER_WEIGHTS,
    REAL_WEIGHTS,
    WITH_FIELDS,
    WORD_WEIGHTS,
    FLAVOURS
} flavour;

/* A random instance: couplings with probability `density`. */
ising ising_random(uint32_t n, flavour kind, double density, uint64_t seed);

/* The cut of an unweighted graph, to be maximised. */
ising ising_cut(uint32_t n, uint32_t edges, uint32_t (*edge)[2]);

double ising_value(const ising *problem, uint64_t x);

/* The same as a QUBO model; free with qb_qubo_free. */
qb_qubo ising_qubo(const ising *problem);
qb_cost ising_cost(const ising *problem);

/* A filled diagonal over `cost`. */
qb_diagonal ising_diagonal(const qb_cost *cost, bool use_symmetry);

/* psi [2^n] by matrices: exp(-i gamma C), then exp(-i beta X) qubit by qubit.  O(p n 2^n). */
void naive_state(const ising *problem, uint32_t depth, const double *gammas, const double *betas,
                 double complex *psi);
double naive_expectation(const ising *problem, const double complex *psi);

/* What a circuit of the X mixer gives; merit: <n^2 / (2 C)>, the merit factor of a LABS cost. */
typedef struct qaoa_outcome {
    double expectation, optimum, optimum_probability, merit;
} qaoa_outcome;

qaoa_outcome run_cost(const qb_cost *cost, uint32_t depth, const double *gammas, const double *betas);
qaoa_outcome run_ising(const ising *problem, uint32_t depth, const double *gammas, const double *betas);

/* |<a|b>|: 1 for equal states whatever their global phase. */
double overlap(const double complex *a, const double complex *b, uint32_t n);
void read_state(const qb_statevector *state, uint32_t n, double complex *psi);

#endif
