#include "tests/kernels/qaoa_cases.h"

#include "harness/base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static double draw(qb_rng *rng, flavour kind)
{
    switch (kind) {
    case UNIT_WEIGHTS:
        return qb_rng_next(rng) >> 63 ? 1 : -1;
    case WORD_WEIGHTS:
        return nearbyint(2000 * qb_rng_uniform(rng) - 1000);
    case INTEGER_WEIGHTS:
    case WITH_FIELDS:
        return nearbyint(10 * qb_rng_uniform(rng) - 5);
    case REAL_WEIGHTS:
    case FLAVOURS:
        break;
    }
    return 2 * qb_rng_uniform(rng) - 1;
}

ising ising_random(uint32_t n, flavour kind, double density, uint64_t seed)
{
    ising p = {.n = n, .sense = seed % 2 ? QB_MINIMISE : QB_MAXIMISE, .constant = 0.25 * (double)seed};
    qb_rng rng;
    qb_rng_init(&rng, seed, (uint64_t)kind);
    for (uint32_t i = 0; i < n; i++) {
        p.field[i] = kind == WITH_FIELDS ? draw(&rng, kind) : 0;
        for (uint32_t j = i + 1; j < n; j++)
            p.coupling[i][j] = qb_rng_uniform(&rng) < density ? draw(&rng, kind) : 0;
    }
    return p;
}

ising ising_cut(uint32_t n, uint32_t edges, uint32_t (*edge)[2])
{
    ising p = {.n = n, .sense = QB_MAXIMISE, .constant = edges / 2.0};
    for (uint32_t e = 0; e < edges; e++) {
        uint32_t i = edge[e][0], j = edge[e][1];
        p.coupling[i < j ? i : j][i < j ? j : i] = -0.5;
    }
    return p;
}

double ising_value(const ising *p, uint64_t x)
{
    double value = p->constant;
    for (uint32_t i = 0; i < p->n; i++) {
        double s = x >> i & 1 ? 1 : -1;
        value += p->field[i] * s;
        for (uint32_t j = i + 1; j < p->n; j++)
            value += p->coupling[i][j] * s * (x >> j & 1 ? 1 : -1);
    }
    return value;
}

qb_qubo ising_qubo(const ising *p)
{
    double linear[24], offset = p->constant;
    qb_pair pair[24 * 24];
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        linear[i] = 2 * p->field[i];
        offset -= p->field[i];
    }
    for (uint32_t i = 0; i < p->n; i++)
        for (uint32_t j = i + 1; j < p->n; j++) {
            double c = p->coupling[i][j];
            if (c == 0)
                continue;
            pair[pairs++] = (qb_pair){i, j, 4 * c};
            linear[i] -= 2 * c;
            linear[j] -= 2 * c;
            offset += c;
        }
    qb_qubo qubo;
    qb_diag diag = {{0}};
    cr_assert_eq(qb_qubo_build(p->sense, offset, 1, p->n, linear, pairs, pair, &qubo, &diag), QB_OK, "%s",
                 diag.text);
    return qubo;
}

qb_cost ising_cost(const ising *p)
{
    qb_qubo qubo = ising_qubo(p);
    qb_cost cost;
    cr_assert_eq(qb_cost_from_qubo(&qubo, &cost, NULL), QB_OK);
    qb_qubo_free(&qubo);
    return cost;
}

qb_diagonal ising_diagonal(const qb_cost *cost, bool use_symmetry)
{
    qb_diagonal diagonal;
    cr_assert_eq(qb_diagonal_survey(cost, use_symmetry, NULL, NULL, &diagonal), QB_OK);
    cr_assert_eq(qb_diagonal_fill(cost, NULL, NULL, &diagonal), QB_OK);
    return diagonal;
}

void naive_state(const ising *p, uint32_t depth, const double *gammas, const double *betas,
                 double complex *psi)
{
    uint64_t size = 1ull << p->n;
    for (uint64_t x = 0; x < size; x++)
        psi[x] = 1 / sqrt((double)size);
    for (uint32_t l = 0; l < depth; l++) {
        for (uint64_t x = 0; x < size; x++)
            psi[x] *= cexp(-I * gammas[l] * ising_value(p, x));
        double complex stay = cos(betas[l]), flip = -I * sin(betas[l]);
        for (uint32_t q = 0; q < p->n; q++)
            for (uint64_t x = 0; x < size; x++) {
                uint64_t y = x | 1ull << q;
                if (x == y)
                    continue;
                double complex a = psi[x], b = psi[y];
                psi[x] = stay * a + flip * b;
                psi[y] = stay * b + flip * a;
            }
    }
}

double naive_expectation(const ising *p, const double complex *psi)
{
    double sum = 0;
    for (uint64_t x = 0; x < 1ull << p->n; x++)
        sum += ising_value(p, x) * (creal(psi[x]) * creal(psi[x]) + cimag(psi[x]) * cimag(psi[x]));
    return sum;
}

qaoa_outcome run_cost(const qb_cost *cost, uint32_t depth, const double *gammas, const double *betas)
{
    qb_diagonal d = ising_diagonal(cost, true);
    qb_statevector *state;
    qaoa_outcome o;
    cr_assert_eq(qb_statevector_open(&d, QB_DOUBLE, false, NULL, &state, NULL), QB_OK);
    cr_assert_eq(qb_statevector_evolve(state, depth, gammas, betas, NULL, &o.expectation), QB_OK);
    o.merit = 0;
    for (uint64_t x = 0; x < 1ull << cost->n; x++) {
        double a[2];
        uint64_t stored = x >> d.bits ? ~x & ((1ull << d.bits) - 1) : x;
        qb_statevector_amplitude(state, x, a);
        o.merit += (a[0] * a[0] + a[1] * a[1]) * cost->n * cost->n /
                   (2 * (d.base + d.step * qb_diagonal_entry(&d, stored)));
    }
    double best = qb_diagonal_best(&d);
    o.optimum = d.base + d.step * best;
    cr_assert_eq(qb_statevector_band(state, best, best, NULL, &o.optimum_probability), QB_OK);
    qb_statevector_close(state);
    qb_diagonal_clear(&d);
    return o;
}

qaoa_outcome run_ising(const ising *p, uint32_t depth, const double *gammas, const double *betas)
{
    qb_cost cost = ising_cost(p);
    qaoa_outcome o = run_cost(&cost, depth, gammas, betas);
    qb_cost_free(&cost);
    return o;
}

double overlap(const double complex *a, const double complex *b, uint32_t n)
{
    double complex sum = 0;
    for (uint64_t x = 0; x < 1ull << n; x++)
        sum += conj(a[x]) * b[x];
    return cabs(sum);
}

void read_state(const qb_statevector *state, uint32_t n, double complex *psi)
{
    for (uint64_t x = 0; x < 1ull << n; x++) {
        double amplitude[2];
        qb_statevector_amplitude(state, x, amplitude);
        psi[x] = amplitude[0] + I * amplitude[1];
    }
}
