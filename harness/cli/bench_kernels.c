#include "harness/cli/bench_kernels.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/cli/bench_store.h"
#include "harness/cli/command.h"
#include "harness/cli/instance.h"
#include "harness/run/bench_ring.h"
#include "harness/stats/interval.h"
#include "instances/generators/generator.h"
#include "solvers/kernels/bench_anneal.h"
#include "solvers/kernels/bench_exhaustive.h"
#include "solvers/kernels/bench_qaoa.h"
#include "solvers/kernels/bench_tabu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static qb_bench_options options_of(const qb_bench_request *request)
{
    return (qb_bench_options){
        .clock = qb_clock_system, .seconds = request->seconds, .threads = (uint32_t)request->threads};
}

/* A generated case: family, and up to three parameters. */
typedef struct bench_case {
    const char *family;
    struct {
        const char *key;
        double value;
    } set[3];
} bench_case;

static qb_status generate_case(const bench_case *wanted, qb_problem *problem, qb_diag *diag)
{
    double value[QB_GENERATOR_PARAMS];
    const qb_generator *family = qb_generator_find(wanted->family);
    if (!family)
        return qb_fail(diag, QB_INTERNAL, "no family '%s'", wanted->family);
    qb_generator_default(family, value);
    qb_status status = QB_OK;
    for (size_t k = 0; !status && k < sizeof wanted->set / sizeof *wanted->set && wanted->set[k].key; k++)
        status = qb_generator_set(family, value, wanted->set[k].key, wanted->set[k].value, diag);
    return status ? status : qb_generate(family, value, 1, problem, NULL, diag);
}

typedef qb_status (*time_problem)(const qb_bench_request *request, const qb_problem *problem, qb_bench *bench,
                                  qb_diag *diag);

/* The instance that was asked for, else every case. */
static qb_status over_cases(const qb_bench_request *request, const bench_case *cases, size_t count,
                            time_problem time, qb_bench_print print, void *context, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (size_t k = 0; !status && k < (request->instance ? 1 : count); k++) {
        qb_problem problem = {0};
        qb_bench bench;
        status = request->instance ? qb_cli_read_instance(request->instance, NULL, false, &problem, diag)
                                   : generate_case(&cases[k], &problem, diag);
        if (!status)
            status = time(request, &problem, &bench, diag);
        if (!status)
            status = print(context, &bench);
        qb_problem_free(&problem);
    }
    return status;
}

static qb_status time_anneal(const qb_bench_request *request, const qb_problem *problem, qb_bench *bench,
                             qb_diag *diag)
{
    qb_qubo model = {0};
    qb_bench_options options = options_of(request);
    uint32_t replicas = request->replicas == QB_UNSET_COUNT ? 0 : (uint32_t)request->replicas;
    qb_status status = qb_qubo_from_problem(problem, &model, diag);
    if (!status)
        status = qb_bench_anneal(&options, &model, problem->name, replicas, bench, diag);
    qb_qubo_free(&model);
    return status;
}

static qb_status bench_anneal(const qb_bench_request *request, qb_bench_print print, void *context,
                              qb_diag *diag)
{
    static const bench_case cases[] = {
        {"maxcut-regular", {{"size", 10000}}},
        {"pm1-torus", {{"size", 100}}},
        {"sk", {{"size", 500}}},
    };
    return over_cases(request, cases, sizeof cases / sizeof *cases, time_anneal, print, context, diag);
}

static qb_status time_tabu(const qb_bench_request *request, const qb_problem *problem, qb_bench *bench,
                           qb_diag *diag)
{
    qb_qubo model = {0};
    qb_bench_options options = options_of(request);
    qb_status status = qb_qubo_from_problem(problem, &model, diag);
    if (!status)
        status = qb_bench_tabu(&options, &model, problem->name, bench, diag);
    qb_qubo_free(&model);
    return status;
}

static qb_status bench_tabu(const qb_bench_request *request, qb_bench_print print, void *context,
                            qb_diag *diag)
{
    static const bench_case cases[] = {
        {"palubeckis", {{"size", 1000}, {"density", 10}}},
        {"palubeckis", {{"size", 3000}, {"density", 50}}},
        {"palubeckis", {{"size", 5000}, {"density", 50}}},
    };
    return over_cases(request, cases, sizeof cases / sizeof *cases, time_tabu, print, context, diag);
}

typedef qb_status bench_sized(const qb_bench_options *options, uint32_t size, qb_bench *bench, qb_diag *diag);

static qb_status over_sizes(const qb_bench_request *request, const uint32_t *sizes, size_t count,
                            bench_sized *measure, qb_bench_print print, void *context, qb_diag *diag)
{
    qb_bench_options options = options_of(request);
    qb_status status = QB_OK;
    for (size_t k = 0; !status && k < count; k++) {
        qb_bench bench;
        status = measure(&options, sizes[k], &bench, diag);
        if (!status)
            status = print(context, &bench);
    }
    return status;
}

static qb_status bench_exhaustive(const qb_bench_request *request, qb_bench_print print, void *context,
                                  qb_diag *diag)
{
    static const uint32_t variables[] = {24, 32};
    return over_sizes(request, variables, 2, qb_bench_exhaustive, print, context, diag);
}

/* The referee on a fixed vector: every second variable set. */
static qb_status time_referee(const qb_bench_request *request, const qb_problem *problem, qb_bench *bench,
                              qb_diag *diag)
{
    enum { SCORES = 16 };
    uint32_t columns = problem->body.columns, repeats = 0;
    double *v = QB_NEW(double, columns), total = 0, least = INFINITY;
    qb_score score = {0};
    qb_status status = v ? QB_OK : QB_NO_MEMORY;
    for (uint32_t k = 0; !status && k < columns; k += 2)
        v[k] = 1;
    while (!status && (repeats < 2 || total < request->seconds)) {
        int64_t start = qb_clock_system.cpu_ns(NULL);
        for (int k = 0; !status && k < SCORES; k++)
            status = qb_referee_score(problem, v, &score, diag);
        double seconds = 1e-9 * (double)(qb_clock_system.cpu_ns(NULL) - start);
        total += seconds;
        least = fmin(least, seconds / SCORES);
        repeats++;
    }
    if (!status) {
        union {
            double number;
            uint64_t bits;
        } sum = {score.objective};
        *bench = (qb_bench){.kernel = "referee",
                            .size = columns,
                            .threads = 1,
                            .repeats = repeats,
                            .precision = score.exact ? "exact" : "double",
                            .simd = "portable",
                            .unit = "score",
                            .seconds_per_unit = least,
                            .work = SCORES * (qb_problem_nonzeros(problem) + columns),
                            .share_of_bandwidth = NAN,
                            .share_of_arithmetic = NAN};
        snprintf(bench->details, sizeof bench->details, "{\"instance\": \"%s\", \"nonzeros\": %llu}",
                 problem->name, (unsigned long long)qb_problem_nonzeros(problem));
        snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)sum.bits);
    }
    qb_free(v);
    return status;
}

static qb_status bench_referee(const qb_bench_request *request, qb_bench_print print, void *context,
                               qb_diag *diag)
{
    static const bench_case cases[] = {{"palubeckis", {{"size", 1000}, {"density", 10}}}};
    return over_cases(request, cases, sizeof cases / sizeof *cases, time_referee, print, context, diag);
}

static qb_status bench_ring(const qb_bench_request *request, qb_bench_print print, void *context,
                            qb_diag *diag)
{
    qb_bench bench[QB_BENCH_RING_COUNT];
    qb_bench_options options = options_of(request);
    qb_status status = qb_bench_ring(&options, 10000, bench, diag);
    for (int k = 0; !status && k < QB_BENCH_RING_COUNT; k++)
        status = print(context, &bench[k]);
    return status;
}

static qb_status bench_store(const qb_bench_request *request, qb_bench_print print, void *context,
                             qb_diag *diag)
{
    static const uint32_t points[] = {10, 200};
    return over_sizes(request, points, 2, qb_bench_store, print, context, diag);
}

/* Intervals of 10^4 resamples, of made-up skewed values. */
static qb_status time_bootstrap(const qb_bench_options *options, uint32_t size, qb_bench *bench,
                                qb_diag *diag)
{
    enum { RESAMPLES = 10000 };
    double *x = QB_NEW(double, size), total = 0, least = INFINITY;
    if (!x)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for %u values", size);
    qb_interval interval = {0};
    qb_rng rng;
    uint32_t repeats = 0;
    qb_rng_init(&rng, 1, 0);
    for (uint32_t k = 0; k < size; k++)
        x[k] = exp(qb_rng_normal(&rng));
    while (repeats < 2 || total < options->seconds) {
        int64_t start = qb_clock_system.cpu_ns(NULL);
        interval = qb_interval_bootstrap(x, size, 0.95, RESAMPLES, 1);
        double seconds = 1e-9 * (double)(qb_clock_system.cpu_ns(NULL) - start);
        total += seconds;
        least = fmin(least, seconds);
        repeats++;
    }
    *bench = (qb_bench){.kernel = "bootstrap",
                        .size = size,
                        .threads = 1,
                        .repeats = repeats,
                        .precision = "double",
                        .simd = "widest",
                        .unit = "interval",
                        .seconds_per_unit = least,
                        .work = (uint64_t)RESAMPLES * size,
                        .share_of_bandwidth = NAN,
                        .share_of_arithmetic = NAN};
    snprintf(bench->details, sizeof bench->details, "{\"resamples\": %d, \"low\": %.9g, \"high\": %.9g}",
             RESAMPLES, interval.low, interval.high);
    union {
        double number;
        uint64_t bits;
    } sum = {interval.low + interval.high};
    snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)sum.bits);
    qb_free(x);
    return QB_OK;
}

static qb_status bench_bootstrap(const qb_bench_request *request, qb_bench_print print, void *context,
                                 qb_diag *diag)
{
    static const uint32_t values[] = {1000, 100000};
    return over_sizes(request, values, 2, time_bootstrap, print, context, diag);
}

static qb_status choose(const char *option, const char *text, const char *first, const char *second,
                        bool *is_second, qb_diag *diag)
{
    *is_second = !strcmp(text, second);
    if (*is_second || !strcmp(text, first))
        return QB_OK;
    return qb_fail(diag, QB_BAD_INPUT, "bench: --%s needs %s or %s, got '%s'", option, first, second, text);
}

static qb_status bench_qaoa(const qb_bench_request *request, qb_bench_print print, void *context,
                            qb_diag *diag)
{
    static const uint32_t sizes[] = {16, 20, 24};
    qb_bench_options options = options_of(request);
    qb_bench_qaoa_case what = {.qubits = (uint32_t)request->qubits};
    qb_bench_bounds bounds;
    bool is_float = false, one = request->qubits != QB_UNSET_COUNT;
    qb_status status = choose("precision", request->precision, "double", "float", &is_float, diag);
    if (!status)
        status = choose("cost", request->cost, "integer", "real", &what.real_cost, diag);
    if (!status)
        status = choose("symmetry", request->symmetry, "off", "on", &what.symmetry, diag);
    if (!status && one && (request->qubits < 2 || request->qubits > 34))
        status = qb_fail(diag, QB_BAD_INPUT, "bench: --qubits needs a number from 2 to 34");
    if (!status)
        status = qb_bench_machine(&options.clock, options.threads, &bounds);
    what.precision = is_float ? QB_FLOAT : QB_DOUBLE;
    for (size_t k = 0; !status && k < (one ? 1 : sizeof sizes / sizeof *sizes); k++) {
        qb_bench bench;
        what.qubits = one ? (uint32_t)request->qubits : sizes[k];
        status = qb_bench_qaoa_layer(&options, &what, &bounds, &bench, diag);
        if (!status)
            status = print(context, &bench);
    }
    return status;
}

const qb_bench_kernel qb_bench_kernels[] = {
    {"qaoa-layer", bench_qaoa},       {"anneal", bench_anneal},       {"tabu", bench_tabu},
    {"exhaustive", bench_exhaustive}, {"ring", bench_ring},           {"referee", bench_referee},
    {"store", bench_store},           {"bootstrap", bench_bootstrap}, {0}, /* the end */
};
