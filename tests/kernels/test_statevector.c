/* The state vector against matrices, its tiers and precisions against each other, and its invariants. */
#define _GNU_SOURCE
#include "harness/base/budget_probe.h"
#include "harness/base/rng.h"
#include "solvers/kernels/qaoa_state.h"
#include "solvers/kernels/simd.h"
#include "solvers/kernels/statevector_state.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 3
static const double gammas[DEPTH] = {0.41, -0.23, 0.77}, betas[DEPTH] = {0.53, 1.31, -0.29};

/* Selects a tier; false where this machine lacks it. */
static bool select_tier(int tier)
{
    return qb_simd_select(qb_simd_name((qb_simd)tier), NULL) == QB_OK;
}

typedef struct setting {
    bool symmetry;
    qb_precision precision;
    uint32_t threads, depth;
    const double *betas; /* NULL: those above */
} setting;

/* Evolves and reads psi [2^n]; returns <C>. */
static double evolve(const ising *p, setting s, double complex *psi)
{
    qb_cost cost = ising_cost(p);
    qb_diagonal diagonal = ising_diagonal(&cost, s.symmetry);
    qb_team *team = qb_team_open(s.threads);
    qb_statevector *state;
    double expectation;
    cr_assert_eq(qb_statevector_open(&diagonal, s.precision, false, team, &state, NULL), QB_OK);
    cr_assert_eq(qb_statevector_evolve(state, s.depth, gammas, s.betas ? s.betas : betas, NULL, &expectation),
                 QB_OK);
    if (psi)
        read_state(state, p->n, psi);
    qb_statevector_close(state);
    qb_team_close(team);
    qb_diagonal_clear(&diagonal);
    qb_cost_free(&cost);
    return expectation;
}

/* Largest difference of amplitudes, global phases aligned. */
static double distance(const double complex *a, const double complex *b, uint32_t n)
{
    double complex inner = 0;
    double most = 0;
    for (uint64_t x = 0; x < 1ull << n; x++)
        inner += conj(b[x]) * a[x];
    for (uint64_t x = 0; x < 1ull << n; x++)
        most = fmax(most, cabs(a[x] - b[x] * inner / cabs(inner)));
    return most;
}

static void check_against_matrices(const ising *p, int tier, flavour f)
{
    static double complex expected[1 << 8], psi[1 << 8];
    for (uint32_t depth = 0; depth <= DEPTH; depth++) {
        naive_state(p, depth, gammas, betas, expected);
        double mean = naive_expectation(p, expected), size = fabs(mean) + 1;
        for (int mode = 0; mode < 4; mode++) {
            setting s = {mode & 1, mode & 2 ? QB_FLOAT : QB_DOUBLE, 1, depth, NULL};
            double tolerance = s.precision == QB_FLOAT ? 2e-6 : 1e-12;
            double value = evolve(p, s, psi), error = distance(psi, expected, p->n);
            cr_assert_lt(error, tolerance, "tier %d, n %u, flavour %d, mode %d, depth %u: %g", tier, p->n, f,
                         mode, depth, error);
            cr_assert_lt(fabs(value - mean) / size, 50 * tolerance, "tier %d, n %u: <C> %.17g, not %.17g",
                         tier, p->n, value, mean);
        }
    }
}

Test(statevector, equals_matrices_up_to_eight_qubits)
{
    for (int tier = 0; tier < QB_SIMD_COUNT; tier++) {
        if (!select_tier(tier))
            continue;
        for (uint32_t n = 1; n <= 8; n++)
            for (int f = 0; f < FLAVOURS; f++) {
                ising p = ising_random(n, (flavour)f, 0.8, n + 10 * (uint64_t)f);
                check_against_matrices(&p, tier, (flavour)f);
            }
    }
}

/* Rotations are made of tangents, which have poles and are cut at 8 in size: angles on both sides of that, at
 * the poles, beside them, and many turns away.  Global phases of (-1)^n a turn are no difference. */
static const double steep[][DEPTH] = {
    {M_PI / 2, -M_PI / 2, 3 * M_PI / 2},
    {M_PI / 2 - 1e-9, -M_PI / 2 + 1e-15, M_PI / 2 + 1e-4},
    {1.446441332, 1.446441333, -1.446441333}, /* atan 8 = 1.4464413322... */
    {M_PI, 0, -2 * M_PI},
    {1000 * M_PI + 1.57, 12345.678, -1e6},
};

Test(statevector, angles_near_the_poles_of_the_tangent_lose_nothing)
{
    static double complex expected[1 << 8], psi[1 << 8];
    for (int tier = 0; tier < QB_SIMD_COUNT; tier++) {
        if (!select_tier(tier))
            continue;
        for (uint32_t n = 1; n <= 8; n++)
            for (size_t k = 0; k < sizeof steep / sizeof *steep; k++)
                for (int mode = 0; mode < 4; mode++) {
                    ising p = ising_random(n, n % 2 ? REAL_WEIGHTS : UNIT_WEIGHTS, 0.8, n);
                    setting s = {mode & 1, mode & 2 ? QB_FLOAT : QB_DOUBLE, 1, DEPTH, steep[k]};
                    double tolerance = s.precision == QB_FLOAT ? 4e-6 : 1e-12;
                    naive_state(&p, DEPTH, gammas, steep[k], expected);
                    evolve(&p, s, psi);
                    double error = distance(psi, expected, n);
                    cr_assert_lt(error, tolerance, "tier %d, n %u, angles %zu, mode %d: %g", tier, n, k, mode,
                                 error);
                }
    }
}

/* ||a - b|| of normalised states, global phases aligned. */
static double difference_norm(const double complex *a, const double complex *b, uint32_t n)
{
    double complex inner = 0;
    double squares = 0;
    for (uint64_t x = 0; x < 1ull << n; x++)
        inner += conj(b[x]) * a[x];
    for (uint64_t x = 0; x < 1ull << n; x++) {
        double complex d = a[x] - b[x] * inner / cabs(inner);
        squares += creal(d) * creal(d) + cimag(d) * cimag(d);
    }
    return sqrt(squares);
}

/* Sizes at which tiles are copied, mirrored and of several levels; matrices would take too long.  The
 * portable tier is the reference: others agree with it to 1e-12 of the state's length, steep angles
 * included. */
Test(statevector, tiers_and_symmetry_agree_on_large_states)
{
    static double complex reference[1 << 18], psi[1 << 18];
    for (uint32_t n = 15; n <= 18; n++) {
        const double *angles = n < 17 ? betas : steep[n == 17 ? 1 : 4];
        flavour f = n % 2 ? UNIT_WEIGHTS : REAL_WEIGHTS;
        ising p = ising_random(n, f, 0.5, n);
        cr_assert(select_tier(QB_SIMD_PORTABLE));
        double mean = evolve(&p, (setting){false, QB_DOUBLE, 1, DEPTH, angles}, reference);
        for (int tier = 0; tier < QB_SIMD_COUNT; tier++) {
            if (!select_tier(tier))
                continue;
            for (int symmetry = 0; symmetry < 2; symmetry++) {
                double value = evolve(&p, (setting){symmetry, QB_DOUBLE, 1, DEPTH, angles}, psi);
                double error = difference_norm(psi, reference, n);
                cr_assert_lt(error, 1e-12, "tier %d, n %u, symmetry %d: %g", tier, n, symmetry, error);
                cr_assert_lt(fabs(value - mean), 1e-12 * (1 + fabs(mean)));
            }
            evolve(&p, (setting){true, QB_FLOAT, 1, DEPTH, angles}, psi);
            cr_assert_gt(overlap(psi, reference, n), 1 - 1e-5);
        }
    }
}

Test(statevector, threads_change_no_bit)
{
    static double complex one[1 << 17], three[1 << 17];
    for (int symmetry = 0; symmetry < 2; symmetry++) {
        ising p = ising_random(17, UNIT_WEIGHTS, 0.4, 5);
        double a = evolve(&p, (setting){symmetry, QB_DOUBLE, 1, DEPTH, NULL}, one);
        double b = evolve(&p, (setting){symmetry, QB_DOUBLE, 3, DEPTH, NULL}, three);
        cr_assert_eq(a, b);
        cr_assert_eq(memcmp(one, three, sizeof one), 0);
    }
}

Test(statevector, keeps_the_norm)
{
    static double complex psi[1 << 16];
    for (int f = 0; f < FLAVOURS; f++) {
        ising p = ising_random(16, (flavour)f, 0.3, 7);
        evolve(&p, (setting){true, QB_DOUBLE, 1, DEPTH, NULL}, psi);
        cr_assert_lt(fabs(overlap(psi, psi, 16) - 1), 1e-13);
    }
}

/* x -> x ^ mask with the fields and couplings that touch the mask turned round. */
static ising gauge(const ising *p, uint64_t mask)
{
    ising q = *p;
    for (uint32_t i = 0; i < p->n; i++) {
        double s = mask >> i & 1 ? -1 : 1;
        q.field[i] *= s;
        for (uint32_t j = i + 1; j < p->n; j++)
            q.coupling[i][j] *= s * (mask >> j & 1 ? -1 : 1);
    }
    return q;
}

Test(statevector, follows_a_gauge_transformation)
{
    enum { N = 11 };
    static double complex a[1 << N], b[1 << N], moved[1 << N];
    ising p = ising_random(N, WITH_FIELDS, 0.7, 3), q = gauge(&p, 0x2d5);
    setting s = {true, QB_DOUBLE, 1, DEPTH, NULL};
    double before = evolve(&p, s, a), after = evolve(&q, s, b);
    for (uint64_t x = 0; x < 1 << N; x++)
        moved[x ^ 0x2d5] = a[x];
    cr_assert_lt(fabs(before - after), 1e-11);
    cr_assert_lt(distance(moved, b, N), 1e-13);
}

Test(statevector, follows_a_permutation_of_the_variables)
{
    enum { N = 10 };
    static double complex a[1 << N], b[1 << N], moved[1 << N];
    ising p = ising_random(N, WITH_FIELDS, 0.7, 4), q = p;
    for (uint32_t i = 0; i < N; i++) { /* variable i becomes 3 i mod 10 */
        q.field[3 * i % N] = p.field[i];
        for (uint32_t j = i + 1; j < N; j++) {
            uint32_t u = 3 * i % N, v = 3 * j % N;
            q.coupling[u < v ? u : v][u < v ? v : u] = p.coupling[i][j];
        }
    }
    setting s = {true, QB_DOUBLE, 1, DEPTH, NULL};
    double before = evolve(&p, s, a), after = evolve(&q, s, b);
    for (uint64_t x = 0; x < 1 << N; x++) {
        uint64_t y = 0;
        for (uint32_t i = 0; i < N; i++)
            y |= (x >> i & 1) << 3 * i % N;
        moved[y] = a[x];
    }
    cr_assert_lt(fabs(before - after), 1e-11);
    cr_assert_lt(distance(moved, b, N), 1e-13);
}

Test(statevector, offset_moves_the_expectation_alone)
{
    static double complex a[1 << 9], b[1 << 9];
    ising p = ising_random(9, INTEGER_WEIGHTS, 0.7, 6), q = p;
    q.constant += 12345;
    setting s = {true, QB_DOUBLE, 1, DEPTH, NULL};
    double before = evolve(&p, s, a), after = evolve(&q, s, b);
    cr_assert_lt(fabs(after - before - 12345), 1e-10);
    cr_assert_lt(distance(a, b, 9), 1e-13);
}

/* What the last pass sums up, LOW or HIGH, is what a pass of its own does. */
static void check_band(const ising *p, setting s)
{
    qb_cost cost = ising_cost(p);
    qb_diagonal d = ising_diagonal(&cost, s.symmetry);
    qb_team *team = qb_team_open(s.threads);
    qb_statevector *state;
    double band[3][2] = {{d.least, d.least + 0.2 * (d.greatest - d.least)},
                         {0.4 * d.least + 0.6 * d.greatest, INFINITY},
                         {d.greatest + 0.25, d.greatest + 1}};
    double tolerance = s.precision == QB_DOUBLE ? 1e-13 : 1e-6;
    cr_assert_eq(qb_statevector_open(&d, s.precision, false, team, &state, NULL), QB_OK);
    for (int k = 0; k < 3; k++) {
        double value, alone, fused, expected;
        cr_assert_eq(qb_statevector_evolve_band(state, s.depth, gammas, betas, band[k], NULL, &value, &fused),
                     QB_OK);
        cr_assert_eq(qb_statevector_band(state, band[k][0], band[k][1], NULL, &expected), QB_OK);
        cr_assert_eq(qb_statevector_evolve(state, s.depth, gammas, betas, NULL, &alone), QB_OK);
        cr_assert_eq(value, alone);
        cr_assert_lt(fabs(fused - expected), tolerance, "n %u, depth %u, band %d: %.17g, not %.17g", p->n,
                     s.depth, k, fused, expected);
        cr_assert(k < 2 ? fused > 0 : fused == 0);
    }
    for (int k = 0; k < 2; k++) {
        double value, alone, fused, expected, eta = k ? 3 / (1 + fabs(d.step) * (d.greatest - d.least)) : 0;
        qb_weights weights = qb_statevector_weights(state);
        cr_assert_eq(qb_statevector_evolve_gibbs(state, s.depth, gammas, betas, eta, NULL, &value, &fused),
                     QB_OK);
        cr_assert_eq(qb_measure_gibbs(&weights, eta, NULL, &expected), QB_OK);
        cr_assert_eq(qb_statevector_evolve(state, s.depth, gammas, betas, NULL, &alone), QB_OK);
        cr_assert_eq(value, alone);
        cr_assert_lt(fabs(fused - expected), tolerance * (1 + fabs(expected)),
                     "n %u, depth %u, eta %g: %.17g, not %.17g", p->n, s.depth, eta, fused, expected);
    }
    qb_statevector_close(state);
    qb_team_close(team);
    qb_diagonal_clear(&d);
    qb_cost_free(&cost);
}

Test(statevector, bands_and_gibbs_objectives_are_summed_up_in_the_last_pass)
{
    for (int tier = 0; tier < QB_SIMD_COUNT; tier++) {
        if (!select_tier(tier))
            continue;
        for (uint32_t n = 1; n <= 18; n += n < 8 ? 2 : 3)
            for (int f = 0; f < FLAVOURS; f++) {
                if (n > 12 && f != (int)(n % FLAVOURS)) /* large ones are slow: one kind each */
                    continue;
                ising p = ising_random(n, (flavour)f, 0.5, 50 + n);
                for (uint32_t depth = 0; depth <= 2; depth++) {
                    check_band(&p, (setting){depth % 2, QB_DOUBLE, 1, depth, NULL});
                    check_band(&p, (setting){depth % 2 == 0, QB_FLOAT, 2, depth, NULL});
                    check_band(&p, (setting){true, QB_DOUBLE, 2, depth, NULL});
                }
            }
    }
}

/* One budget of work is one state, however the work is cut. */
Test(statevector, stops_on_its_budget)
{
    ising p = ising_random(16, UNIT_WEIGHTS, 0.5, 8);
    qb_cost cost = ising_cost(&p);
    qb_diagonal diagonal = ising_diagonal(&cost, false);
    qb_statevector *state;
    cr_assert_eq(qb_statevector_open(&diagonal, QB_DOUBLE, false, NULL, &state, NULL), QB_OK);
    qb_budget_probe probe;
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 100000, 16, false, false);
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(qb_statevector_evolve(state, DEPTH, gammas, betas, probe.budget, NULL), QB_STOPPED);
    qb_budget_probe_close(&probe);
    setup.limit = 4 * 65536 + 1; /* depth + 1 passes */
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(qb_statevector_evolve(state, DEPTH, gammas, betas, probe.budget, NULL), QB_OK);
    qb_budget_probe_close(&probe);
    qb_statevector_close(state);
    qb_diagonal_clear(&diagonal);
    qb_cost_free(&cost);
}

/* ---------------------------------------------------------------------------------------------- gradients */

/* Five-point differences of <C>. */
static double difference(qb_statevector *state, double *angle, const double *g, const double *b)
{
    static const double weight[4] = {1, -8, 8, -1}, place[4] = {-2, -1, 1, 2};
    double middle = *angle, step = 1e-3, sum = 0;
    for (int i = 0; i < 4; i++) {
        double value;
        *angle = middle + place[i] * step;
        cr_assert_eq(qb_statevector_evolve(state, DEPTH, g, b, NULL, &value), QB_OK);
        sum += weight[i] * value;
    }
    *angle = middle;
    return sum / (12 * step);
}

static void check_gradient(const ising *p, bool symmetry, int tier, uint32_t threads)
{
    qb_cost cost = ising_cost(p);
    qb_diagonal diagonal = ising_diagonal(&cost, symmetry);
    qb_team *team = qb_team_open(threads);
    qb_statevector *state;
    double g[DEPTH] = {0.031, -0.052, 0.017}, b[DEPTH] = {0.53, 0.91, -0.29}, value, expected;
    b[p->n % DEPTH] = 1.5; /* steep: its tangent is beyond what one rotation is made with */
    double by_gamma[DEPTH], by_beta[DEPTH];
    cr_assert_eq(qb_statevector_open(&diagonal, QB_DOUBLE, true, team, &state, NULL), QB_OK);
    cr_assert_eq(qb_statevector_gradient(state, DEPTH, g, b, NULL, &value, by_gamma, by_beta), QB_OK);
    cr_assert_eq(qb_statevector_evolve(state, DEPTH, g, b, NULL, &expected), QB_OK);
    cr_assert_eq(value, expected);
    for (uint32_t l = 0; l < DEPTH; l++) {
        double dg = difference(state, &g[l], g, b), db = difference(state, &b[l], g, b);
        double size = 1 + fabs(dg) + fabs(db);
        cr_assert_lt(fabs(by_gamma[l] - dg), 1e-6 * size, "tier %d, n %u, gamma %u: %.12g, %.12g", tier, p->n,
                     l, by_gamma[l], dg);
        cr_assert_lt(fabs(by_beta[l] - db), 1e-6 * size, "tier %d, n %u, beta %u: %.12g, %.12g", tier, p->n,
                     l, by_beta[l], db);
    }
    qb_statevector_close(state);
    qb_team_close(team);
    qb_diagonal_clear(&diagonal);
    qb_cost_free(&cost);
}

Test(statevector, gradients_are_those_of_finite_differences)
{
    for (int tier = 0; tier < QB_SIMD_COUNT; tier++) {
        if (!select_tier(tier))
            continue;
        for (uint32_t n = 1; n <= 15; n += n < 10 ? 1 : 2)
            for (int f = 0; f < FLAVOURS; f++) {
                if (f == WORD_WEIGHTS)
                    continue; /* their <C> is too steep in gamma for differences */
                ising p = ising_random(n, (flavour)f, 0.5, 60 + n);
                check_gradient(&p, true, tier, 1);
                check_gradient(&p, false, tier, 2);
            }
    }
}

Test(statevector, a_gradient_costs_at_most_four_circuits_of_work)
{
    ising p = ising_random(14, UNIT_WEIGHTS, 0.5, 9);
    qb_cost cost = ising_cost(&p);
    qb_diagonal diagonal = ising_diagonal(&cost, true);
    qb_statevector *state;
    double value, by_gamma[DEPTH], by_beta[DEPTH];
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, 14, false, false);
    qb_budget_probe probe;
    static qb_budget_probe_record record;
    cr_assert_eq(qb_statevector_open(&diagonal, QB_DOUBLE, true, NULL, &state, NULL), QB_OK);
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(
        qb_statevector_gradient(state, DEPTH, gammas, betas, probe.budget, &value, by_gamma, by_beta), QB_OK);
    qb_budget_finish(probe.budget, QB_OK, "");
    qb_budget_probe_read(&probe, &record);
    cr_assert_eq(record.summary.work, (3 * DEPTH + 2) << diagonal.bits); /* a circuit: DEPTH + 1 */
    qb_budget_probe_close(&probe);
    qb_statevector_close(state);
    qb_diagonal_clear(&diagonal);
    qb_cost_free(&cost);
}

/* ---------------------------------------------------------------------------------------------- tiles */

typedef struct answer {
    double complex psi[1 << 15];
    double value, by_gamma[DEPTH], by_beta[DEPTH];
} answer;

/* The state and its gradient with `low` qubits in LOW passes, or as many as it chooses itself. */
static void answer_split(const qb_diagonal *d, unsigned low, answer *a)
{
    qb_statevector *state;
    cr_assert_eq(qb_statevector_open(d, QB_DOUBLE, true, NULL, &state, NULL), QB_OK);
    unsigned widest = low - state->kernel->lane_bits - d->symmetric;
    if (low) {
        state->low_bits = low;
        state->width_bits = state->width_bits < widest ? state->width_bits : widest;
    }
    cr_assert_eq(
        qb_statevector_gradient(state, DEPTH, gammas, betas, NULL, &a->value, a->by_gamma, a->by_beta),
        QB_OK);
    cr_assert_eq(qb_statevector_evolve(state, DEPTH, gammas, betas, NULL, NULL), QB_OK);
    read_state(state, d->qubits, a->psi);
    qb_statevector_close(state);
}

/* However many qubits the HIGH passes have, from one to eight: their groups and leaves differ, their sums do
 * not. */
Test(statevector, every_split_between_passes_gives_the_same_state_and_gradient)
{
    enum { N = 15 };
    static answer chosen, other;
    for (int k = 0; k < 2 * QB_SIMD_COUNT; k++) {
        if (!select_tier(k / 2))
            continue;
        ising p = ising_random(N, UNIT_WEIGHTS, 0.4, 23);
        qb_cost cost = ising_cost(&p);
        qb_diagonal d = ising_diagonal(&cost, k % 2);
        answer_split(&d, 0, &chosen);
        for (unsigned high = 1; high <= 8; high++) {
            answer_split(&d, d.bits - high, &other);
            double error = difference_norm(other.psi, chosen.psi, N), size = 1 + fabs(chosen.value);
            cr_assert_lt(error, 1e-12, "tier %d, %u high qubits: %g", k / 2, high, error);
            cr_assert_lt(fabs(other.value - chosen.value), 1e-12 * size);
            for (int l = 0; l < DEPTH; l++) {
                cr_assert_lt(fabs(other.by_gamma[l] - chosen.by_gamma[l]), 1e-9 * size,
                             "tier %d, %u high qubits", k / 2, high);
                cr_assert_lt(fabs(other.by_beta[l] - chosen.by_beta[l]), 1e-9 * size,
                             "tier %d, %u high qubits", k / 2, high);
            }
        }
        qb_diagonal_clear(&d);
        qb_cost_free(&cost);
    }
}

/* ---------------------------------------------------------------------------------------------- memory */

/* Large states go without padding: where amplitudes lie changes none of them. */
Test(statevector, padding_changes_no_bit)
{
    enum { N = 17 };
    static double complex padded[1 << N], plain[1 << N];
    for (int k = 0; k < 2 * QB_SIMD_COUNT; k++) {
        if (!select_tier(k / 2))
            continue;
        ising p = ising_random(N, REAL_WEIGHTS, 0.4, 22);
        qb_cost cost = ising_cost(&p);
        qb_diagonal d = ising_diagonal(&cost, k % 2);
        qb_statevector *state;
        cr_assert_eq(qb_statevector_open(&d, QB_DOUBLE, false, NULL, &state, NULL), QB_OK);
        size_t pad = state->pad;
        cr_assert_gt(pad, 0);
        cr_assert_eq(qb_statevector_evolve(state, DEPTH, gammas, betas, NULL, NULL), QB_OK);
        read_state(state, N, padded);
        state->pad = 0;
        cr_assert_eq(qb_statevector_evolve(state, DEPTH, gammas, betas, NULL, NULL), QB_OK);
        read_state(state, N, plain);
        cr_assert_eq(memcmp(padded, plain, sizeof plain), 0);
        state->pad = pad;
        qb_statevector_close(state);
        qb_diagonal_clear(&d);
        qb_cost_free(&cost);
    }
}

/* Bytes of the amplitudes and of their costs are as promised, and what is promised is what a run must have.
 */
Test(statevector, takes_at_most_18_bytes_an_amplitude_with_costs_of_two_bytes)
{
    enum { N = 24 };
    static const struct {
        flavour f;
        qb_cost_width width;
        uint64_t bytes;
    } rows[] = {
        {UNIT_WEIGHTS, QB_COST_BYTE, 18}, {WORD_WEIGHTS, QB_COST_WORD, 18}, {REAL_WEIGHTS, QB_COST_REAL, 24}};
    for (int k = 0; k < 3; k++) {
        ising p = ising_random(N, rows[k].f, 0.2, 21);
        qb_cost cost = ising_cost(&p);
        qb_diagonal d = ising_diagonal(&cost, false);
        qb_qubo qubo = ising_qubo(&p);
        qb_qaoa_setup setup = {.memory_bytes = rows[k].bytes << N};
        qb_statevector *state;
        qb_qaoa *circuit;
        qb_diag diag = {{0}};
        cr_assert_eq(d.width, rows[k].width);
        cr_assert_eq(qb_statevector_open(&d, QB_DOUBLE, false, NULL, &state, NULL), QB_OK);
        uint64_t bytes = (sizeof(double) * qb_sv_at((size_t)1 << N, state->pad)) + (d.width << N);
        cr_assert_leq(bytes, rows[k].bytes << N);
        cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &circuit, &diag), QB_OK, "%s", diag.text);
        qb_qaoa_close(circuit);
        setup.memory_bytes = bytes - 1;
        cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &circuit, &diag), QB_REFUSED);
        cr_assert(strstr(diag.text, "24 qubits with mixer=x, 1.68e+07 states, need 0."), "%s", diag.text);
        cr_assert(strstr(diag.text, "the memory limit allows 0."), "%s", diag.text);
        qb_statevector_close(state);
        qb_qubo_free(&qubo);
        qb_diagonal_clear(&d);
        qb_cost_free(&cost);
    }
}

/* ---------------------------------------------------------------------------------------------- shots */

typedef struct prepared {
    qb_cost cost;
    qb_diagonal diagonal;
    qb_statevector *state;
} prepared;

static prepared prepare(const ising *p, bool symmetry)
{
    prepared r = {.cost = ising_cost(p)};
    r.diagonal = ising_diagonal(&r.cost, symmetry);
    return r;
}

static void release(prepared *r)
{
    qb_statevector_close(r->state);
    qb_diagonal_clear(&r->diagonal);
    qb_cost_free(&r->cost);
}

/* Pearson's statistic of shots against |psi|^2, summed over independent rounds; no state here expects fewer
 * than ten shots a round. */
static void check_shots(bool symmetry)
{
    enum { N = 7, SHOTS = 140000, ROUNDS = 8 };
    static uint64_t x[SHOTS];
    static double complex psi[1 << N];
    ising p = ising_random(N, UNIT_WEIGHTS, 0.6, 11);
    prepared r = prepare(&p, symmetry);
    cr_assert_eq(qb_statevector_open(&r.diagonal, QB_DOUBLE, false, NULL, &r.state, NULL), QB_OK);
    cr_assert_eq(qb_statevector_evolve(r.state, DEPTH, gammas, betas, NULL, NULL), QB_OK);
    read_state(r.state, N, psi);
    double statistic = 0, freedom = ROUNDS * ((1 << N) - 1);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t count[1 << N] = {0};
        cr_assert_eq(qb_statevector_sample(r.state, 42, round, SHOTS, NULL, x), QB_OK);
        for (uint32_t i = 0; i < SHOTS; i++)
            count[x[i]]++;
        for (uint32_t y = 0; y < 1 << N; y++) {
            double expected = SHOTS * (creal(psi[y]) * creal(psi[y]) + cimag(psi[y]) * cimag(psi[y]));
            cr_assert_gt(expected, 10);
            statistic += ((double)count[y] - expected) * ((double)count[y] - expected) / expected;
        }
    }
    /* its standard deviation is sqrt(2 freedom): four of them */
    cr_assert_lt(fabs(statistic - freedom), 4 * sqrt(2 * freedom), "chi-square %g of %g", statistic, freedom);
    release(&r);
}

Test(statevector, shots_follow_the_state)
{
    check_shots(false);
    check_shots(true);
}

Test(statevector, shots_reproduce_and_differ_by_stream)
{
    enum { N = 13, SHOTS = 500 };
    static uint64_t a[SHOTS], b[SHOTS], c[SHOTS];
    ising p = ising_random(N, REAL_WEIGHTS, 0.6, 12);
    prepared r = prepare(&p, true);
    qb_team *team = qb_team_open(2);
    cr_assert_eq(qb_statevector_open(&r.diagonal, QB_DOUBLE, false, team, &r.state, NULL), QB_OK);
    cr_assert_eq(qb_statevector_evolve(r.state, 1, gammas, betas, NULL, NULL), QB_OK);
    cr_assert_eq(qb_statevector_sample(r.state, 9, 1, SHOTS, NULL, a), QB_OK);
    cr_assert_eq(qb_statevector_sample(r.state, 9, 1, SHOTS, NULL, b), QB_OK);
    cr_assert_eq(qb_statevector_sample(r.state, 9, 2, SHOTS, NULL, c), QB_OK);
    cr_assert_eq(memcmp(a, b, sizeof a), 0);
    cr_assert_neq(memcmp(a, c, sizeof a), 0);
    release(&r);
    qb_team_close(team);
}
