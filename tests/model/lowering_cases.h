/* What the tests of lowering share. */
#ifndef QB_TESTS_MODEL_LOWERING_CASES_H
#define QB_TESTS_MODEL_LOWERING_CASES_H

#include "harness/model/lowering.h"

/* Lowers or fails the test. */
qb_lowering *case_lower(const qb_problem *problem, unsigned takes, const qb_lowering_options *options);

/* Equal up to 1e-9, absolute and relative. */
bool case_is_near(double a, double b);

/* Every optimal vector of the qubo has to decode to an optimal vector of the source, with the same value. */
void case_check_optimal(const qb_problem *problem, const qb_lowering *lowering, double optimum);

/* The same for several hundred random mips, whose optima are found by enumeration; a lowering may say that
 * there is nothing to find only where that is so. */
void case_check_options(bool quadratic, qb_lowering_options options, uint64_t seed);

#endif
