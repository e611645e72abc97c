/* Small random problems, and what they are worth by enumeration. */
#ifndef QB_TESTS_MODEL_FIXTURE_H
#define QB_TESTS_MODEL_FIXTURE_H

#include "harness/base/rng.h"
#include "harness/model/problem.h"

#define CASE_COLUMNS 6
#define CASE_ROWS    4

/* A draft together with the arrays that it points to. */
typedef struct problem_case {
    qb_draft draft;
    double linear[64];
    qb_pair pair[64 * 63 / 2];
    uint8_t type[64];
    double lower[64], upper[64];
    qb_triplet entry[256];
    double row_lower[16], row_upper[16];
} problem_case;

/* A qubo, ising or maxcut of n <= 24 variables; data are integers in -9..9 times unit. */
void case_binary(problem_case *c, qb_kind kind, uint32_t n, double unit, qb_rng *rng);

/* A mip of 2 to CASE_COLUMNS binaries and integers and up to CASE_ROWS rows of every form; often feasible. */
void case_mip(problem_case *c, bool quadratic, qb_rng *rng);

/* Builds or fails the test. */
qb_problem case_build(const problem_case *c);

/* Puts the next vector of the box of integer bounds into v; false after the last.  Start with v = lower. */
bool case_next(const qb_problem *problem, double *v);
void case_first(const qb_problem *problem, double *v);

/* The best objective over all feasible integer vectors; false when there is none. */
bool case_optimum(const qb_problem *problem, double *best);

/* The bits of number, lowest first. */
void case_bits(uint64_t number, uint32_t n, uint8_t *x);

#endif
