/* QAOA against values from the literature and from other people's programs. */
#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/qaoa_angles.h"
#include "tests/kernels/qaoa_cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct outcome {
    double expectation, optimum_probability, merit;
} outcome;

/* Also <n^2 / (2 C)>, the merit factor of a LABS cost. */
static outcome run_cost(const qb_cost *cost, uint32_t depth, const double *gammas, const double *betas)
{
    qb_diagonal d = ising_diagonal(cost, true);
    qb_statevector *state;
    outcome o;
    cr_assert_eq(qb_statevector_open(&d, QB_DOUBLE, false, 1, &state, NULL), QB_OK);
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
    cr_assert_eq(qb_statevector_band(state, best, best, NULL, &o.optimum_probability), QB_OK);
    qb_statevector_close(state);
    qb_diagonal_clear(&d);
    return o;
}

static outcome run_ising(const ising *p, uint32_t depth, const double *gammas, const double *betas)
{
    qb_cost cost = ising_cost(p);
    outcome o = run_cost(&cost, depth, gammas, betas);
    qb_cost_free(&cost);
    return o;
}

static uint32_t petersen[15][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}, {0, 5}, {1, 6}, {2, 7},
                                   {3, 8}, {4, 9}, {5, 7}, {7, 9}, {9, 6}, {6, 8}, {8, 5}};

Test(qaoa_values, petersen_graph_at_the_fixed_angles)
{
    ising p = ising_cut(10, 15, petersen);
    double gamma = 0.6155336, beta = 0.3926720;
    cr_assert_float_eq(run_ising(&p, 1, &gamma, &beta).expectation / 15, 0.692450087, 5e-9);
}

/* LCF notation: a Hamiltonian cycle, and vertex i joined to i + shift[i mod period]. */
static ising lcf(uint32_t n, uint32_t period, const int *shift)
{
    uint32_t edge[36][2], edges = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t j = (uint32_t)((int)(i + n) + shift[i % period]) % n;
        edge[edges][0] = i;
        edge[edges++][1] = (i + 1) % n;
        if (i < j) {
            edge[edges][0] = i;
            edge[edges++][1] = j;
        }
    }
    return ising_cut(n, edges, edge);
}

Test(qaoa_values, heawood_and_mcgee_graphs_at_depth_two)
{
    static const double gammas[2] = {0.487835, 0.897839}, betas[2] = {0.554904, 0.292381};
    ising heawood = lcf(14, 2, (const int[]){5, -5}), mcgee = lcf(24, 3, (const int[]){12, 7, -7});
    /* both have girth 6 and more: every edge sees a tree */
    cr_assert_float_eq(run_ising(&heawood, 2, gammas, betas).expectation / 21, 0.755906458, 5e-9);
    cr_assert_float_eq(run_ising(&mcgee, 2, gammas, betas).expectation / 36, 0.755906458, 5e-9);
}

/* The published angles are for half the energy, the source objective is the energy. */
Test(qaoa_values, labs_of_four_spins)
{
    double gamma = 0.268436855 / 2, beta = -0.1749172735;
    qb_poly poly;
    qb_cost cost;
    cr_assert_eq(qb_poly_labs(4, 2, &poly, NULL), QB_OK);
    cr_assert_eq(qb_cost_from_poly(&poly, &cost, NULL), QB_OK);
    outcome o = run_cost(&cost, 1, &gamma, &beta);
    cr_assert_float_eq(o.optimum_probability, 0.8178890831, 5e-10);
    cr_assert_float_eq(o.merit, 3.5048232958, 5e-10);
    qb_cost_free(&cost);
    qb_poly_free(&poly);
}

/* The published angles keep their promise for both senses of the same problem. */
Test(qaoa_values, signs_follow_the_sense)
{
    ising p = ising_cut(10, 15, petersen), negated = p;
    negated.sense = QB_MINIMISE;
    negated.constant = -p.constant;
    for (uint32_t i = 0; i < 10; i++)
        for (uint32_t j = 0; j < 10; j++)
            negated.coupling[i][j] = -p.coupling[i][j];
    qb_cost cost = ising_cost(&p), opposite = ising_cost(&negated);
    double gammas[8], betas[8];
    const char *source;
    for (uint32_t depth = 1; depth <= 8; depth++) {
        qb_qaoa_ramp(&cost, depth, 0.75, gammas, betas);
        outcome a = run_cost(&cost, depth, gammas, betas);
        qb_qaoa_ramp(&opposite, depth, 0.75, gammas, betas);
        outcome b = run_cost(&opposite, depth, gammas, betas);
        cr_assert_float_eq(a.expectation, -b.expectation, 1e-12);
        cr_assert_gt(a.expectation, 7.5 + 0.1 * depth);
        qb_qaoa_fixed(&cost, depth, gammas, betas, &source);
        a = run_cost(&cost, depth, gammas, betas);
        qb_qaoa_fixed(&opposite, depth, gammas, betas, &source);
        b = run_cost(&opposite, depth, gammas, betas);
        cr_assert_float_eq(a.expectation, -b.expectation, 1e-12);
        cr_assert_str_eq(source, "regular graphs of degree 3");
    }
    qb_cost_free(&cost);
    qb_cost_free(&opposite);
}

/* ---------------------------------------------------------------------------------------------- depth one */

static double coupling(const ising *p, uint32_t i, uint32_t j)
{
    return i < j ? p->coupling[i][j] : p->coupling[j][i];
}

/* <C> at p = 1 in closed form.  Source: Ozaeta, van Dam and McMahon, "Expectation values from the
 * single-layer quantum approximate optimization algorithm on Ising problems", Quantum Sci. Technol. 7 (2022),
 * with s = -Z. */
static double closed_form(const ising *p, double gamma, double beta)
{
    double value = p->constant;
    for (uint32_t i = 0; i < p->n; i++) {
        double product = sin(2 * beta) * sin(2 * gamma * p->field[i]);
        for (uint32_t k = 0; k < p->n; k++)
            product *= k == i ? 1 : cos(2 * gamma * coupling(p, i, k));
        value += p->field[i] * product;
    }
    for (uint32_t i = 0; i < p->n; i++)
        for (uint32_t j = i + 1; j < p->n; j++) {
            double w = p->coupling[i][j], a = cos(2 * gamma * p->field[i]), b = cos(2 * gamma * p->field[j]);
            double sum = cos(2 * gamma * (p->field[i] + p->field[j]));
            double difference = cos(2 * gamma * (p->field[i] - p->field[j]));
            for (uint32_t k = 0; k < p->n; k++) {
                if (k == i || k == j)
                    continue;
                double u = coupling(p, i, k), v = coupling(p, j, k);
                a *= cos(2 * gamma * u);
                b *= cos(2 * gamma * v);
                sum *= cos(2 * gamma * (u + v));
                difference *= cos(2 * gamma * (u - v));
            }
            value += w * (0.5 * sin(4 * beta) * sin(2 * gamma * w) * (a + b) -
                          0.5 * sin(2 * beta) * sin(2 * beta) * (sum - difference));
        }
    return value;
}

Test(qaoa_values, one_layer_in_closed_form_on_weighted_graphs_with_fields)
{
    for (uint32_t n = 2; n <= 14; n += 2)
        for (int f = 0; f < FLAVOURS; f++) {
            ising p = ising_random(n, (flavour)f, 0.5, 100 + n);
            double gamma = f == WORD_WEIGHTS ? 3.1e-3 : 0.31, beta = 0.47,
                   expected = closed_form(&p, gamma, beta);
            double value = run_ising(&p, 1, &gamma, &beta).expectation;
            cr_assert_float_eq(value, expected, 1e-11 * (1 + fabs(expected)) * n,
                               "n %u, flavour %d: %.17g, %.17g", n, f, value, expected);
        }
}

/* ---------------------------------------------------------------------------------------------- files */

/* The path of a shared instance in `path`; false, said out loud, where there is none. */
static bool shared_file(const char *name, char *path, size_t size)
{
    const char *root = getenv("QB_SHARED");
    if (root)
        snprintf(path, size, "%s/instances/%s", root, name);
    else
        snprintf(path, size, "%s/../shared/instances/%s", QB_SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "skipped: no %s\n", path);
        return false;
    }
    fclose(file);
    return true;
}

/* n, then an edge a line, counted from 0. */
static bool read_qedc(const char *name, ising *p)
{
    char path[4096], local[256];
    snprintf(local, sizeof local, "maxcut_qedc/%s", name);
    if (!shared_file(local, path, sizeof path))
        return false;
    FILE *file = fopen(path, "r");
    uint32_t n, edges = 0, edge[24 * 24][2];
    cr_assert_eq(fscanf(file, "%u", &n), 1);
    while (edges < 24 * 24 && fscanf(file, "%u %u", &edge[edges][0], &edge[edges][1]) == 2)
        edges++;
    fclose(file);
    *p = ising_cut(n, edges, edge);
    return true;
}

/* "[a, b, ...]" */
static uint32_t read_list(const char *text, double *values, uint32_t room)
{
    uint32_t count = 0;
    const char *at = strchr(text, '[');
    while (at && *at != ']' && count < room) {
        char *end;
        values[count++] = strtod(at + 1, &end);
        at = end + strspn(end, " \n");
    }
    return count;
}

Test(qaoa_values, expectations_of_the_reference_simulator)
{
    char path[4096], line[4096];
    if (!shared_file("reference_qaoa/maxcut_expectation_vectors.tsv", path, sizeof path))
        return;
    FILE *file = fopen(path, "r");
    uint32_t checked = 0;
    while (fgets(line, sizeof line, file)) {
        char *field[10] = {0}, *rest = line;
        for (int k = 0; k < 10 && rest; k++)
            field[k] = strsep(&rest, "\t\n");
        ising p;
        double gammas[16], betas[16];
        if (line[0] == '#' || !field[8] || !strcmp(field[0], "instance") || !read_qedc(field[0], &p))
            continue;
        uint32_t depth = read_list(field[4], gammas, 16);
        cr_assert_eq(read_list(field[5], betas, 16), depth);
        outcome o = run_ising(&p, depth, gammas, betas);
        cr_assert_float_eq(o.expectation, strtod(field[6], NULL), 1e-11, "%s", field[0]);
        cr_assert_float_eq(o.optimum_probability, strtod(field[7], NULL), 1e-11, "%s", field[0]);
        checked++;
    }
    fclose(file);
    cr_assert_gt(checked, 40);
}

static double number_after(const char *from, const char *key)
{
    const char *at = strstr(from, key);
    cr_assert(at, "no %s", key);
    return strtod(strchr(at, ':') + 1, NULL);
}

Test(qaoa_values, overlaps_and_merit_factors_of_published_labs_angles)
{
    char path[4096];
    static char text[1 << 16];
    if (!shared_file("reference_qaoa/labs_qaoa_overlap_N3-16_p1-8.json", path, sizeof path))
        return;
    FILE *file = fopen(path, "r");
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    uint32_t checked = 0;
    for (const char *at = text; (at = strstr(at, "{\"N\"")); at++) {
        uint32_t n = (uint32_t)number_after(at, "\"N\""), depth = (uint32_t)number_after(at, "\"p\"");
        double gammas[16], betas[16];
        cr_assert_eq(read_list(strstr(at, "\"gamma\""), gammas, 16), depth);
        cr_assert_eq(read_list(strstr(at, "\"beta\""), betas, 16), depth);
        qb_poly poly;
        qb_cost cost;
        cr_assert_eq(qb_poly_labs(n, 2, &poly, NULL), QB_OK);
        cr_assert_eq(qb_cost_from_poly(&poly, &cost, NULL), QB_OK);
        for (uint32_t l = 0; l < depth; l++)
            gammas[l] /= 2;
        outcome o = run_cost(&cost, depth, gammas, betas);
        /* angles are given to ten digits */
        cr_assert_float_eq(o.optimum_probability, number_after(at, "\"overlap\""), 1e-7, "N %u, p %u", n,
                           depth);
        cr_assert_float_eq(o.merit, number_after(at, "\"merit factor\""), 1e-6, "N %u, p %u", n, depth);
        qb_cost_free(&cost);
        qb_poly_free(&poly);
        checked++;
    }
    cr_assert_gt(checked, 20);
}

/* ---------------------------------------------------------------------------------------------- angles */

/* A shared file as text, unpacked where it is gzipped; freed with qb_free.  NULL, said out loud, without it.
 */
static char *read_shared(const char *name)
{
    char path[4096], *text = NULL;
    size_t size;
    if (!shared_file(name, path, sizeof path))
        return NULL;
    cr_assert_eq(qb_file_read(path, SIZE_MAX, &text, &size, NULL), QB_OK);
    return text;
}

/* The published set of a degree and a depth, as the table has it; NULL: not there. */
static const qb_angle_row *row_of(uint32_t degree, uint32_t depth)
{
    for (const qb_angle_row *row = qb_angle_rows; row->depth; row++)
        if (row->degree == degree && row->depth == depth)
            return row;
    return NULL;
}

static void check_row(const qb_angle_row *row, const char *gammas, double gamma_unit, const char *betas)
{
    double gamma[64], beta[64];
    cr_assert_eq(read_list(gammas, gamma, 64), row->depth);
    cr_assert_eq(read_list(betas, beta, 64), row->depth);
    for (uint32_t l = 0; l < row->depth; l++) {
        cr_assert_float_eq(row->gammas[l], gamma[l] * gamma_unit, 1e-9, "degree %u, depth %u", row->degree,
                           row->depth);
        cr_assert_float_eq(row->betas[l], beta[l], 1e-9, "degree %u, depth %u", row->degree, row->depth);
    }
}

/* K_{d,d}: no triangles, so one layer sees what it would in a tree. */
static double one_layer_on_complete_bipartite(uint32_t degree)
{
    uint32_t edge[121][2], edges = 0;
    double gamma, beta;
    const char *source;
    for (uint32_t i = 0; i < degree; i++)
        for (uint32_t j = 0; j < degree; j++, edges++) {
            edge[edges][0] = i;
            edge[edges][1] = degree + j;
        }
    ising p = ising_cut(2 * degree, edges, edge);
    qb_cost cost = ising_cost(&p);
    qb_qaoa_fixed(&cost, 1, &gamma, &beta, &source);
    double value = run_cost(&cost, 1, &gamma, &beta).expectation / edges;
    qb_cost_free(&cost);
    return value;
}

/* The file has gamma doubled, and its ratios to seven digits. */
Test(qaoa_values, fixed_angles_of_regular_graphs_are_the_published_ones)
{
    char *text = read_shared("reference_qaoa/fixed_angles_for_regular_graphs.json");
    uint32_t checked = 0;
    for (const char *at = text; at && (at = strstr(at, "\"d\"")); at++) {
        uint32_t degree = (uint32_t)number_after(at, "\"d\""), depth = (uint32_t)number_after(at, "\"p\"");
        const qb_angle_row *row = row_of(degree, depth);
        cr_assert(row, "degree %u, depth %u", degree, depth);
        check_row(row, strstr(at, "\"gamma\""), 0.5, strstr(at, "\"beta\""));
        if (depth == 1)
            cr_assert_float_eq(one_layer_on_complete_bipartite(degree), number_after(at, "\"AR\""), 2e-7,
                               "degree %u: %.12g", degree, one_layer_on_complete_bipartite(degree));
        checked++;
    }
    cr_assert(!text || checked > 30);
    qb_free(text);
}

/* Couplings of variance one, to be maximised; the table's energies are those of infinitely many spins. */
Test(qaoa_values, angles_of_the_sherrington_kirkpatrick_model_are_the_published_ones)
{
    enum { N = 14, INSTANCES = 30 };
    char *text = read_shared("reference_qaoa/best_SK_QAOA_parameters.json.gz");
    for (uint32_t depth = 1; text && depth <= 8; depth++) {
        char key[16];
        snprintf(key, sizeof key, "\"%u\": {", depth);
        const char *at = strstr(text, key);
        const qb_angle_row *row = row_of(0, depth);
        cr_assert(at && row);
        check_row(row, strstr(at, "\"gammas\""), 1, strstr(at, "\"betas\""));
        double mean = 0, published = number_after(at, "\"energy\"");
        for (uint64_t seed = 0; seed < INSTANCES; seed++) {
            ising p = {.n = N, .sense = QB_MAXIMISE};
            double gammas[8], betas[8];
            const char *source;
            qb_rng rng;
            qb_rng_init(&rng, seed, 1);
            for (uint32_t i = 0; i < N; i++)
                for (uint32_t j = i + 1; j < N; j++)
                    p.coupling[i][j] = qb_rng_normal(&rng);
            qb_cost cost = ising_cost(&p);
            qb_qaoa_fixed(&cost, depth, gammas, betas, &source);
            mean += run_cost(&cost, depth, gammas, betas).expectation / (N * sqrt(N)) / INSTANCES;
            qb_cost_free(&cost);
        }
        /* so few spins are short of it by a tenth or so */
        cr_assert(mean > 0.75 * published && mean < 1.05 * published, "depth %u: %g, published %g", depth,
                  mean, published);
    }
    qb_free(text);
}
