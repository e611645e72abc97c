/* Trajectories against the density matrix that they average to, evolved naively, channel by channel. */
#include "solvers/kernels/trajectory.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 5, SIZE = 1 << MOST };

typedef double complex matrix[SIZE][SIZE];
typedef double complex gate[2][2];

static const gate PAULI[4] = {{{1, 0}, {0, 1}}, {{0, 1}, {1, 0}}, {{1, 0}, {0, -1}}, {{0, -I}, {I, 0}}};

/* out += weight K rho K^dagger, K on one qubit. */
static void add_kraus(matrix out, double weight, const gate k, uint32_t q, uint32_t n, const matrix rho)
{
    uint32_t size = 1u << n, bit = 1u << q;
    for (uint32_t r = 0; r < size; r++)
        for (uint32_t c = 0; c < size; c++)
            for (uint32_t i = 0; i < 2; i++)
                for (uint32_t j = 0; j < 2; j++)
                    out[r][c] += weight * k[(r & bit) != 0][i] * conj(k[(c & bit) != 0][j]) *
                                 rho[i ? r | bit : r & ~bit][j ? c | bit : c & ~bit];
}

static void apply(matrix rho, const gate k, uint32_t q, uint32_t n)
{
    matrix out = {{0}};
    add_kraus(out, 1, k, q, n, (const double complex(*)[SIZE])rho);
    memcpy(rho, out, sizeof out);
}

static void depolarise_1q(matrix rho, double p, uint32_t q, uint32_t n)
{
    matrix out = {{0}};
    for (uint32_t k = 0; k < 4; k++)
        add_kraus(out, k ? p / 3 : 1 - p, PAULI[k], q, n, (const double complex(*)[SIZE])rho);
    memcpy(rho, out, sizeof out);
}

static void depolarise_2q(matrix rho, double p, uint32_t a, uint32_t b, uint32_t n)
{
    matrix out = {{0}};
    for (uint32_t k = 0; k < 16; k++) {
        matrix one = {{0}};
        add_kraus(one, 1, PAULI[k & 3], a, n, (const double complex(*)[SIZE])rho);
        add_kraus(out, k ? p / 15 : 1 - p, PAULI[k >> 2], b, n, (const double complex(*)[SIZE])one);
    }
    memcpy(rho, out, sizeof out);
}

static void damp(matrix rho, double g, uint32_t q, uint32_t n)
{
    const gate stay = {{1, 0}, {0, sqrt(1 - g)}}, jump = {{0, sqrt(g)}, {0, 0}};
    matrix out = {{0}};
    add_kraus(out, 1, stay, q, n, (const double complex(*)[SIZE])rho);
    add_kraus(out, 1, jump, q, n, (const double complex(*)[SIZE])rho);
    memcpy(rho, out, sizeof out);
}

/* exp(-i angle prod s) of the spins in mask. */
static void turn_spins(matrix rho, uint64_t mask, double angle, uint32_t n)
{
    int order = __builtin_popcountll(mask);
    double complex phase[SIZE];
    for (uint32_t x = 0; x < 1u << n; x++)
        phase[x] = cexp(-I * angle * ((order - __builtin_popcountll(x & mask)) & 1 ? -1 : 1));
    for (uint32_t r = 0; r < 1u << n; r++)
        for (uint32_t c = 0; c < 1u << n; c++)
            rho[r][c] *= phase[r] * conj(phase[c]);
}

/* The probabilities of shots. */
static void exact(const qb_cost *cost, const qb_noise *noise, uint32_t depth, const double *gammas,
                  const double *betas, double *probability)
{
    static matrix rho;
    uint32_t n = cost->n, size = 1u << n;
    for (uint32_t r = 0; r < size; r++)
        for (uint32_t c = 0; c < size; c++)
            rho[r][c] = 1.0 / size;
    for (uint32_t q = 0; q < n; q++)
        depolarise_1q(rho, noise->depolarising_1q, q, n);
    for (uint32_t l = 0; l < depth; l++) {
        double gamma = (1 + noise->over_rotation) * gammas[l], beta = (1 + noise->over_rotation) * betas[l];
        for (uint64_t k = 0; k < cost->spin_terms; k++) {
            uint64_t mask = cost->spin[k].mask;
            uint32_t a = (uint32_t)__builtin_ctzll(mask), b = 63 - (uint32_t)__builtin_clzll(mask);
            turn_spins(rho, mask, gamma * cost->scale * cost->spin[k].coefficient, n);
            if (a == b)
                depolarise_1q(rho, noise->depolarising_1q, a, n);
            else
                depolarise_2q(rho, noise->depolarising_2q, a, b, n);
        }
        const gate rx = {{cos(beta), -I * sin(beta)}, {-I * sin(beta), cos(beta)}};
        for (uint32_t q = 0; q < n; q++) {
            apply(rho, rx, q, n);
            depolarise_1q(rho, noise->depolarising_1q, q, n);
        }
        for (uint32_t q = 0; q < n; q++)
            damp(rho, noise->damping, q, n);
    }
    for (uint32_t x = 0; x < size; x++) {
        probability[x] = 0;
        for (uint32_t y = 0; y < size; y++) {
            int flips = __builtin_popcount(x ^ y);
            probability[x] +=
                creal(rho[y][y]) * pow(noise->readout, flips) * pow(1 - noise->readout, (int)n - flips);
        }
    }
}

static double mean_cost(const qb_diagonal *d, const double *probability)
{
    double sum = 0;
    for (uint64_t x = 0; x < 1ull << d->qubits; x++)
        sum += probability[x] * (d->base + d->step * qb_diagonal_entry(d, x));
    return sum;
}

static const double GAMMAS[3] = {0.31, 0.52, 0.44}, BETAS[3] = {0.62, -0.41, 0.23};

/* Mean and standard error of `count` trajectories; shots [2^n] are counted. */
static double average(const qb_cost *cost, const qb_diagonal *d, const qb_noise *noise, uint32_t depth,
                      uint32_t count, double *error, uint64_t *histogram)
{
    qb_trajectory *t;
    double sum = 0, squares = 0;
    cr_assert_eq(qb_trajectory_open(cost, d, noise, 77, &t, NULL), QB_OK);
    for (uint32_t k = 0; k < count; k++) {
        double e;
        uint64_t x[2];
        cr_assert_eq(qb_trajectory_run(t, k, depth, GAMMAS, BETAS, NULL, &e), QB_OK);
        qb_trajectory_sample(t, 2, x);
        histogram[x[0]]++;
        sum += e;
        squares += e * e;
    }
    qb_trajectory_close(t);
    double mean = sum / count;
    *error = sqrt(fmax(0, squares / count - mean * mean) / count);
    return mean;
}

/* One channel at a time, then all at once. */
static const qb_noise NOISES[] = {
    {.depolarising_1q = 0.1}, {.depolarising_2q = 0.15}, {.damping = 0.2},
    {.readout = 0.07},        {.over_rotation = 0.05},   {0.03, 0.06, 0.08, 0.02, -0.04},
};

static void check(const ising *p, const qb_noise *noise, uint32_t depth)
{
    enum { TRAJECTORIES = 4000 };
    double probability[SIZE], error, chi = 0;
    uint64_t histogram[SIZE] = {0};
    uint32_t cells = 0;
    qb_cost cost = ising_cost(p);
    qb_diagonal d = ising_diagonal(&cost, false);
    exact(&cost, noise, depth, GAMMAS, BETAS, probability);
    double want = mean_cost(&d, probability);
    double got = average(&cost, &d, noise, depth, TRAJECTORIES, &error, histogram);
    cr_assert(fabs(got - want) <= 4.5 * error + 1e-9 * (1 + fabs(want)), "n = %u: %g +- %g, exact %g", p->n,
              got, error, want);
    for (uint32_t x = 0; x < 1u << p->n; x++) {
        double expected = TRAJECTORIES * probability[x];
        if (expected < 5)
            continue;
        double difference = (double)histogram[x] - expected;
        chi += difference * difference / expected;
        cells++;
    }
    cr_assert_lt(chi, cells + 5 * sqrt(2.0 * cells) + 5, "n = %u: chi-square %g in %u cells", p->n, chi,
                 cells);
    qb_diagonal_clear(&d);
    qb_cost_free(&cost);
}

Test(trajectory, averages_to_the_density_matrix)
{
    for (uint32_t n = 2; n <= MOST; n++)
        for (uint32_t k = 0; k < sizeof NOISES / sizeof *NOISES; k++) {
            ising p = ising_random(n, k % 2 ? WITH_FIELDS : REAL_WEIGHTS, 0.9, 10 * n + k);
            check(&p, &NOISES[k], n == MOST ? 2 : 3);
        }
}

/* Without chance there is one trajectory, and it is right to the last digits. */
Test(trajectory, what_is_coherent_is_exact)
{
    static const qb_noise coherent[] = {{0}, {.readout = 0.11}, {.over_rotation = 0.2, .readout = 0.01}};
    for (uint32_t k = 0; k < 3; k++) {
        double probability[SIZE], error;
        uint64_t histogram[SIZE] = {0};
        ising p = ising_random(5, WITH_FIELDS, 0.7, 3 + k);
        qb_cost cost = ising_cost(&p);
        qb_diagonal d = ising_diagonal(&cost, false);
        exact(&cost, &coherent[k], 3, GAMMAS, BETAS, probability);
        double want = mean_cost(&d, probability);
        cr_assert_float_eq(average(&cost, &d, &coherent[k], 3, 1, &error, histogram), want,
                           1e-12 * fabs(want));
        cr_assert_eq(qb_noise_is_on(&coherent[k]), k > 0);
        qb_diagonal_clear(&d);
        qb_cost_free(&cost);
    }
}

Test(trajectory, decay_ends_in_zero)
{
    static const qb_noise noise = {.damping = 1};
    ising p = ising_random(4, WITH_FIELDS, 1, 6);
    qb_cost cost = ising_cost(&p);
    qb_diagonal d = ising_diagonal(&cost, false);
    double error;
    uint64_t histogram[SIZE] = {0};
    average(&cost, &d, &noise, 2, 50, &error, histogram);
    cr_assert_eq(histogram[0], 50);
    qb_diagonal_clear(&d);
    qb_cost_free(&cost);
}

Test(trajectory, refuses_half_a_diagonal)
{
    qb_trajectory *t;
    qb_noise noise = {.damping = 0.1};
    ising p = ising_random(6, UNIT_WEIGHTS, 1, 6);
    qb_cost cost = ising_cost(&p);
    qb_diagonal half = ising_diagonal(&cost, true);
    cr_assert(half.symmetric);
    cr_assert_eq(qb_trajectory_open(&cost, &half, &noise, 1, &t, NULL), QB_REFUSED);
    qb_diagonal_clear(&half);
    qb_cost_free(&cost);
}
