/* QAOA against values from the literature and from other people's programs. */
#define _GNU_SOURCE
#include "tests/kernels/qaoa_cases.h"
#include "tests/kernels/reference.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    qaoa_outcome o = run_cost(&cost, 1, &gamma, &beta);
    cr_assert_float_eq(o.optimum_probability, 0.8178890831, 5e-10);
    cr_assert_float_eq(o.merit, 3.5048232958, 5e-10);
    qb_cost_free(&cost);
    qb_poly_free(&poly);
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
        qaoa_outcome o = run_ising(&p, depth, gammas, betas);
        cr_assert_float_eq(o.expectation, strtod(field[6], NULL), 1e-11, "%s", field[0]);
        cr_assert_float_eq(o.optimum_probability, strtod(field[7], NULL), 1e-11, "%s", field[0]);
        checked++;
    }
    fclose(file);
    cr_assert_gt(checked, 40);
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
        qaoa_outcome o = run_cost(&cost, depth, gammas, betas);
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
