/* Models for the kernel tests: small, awkward, from fixed seeds. */
#ifndef QB_TESTS_KERNELS_ANNEAL_CASES_H
#define QB_TESTS_KERNELS_ANNEAL_CASES_H

#include "harness/base/rng.h"
#include "harness/model/qubo.h"

#include <stdint.h>

typedef struct model_spec {
    uint32_t n;
    double density; /* of couplings */
    int32_t weight; /* couplings are -weight..weight, not 0 */
    int32_t linear; /* linear terms are -linear..linear */
    qb_sense sense;
    bool cut;     /* linear terms make it a Max-Cut: unchanged by flipping everything */
    bool real;    /* an irrational factor on every coefficient */
    double stiff; /* added to the linear term of variable 0, which then stays at one value */
} model_spec;

/* cr_assert_float_eq of Criterion 2.4.1 negates only the first half of its condition. */
#define ASSERT_NEAR(a, b, tolerance) \
    cr_assert(fabs((a) - (b)) <= (tolerance), "%.17g, not %.17g", (double)(a), (double)(b))

/* Asserts on failure.  Free with qb_qubo_free. */
qb_qubo model_build(model_spec spec, uint64_t seed);

/* Selects each tier of this machine in turn: for (uint32_t t = 0; tier_select(t); t++). */
bool tier_select(uint32_t t);

#endif
