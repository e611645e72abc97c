/* pm1-torus and planted-ising: spin glasses on the square torus, to be minimised.
 *
 * pm1-torus draws every coupling as -1 or 1.
 *
 * planted-ising adds up frustrated loops: closed walks whose couplings agree with a hidden state except one.
 * A loop of length l has no energy below -(l - 2), and the hidden state reaches that on all loops at once, so
 * the energy of the ground state is -sum (l - 2).
 *
 * Source: Hen, Job, Albash, Ronnow, Troyer and Lidar, "Probing for quantum speedup in spin-glass problems
 * with planted solutions", Physical Review A 92 (2015).
 */
#include "harness/base/memory.h"
#include "instances/generators/draw.h"

enum { SIDE, LOOPS };

static const qb_generator_param params[] = {
    [SIDE] = {"size", 10, 3, 1000, true, "side", "side of the torus, which has size * size spins"},
    [LOOPS] = {"loops", 0.6, 0.01, 10, false, "", "loops a spin"},
};

static uint32_t step(uint32_t side, uint32_t spin, uint32_t direction)
{
    uint32_t x = spin % side, y = spin / side;
    switch (direction) {
    case 0:
        return y * side + (x + 1) % side;
    case 1:
        return (y + 1) % side * side + x;
    case 2:
        return y * side + (x + side - 1) % side;
    default:
        return (y + side - 1) % side * side + x;
    }
}

static qb_status generate_pm1(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                              qb_generated *generated, qb_diag *diag)
{
    (void)generated;
    uint32_t side = (uint32_t)value[SIDE];
    qb_sketch sketch = qb_sketch_open(QB_KIND_ISING, QB_MINIMISE, side * side);
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    for (uint32_t spin = 0; spin < side * side; spin++)
        for (uint32_t direction = 0; direction < 2; direction++)
            qb_sketch_pair(&sketch, spin, step(side, spin, direction), qb_draw_sign(&rng));
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

/* A random walk until it meets itself; walk[0 .. result) is the loop that it closed.  place [n] is zero and
 * stays so. */
static uint32_t draw_loop(uint32_t side, qb_rng *rng, uint32_t *walk, uint32_t *place)
{
    uint32_t count = 0, spin = (uint32_t)qb_rng_below(rng, (uint64_t)side * side);
    while (!place[spin]) {
        uint32_t back = count > 0 ? walk[count - 1] : spin, next;
        walk[count] = spin;
        place[spin] = ++count;
        do /* no immediate return */
            next = step(side, spin, (uint32_t)qb_rng_below(rng, 4));
        while (next == back);
        spin = next;
    }
    uint32_t first = place[spin] - 1;
    for (uint32_t k = 0; k < count; k++)
        place[walk[k]] = 0;
    for (uint32_t k = first; k < count; k++)
        walk[k - first] = walk[k];
    return count - first;
}

static void add_loop(qb_sketch *sketch, qb_rng *rng, const uint32_t *walk, uint32_t length,
                     const double *hidden)
{
    uint32_t odd = (uint32_t)qb_rng_below(rng, length);
    for (uint32_t k = 0; k < length; k++) {
        uint32_t a = walk[k], b = walk[(k + 1) % length];
        qb_sketch_pair(sketch, a, b, (k == odd ? 1 : -1) * hidden[a] * hidden[b]);
    }
}

static qb_status generate_planted(const double *value, uint64_t seed, const char *name, qb_problem *problem,
                                  qb_generated *generated, qb_diag *diag)
{
    uint32_t side = (uint32_t)value[SIDE], n = side * side;
    uint32_t *walk = QB_NEW(uint32_t, n), *place = QB_NEW(uint32_t, n);
    double *hidden = QB_NEW(double, n), energy = 0;
    qb_sketch sketch = qb_sketch_open(QB_KIND_ISING, QB_MINIMISE, n);
    if (walk && place && hidden) {
        qb_rng rng;
        qb_rng_init(&rng, seed, 0);
        for (uint32_t spin = 0; spin < n; spin++)
            hidden[spin] = qb_draw_sign(&rng);
        for (double loops = 0; loops < value[LOOPS] * n; loops++) {
            uint32_t length = draw_loop(side, &rng, walk, place);
            add_loop(&sketch, &rng, walk, length, hidden);
            energy -= length - 2.0;
        }
    } else {
        sketch.status = QB_NO_MEMORY;
    }
    qb_free(walk);
    qb_free(place);
    qb_free(hidden);
    *generated = (qb_generated){.has_optimum = true, .optimum = energy};
    return qb_sketch_finish(&sketch, name, "generated", problem, diag);
}

extern const qb_generator qb_generator_pm1_torus, qb_generator_planted_ising;
const qb_generator qb_generator_pm1_torus = {
    .name = "pm1-torus",
    .summary = "spin glass on the square torus with couplings -1 and 1",
    .source = "",
    .params = params,
    .param_count = 1,
    .generate = generate_pm1,
};
const qb_generator qb_generator_planted_ising = {
    .name = "planted-ising",
    .summary = "spin glass of frustrated loops on the square torus, ground state known",
    .source = "Hen et al., Physical Review A 92 (2015)",
    .params = params,
    .param_count = 2,
    .generate = generate_planted,
};
