/* Mixers other than X against dense matrices, their gradients, their invariants, and what is measured on
 * them. */
#include "harness/base/budget_probe.h"
#include "harness/base/rng.h"
#include "solvers/kernels/grover_state.h"
#include "solvers/kernels/product_state.h"
#include "solvers/kernels/qaoa_state.h"
#include "solvers/kernels/relaxation.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define DEPTH 3
#define MOST  256 /* states of eight qubits */
static const double gammas[DEPTH] = {0.41, -0.23, 0.77}, betas[DEPTH] = {0.53, 1.31, -0.29};

/* Groups of variables of which `ones` are 1; what is in none is free. */
typedef struct grouping {
    uint32_t n, groups, start[5], ones[4], member[64];
} grouping;

static const grouping no_groups[] = {{.n = 1}, {.n = 2}, {.n = 5}, {.n = 8}};

/* Members out of order, groups that interleave, one or two ones, free variables, a single member, none. */
static const grouping groupings[] = {
    {.n = 3, .groups = 1, .start = {0, 3}, .ones = {1}, .member = {0, 1, 2}},
    {.n = 4, .groups = 1, .start = {0, 2}, .ones = {1}, .member = {3, 1}},
    {.n = 6, .groups = 2, .start = {0, 3, 6}, .ones = {1, 1}, .member = {0, 2, 4, 1, 3, 5}},
    {.n = 8, .groups = 2, .start = {0, 4, 7}, .ones = {1, 1}, .member = {7, 5, 3, 1, 0, 2, 4}},
    {.n = 7, .groups = 2, .start = {0, 1, 6}, .ones = {1, 2}, .member = {3, 0, 1, 2, 4, 6}},
    {.n = 8, .groups = 1, .start = {0, 6}, .ones = {3}, .member = {1, 2, 3, 4, 6, 7}},
    {.n = 5, .groups = 1, .start = {0, 4}, .ones = {4}, .member = {0, 1, 2, 3}},
};
enum { GROUPINGS = sizeof groupings / sizeof *groupings };

/* The model of a problem with groups; free with qb_qubo_free. */
static qb_qubo grouped_qubo(const ising *p, const grouping *g)
{
    qb_qubo qubo = ising_qubo(p);
    for (uint32_t k = 0; k < g->groups; k++)
        *(g->ones[k] == 1 ? &qubo.groups : &qubo.cardinalities) += 1;
    qubo.group_start = g->start;
    qubo.group_ones = g->ones;
    qubo.group_member = g->member;
    return qubo;
}

static bool keeps(const grouping *g, uint64_t x)
{
    for (uint32_t k = 0; k < g->groups; k++) {
        uint32_t ones = 0;
        for (uint32_t m = g->start[k]; m < g->start[k + 1]; m++)
            ones += x >> g->member[m] & 1;
        if (ones != g->ones[k])
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------------------------------- matrices */

typedef double complex matrix[MOST][MOST];

/* += factor times a product of Pauli operators, one letter (1, X, Y or Z) a qubit. */
static void add_pauli(uint32_t n, const char *letter, double factor, matrix h)
{
    for (uint64_t r = 0; r < 1ull << n; r++)
        for (uint64_t c = 0; c < 1ull << n; c++) {
            double complex element = factor;
            for (uint32_t q = 0; q < n; q++) {
                bool row = r >> q & 1, column = c >> q & 1;
                switch (letter[q]) {
                case 'X':
                    element *= row != column;
                    break;
                case 'Y':
                    element *= row == column ? 0 : row ? I : -I;
                    break;
                case 'Z':
                    element *= row != column ? 0 : row ? -1 : 1;
                    break;
                default:
                    element *= row == column;
                }
            }
            h[r][c] += element;
        }
}

/* psi = exp(-i angle h) psi by its Taylor series, in steps of norm below one. */
static void exponentiate(uint32_t n, matrix h, double angle, double complex *psi)
{
    uint32_t size = 1u << n;
    double norm = 0;
    for (uint32_t r = 0; r < size; r++) {
        double sum = 0;
        for (uint32_t c = 0; c < size; c++)
            sum += cabs(h[r][c]);
        norm = fmax(norm, sum);
    }
    uint32_t steps = (uint32_t)(fabs(angle) * norm) + 1;
    for (uint32_t step = 0; step < steps; step++) {
        double complex term[MOST], next[MOST];
        memcpy(term, psi, size * sizeof *psi);
        for (int k = 1; k <= 20; k++) {
            for (uint32_t r = 0; r < size; r++) {
                next[r] = 0;
                for (uint32_t c = 0; c < size; c++)
                    next[r] += h[r][c] * term[c];
            }
            for (uint32_t r = 0; r < size; r++) {
                term[r] = -I * angle / steps / k * next[r];
                psi[r] += term[r];
            }
        }
    }
}

/* (X_i X_j + Y_i Y_j) / 2 into h. */
static void add_xy(uint32_t n, uint32_t i, uint32_t j, matrix h)
{
    char letter[9] = "11111111";
    letter[i] = letter[j] = 'X';
    add_pauli(n, letter, 0.5, h);
    letter[i] = letter[j] = 'Y';
    add_pauli(n, letter, 0.5, h);
}

static matrix scratch;

static void apply_xy(uint32_t n, uint32_t i, uint32_t j, double beta, double complex *psi)
{
    memset(scratch, 0, sizeof scratch);
    add_xy(n, i, j, scratch);
    exponentiate(n, scratch, beta, psi);
}

/* A group's members, ascending. */
static uint32_t sorted_members(const grouping *g, uint32_t group, uint32_t *member)
{
    uint32_t count = 0;
    for (uint32_t v = 0; v < g->n; v++)
        for (uint32_t m = g->start[group]; m < g->start[group + 1]; m++)
            if (g->member[m] == v)
                member[count++] = v;
    return count;
}

static void naive_ring(const grouping *g, uint32_t group, double beta, double complex *psi)
{
    uint32_t v[8], m = sorted_members(g, group, v);
    for (uint32_t i = 0; i + 1 < m; i += 2)
        apply_xy(g->n, v[i], v[i + 1], beta, psi);
    for (uint32_t i = 1; i + 1 < m; i += 2)
        apply_xy(g->n, v[i], v[i + 1], beta, psi);
    if (m > 2)
        apply_xy(g->n, v[m - 1], v[0], beta, psi);
}

/* One-hot: the exponential of the sum.  Else rounds of a tournament, written down by hand for 5 and 6
 * members. */
static void naive_complete(const grouping *g, uint32_t group, double beta, double complex *psi)
{
    static const uint32_t round[5][6] = {
        {0, 5, 1, 4, 2, 3}, {0, 1, 2, 5, 3, 4}, {0, 2, 3, 1, 4, 5}, {0, 3, 4, 2, 5, 1}, {0, 4, 5, 3, 1, 2}};
    uint32_t v[8], m = sorted_members(g, group, v);
    if (g->ones[group] == 1) {
        memset(scratch, 0, sizeof scratch);
        for (uint32_t i = 0; i < m; i++)
            for (uint32_t j = i + 1; j < m; j++)
                add_xy(g->n, v[i], v[j], scratch);
        exponentiate(g->n, scratch, beta, psi);
        return;
    }
    for (uint32_t r = 0; r < 5; r++)
        for (uint32_t k = 0; k < 6; k += 2)
            if (round[r][k] < m && round[r][k + 1] < m)
                apply_xy(g->n, v[round[r][k]], v[round[r][k + 1]], beta, psi);
}

static void naive_single(uint32_t n, uint32_t q, double x, double z, double beta, double complex *psi)
{
    char letter[9] = "11111111";
    memset(scratch, 0, sizeof scratch);
    letter[q] = 'X';
    add_pauli(n, letter, x, scratch);
    letter[q] = 'Z';
    add_pauli(n, letter, z, scratch);
    exponentiate(n, scratch, beta, psi);
}

static void naive_mixer(const grouping *g, qb_mixer mixer, const double *ones, const double complex *start,
                        double beta, double complex *psi)
{
    if (mixer == QB_MIXER_GROVER) {
        for (uint32_t r = 0; r < 1u << g->n; r++)
            for (uint32_t c = 0; c < 1u << g->n; c++)
                scratch[r][c] = start[r] * conj(start[c]);
        exponentiate(g->n, scratch, beta, psi);
        return;
    }
    uint64_t grouped = 0;
    for (uint32_t k = 0; k < g->groups; k++) {
        for (uint32_t m = g->start[k]; m < g->start[k + 1]; m++)
            grouped |= 1ull << g->member[m];
        if (mixer == QB_MIXER_XY_RING)
            naive_ring(g, k, beta, psi);
        else
            naive_complete(g, k, beta, psi);
    }
    for (uint32_t q = 0; q < g->n; q++) {
        double t = ones ? acos(1 - 2 * ones[q]) : acos(0);
        if (!(grouped >> q & 1))
            naive_single(g->n, q, sin(t), cos(t), beta, psi);
    }
}

static void naive_circuit(const ising *p, const grouping *g, qb_mixer mixer, const double *ones,
                          uint32_t depth, double complex *psi)
{
    double complex start[MOST] = {0};
    double norm = 0;
    for (uint64_t x = 0; x < 1ull << g->n; x++) {
        double amplitude = keeps(g, x);
        for (uint32_t q = 0; q < g->n && ones; q++)
            amplitude *= sqrt(x >> q & 1 ? ones[q] : 1 - ones[q]);
        start[x] = amplitude;
        norm += amplitude * amplitude;
    }
    for (uint64_t x = 0; x < 1ull << g->n; x++)
        psi[x] = start[x] /= sqrt(norm);
    for (uint32_t l = 0; l < depth; l++) {
        for (uint64_t x = 0; x < 1ull << g->n; x++)
            psi[x] *= cexp(-I * gammas[l] * ising_value(p, x));
        naive_mixer(g, mixer, ones, start, betas[l], psi);
    }
}

/* ---------------------------------------------------------------------------------------------- states */

/* The amplitudes of a circuit under one of the mixers of product_state.h and grover_state.h, by x. */
static void read_circuit(const qb_qubo *qubo, qb_mixer mixer, const double *ones, uint32_t depth,
                         double complex *psi)
{
    bool grouped = ones == NULL;
    qb_subspace subspace;
    qb_cost cost;
    qb_diagonal diagonal;
    cr_assert_eq(qb_cost_from_qubo(qubo, &cost, NULL), QB_OK);
    cr_assert_eq(qb_subspace_from_qubo(qubo, grouped, NULL, &subspace, NULL), QB_OK);
    cr_assert_float_eq(qb_subspace_states(qubo, grouped), (double)subspace.size, 0);
    if (qubo->group_start && grouped)
        cr_assert_eq(qb_subspace_diagonal(&subspace, &cost, NULL, &diagonal), QB_OK);
    else
        diagonal = ising_diagonal(&cost, false);
    qb_grover_state *grover = NULL;
    qb_product_state *product = NULL;
    if (mixer == QB_MIXER_GROVER) {
        cr_assert_eq(qb_grover_state_open(&diagonal, false, NULL, NULL, &grover, NULL), QB_OK);
        cr_assert_eq(qb_grover_state_evolve(grover, depth, gammas, betas, NULL, NULL), QB_OK);
    } else {
        cr_assert_eq(
            qb_product_state_open(&subspace, &diagonal, mixer, ones, false, NULL, NULL, &product, NULL),
            QB_OK);
        cr_assert_eq(qb_product_state_evolve(product, depth, gammas, betas, NULL, NULL), QB_OK);
    }
    memset(psi, 0, sizeof *psi << qubo->n);
    for (uint64_t index = 0; index < subspace.size; index++) {
        double a[2];
        if (grover)
            qb_grover_state_amplitude(grover, index, a);
        else
            qb_product_state_amplitude(product, index, a);
        psi[qb_subspace_bits(&subspace, index)] += a[0] + I * a[1];
    }
    qb_grover_state_close(grover);
    qb_product_state_close(product);
    qb_diagonal_clear(&diagonal);
    qb_subspace_free(&subspace);
    qb_cost_free(&cost);
}

static void check_amplitudes(const grouping *g, flavour f, qb_mixer mixer, const double *ones)
{
    static double complex expected[MOST], psi[MOST];
    ising p = ising_random(g->n, f, 0.8, g->n + 10 * (uint64_t)f);
    qb_qubo qubo = grouped_qubo(&p, g);
    if (!g->groups)
        qubo.group_start = NULL;
    for (uint32_t depth = 0; depth <= 2; depth++) {
        double complex inner = 0;
        naive_circuit(&p, g, mixer, ones, depth, expected);
        read_circuit(&qubo, mixer, ones, depth, psi);
        for (uint32_t x = 0; x < 1u << g->n; x++)
            inner += conj(psi[x]) * expected[x];
        cr_assert_float_eq(cabs(inner), 1, 1e-12, "mixer %d, n %u, flavour %d, depth %u: overlap %.15g",
                           mixer, g->n, f, depth, cabs(inner));
        for (uint32_t x = 0; x < 1u << g->n; x++) {
            cr_assert_lt(cabs(psi[x] * inner - expected[x]), 1e-12,
                         "mixer %d, n %u, flavour %d, depth %u, x %u", mixer, g->n, f, depth, x);
            cr_assert(keeps(g, x) || psi[x] == 0);
        }
    }
    qb_qubo_free(&qubo);
}

Test(mixers, xy_equals_matrices_and_keeps_groups)
{
    for (uint32_t k = 0; k < GROUPINGS; k++)
        for (int f = 0; f < FLAVOURS; f += 2) {
            check_amplitudes(&groupings[k], (flavour)f, QB_MIXER_XY_RING, NULL);
            check_amplitudes(&groupings[k], (flavour)f, QB_MIXER_XY_COMPLETE, NULL);
        }
}

Test(mixers, grover_equals_matrices_with_and_without_groups)
{
    for (int f = 0; f < FLAVOURS; f++) {
        for (uint32_t k = 0; k < GROUPINGS; k++)
            check_amplitudes(&groupings[k], (flavour)f, QB_MIXER_GROVER, NULL);
        for (uint32_t k = 0; k < 4; k++)
            check_amplitudes(&no_groups[k], (flavour)f, QB_MIXER_GROVER, NULL);
    }
}

Test(mixers, warm_start_equals_matrices)
{
    static const double ones[8] = {0.25, 0.75, 0.5, 0.1, 0.9, 0.33, 0.6, 0.25};
    for (int f = 0; f < FLAVOURS; f++)
        for (uint32_t k = 0; k < 4; k++)
            check_amplitudes(&no_groups[k], (flavour)f, QB_MIXER_WARM, ones);
}

/* ---------------------------------------------------------------------------------------------- circuits */

static qb_qaoa *open_circuit(const qb_qubo *qubo, qb_mixer mixer, qb_team *team, const double *ones)
{
    qb_qaoa_setup setup = {.mixer = mixer,
                           .symmetry = true,
                           .gradients = true,
                           .ones = ones,
                           .team = team,
                           .memory_bytes = 1ull << 32};
    qb_qaoa *state;
    qb_diag diag = {{0}};
    cr_assert_eq(qb_qaoa_open(qubo, &setup, NULL, &state, &diag), QB_OK, "%s", diag.text);
    return state;
}

/* The groups of a small assignment, and the same of a larger one whose states need several blocks. */
static const grouping assignment = {.n = 12,
                                    .groups = 3,
                                    .start = {0, 4, 8, 12},
                                    .ones = {1, 1, 1},
                                    .member = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};

static grouping large_grouping(void)
{
    grouping g = {.n = 24, .groups = 4, .start = {0, 6, 12, 16, 22}, .ones = {1, 3, 1, 2}};
    for (uint32_t i = 0; i < 22; i++) /* two free variables */
        g.member[i] = 5 * i % 23;
    return g;
}

static double evaluate(qb_qaoa *state, const double *g, const double *b)
{
    double value;
    cr_assert_eq(qb_qaoa_evolve(state, DEPTH, g, b, NULL, &value), QB_OK);
    return value;
}

/* Five-point differences of <C>. */
static double difference(qb_qaoa *state, double *angle, const double *g, const double *b)
{
    static const double weight[4] = {1, -8, 8, -1}, place[4] = {-2, -1, 1, 2};
    double middle = *angle, step = 2e-4, sum = 0;
    for (int i = 0; i < 4; i++) {
        *angle = middle + place[i] * step;
        sum += weight[i] * evaluate(state, g, b);
    }
    *angle = middle;
    return sum / (12 * step);
}

static void check_gradient(const qb_qubo *qubo, qb_mixer mixer, const double *ones)
{
    qb_team *team = qb_team_open(2);
    qb_qaoa *state = open_circuit(qubo, mixer, team, ones);
    double g[DEPTH] = {0.031, -0.052, 0.017}, b[DEPTH] = {0.53, 1.5, -0.29}, value, by_gamma[DEPTH],
           by_beta[DEPTH];
    cr_assert_eq(qb_qaoa_gradient(state, DEPTH, g, b, NULL, &value, by_gamma, by_beta), QB_OK);
    cr_assert_float_eq(value, evaluate(state, g, b), 1e-12 * (1 + fabs(value)));
    for (uint32_t l = 0; l < DEPTH; l++) {
        double dg = difference(state, &g[l], g, b), db = difference(state, &b[l], g, b);
        double size = 1 + fabs(dg) + fabs(db);
        cr_assert_lt(fabs(by_gamma[l] - dg), 1e-6 * size, "mixer %d, gamma %u: %.12g, %.12g", mixer, l,
                     by_gamma[l], dg);
        cr_assert_lt(fabs(by_beta[l] - db), 1e-6 * size, "mixer %d, beta %u: %.12g, %.12g", mixer, l,
                     by_beta[l], db);
    }
    qb_qaoa_close(state);
    qb_team_close(team);
}

Test(mixers, gradients_are_those_of_finite_differences)
{
    double ones[13];
    for (uint32_t i = 0; i < 13; i++)
        ones[i] = 0.2 + 0.05 * i;
    for (int f = 0; f < FLAVOURS; f++) {
        if (f == WORD_WEIGHTS)
            continue; /* their <C> is too steep in gamma for differences */
        ising p = ising_random(12, (flavour)f, 0.6, 70);
        ising larger = ising_random(13, (flavour)f, 0.6, 71);
        qb_qubo grouped = grouped_qubo(&p, &assignment), free = ising_qubo(&larger);
        check_gradient(&grouped, QB_MIXER_XY_RING, NULL);
        check_gradient(&grouped, QB_MIXER_XY_COMPLETE, NULL);
        check_gradient(&grouped, QB_MIXER_GROVER, NULL);
        check_gradient(&free, QB_MIXER_GROVER, NULL);
        check_gradient(&free, QB_MIXER_WARM, ones);
        qb_qubo_free(&grouped);
        qb_qubo_free(&free);
    }
    grouping g = large_grouping();
    ising p = ising_random(24, REAL_WEIGHTS, 0.1, 72);
    qb_qubo qubo = grouped_qubo(&p, &g);
    check_gradient(&qubo, QB_MIXER_XY_RING, NULL);
    check_gradient(&qubo, QB_MIXER_XY_COMPLETE, NULL);
    qb_qubo_free(&qubo);
}

static uint64_t work_of(qb_qaoa *state, bool gradient)
{
    static qb_budget_probe_record record;
    double value, by_gamma[DEPTH], by_beta[DEPTH];
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, 24, false, false);
    qb_budget_probe probe;
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    if (gradient)
        cr_assert_eq(qb_qaoa_gradient(state, DEPTH, gammas, betas, probe.budget, &value, by_gamma, by_beta),
                     QB_OK);
    else
        cr_assert_eq(qb_qaoa_evolve(state, DEPTH, gammas, betas, probe.budget, &value), QB_OK);
    qb_budget_finish(probe.budget, QB_OK, "");
    qb_budget_probe_read(&probe, &record);
    qb_budget_probe_close(&probe);
    return record.summary.work;
}

Test(mixers, a_gradient_costs_at_most_four_circuits_of_work)
{
    grouping g = large_grouping();
    ising p = ising_random(24, INTEGER_WEIGHTS, 0.2, 73);
    qb_qubo qubo = grouped_qubo(&p, &g);
    for (int mixer = QB_MIXER_X + 1; mixer < QB_MIXER_WARM; mixer++) {
        qb_qaoa *state = open_circuit(&qubo, (qb_mixer)mixer, NULL, NULL);
        cr_assert_gt(qb_qaoa_states(state), 10000);
        cr_assert_leq(work_of(state, true), 4 * work_of(state, false), "mixer %d", mixer);
        qb_qaoa_close(state);
    }
    qb_qubo_free(&qubo);
}

/* The work that listing the states of `qubo` takes under a limit of `work`; *status: how it ended. */
static uint64_t work_of_listing(const qb_qubo *qubo, double work, qb_status *status)
{
    static qb_budget_probe_record record;
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, work, qubo->n, false, false);
    qb_budget_probe probe;
    qb_subspace subspace = {0};
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    *status = qb_subspace_from_qubo(qubo, true, probe.budget, &subspace, NULL);
    qb_subspace_free(&subspace);
    qb_budget_finish(probe.budget, QB_OK, "");
    qb_budget_probe_read(&probe, &record);
    qb_budget_probe_close(&probe);
    return record.summary.work;
}

Test(mixers, listing_the_states_of_groups_spends_budget)
{
    grouping g = {.n = 23, .groups = 2, .start = {0, 4, 22}, .ones = {1, 9}};
    ising p = ising_random(23, INTEGER_WEIGHTS, 0.2, 76);
    qb_status status;
    for (uint32_t i = 0; i < 22; i++)
        g.member[i] = i;
    qb_qubo qubo = grouped_qubo(&p, &g);
    cr_assert_eq(work_of_listing(&qubo, 1e9, &status), 4 * 2 + 48620 * 10, "C(18, 9) of 9 ones each");
    cr_assert_eq(status, QB_OK);
    cr_assert_leq(work_of_listing(&qubo, 1e5, &status), 100000 + 4096 * 10);
    cr_assert_eq(status, QB_STOPPED);
    qb_qubo_free(&qubo);
}

Test(mixers, threads_change_no_bit)
{
    grouping g = large_grouping();
    double ones[17];
    ising p = ising_random(24, REAL_WEIGHTS, 0.2, 74), q = ising_random(17, INTEGER_WEIGHTS, 0.2, 75);
    qb_qubo grouped = grouped_qubo(&p, &g), free = ising_qubo(&q);
    for (uint32_t i = 0; i < 17; i++)
        ones[i] = 0.25 + 0.5 * (i % 2);
    qb_team *team = qb_team_open(3);
    for (int mixer = QB_MIXER_X + 1; mixer <= QB_MIXER_WARM; mixer++) {
        const qb_qubo *qubo = mixer == QB_MIXER_WARM ? &free : &grouped;
        qb_qaoa *one = open_circuit(qubo, (qb_mixer)mixer, NULL, ones);
        qb_qaoa *three = open_circuit(qubo, (qb_mixer)mixer, team, ones);
        double a, b, cvar[2];
        uint64_t x[100], y[100];
        a = evaluate(one, gammas, betas);
        b = evaluate(three, gammas, betas);
        cr_assert_eq(a, b);
        cr_assert_eq(qb_qaoa_cvar(one, 0.1, NULL, &cvar[0]), QB_OK);
        cr_assert_eq(qb_qaoa_cvar(three, 0.1, NULL, &cvar[1]), QB_OK);
        cr_assert_eq(cvar[0], cvar[1]);
        cr_assert_eq(qb_qaoa_sample(one, 1, 2, 100, NULL, x), QB_OK);
        cr_assert_eq(qb_qaoa_sample(three, 1, 2, 100, NULL, y), QB_OK);
        cr_assert_eq(memcmp(x, y, sizeof x), 0);
        qb_qaoa_close(one);
        qb_qaoa_close(three);
    }
    qb_team_close(team);
    qb_qubo_free(&grouped);
    qb_qubo_free(&free);
}

Test(mixers, shots_keep_the_groups)
{
    grouping g = large_grouping();
    ising p = ising_random(24, INTEGER_WEIGHTS, 0.2, 76);
    qb_qubo qubo = grouped_qubo(&p, &g);
    static uint64_t x[20000];
    for (int mixer = QB_MIXER_X + 1; mixer < QB_MIXER_WARM; mixer++) {
        qb_qaoa *state = open_circuit(&qubo, (qb_mixer)mixer, NULL, NULL);
        double mean = evaluate(state, gammas, betas), sum = 0, squares = 0;
        cr_assert_eq(qb_qaoa_sample(state, 5, 0, 20000, NULL, x), QB_OK);
        for (uint32_t i = 0; i < 20000; i++) {
            double value = ising_value(&p, x[i]);
            cr_assert(keeps(&g, x[i]) && x[i] >> 24 == 0);
            sum += value;
            squares += value * value;
        }
        double error = sqrt((squares / 20000 - sum / 20000 * (sum / 20000)) / 20000);
        cr_assert_lt(fabs(sum / 20000 - mean), 5 * error, "mixer %d: %g, not %g", mixer, sum / 20000, mean);
        qb_qaoa_close(state);
    }
    qb_qubo_free(&qubo);
}

/* With c = 1/2 everywhere the warm mixer is X; where the flip changes nothing, half of the states do. */
Test(mixers, special_cases_agree)
{
    double half[11];
    for (uint32_t i = 0; i < 11; i++)
        half[i] = 0.5;
    for (int f = 0; f < FLAVOURS; f++) {
        ising p = ising_random(11, (flavour)f, 0.6, 80);
        qb_qubo qubo = ising_qubo(&p);
        qb_qaoa *x = open_circuit(&qubo, QB_MIXER_X, NULL, NULL),
                *warm = open_circuit(&qubo, QB_MIXER_WARM, NULL, half);
        qb_qaoa *grover = open_circuit(&qubo, QB_MIXER_GROVER, NULL, NULL), *whole;
        qb_qaoa_setup setup = {.mixer = QB_MIXER_GROVER, .memory_bytes = 1 << 30};
        cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &whole, NULL), QB_OK);
        cr_assert_eq(qb_qaoa_uses_symmetry(grover), f != WITH_FIELDS);
        cr_assert_not(qb_qaoa_uses_symmetry(whole) || qb_qaoa_uses_symmetry(warm));
        double a = evaluate(x, gammas, betas), b = evaluate(warm, gammas, betas);
        cr_assert_float_eq(a, b, 1e-12 * (1 + fabs(a)) * 11);
        a = evaluate(grover, gammas, betas);
        b = evaluate(whole, gammas, betas);
        cr_assert_float_eq(a, b, 1e-12 * (1 + fabs(a)) * 11);
        qb_qaoa_close(x);
        qb_qaoa_close(warm);
        qb_qaoa_close(grover);
        qb_qaoa_close(whole);
        qb_qubo_free(&qubo);
    }
}

/* ---------------------------------------------------------------------------------------------- invariants
 */

static double expectation_of(const ising *p, const grouping *g, qb_mixer mixer, const double *ones)
{
    qb_qubo qubo = grouped_qubo(p, g);
    qb_qaoa *state = open_circuit(&qubo, mixer, NULL, ones);
    double value = evaluate(state, gammas, betas), all;
    cr_assert_eq(qb_qaoa_band(state, -INFINITY, INFINITY, NULL, &all), QB_OK);
    cr_assert_float_eq(all, 1, 1e-12);
    qb_qaoa_close(state);
    qb_qubo_free(&qubo);
    return value;
}

Test(mixers, offset_moves_the_expectation_alone)
{
    double ones[12];
    for (uint32_t i = 0; i < 12; i++)
        ones[i] = 0.3 + 0.03 * i;
    ising p = ising_random(12, WITH_FIELDS, 0.6, 81), q = p;
    q.constant += 12345;
    for (int mixer = QB_MIXER_X; mixer <= QB_MIXER_WARM; mixer++)
        cr_assert_float_eq(expectation_of(&q, &assignment, (qb_mixer)mixer, ones) -
                               expectation_of(&p, &assignment, (qb_mixer)mixer, ones),
                           12345, 1e-9, "mixer %d", mixer);
}

/* Variables and groups under new names. */
Test(mixers, follow_a_permutation)
{
    double ones[12], moved[12];
    ising p = ising_random(12, WITH_FIELDS, 0.6, 82), q = p;
    grouping g = assignment;
    memset(q.coupling, 0, sizeof q.coupling);
    for (uint32_t i = 0; i < 12; i++)
        ones[i] = 0.3 + 0.03 * i;
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t u = 5 * i % 12;
        g.member[i] = u;
        moved[u] = ones[i];
        q.field[u] = p.field[i];
        for (uint32_t j = i + 1; j < 12; j++) {
            uint32_t v = 5 * j % 12;
            q.coupling[u < v ? u : v][u < v ? v : u] = p.coupling[i][j];
        }
    }
    for (int mixer = QB_MIXER_X; mixer <= QB_MIXER_WARM; mixer++) {
        if (mixer == QB_MIXER_XY_RING)
            continue; /* a ring goes by the variables' order */
        double a = expectation_of(&p, &assignment, (qb_mixer)mixer, ones);
        cr_assert_float_eq(expectation_of(&q, &g, (qb_mixer)mixer, moved), a, 1e-11, "mixer %d", mixer);
    }
}

/* x -> x ^ mask: the warm start turns with it. */
Test(mixers, warm_start_follows_a_gauge_transformation)
{
    double ones[12], turned[12];
    ising p = ising_random(12, WITH_FIELDS, 0.6, 83), q = p;
    for (uint32_t i = 0; i < 12; i++) {
        double s = 0x2d5 >> i & 1 ? -1 : 1;
        ones[i] = 0.3 + 0.03 * i;
        turned[i] = s < 0 ? 1 - ones[i] : ones[i];
        q.field[i] *= s;
        for (uint32_t j = i + 1; j < 12; j++)
            q.coupling[i][j] *= s * (0x2d5 >> j & 1 ? -1 : 1);
    }
    double a = expectation_of(&p, &assignment, QB_MIXER_WARM, ones);
    cr_assert_float_eq(expectation_of(&q, &assignment, QB_MIXER_WARM, turned), a, 1e-11);
}

/* ---------------------------------------------------------------------------------------------- measures */

typedef struct outcome {
    double value, probability;
} outcome;

static int by_value(const void *a, const void *b)
{
    const outcome *p = a, *q = b;
    return (p->value > q->value) - (p->value < q->value);
}

/* The mean over the best share, from a sorted list. */
static double naive_cvar(const outcome *list, uint32_t count, bool minimise, double share)
{
    double left = share, sum = 0;
    for (uint32_t k = 0; k < count && left > 0; k++) {
        const outcome *o = &list[minimise ? k : count - 1 - k];
        double taken = o->probability < left ? o->probability : left;
        sum += taken * o->value;
        left -= taken;
    }
    return sum / (share - left);
}

static void check_measures(flavour f, uint64_t seed, bool symmetry)
{
    enum { N = 10 };
    static double complex psi[1 << N];
    static outcome list[1 << N];
    ising p = ising_random(N, f, 0.7, seed);
    qb_qubo qubo = ising_qubo(&p);
    qb_team *team = qb_team_open(2);
    qb_qaoa_setup setup = {.symmetry = symmetry, .team = team, .memory_bytes = 1 << 30};
    qb_qaoa *state;
    cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &state, NULL), QB_OK);
    double mean = evaluate(state, gammas, betas), sum = 0, inside = 0, sign = p.sense == QB_MINIMISE ? 1 : -1;
    double eta = f == WORD_WEIGHTS ? 1e-3 : 0.7, value, size = 1 + fabs(mean);
    naive_state(&p, DEPTH, gammas, betas, psi);
    for (uint32_t x = 0; x < 1 << N; x++) {
        list[x] =
            (outcome){ising_value(&p, x), creal(psi[x]) * creal(psi[x]) + cimag(psi[x]) * cimag(psi[x])};
        sum += list[x].probability * exp(-eta * sign * list[x].value);
        inside += list[x].value >= mean - 0.01 && list[x].value <= mean + 3.01 ? list[x].probability : 0;
    }
    cr_assert_eq(qb_qaoa_gibbs(state, eta, NULL, &value), QB_OK);
    cr_assert_float_eq(value, -log(sum), 1e-11 * size, "flavour %d: %.17g, not %.17g", f, value, -log(sum));
    cr_assert_eq(qb_qaoa_evolve_gibbs(state, DEPTH, gammas, betas, eta, NULL, &value), QB_OK);
    cr_assert_float_eq(value, -log(sum), 1e-11 * size, "flavour %d: %.17g, not %.17g", f, value, -log(sum));
    cr_assert_eq(qb_qaoa_band(state, mean - 0.01, mean + 3.01, NULL, &value), QB_OK);
    cr_assert_float_eq(value, inside, 1e-11);
    qsort(list, 1 << N, sizeof *list, by_value);
    static const double share[] = {1, 0.5, 0.1, 1e-3, 1e-9};
    for (uint32_t k = 0; k < 5; k++) {
        double expected = naive_cvar(list, 1 << N, p.sense == QB_MINIMISE, share[k]);
        cr_assert_eq(qb_qaoa_cvar(state, share[k], NULL, &value), QB_OK);
        cr_assert_float_eq(value, expected, 2e-9 * size, "flavour %d, alpha %g: %.17g, not %.17g", f,
                           share[k], value, expected);
    }
    cr_assert_eq(qb_qaoa_cvar(state, 1, NULL, &value), QB_OK);
    cr_assert_float_eq(value, mean, 1e-11 * size);
    qb_qaoa_close(state);
    qb_team_close(team);
    qb_qubo_free(&qubo);
}

Test(mixers, measures_equal_sums_over_all_states)
{
    for (int f = 0; f < FLAVOURS; f++)
        for (uint64_t seed = 90; seed < 92; seed++) { /* both senses */
            check_measures((flavour)f, seed, false);
            check_measures((flavour)f, seed, true);
        }
}

Test(mixers, cvar_takes_at_most_two_passes)
{
    for (int f = UNIT_WEIGHTS; f <= REAL_WEIGHTS; f += REAL_WEIGHTS) {
        static qb_budget_probe_record record;
        ising p = ising_random(14, (flavour)f, 0.7, 93);
        qb_qubo qubo = ising_qubo(&p);
        qb_qaoa *state = open_circuit(&qubo, QB_MIXER_X, NULL, NULL);
        (void)evaluate(state, gammas, betas);
        qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, 14, false, false);
        qb_budget_probe probe;
        double value;
        cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
        cr_assert_eq(qb_qaoa_cvar(state, 0.05, probe.budget, &value), QB_OK);
        qb_budget_finish(probe.budget, QB_OK, "");
        qb_budget_probe_read(&probe, &record);
        qb_budget_probe_close(&probe);
        cr_assert_eq(record.summary.work, (f == REAL_WEIGHTS ? 2 : 1) * qb_qaoa_states(state));
        qb_qaoa_close(state);
        qb_qubo_free(&qubo);
    }
}

/* Large enough for histograms in shares: threads change no bit, and the whole is the expectation. */
Test(mixers, cvar_of_shares_is_that_of_the_whole)
{
    enum { N = 19 };
    for (int f = UNIT_WEIGHTS; f <= REAL_WEIGHTS; f += REAL_WEIGHTS) {
        ising p = ising_random(N, (flavour)f, 0.3, 94);
        qb_qubo qubo = ising_qubo(&p);
        double value[3][3], mean = 0;
        for (uint32_t threads = 1; threads <= 3; threads++) {
            qb_team *team = qb_team_open(threads);
            qb_qaoa *state = open_circuit(&qubo, QB_MIXER_X, team, NULL);
            static const double share[] = {1, 0.3, 1e-4};
            mean = evaluate(state, gammas, betas);
            for (uint32_t k = 0; k < 3; k++)
                cr_assert_eq(qb_qaoa_cvar(state, share[k], NULL, &value[threads - 1][k]), QB_OK);
            qb_qaoa_close(state);
            qb_team_close(team);
        }
        cr_assert_eq(memcmp(value[0], value[1], sizeof value[0]), 0);
        cr_assert_eq(memcmp(value[0], value[2], sizeof value[0]), 0);
        cr_assert_float_eq(value[0][0], mean, 1e-11 * (1 + fabs(mean)));
        double sign = p.sense == QB_MINIMISE ? 1 : -1;
        cr_assert(sign * value[0][2] < sign * value[0][1] && sign * value[0][1] < sign * value[0][0]);
        qb_qubo_free(&qubo);
    }
}

/* ---------------------------------------------------------------------------------------------- refusals */

static void check_refusal(const qb_qubo *qubo, qb_qaoa_setup setup, qb_status expected, const char *says)
{
    qb_qaoa *state;
    qb_diag diag = {{0}};
    cr_assert_eq(qb_qaoa_open(qubo, &setup, NULL, &state, &diag), expected);
    cr_assert(strstr(diag.text, says), "%s", diag.text);
}

Test(mixers, what_is_impossible_is_refused_with_a_reason)
{
    ising p = ising_random(20, UNIT_WEIGHTS, 0.3, 94);
    qb_qubo qubo = ising_qubo(&p), none;
    qb_qaoa_setup setup = {.memory_bytes = 1 << 20, .mixer = QB_MIXER_XY_RING};
    check_refusal(&qubo, setup, QB_REFUSED, "mixer=xy-ring keeps groups");
    setup.mixer = QB_MIXER_XY_COMPLETE;
    check_refusal(&qubo, setup, QB_REFUSED, "mixer=xy-complete keeps groups");
    setup.mixer = QB_MIXER_WARM;
    check_refusal(&qubo, setup, QB_REFUSED, "20 qubits with mixer=warm, 1.05e+06 states, need");
    /* the pairs of an XY mixer count: 10 of 20, 190 terms of C(18, 9) pairs */
    static const uint32_t start[] = {0, 20}, ones[] = {10},
                          member[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
    qubo.cardinalities = 1;
    qubo.group_start = start;
    qubo.group_ones = ones;
    qubo.group_member = member;
    setup.mixer = QB_MIXER_XY_COMPLETE;
    setup.memory_bytes = 70 << 20;
    check_refusal(&qubo, setup, QB_REFUSED, "20 qubits with mixer=xy-complete, 1.85e+05 states, need 0.07");
    qubo.cardinalities = 0;
    setup.mixer = QB_MIXER_WARM;
    setup.precision = QB_FLOAT;
    check_refusal(&qubo, setup, QB_BAD_INPUT, "precision=float needs mixer=x");
    qb_qubo_free(&qubo);
    double linear[64] = {1};
    setup = (qb_qaoa_setup){.memory_bytes = UINT64_MAX};
    for (uint32_t n = 1; n <= 64; n++) {
        cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, n, linear, 0, NULL, &none, NULL), QB_OK);
        if (n > 40)
            check_refusal(&none, setup, QB_REFUSED, "");
        qb_qubo_free(&none);
    }
}

/* ---------------------------------------------------------------------------------------------- relaxation
 */

/* A lower bound on s E, stationary under every single step, and informative where the flip changes nothing.
 */
Test(mixers, a_relaxation_bounds_the_optimum)
{
    for (int f = 0; f < FLAVOURS; f++)
        for (uint64_t seed = 95; seed < 97; seed++) {
            ising p = ising_random(10, (flavour)f, 0.7, seed);
            qb_qubo qubo = ising_qubo(&p);
            qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, 10, false, false);
            qb_budget_probe probe;
            double x[10], off = 0;
            cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
            cr_assert_eq(qb_relax(&qubo, f != WITH_FIELDS, probe.budget, x), QB_OK);
            for (uint32_t i = 0; i < 10; i++) {
                cr_assert(x[i] >= 0 && x[i] <= 1);
                off += fabs(x[i] - 0.5);
            }
            cr_assert_gt(off, 0.6); /* the last variable alone is worth 0.5 */
            /* the expectation of the product distribution with these means beats that of the uniform one */
            double mean = p.constant, middle = p.constant;
            for (uint32_t i = 0; i < 10; i++) {
                mean += p.field[i] * (2 * x[i] - 1);
                for (uint32_t j = i + 1; j < 10; j++)
                    mean += p.coupling[i][j] * (2 * x[i] - 1) * (2 * x[j] - 1);
            }
            cr_assert(p.sense == QB_MINIMISE ? mean < middle : mean > middle, "flavour %d: %g, %g", f, mean,
                      middle);
            qb_budget_probe_close(&probe);
            qb_qubo_free(&qubo);
        }
}
