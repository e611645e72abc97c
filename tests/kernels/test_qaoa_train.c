/* Training of angles: series, starts, parameter shifts, SPSA. */
#define _GNU_SOURCE
#include "solvers/kernels/qaoa_angles.h"
#include "solvers/kernels/qaoa_shots.h"
#include "solvers/kernels/qaoa_train.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static qb_qaoa *open_circuit(const ising *p, qb_mixer mixer)
{
    static double ones[24];
    qb_qubo qubo = ising_qubo(p);
    qb_qaoa_setup setup = {
        .mixer = mixer, .symmetry = true, .gradients = true, .ones = ones, .memory_bytes = 1 << 30};
    qb_qaoa *state;
    for (uint32_t i = 0; i < p->n; i++)
        ones[i] = 0.3 + 0.4 * (i % 2);
    cr_assert_eq(qb_qaoa_open(&qubo, &setup, NULL, &state, NULL), QB_OK);
    qb_qubo_free(&qubo);
    return state;
}

static ising opposite(const ising *p)
{
    ising q = *p;
    q.sense = p->sense == QB_MINIMISE ? QB_MAXIMISE : QB_MINIMISE;
    q.constant = -p->constant;
    for (uint32_t i = 0; i < p->n; i++) {
        q.field[i] = -p->field[i];
        for (uint32_t j = 0; j < p->n; j++)
            q.coupling[i][j] = -p->coupling[i][j];
    }
    return q;
}

Test(qaoa_train, a_fourier_series_is_its_sum)
{
    double u[3] = {0.3, -0.2, 0.5}, v[3] = {0.7, 0.1, -0.4}, gammas[5], betas[5];
    qb_qaoa_fourier(3, u, v, 2, 5, gammas, betas);
    for (int l = 1; l <= 5; l++) {
        double gamma = 0, beta = 0;
        for (int k = 1; k <= 3; k++) {
            gamma += 2 * u[k - 1] * sin((k - 0.5) * (l - 0.5) * M_PI / 5);
            beta += v[k - 1] * cos((k - 0.5) * (l - 0.5) * M_PI / 5);
        }
        cr_assert_float_eq(gammas[l - 1], gamma, 1e-14);
        cr_assert_float_eq(betas[l - 1], beta, 1e-14);
    }
}

/* What a training reaches from a ramp. */
static double train(const ising *p, qb_qaoa_training what)
{
    double gammas[8], betas[8], value;
    uint64_t evaluations = 0;
    qb_qaoa *state = open_circuit(p, QB_MIXER_X);
    what.state = state;
    what.unit = qb_qaoa_gamma_unit(state);
    qb_qaoa_ramp(qb_qaoa_cost(state), what.depth, 0.75, gammas, betas);
    if (what.terms) { /* as the first sine and cosine */
        gammas[0] = 0.5;
        betas[0] = p->sense == QB_MINIMISE ? -0.5 : 0.5;
        for (uint32_t k = 1; k < what.terms; k++)
            gammas[k] = betas[k] = 0;
    }
    cr_assert_eq(qb_qaoa_train(&what, gammas, betas, NULL, &value, &evaluations, NULL), QB_OK);
    cr_assert_leq(evaluations, (uint64_t)what.evaluations * what.starts);
    cr_assert_geq(evaluations, what.starts);
    if (!what.terms && what.objective == QB_QAOA_EXPECTATION) {
        double again;
        cr_assert_eq(qb_qaoa_evolve(state, what.depth, gammas, betas, NULL, &again), QB_OK);
        cr_assert_float_eq(again, value, 1e-12 * (1 + fabs(value)));
    }
    qb_qaoa_close(state);
    return value;
}

/* All methods meet in the optimum of one layer, in angles or in amplitudes. */
Test(qaoa_train, methods_agree_at_depth_one)
{
    ising p = ising_random(8, UNIT_WEIGHTS, 0.5, 31);
    qb_qaoa_training what = {.depth = 1, .evaluations = 500, .starts = 1};
    double reference = train(&p, what);
    what.terms = 1;
    cr_assert_float_eq(train(&p, what), reference, 1e-6);
    what.terms = 0;
    for (int method = QB_QAOA_COBYLA; method <= QB_QAOA_BOBYQA; method++) {
        what.optimiser = (qb_qaoa_optimiser)method;
        cr_assert_float_eq(train(&p, what), reference, 1e-4, "method %d", method);
    }
}

Test(qaoa_train, more_layers_terms_and_starts_are_no_worse)
{
    ising p = ising_random(9, WITH_FIELDS, 0.5, 32); /* maximised */
    cr_assert_eq(p.sense, QB_MAXIMISE);
    qb_qaoa_training what = {.depth = 4, .evaluations = 400, .starts = 1, .seed = 5};
    double one = train(&p, what);
    what.starts = 6;
    cr_assert_geq(train(&p, what), one);
    what.starts = 1;
    what.terms = 1;
    double before = train(&p, what);
    for (what.terms = 2; what.terms <= 4; what.terms++) {
        double value = train(&p, what);
        cr_assert_gt(value, before - 1e-3, "%u terms: %g after %g", what.terms, value, before);
        before = fmax(before, value);
    }
}

Test(qaoa_train, gibbs_and_cvar_improve)
{
    for (uint64_t seed = 33; seed < 35; seed++)
        for (int objective = QB_QAOA_GIBBS; objective <= QB_QAOA_CVAR; objective++) {
            ising p = ising_random(8, INTEGER_WEIGHTS, 0.6, seed);
            bool smaller = objective == QB_QAOA_GIBBS || p.sense == QB_MINIMISE;
            qb_qaoa_training what = {.optimiser = QB_QAOA_COBYLA,
                                     .objective = (qb_qaoa_objective)objective,
                                     .eta = 0.2,
                                     .alpha = 0.2,
                                     .depth = 2,
                                     .evaluations = 1,
                                     .starts = 1};
            double start = train(&p, what);
            what.evaluations = 300;
            double end = train(&p, what);
            cr_assert(smaller ? end < start - 0.05 : end > start + 0.05, "objective %d: %g after %g",
                      objective, end, start);
        }
}

Test(qaoa_train, the_opposite_problem_has_the_opposite_optimum)
{
    ising p = ising_random(8, WITH_FIELDS, 0.5, 35), q = opposite(&p);
    qb_qaoa_training what = {.depth = 3, .evaluations = 300, .starts = 1};
    cr_assert_float_eq(train(&p, what), -train(&q, what), 1e-5);
}

/* ---------------------------------------------------------------------------------------------- shifts */

typedef struct exact {
    qb_qaoa *state;
    double sign;
    uint64_t calls;
} exact;

static qb_status exact_estimate(void *context, uint32_t depth, const double *gammas, const double *betas,
                                double *value)
{
    exact *e = context;
    e->calls++;
    qb_status status = qb_qaoa_evolve(e->state, depth, gammas, betas, NULL, value);
    *value *= e->sign;
    return status;
}

static void check_shift_rule(const ising *p, qb_mixer mixer)
{
    enum { DEPTH = 2 };
    double gammas[DEPTH] = {0.31, -0.12}, betas[DEPTH] = {0.53, 1.1}, value, by_gamma[DEPTH], by_beta[DEPTH];
    exact e = {open_circuit(p, mixer), 1, 0};
    qb_qaoa_shot_training t = {.depth = DEPTH, .unit = 1, .estimate = exact_estimate, .context = &e};
    qb_diag diag = {{0}};
    cr_assert_eq(qb_qaoa_frequencies(e.state, &t.gamma, &t.beta, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_qaoa_gradient(e.state, DEPTH, gammas, betas, NULL, &value, by_gamma, by_beta), QB_OK);
    for (uint32_t l = 0; l < DEPTH; l++) {
        double g, b;
        cr_assert_eq(qb_qaoa_shift_rule(&t, gammas, betas, &gammas[l], t.gamma, &g), QB_OK);
        cr_assert_eq(qb_qaoa_shift_rule(&t, gammas, betas, &betas[l], t.beta, &b), QB_OK);
        cr_assert_float_eq(g, by_gamma[l], 1e-9 * (1 + fabs(g)), "mixer %d: %.12g, %.12g", mixer, g,
                           by_gamma[l]);
        cr_assert_float_eq(b, by_beta[l], 1e-9 * (1 + fabs(b)), "mixer %d: %.12g, %.12g", mixer, b,
                           by_beta[l]);
    }
    cr_assert_eq(e.calls, 2 * DEPTH * (t.gamma.count + t.beta.count));
    qb_qaoa_close(e.state);
}

Test(qaoa_train, parameter_shifts_give_the_adjoint_gradient)
{
    static const qb_mixer mixers[] = {QB_MIXER_X, QB_MIXER_GROVER, QB_MIXER_WARM};
    for (int k = 0; k < 3; k++) {
        ising cut = ising_random(7, UNIT_WEIGHTS, 0.5, 36), fields = ising_random(5, WITH_FIELDS, 0.6, 37);
        check_shift_rule(&cut, mixers[k]);
        check_shift_rule(&fields, mixers[k]);
    }
}

Test(qaoa_train, no_rule_where_frequencies_are_not_equidistant)
{
    ising p = ising_random(18, REAL_WEIGHTS, 0.9, 38);
    qb_qaoa *state = open_circuit(&p, QB_MIXER_X);
    qb_spectrum gamma, beta;
    qb_diag diag = {{0}};
    cr_assert_eq(qb_qaoa_frequencies(state, &gamma, &beta, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "lattice"), "%s", diag.text);
    qb_qaoa_close(state);
}

Test(qaoa_train, descents_on_estimates_keep_to_their_circuits_and_improve)
{
    for (uint64_t seed = 39; seed < 41; seed++) { /* both senses */
        ising p = ising_random(6, UNIT_WEIGHTS, 0.6, seed);
        exact e = {open_circuit(&p, QB_MIXER_X), p.sense == QB_MINIMISE ? 1 : -1, 0};
        double start, end, gammas[2], betas[2];
        qb_qaoa_shot_training t = {.depth = 2,
                                   .evaluations = 401,
                                   .unit = qb_qaoa_gamma_unit(e.state),
                                   .seed = 4,
                                   .estimate = exact_estimate,
                                   .context = &e};
        for (int shift = 0; shift < 2; shift++) {
            qb_qaoa_ramp(qb_qaoa_cost(e.state), 2, 0.3, gammas, betas);
            cr_assert_eq(exact_estimate(&e, 2, gammas, betas, &start), QB_OK);
            e.calls = 0;
            cr_assert_eq(qb_qaoa_frequencies(e.state, &t.gamma, &t.beta, NULL), QB_OK);
            t.evaluations = shift ? 3000 : 401;
            cr_assert_eq(shift ? qb_qaoa_shift(&t, gammas, betas, NULL) : qb_qaoa_spsa(&t, gammas, betas),
                         QB_OK);
            cr_assert_leq(e.calls, t.evaluations);
            cr_assert_geq(e.calls, t.evaluations - (shift ? 2 * 2 * (t.gamma.count + t.beta.count) : 1));
            cr_assert_eq(exact_estimate(&e, 2, gammas, betas, &end), QB_OK);
            cr_assert_lt(end, start - 0.1, "shift %d: %g after %g", shift, end, start);
        }
        t.evaluations = 3;
        qb_diag diag = {{0}};
        cr_assert_eq(qb_qaoa_shift(&t, gammas, betas, &diag), QB_REFUSED);
        cr_assert(strstr(diag.text, "of 3"), "%s", diag.text);
        qb_qaoa_close(e.state);
    }
}
