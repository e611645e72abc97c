#define _GNU_SOURCE
#include "tests/store/fixture.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const fixture_options fixture_default = {
    .instances = 16, .entries = 8, .repeats = 10, .points = 24, .copies = 2, .troubled = true};

#define BUDGET 2.0

/* how good a label ends, how fast it gets there, how much it varies */
static const struct {
    const char *label, *solver, *role, *family, *params, *source, *execution;
    double gap, rate, spread;
} labels[] = {
    {"qaoa", "qaoa", "challenger", "quantum circuit",
     "{\"depth\":\"4\",\"shots\":\"1024\",\"angles\":\"lbfgs\"}",
     "Farhi, Goldstone and Gutmann, arXiv:1411.4028 (2014)", "simulated", 0.09, 1.0, 0.5},
    {"anneal-long", "anneal", "challenger", "simulated annealing", "{\"sweeps\":\"10000\"}",
     "Kirkpatrick, Gelatt and Vecchi, Science 220 (1983)", "native", 0.006, 2.2, 0.6},
    {"tabu", "tabu", "baseline", "tabu search", "{\"tenure\":\"0\"}", "Glover, ORSA J. Computing 1 (1989)",
     "native", 0.001, 5.0, 0.8},
    {"anneal", "anneal", "baseline", "simulated annealing", "{\"sweeps\":\"1000\"}",
     "Kirkpatrick, Gelatt and Vecchi, Science 220 (1983)", "native", 0.012, 3.0, 0.6},
    {"glpk", "glpk", "baseline", "branch and cut", "{\"preset\":\"default\"}", "GLPK 5.0", "native", 0.035,
     0.8, 0.1},
    {"glpk-cuts", "glpk", "baseline", "branch and cut", "{\"preset\":\"cuts\"}", "GLPK 5.0", "native", 0.02,
     0.7, 0.1},
    {"random", "random", "control", "control", "{}", "uniform sampling", "native", 0.55, 0.3, 0.15},
    {"greedy", "greedy", "control", "control", "{}", "multi-start descent", "native", 0.16, 1.6, 0.3},
};

static const struct {
    const char *name, *family;
    qb_kind kind;
    uint32_t variables;
} instances[] = {
    {"mc_010_003_000", "maxcut-regular", QB_KIND_MAXCUT, 10},
    {"mc_016_003_000", "maxcut-regular", QB_KIND_MAXCUT, 16},
    {"mc_020_003_000", "maxcut-regular", QB_KIND_MAXCUT, 20},
    {"labs015", "labs", QB_KIND_QUBO, 15},
    {"labs020", "labs", QB_KIND_QUBO, 20},
    {"market_split_03_050", "market-split", QB_KIND_MIP, 20},
    {"market_split_04_100", "market-split", QB_KIND_MIP, 30},
    {"bqp50.1", "bqp", QB_KIND_QUBO, 50},
    {"bqp50.2", "bqp", QB_KIND_QUBO, 50},
    {"bqp100.1", "bqp", QB_KIND_QUBO, 100},
    {"bqp250.1", "bqp", QB_KIND_QUBO, 250},
    {"QPLIB_3506", "qplib", QB_KIND_QUBO, 120},
    {"toruspm3-8-50", "torus", QB_KIND_MAXCUT, 128},
    {"be120.3.1", "biqmac", QB_KIND_QUBO, 121},
    {"network05", "network", QB_KIND_MIP, 60},
    {"mis_1dc_128", "independent-set", QB_KIND_MIP, 128},
};

typedef struct place {
    qb_store *store;
    const fixture_options *options;
    int64_t experiment, machine, build;
    uint64_t position;
} place;

static bool maximised(uint32_t instance)
{
    return instances[instance % 16].kind != QB_KIND_MIP;
}

/* Optimum and mean value of instance k, integers. */
static double optimum(uint32_t k)
{
    return (maximised(k) ? 1 : -1) * (1000.0 + 137.0 * k);
}

static double mean_value(uint32_t k)
{
    return optimum(k) * 0.4;
}

static double value_at(uint32_t k, double gap)
{
    return round(optimum(k) + gap * (mean_value(k) - optimum(k)));
}

static qb_status add_instance(place *p, uint32_t k, int64_t *id, qb_diag *diag)
{
    char name[64], sha256[65];
    snprintf(name, sizeof name, k < 16 ? "%s" : "%s-%u", instances[k % 16].name, k);
    qb_status status = qb_sha256_hex(name, strlen(name), sha256);
    qb_store_instance instance = {
        .name = name,
        .family = instances[k % 16].family,
        .sha256 = sha256,
        .format = "qubo",
        .kind = instances[k % 16].kind,
        .sense = maximised(k) ? QB_MAXIMISE : QB_MINIMISE,
        .variables = instances[k % 16].variables,
        .nonzeros = 10 * (uint64_t)instances[k % 16].variables,
        .constraints = instances[k % 16].kind == QB_KIND_MIP ? 12 : 0,
        .anchor = mean_value(k),
    };
    if (status == QB_OK)
        status = qb_store_register_instance(p->store, &instance, id, diag);
    if (status != QB_OK || p->options->unknown)
        return status;
    double target[4];
    for (uint32_t t = 0; t < 4; t++)
        target[t] = value_at(k, (double[]){0.1, 0.01, 0.001, 0}[t]);
    status =
        qb_store_add_reference(p->store, *id, optimum(k), k % 3 ? "best-known" : "proven", "fixture", diag);
    if (status == QB_OK)
        status = qb_store_set_targets(p->store, p->experiment, *id, target, 4, diag);
    return status;
}

/* What goes wrong, by label and draw. */
static qb_outcome trouble(uint32_t entry, uint32_t instance, double u)
{
    if (entry == 0 && instances[instance % 16].variables > 60)
        return QB_RUN_REFUSED;
    if (entry == 4 && u < 0.02)
        return QB_RUN_OVERRAN;
    if (entry == 6 && u < 0.01)
        return QB_RUN_CRASHED;
    if (entry == 0 && u < 0.03)
        return QB_RUN_OUT_OF_MEMORY;
    if (entry == 7 && u < 0.01)
        return QB_RUN_LIED;
    return entry == 4 && instances[instance % 16].variables < 30 ? QB_RUN_OPTIMAL : QB_RUN_BUDGET;
}

/* Branch and cut draws no samples. */
static bool draws(uint32_t entry)
{
    return entry != 4 && entry != 5;
}

static void make_trajectory(qb_run_result *r, uint32_t k, uint32_t entry, double noise, qb_rng *rng,
                            uint32_t points)
{
    double difficulty = sqrt((double)instances[k % 16].variables / 60);
    double end = labels[entry].gap * difficulty * exp(labels[entry].spread * qb_rng_normal(rng));
    if (end < 0.0005)
        end = 0;
    double t = 0.002 * (1 + qb_rng_uniform(rng)) / labels[entry].rate, last = NAN;
    for (uint32_t step = 0; step < points && t < BUDGET; step++, t *= 1.25 + 0.3 * qb_rng_uniform(rng)) {
        double gap = end + (0.9 - end) * exp(-labels[entry].rate * log1p(40 * t));
        double value = value_at(k, step + 1 == points ? end : gap);
        if (value == last || t >= BUDGET)
            continue;
        bool feasible = instances[k % 16].kind != QB_KIND_MIP || entry >= 4 || step > 3;
        r->trajectory[r->points++] = (qb_run_point){.wall_s = t * 1.01,
                                                    .cpu_s = t,
                                                    .work = (uint64_t)(t * 1e8),
                                                    .samples = draws(entry) ? 1 + (uint64_t)(t * 1e4) : 0,
                                                    .objective = value,
                                                    .feasible = feasible};
        last = value;
    }
    if (!r->points)
        return;
    const qb_run_point *best = &r->trajectory[r->points - 1];
    double lost = noise * (0.4 + labels[entry].gap) * fabs(qb_rng_normal(rng));
    r->has_solution = true;
    r->score.feasible = best->feasible;
    r->score.violations = !best->feasible;
    r->score.objective = round(best->objective + lost * (mean_value(k) - optimum(k)));
}

/* What a solver that draws shots says of its circuit: depths 1 and 2, every third run under noise, a
 * landscape in each first repeat, shots at three values. */
static char *tell_circuit(uint32_t k, uint32_t repeat, char buffer[1024])
{
    uint32_t depth = 1 + (repeat % 3 > 0);
    double best = optimum(k), far = mean_value(k) - best;
    int used = snprintf(
        buffer, 1024,
        "{\"qubits\": %u, \"depth\": %u, \"gates_1q\": 30, \"gates_2q\": 45, "
        "\"device\": \"optimistic\", \"device_depth_1q\": 4, \"device_depth_2q\": 9, "
        "\"coupling_gates_2q\": [45, 60, 55, 90], \"coupling_depth\": [13, 33, 27, 41], "
        "\"modelled_shot_s\": 2e-06, \"modelled_overhead_s\": 1e-06, \"angles_fitted_on\": \"none\", "
        "\"angles_from\": \"ramp\", \"expectation\": %.17g, "
        "\"probability_of_optimum\": %g, \"shot_values\": [%.17g, %.17g, %.17g], "
        "\"shot_counts\": [5, 20, 75]",
        instances[k % 16].variables, depth, best + far / (1 + depth), 0.01 * depth, best, best + far / 2,
        best + far);
    if (repeat % 3 == 2)
        used += snprintf(buffer + used, 1024 - (size_t)used,
                         ", \"trajectories\": 10, \"noise_damping\": 0, \"noise_depolarising_2q\": %g",
                         pow(10, -(double)(1 + k % 3)));
    if (repeat == 0)
        used += snprintf(
            buffer + used, 1024 - (size_t)used,
            ", \"landscape_gamma\": [0, 1.5], \"landscape_beta\": [-0.7, 0.7], \"path_gammas\": [0.3, 0.6], "
            "\"path_betas\": [0.2, 0.4], \"landscape_values\": [1, 2, 1, 2, 4, 2, 1, 2, 3]");
    snprintf(buffer + used, 1024 - (size_t)used, "}");
    return buffer;
}

static qb_status add_run(place *p, uint32_t k, int64_t instance, uint32_t entry, int64_t solver, double noise,
                         uint32_t copy, uint32_t repeat, qb_diag *diag)
{
    qb_rng rng;
    qb_run_point trajectory[64];
    char key[65], name[160], perturbation[96] = "", circuit[1024];
    if (copy)
        snprintf(perturbation, sizeof perturbation, "coefficient-noise:%g:%u", noise, copy);
    snprintf(name, sizeof name, "%lld/%u/%u/%s/%u", (long long)p->experiment, k, entry, perturbation, repeat);
    qb_status status = qb_sha256_hex(name, strlen(name), key);
    if (status != QB_OK)
        return status;
    qb_rng_init(
        &rng, strtoull((char[17]){key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7]}, NULL, 16),
        0);
    qb_run_result r = {.trajectory = trajectory,
                       .details = draws(entry) ? tell_circuit(k, repeat, circuit)
                                               : (char[]){"{\"kernel\":\"fixture\"}"},
                       .lowering = (char[]){"{\"encoding\":\"none\"}"},
                       .wall_s = BUDGET * 1.01,
                       .cpu_s = BUDGET,
                       .setup_s = 0.003,
                       .stage = {{.name = "lowering", .wall_s = 0.001, .cpu_s = 0.001},
                                 {.name = "init", .wall_s = 0.002, .cpu_s = 0.002},
                                 {.name = "solve", .wall_s = BUDGET, .cpu_s = BUDGET - 0.003}},
                       .stages = 3,
                       .work = 200000000,
                       .samples = draws(entry) ? (uint64_t)(BUDGET * 1e4) : 0,
                       .device_s = draws(entry) ? BUDGET * 1e4 * 2e-6 : 0,
                       .peak_rss_kib = 5000 + 100 * entry,
                       .containment = "kill-loop",
                       .memory_way = "rlimit",
                       .started_at = "2026-01-01T00:00:00Z"};
    r.outcome = p->options->troubled ? trouble(entry, k, qb_rng_uniform(&rng)) : QB_RUN_BUDGET;
    r.overshoot_s = 0.0002 * -log(1 - qb_rng_uniform(&rng)) + (r.outcome == QB_RUN_OVERRAN ? 0.015 : 0);
    if (r.outcome == QB_RUN_REFUSED)
        snprintf(r.reason, sizeof r.reason, "needs %u qubits, at most 60 here", instances[k % 16].variables);
    else if (r.outcome != QB_RUN_OUT_OF_MEMORY && r.outcome != QB_RUN_CRASHED)
        make_trajectory(&r, k, entry, noise, &rng, p->options->points < 64 ? p->options->points : 64);
    if (r.outcome == QB_RUN_CRASHED)
        snprintf(r.reason, sizeof r.reason, "signal 11");
    if (r.outcome == QB_RUN_OPTIMAL)
        r.cpu_s = r.wall_s = 0.3 * qb_rng_uniform(&rng);
    if (p->options->troubled && qb_rng_uniform(&rng) < 0.02) {
        snprintf(r.flags, sizeof r.flags, "load");
        r.late = 1;
        r.has_late = r.has_solution;
        r.late_objective = optimum(k);
    }
    r.offered = r.points + r.late;
    qb_store_run run = {
        .key = key,
        .experiment = p->experiment,
        .instance = instance,
        .solver = solver,
        .machine = p->machine,
        .build = p->build,
        .label = labels[entry].label,
        .role = labels[entry].role,
        .seed = qb_rng_next(&rng),
        .budget_kind = QB_BUDGET_CPU_TIME,
        .budget = BUDGET,
        .memory_bytes = (uint64_t)1 << 30,
        .threads = 1,
        .perturbation = perturbation,
        .noise = noise,
        .copy = copy,
        .repeat = repeat,
        .position = p->position++,
        .simd = "avx512",
        .result = &r,
    };
    return qb_store_record(p->store, &run, NULL, diag);
}

static qb_status add_runs(place *p, uint32_t k, int64_t instance, uint32_t entry, int64_t solver,
                          qb_diag *diag)
{
    static const double strength[] = {0.01, 0.02, 0.05};
    qb_status status = QB_OK;
    for (uint32_t repeat = 0; status == QB_OK && repeat < p->options->repeats; repeat++)
        status = add_run(p, k, instance, entry, solver, 0, 0, repeat, diag);
    for (uint32_t s = 0; p->options->copies && s < 3; s++)
        for (uint32_t copy = 1; status == QB_OK && copy <= p->options->copies; copy++)
            for (uint32_t repeat = 0; status == QB_OK && repeat < (p->options->repeats + 2) / 3; repeat++)
                status = add_run(p, k, instance, entry, solver, strength[s], s * p->options->copies + copy,
                                 repeat, diag);
    return status;
}

static const char spec[] = "experiment: head-to-head\n"
                           "question: Does QAOA beat the best classical solver on these instances?\n"
                           "claim: software\n"
                           "kpi: {name: cost per day, unit: EUR, per_objective_unit: 0.5}\n"
                           "instances: [{name: labs015}]\n"
                           "solvers:\n"
                           "  - {name: qaoa, role: challenger}\n"
                           "  - {name: tabu, role: baseline}\n"
                           "budget: {cpu_time: 2s}\n"
                           "repeats: 10\n"
                           "decision: {metric: gap, minimum_effect: 0.01, confidence: 0.95}\n";

static qb_status register_all(place *p, qb_diag *diag)
{
    const char *name = p->options->name ? p->options->name : "head-to-head";
    char identity[65], sha256[65];
    qb_status status = qb_sha256_hex(name, strlen(name), identity);
    if (status == QB_OK)
        status = qb_sha256_hex(spec, strlen(spec), sha256);
    qb_store_experiment experiment = {.name = name,
                                      .identity = identity,
                                      .decision = "gap",
                                      .sha256 = sha256,
                                      .spec = spec,
                                      .version = "0.1.0"};
    qb_store_machine machine = {.fingerprint = "f00d",
                                .cpu = "Example CPU 3000",
                                .system = "Linux 6.1 x86_64",
                                .cores = 2,
                                .threads = 4,
                                .memory_bytes = (uint64_t)24 << 30,
                                .facts = "{\"cpu\":\"Example CPU 3000\"}"};
    qb_store_build build = {.version = "0.1.0",
                            .revision = "0123abc",
                            .compiler = "gcc 12.2.0",
                            .flags = "-O3",
                            .simd = "avx512"};
    if (status == QB_OK)
        status = qb_store_register_experiment(p->store, &experiment, NULL, &p->experiment, diag);
    if (status == QB_OK)
        status = qb_store_register_machine(p->store, &machine, &p->machine, diag);
    if (status == QB_OK)
        status = qb_store_register_build(p->store, &build, &p->build, diag);
    return status;
}

qb_status fixture_fill(qb_store *store, const fixture_options *options, int64_t *experiment, qb_diag *diag)
{
    place p = {.store = store, .options = options};
    int64_t solver[8] = {0};
    qb_status status = register_all(&p, diag);
    for (uint32_t e = 0; status == QB_OK && e < options->entries; e++) {
        qb_store_solver row = {.name = labels[e].solver,
                               .params = labels[e].params,
                               .family = labels[e].family,
                               .source = labels[e].source,
                               .execution = labels[e].execution,
                               .version = "0.1.0"};
        status = qb_store_register_solver(store, &row, &solver[e], diag);
    }
    for (uint32_t k = 0; status == QB_OK && k < options->instances; k++) {
        int64_t instance = 0;
        status = add_instance(&p, k, &instance, diag);
        for (uint32_t e = 0; status == QB_OK && e < options->entries; e++)
            status = add_runs(&p, k, instance, e, solver[e], diag);
    }
    if (status == QB_OK && experiment)
        *experiment = p.experiment;
    return status;
}

char *fixture_folder(char path[64])
{
    const char *base = getenv("TMPDIR");
    snprintf(path, 64, "%.40s/qubout-XXXXXX", base ? base : "/tmp");
    return mkdtemp(path);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    (void)stat;
    (void)type;
    (void)walk;
    return remove(path);
}

void fixture_remove_folder(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
