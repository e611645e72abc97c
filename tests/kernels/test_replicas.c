/* Kernels that move 32 replicas in step: energies, simulated bifurcation, path integrals, their eigenvalue.
 */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/bifurcation.h"
#include "solvers/kernels/lanczos.h"
#include "solvers/kernels/path_integral.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <string.h>

static const model_spec specs[] = {
    {.n = 1, .linear = 1},
    {.n = 2, .density = 1, .weight = 1},
    {.n = 33, .density = 0.3, .weight = 3, .linear = 1, .sense = QB_MAXIMISE},
    {.n = 65, .density = 0.5, .weight = 2, .cut = true, .sense = QB_MAXIMISE},
    {.n = 40, .density = 0.5, .weight = 100000, .linear = 100000},
    {.n = 50, .density = 0.3, .weight = 7, .linear = 5, .real = true, .sense = QB_MAXIMISE},
};
enum { SPECS = sizeof specs / sizeof *specs, MOST = 65 };

static void check_energies(const qb_qubo *model, const qb_replica_row *spin)
{
    double energy[QB_REPLICAS], sign = model->sense == QB_MINIMISE ? 1 : -1, least = INFINITY;
    uint8_t x[MOST];
    cr_assert_eq(qb_replica_energies(model, spin, energy, NULL), QB_OK);
    for (uint32_t r = 0; r < QB_REPLICAS; r++) {
        qb_replica_state(spin, model->n, r, x);
        ASSERT_NEAR(energy[r], qb_qubo_energy(model, x), model->integral ? 0 : 1e-12 * model->magnitude);
        least = fmin(least, sign * energy[r]);
    }
    cr_assert_eq(sign * energy[qb_replica_best(model, energy)], least);
}

/* J and h of replicas.h, spelt out. */
static double coupling(const qb_qubo *q, uint64_t k)
{
    return (q->sense == QB_MINIMISE ? -1 : 1) * qb_qubo_weight(q, k) / 4;
}

static double field(const qb_qubo *q, uint32_t i)
{
    double sum = (q->sense == QB_MINIMISE ? -1 : 1) * qb_qubo_linear(q, i) / 2;
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        sum += coupling(q, k);
    return sum;
}

/* ---- simulated bifurcation */

/* One replica by the equations of the header, one spin after the other. */
static void step_plainly(const qb_bifurcation *b, float *x, float *y, float pull)
{
    const qb_qubo *q = b->form.model;
    float force[MOST];
    for (uint32_t i = 0; i < q->n; i++) {
        force[i] = (float)(b->scale * field(q, i));
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            float z = x[q->neighbour[k]];
            force[i] += (float)(b->scale * coupling(q, k)) * (b->discrete ? copysignf(1, z) : z);
        }
    }
    for (uint32_t i = 0; i < q->n; i++) {
        y[i] += b->dt * (force[i] - pull * x[i]);
        x[i] += b->dt * y[i];
        if (fabsf(x[i]) > 1) {
            x[i] = copysignf(1, x[i]);
            y[i] = 0;
        }
    }
}

static void check_bifurcation(const qb_qubo *model, bool discrete)
{
    enum { STEPS = 60 };
    qb_bifurcation b;
    float x[QB_REPLICAS][MOST], y[QB_REPLICAS][MOST];
    cr_assert_eq(qb_bifurcation_open(model, discrete, 0, 0.5, 7, &b, NULL, NULL), QB_OK);
    cr_assert(b.dt > 0 && b.dt <= 1.4f);
    qb_bifurcation_start(&b);
    for (uint32_t r = 0; r < QB_REPLICAS; r++)
        for (uint32_t i = 0; i < model->n; i++) {
            x[r][i] = b.x[i].of[r];
            y[r][i] = b.y[i].of[r];
            cr_assert(fabsf(x[r][i]) <= 0.1f && fabsf(y[r][i]) <= 0.1f);
        }
    cr_assert_eq(qb_bifurcation_run(&b, 0, STEPS / 2, STEPS, NULL), QB_OK);
    cr_assert_eq(qb_bifurcation_run(&b, STEPS / 2, STEPS, STEPS, NULL), QB_OK);
    for (uint32_t r = 0; r < QB_REPLICAS; r++) {
        for (int step = 0; step < STEPS; step++)
            step_plainly(&b, x[r], y[r], (float)(1 - (step + 1.0) / STEPS));
        for (uint32_t i = 0; i < model->n; i++)
            cr_assert(x[r][i] == b.x[i].of[r] && y[r][i] == b.y[i].of[r], "replica %u, spin %u", r, i);
    }
    check_energies(model, b.x);
    qb_bifurcation_close(&b);
}

Test(replicas, bifurcation_follows_its_equations_on_every_tier)
{
    for (uint32_t t = 0; tier_select(t); t++)
        for (uint32_t k = 0; k < SPECS; k++) {
            qb_qubo model = model_build(specs[k], 10 + k);
            check_bifurcation(&model, false);
            check_bifurcation(&model, true);
            qb_qubo_free(&model);
        }
}

Test(replicas, the_step_suits_the_stiffest_mode)
{
    enum { N = 60 };
    const model_spec complete = {.n = N, .density = 1, .weight = 1, .cut = true, .sense = QB_MAXIMISE};
    qb_qubo model = model_build(complete, 4);
    qb_replica_form form;
    qb_rng rng;
    double least;
    qb_rng_init(&rng, 1, 0);
    cr_assert_eq(qb_replica_form_open(&model, 1, &form, NULL), QB_OK);
    cr_assert_eq(qb_lanczos_least(&form, &rng, &least, NULL, NULL), QB_OK);
    gsl_matrix *matrix = gsl_matrix_calloc(N, N);
    gsl_vector *value = gsl_vector_alloc(N);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(N);
    for (uint32_t i = 0; i < N; i++)
        for (uint64_t k = model.start[i]; k < model.start[i + 1]; k++)
            gsl_matrix_set(matrix, i, model.neighbour[k], coupling(&model, k));
    gsl_eigen_symm(matrix, value, work);
    double exact = gsl_vector_min(value);
    cr_assert(exact < 0 && least >= exact * (1 + 1e-9) && least <= 0.95 * exact, "%g, not %g", least, exact);
    gsl_eigen_symm_free(work);
    gsl_vector_free(value);
    gsl_matrix_free(matrix);
    qb_replica_form_close(&form);
    qb_qubo_free(&model);
}

/* ---- path integrals */

Test(replicas, slices_are_the_same_on_every_tier)
{
    for (uint32_t k = 0; k < SPECS; k++) {
        qb_qubo model = model_build(specs[k], 10 + k);
        qb_replica_row first[MOST];
        double unit = model.magnitude > 0 ? model.n / model.magnitude : 1;
        for (uint32_t t = 0; tier_select(t); t++) {
            qb_path_integral p;
            cr_assert_eq(qb_path_integral_open(&model, 5, &p, NULL), QB_OK);
            cr_assert_eq(qb_path_integral_start(&p, NULL, NULL), QB_OK);
            for (int sweep = 0; sweep < 30; sweep++)
                cr_assert_eq(qb_path_integral_run(&p, unit, (1 - sweep / 30.0) / unit, 1, NULL), QB_OK);
            check_energies(&model, p.spin);
            qb_replica_row *spin = t == 0 ? first : p.spin;
            if (t == 0)
                memcpy(first, p.spin, model.n * sizeof *first);
            cr_assert_arr_eq(spin, first, model.n * sizeof *first, "case %u, tier %u", k, t);
            cr_assert_eq(qb_path_integral_refresh(&p, NULL), QB_OK);
            cr_assert_eq(qb_path_integral_run(&p, INFINITY, 0, 40, NULL), QB_OK);
            for (uint32_t i = 0; i < model.n; i++) /* quenched: no flip helps */
                for (uint32_t r = 0; r < QB_REPLICAS; r++)
                    cr_assert(p.spin[i].of[r] * p.field[i].of[r] >= -1e-5 * model.magnitude, "case %u", k);
            qb_path_integral_close(&p);
        }
        qb_qubo_free(&model);
    }
}

enum { SPINS = 3, STATES = 1 << SPINS };
typedef double square[STATES][STATES];

static void multiply(square a, square b, square product)
{
    for (int i = 0; i < STATES; i++)
        for (int j = 0; j < STATES; j++) {
            product[i][j] = 0;
            for (int k = 0; k < STATES; k++)
                product[i][j] += a[i][k] * b[k][j];
        }
}

/* Of slices 0 and 1 together, by transfer matrices: M(s, s') M^31(s', s) / Z. */
static void exact_pairs(const qb_qubo *model, double beta, double gamma, square pair)
{
    square m, power = {{0}}, next;
    double bond = 0.5 * log(1 / tanh(beta * gamma)), sum = 0, cost[STATES];
    for (int s = 0; s < STATES; s++) {
        uint8_t x[SPINS];
        for (int i = 0; i < SPINS; i++)
            x[i] = s >> i & 1;
        cost[s] = (model->sense == QB_MINIMISE ? 1 : -1) * qb_qubo_energy(model, x);
        power[s][s] = 1;
    }
    for (int s = 0; s < STATES; s++)
        for (int u = 0; u < STATES; u++)
            m[s][u] = exp(-beta * (cost[s] + cost[u]) / 2 +
                          bond * (SPINS - 2 * __builtin_popcount((unsigned)(s ^ u))));
    for (int k = 0; k < QB_REPLICAS - 1; k++) {
        multiply(power, m, next);
        double scale = 0;
        for (int i = 0; i < STATES; i++)
            scale += next[i][i];
        for (int i = 0; i < STATES * STATES; i++)
            power[i / STATES][i % STATES] = next[i / STATES][i % STATES] / scale;
    }
    for (int s = 0; s < STATES; s++)
        for (int u = 0; u < STATES; u++)
            sum += pair[s][u] = m[s][u] * power[u][s];
    for (int s = 0; s < STATES; s++)
        for (int u = 0; u < STATES; u++)
            pair[s][u] /= sum;
}

static int state_of(const qb_path_integral *p, uint32_t element)
{
    int state = 0;
    for (int i = 0; i < SPINS; i++)
        state |= (p->spin[i].of[element] > 0) << i;
    return state;
}

Test(replicas, slices_sample_the_trotter_distribution)
{
    enum { SEEDS = 6000, SWEEPS = 60 };
    const model_spec spec = {.n = SPINS, .density = 1, .weight = 2, .linear = 2, .sense = QB_MAXIMISE};
    const double beta = 0.12, gamma = 1.1;
    qb_qubo model = model_build(spec, 3);
    square expected, seen = {{0}};
    exact_pairs(&model, beta, gamma, expected);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        qb_path_integral p;
        cr_assert_eq(qb_path_integral_open(&model, seed, &p, NULL), QB_OK);
        cr_assert_eq(qb_path_integral_start(&p, NULL, NULL), QB_OK);
        cr_assert_eq(qb_path_integral_run(&p, beta, gamma, SWEEPS, NULL), QB_OK);
        seen[state_of(&p, 0)][state_of(&p, 16)]++;
        qb_path_integral_close(&p);
    }
    double chi = 0, rest = 0, rest_expected = 0;
    int bins = 0;
    for (int k = 0; k < STATES * STATES; k++) {
        double e = SEEDS * expected[k / STATES][k % STATES], s = seen[k / STATES][k % STATES];
        if (e < 8) {
            rest += s;
            rest_expected += e;
        } else {
            chi += (s - e) * (s - e) / e;
            bins++;
        }
    }
    if (rest_expected > 0)
        chi += (rest - rest_expected) * (rest - rest_expected) / rest_expected;
    cr_assert(bins > 12, "%d bins", bins);
    double p = gsl_cdf_chisq_Q(chi, bins - (rest_expected > 0 ? 0 : 1));
    cr_assert(p > 1e-4, "chi-square %g of %d bins: p = %g", chi, bins, p);
    qb_qubo_free(&model);
}

/* ---- both stop when the budget ends */

Test(replicas, a_budget_of_work_ends_them)
{
    const model_spec spec = {.n = 65, .density = 0.5, .weight = 2, .linear = 2};
    qb_qubo model = model_build(spec, 3);
    qb_bifurcation b;
    qb_path_integral p;
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WORK, 1000000, model.n, false, false);
    qb_budget_probe probe;
    double energy[QB_REPLICAS];
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, NULL), QB_OK);
    cr_assert_eq(qb_bifurcation_open(&model, true, 0.5, 0.5, 1, &b, NULL, NULL), QB_OK);
    cr_assert_eq(qb_path_integral_open(&model, 1, &p, NULL), QB_OK);
    qb_bifurcation_start(&b);
    cr_assert_eq(qb_path_integral_start(&p, NULL, NULL), QB_OK);
    cr_assert_eq(qb_bifurcation_run(&b, 0, 1000000, 1000000, probe.budget), QB_STOPPED);
    cr_assert_eq(qb_path_integral_run(&p, 1, 1, 1000000, probe.budget), QB_STOPPED);
    cr_assert_eq(qb_path_integral_start(&p, NULL, probe.budget), QB_STOPPED);
    cr_assert_eq(qb_replica_energies(&model, p.spin, energy, probe.budget), QB_STOPPED);
    cr_assert_eq(qb_path_integral_start(&p, NULL, NULL), QB_OK);
    check_energies(&model, b.x);
    check_energies(&model, p.spin);
    qb_bifurcation_close(&b);
    qb_path_integral_close(&p);
    qb_budget_probe_close(&probe);
    qb_qubo_free(&model);
}
