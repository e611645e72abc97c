/* What a state vector costs beside a layer's seconds, as a Markdown table: a second thread's gain beside what
 * it gives to streaming and to arithmetic, floats, gradients, diagonals, and memory.
 *
 *   statevector [times | diagonals | memory [GIB]]
 *
 * One part, or all; with at most GIB of memory (default: three quarters of what the machine has to spare).
 * Times are the least of alternated rounds.  Memory is the peak of a process of its own, which evolves two
 * layers, or takes a gradient of one, beyond that of a process with four qubits.
 */
#define _GNU_SOURCE
#include "solvers/kernels/statevector.h"
#include "solvers/kernels/bench_machine.h"

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEPTH = 4, ROUNDS = 7 };
static const double gammas[DEPTH] = {0.02, 0.04, 0.06, 0.08}, betas[DEPTH] = {0.5, 0.4, 0.3, 0.2};

static void check(qb_status status)
{
    if (status) {
        fprintf(stderr, "statevector: %s\n", qb_status_text(status));
        exit(1);
    }
}

/* ---------------------------------------------------------------------------------------------- costs */

typedef enum terms { BYTES, WORDS, REALS, LABS } terms;

/* Every pair of n spins, with weights of -1 and 1, of up to 500, or real; or the autocorrelations of LABS. */
static qb_cost make_cost(uint32_t n, terms kind)
{
    qb_cost cost;
    qb_qubo model;
    qb_poly poly;
    qb_rng rng;
    uint64_t pairs = 0;
    if (kind == LABS) {
        check(qb_poly_labs(n, 2, &poly, NULL));
        check(qb_cost_from_poly(&poly, &cost, NULL));
        qb_poly_free(&poly);
        return cost;
    }
    double *linear = QB_NEW(double, n);
    qb_pair *pair = QB_NEW(qb_pair, (size_t)n * n / 2);
    if (!linear || !pair)
        check(QB_NO_MEMORY);
    qb_rng_init(&rng, 1, n);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++) {
            double u = 2 * qb_rng_uniform(&rng) - 1;
            double coupling = kind == REALS ? u : kind == WORDS ? nearbyint(50 * u) : u < 0 ? -1 : 1;
            pair[pairs++] = (qb_pair){i, j, 4 * coupling};
            linear[i] -= 2 * coupling;
            linear[j] -= 2 * coupling;
        }
    check(qb_qubo_build(QB_MINIMISE, 0, 1, n, linear, pairs, pair, &model, NULL));
    check(qb_cost_from_qubo(&model, &cost, NULL));
    qb_free(pair);
    qb_free(linear);
    qb_qubo_free(&model);
    return cost;
}

static qb_diagonal make_diagonal(const qb_cost *cost, bool symmetry)
{
    qb_diagonal d = {0};
    check(qb_diagonal_survey(cost, symmetry, NULL, NULL, &d));
    check(qb_diagonal_fill(cost, NULL, NULL, &d));
    return d;
}

/* ---------------------------------------------------------------------------------------------- times */

static double wall(void)
{
    return 1e-9 * (double)qb_clock_system.wall_ns(NULL);
}

static double evolve_seconds(qb_statevector *state)
{
    double start = wall();
    check(qb_statevector_evolve(state, DEPTH, gammas, betas, NULL, NULL));
    return wall() - start;
}

static double gradient_seconds(qb_statevector *state)
{
    double start = wall(), value, by_gamma[DEPTH], by_beta[DEPTH];
    check(qb_statevector_gradient(state, DEPTH, gammas, betas, NULL, &value, by_gamma, by_beta));
    return wall() - start;
}

/* What a second thread gives to streaming and to multiply-adds alone. */
static void compare_bounds(void)
{
    qb_bench_bounds one, two;
    check(qb_bench_machine(&qb_clock_system, 1, &one));
    check(qb_bench_machine(&qb_clock_system, 2, &two));
    printf("| two threads, streaming | %.3g times one, %.3g GB/s | |\n",
           two.bytes_per_second / one.bytes_per_second, 1e-9 * one.bytes_per_second);
    printf("| two threads, multiply-adds | %.3g times one, %.3g GFLOP/s | |\n",
           two.flops_per_second / one.flops_per_second, 1e-9 * one.flops_per_second);
}

static void compare_times(uint32_t n, bool symmetry)
{
    qb_cost cost = make_cost(n, BYTES);
    qb_diagonal d = make_diagonal(&cost, symmetry);
    qb_statevector *one, *two, *floats;
    double alone = INFINITY, both = INFINITY, single = INFINITY, gradient = INFINITY;
    qb_team *team = qb_team_open(2);
    check(team ? QB_OK : QB_NO_MEMORY);
    check(qb_statevector_open(&d, QB_DOUBLE, true, NULL, &one, NULL));
    check(qb_statevector_open(&d, QB_DOUBLE, false, team, &two, NULL));
    check(qb_statevector_open(&d, QB_FLOAT, false, NULL, &floats, NULL));
    for (int round = 0; round < ROUNDS; round++) {
        alone = fmin(alone, evolve_seconds(one));
        both = fmin(both, evolve_seconds(two));
        single = fmin(single, evolve_seconds(floats));
        if (round < ROUNDS / 2)
            gradient = fmin(gradient, gradient_seconds(one));
    }
    const char *with = symmetry ? ", symmetry" : "";
    printf("| two threads, %u qubits%s | %.3g times one | 1.8 |\n", n, with, alone / both);
    printf("| gradient, %u qubits%s | %.3g forward evaluations | 4 |\n", n, with, gradient / alone);
    if (n >= 22)
        printf("| float, %u qubits%s | %.3g times double | 1.3 |\n", n, with, alone / single);
    (void)fflush(stdout);
    qb_statevector_close(floats);
    qb_statevector_close(one);
    qb_statevector_close(two);
    qb_team_close(team);
    qb_diagonal_clear(&d);
    qb_cost_free(&cost);
}

static void time_diagonal(const char *what, uint32_t n, terms kind)
{
    qb_cost cost = make_cost(n, kind);
    double least = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double start = wall();
        qb_diagonal d = make_diagonal(&cost, false);
        least = fmin(least, wall() - start);
        qb_diagonal_clear(&d);
    }
    printf("| diagonal, %u variables, %s | %.3g s | 0.2 |\n", n, what, least);
    qb_cost_free(&cost);
}

/* ---------------------------------------------------------------------------------------------- memory */

/* Peak of a process that holds such a state, in bytes. */
static double peak_bytes(uint32_t n, terms kind, bool symmetry, bool gradients)
{
    struct rusage usage;
    int status;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        qb_cost cost = make_cost(n, kind);
        qb_diagonal d = make_diagonal(&cost, symmetry);
        qb_statevector *state;
        double value, by_gamma[1], by_beta[1];
        check(qb_statevector_open(&d, QB_DOUBLE, gradients, NULL, &state, NULL));
        check(gradients ? qb_statevector_gradient(state, 1, gammas, betas, NULL, &value, by_gamma, by_beta)
                        : qb_statevector_evolve(state, 2, gammas, betas, NULL, &value));
        _exit(0);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        check(QB_NO_MEMORY);
    return 1024.0 * (double)usage.ru_maxrss;
}

static double spare_gib(void)
{
    double kib = 0;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "MemAvailable:", 13))
            kib = strtod(line + 13, NULL);
    if (file)
        (void)fclose(file);
    return 0.75 * kib / 0x1p20;
}

static void print_times(void)
{
    compare_bounds();
    for (uint32_t n = 20; n <= 26; n += 2)
        compare_times(n, false);
    compare_times(24, true);
}

static void print_diagonals(void)
{
    time_diagonal("all pairs, weights of -1 and 1", 24, BYTES);
    time_diagonal("all pairs, real weights", 24, REALS);
    time_diagonal("LABS", 24, LABS);
}

/* most: in GiB */
static void print_memory(double most)
{
    static const struct {
        uint32_t n;
        terms kind;
        bool symmetry, gradients;
        double goal; /* GiB, or bytes an amplitude below 1 GiB */
        const char *what;
    } rows[] = {{24, BYTES, false, false, 18, "costs of a byte"},
                {24, WORDS, false, false, 18, "costs of two bytes"},
                {24, REALS, false, false, 24, "real costs"},
                {28, BYTES, false, false, 5, "costs of a byte"},
                {28, WORDS, false, false, 5, "costs of two bytes"},
                {28, WORDS, false, true, 9, "costs of two bytes, gradients"},
                {31, WORDS, true, false, 20, "costs of two bytes, symmetry"}};
    double own = peak_bytes(4, BYTES, false, false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        printf("| memory, %u qubits, %s | ", rows[i].n, rows[i].what);
        if (rows[i].n > 24 && rows[i].goal > most) {
            printf("skipped: %.3g GiB to spare | %g GiB |\n", most, rows[i].goal);
            continue;
        }
        double bytes = peak_bytes(rows[i].n, rows[i].kind, rows[i].symmetry, rows[i].gradients) - own;
        if (rows[i].n > 24)
            printf("%.3g GiB | %g GiB |\n", bytes / 0x1p30, rows[i].goal);
        else
            printf("%.4g bytes an amplitude | %g |\n", bytes / ldexp(1, (int)rows[i].n), rows[i].goal);
        (void)fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";
    printf("| what | here | goal |\n|---|---|---|\n");
    if (!*part || !strcmp(part, "times"))
        print_times();
    if (!*part || !strcmp(part, "diagonals"))
        print_diagonals();
    if (!*part || !strcmp(part, "memory"))
        print_memory(argc > 2 ? strtod(argv[2], NULL) : spare_gib());
    return 0;
}
