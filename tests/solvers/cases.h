/* Instances for the tests of solvers: small ones with their exact optimum by enumeration, and larger ones. */
#ifndef QB_TESTS_SOLVERS_CASES_H
#define QB_TESTS_SOLVERS_CASES_H

#include "harness/base/budget_probe.h"
#include "harness/model/problem.h"

#include <stdint.h>

#define CASE_VARIABLES 16 /* at most */

typedef struct small_case {
    qb_problem problem;
    double optimum;   /* of the source objective, by enumeration with the referee */
    double magnitude; /* sum of |terms|: scales tolerances of real-valued cases */
} small_case;

extern const uint32_t case_count;

/* Builds case k < case_count; asserts on failure.  Free with case_clear. */
small_case case_build(uint32_t k);
void case_clear(small_case *c);

/* Asserts on failure. */
qb_problem problem_of(const qb_draft *draft);

/* A dense random qubo of n variables with coefficients -9..9. */
qb_problem random_qubo(uint32_t n, qb_sense sense, uint64_t seed);

/* A knapsack of 30 items and two rows: maximise profits within the capacities. */
qb_problem knapsack(void);

/* The cut of a torus of +-1 weights, 16 x 16. */
qb_problem torus(void);

/* A budget of work over a model that is minimised; close with qb_budget_probe_close. */
qb_budget_probe work_probe(uint32_t variables, double work);

#endif
