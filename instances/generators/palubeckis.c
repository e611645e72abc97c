/* palubeckis: the dense QUBOs p3000 to p7000, regenerated number by number.
 *
 * p3000.1 is size 3000, density 50, seed 31000; p5000.1 is 5000, 50, 51000.  Maximise x'Qx, off-diagonals
 * counted twice.
 *
 * Source: G. Palubeckis, "Multistart tabu search strategies for the unconstrained binary quadratic
 * optimization problem", Annals of Operations Research 131 (2004).
 */
#include "instances/generators/draw.h"

enum { SIZE, DENSITY };

static const qb_generator_param params[] = {
    [SIZE] = {"size", 3000, 1, 20000, true, "variables", "number of variables"},
    [DENSITY] = {"density", 50, 0, 100, false, "%", "share of pairs that have a weight"},
};

/* The minimal standard generator; its quotient is by 2^31, not by the modulus. */
static double next_uniform(uint64_t *state)
{
    *state = *state * 16807 % 2147483647;
    return (double)*state / 2147483648.0;
}

static double next_weight(uint64_t *state)
{
    return (double)(int)(201 * next_uniform(state)) - 100;
}

static qb_status generate(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                          qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    uint64_t state = seed % 2147483647;
    if (state == 0)
        return qb_fail(diag, QB_BAD_INPUT, "palubeckis: a seed that 2147483647 divides gives no numbers");
    uint32_t n = (uint32_t)value[SIZE];
    qb_sketch sketch = qb_sketch_open(QB_KIND_QUBO, QB_MAXIMISE, n);
    for (uint32_t i = 0; i < n; i++) {
        qb_sketch_linear(&sketch, i, next_weight(&state));
        for (uint32_t j = i + 1; j < n; j++)
            if ((float)(100 * next_uniform(&state)) <= value[DENSITY])
                qb_sketch_pair(&sketch, i, j, 2 * next_weight(&state));
    }
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_palubeckis;
const qb_generator qb_generator_palubeckis = {
    .name = "palubeckis",
    .summary = "dense QUBOs p3000 to p7000 of Palubeckis, exactly",
    .source = "Palubeckis, Annals of Operations Research 131 (2004)",
    .params = params,
    .param_count = sizeof params / sizeof *params,
    .generate = generate,
};
