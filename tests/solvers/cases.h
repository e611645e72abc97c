/* Small instances for the solver contract, each with its exact optimum by enumeration. */
#ifndef QB_TESTS_SOLVERS_CASES_H
#define QB_TESTS_SOLVERS_CASES_H

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

/* A dense random qubo of n variables with coefficients -9..9. */
qb_problem random_qubo(uint32_t n, qb_sense sense, uint64_t seed);

#endif
