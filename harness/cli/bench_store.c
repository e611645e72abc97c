#define _POSIX_C_SOURCE 200809L
#include "harness/cli/bench_store.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/store/store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 50, VARIABLES = 1000 };

/* The rows that every run refers to, and one run's result, reused. */
typedef struct fixture {
    char folder[4096], path[4200];
    qb_store *store;
    qb_problem problem;
    qb_run_point *point;
    double *solution, *linear;
    qb_run_result result;
    qb_store_run row;
    uint64_t recorded;
} fixture;

static qb_status make_folder(fixture *f, qb_diag *diag)
{
    const char *base = getenv("TMPDIR");
    snprintf(f->folder, sizeof f->folder, "%s/qubout-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(f->folder)) {
        f->folder[0] = '\0';
        return qb_fail(diag, QB_ENVIRONMENT, "cannot make a temporary folder: %s", strerror(errno));
    }
    snprintf(f->path, sizeof f->path, "%s/bench.db", f->folder);
    return QB_OK;
}

static qb_status make_result(fixture *f, uint32_t points)
{
    f->point = QB_NEW(qb_run_point, points ? points : 1);
    f->solution = QB_NEW(double, VARIABLES);
    f->linear = QB_NEW(double, VARIABLES);
    if (!f->point || !f->solution || !f->linear)
        return QB_NO_MEMORY;
    for (uint32_t k = 0; k < points; k++)
        f->point[k] = (qb_run_point){.wall_s = 1e-3 * (k + 1),
                                     .cpu_s = 1e-3 * (k + 1),
                                     .work = 1000 * (k + 1),
                                     .objective = -(double)k,
                                     .feasible = true};
    for (uint32_t k = 0; k < VARIABLES; k += 3)
        f->solution[k] = 1;
    f->linear[0] = 1;
    f->result = (qb_run_result){.outcome = QB_RUN_BUDGET,
                                .has_solution = true,
                                .solution = f->solution,
                                .score = {.objective = -(double)points, .feasible = true, .exact = true},
                                .wall_s = 1,
                                .cpu_s = 1,
                                .trajectory = f->point,
                                .points = points,
                                .details = "{}",
                                .lowering = "{}"};
    snprintf(f->result.started_at, sizeof f->result.started_at, "2026-01-01T00:00:00Z");
    qb_draft draft = {.kind = QB_KIND_QUBO,
                      .name = "bench",
                      .format = "generated",
                      .columns = VARIABLES,
                      .linear = f->linear};
    return qb_problem_build(&draft, &f->problem, NULL);
}

static qb_status make_rows(fixture *f, qb_diag *diag)
{
    qb_store_run *r = &f->row;
    qb_store_experiment experiment = {.name = "bench",
                                      .identity = "bench",
                                      .decision = "",
                                      .sha256 = "bench",
                                      .spec = "",
                                      .version = "",
                                      .registered_at = "2026-01-01T00:00:00Z"};
    qb_store_machine machine = {.fingerprint = "bench", .cpu = "", .system = "", .facts = "{}"};
    qb_store_build build = {.version = "", .revision = "", .compiler = "", .flags = "", .simd = ""};
    qb_store_instance instance = {.name = "bench",
                                  .family = "bench",
                                  .sha256 = "bench",
                                  .format = "generated",
                                  .variables = VARIABLES,
                                  .anchor = 0};
    qb_store_solver solver = {
        .name = "bench", .params = "{}", .family = "", .source = "", .execution = "native", .version = ""};
    *r = (qb_store_run){.label = "bench",
                        .role = "baseline",
                        .budget_kind = QB_BUDGET_CPU_TIME,
                        .budget = 1,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1,
                        .simd = "",
                        .nominal = &f->problem,
                        .result = &f->result};
    qb_status status = qb_store_open(f->path, QB_STORE_WRITE, &f->store, diag);
    if (!status)
        status = qb_store_register_experiment(f->store, &experiment, NULL, &r->experiment, diag);
    if (!status)
        status = qb_store_register_machine(f->store, &machine, &r->machine, diag);
    if (!status)
        status = qb_store_register_build(f->store, &build, &r->build, diag);
    if (!status)
        status = qb_store_register_instance(f->store, &instance, &r->instance, diag);
    if (!status)
        status = qb_store_register_solver(f->store, &solver, &r->solver, diag);
    return status;
}

static qb_status record_batch(fixture *f, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (int k = 0; !status && k < BATCH; k++) {
        char key[32];
        int64_t id;
        snprintf(key, sizeof key, "bench-%llu", (unsigned long long)f->recorded++);
        f->row.key = key;
        f->row.position = f->recorded;
        status = qb_store_record(f->store, &f->row, &id, diag);
    }
    return status;
}

static void clear(fixture *f)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    qb_store_close(f->store);
    for (size_t k = 0; f->folder[0] && k < sizeof suffixes / sizeof *suffixes; k++) {
        char path[4300];
        snprintf(path, sizeof path, "%s%s", f->path, suffixes[k]);
        unlink(path);
    }
    if (f->folder[0])
        rmdir(f->folder);
    qb_problem_free(&f->problem);
    qb_free(f->point);
    qb_free(f->solution);
    qb_free(f->linear);
}

qb_status qb_bench_store(const qb_bench_options *options, uint32_t points, qb_bench *bench, qb_diag *diag)
{
    fixture f = {0};
    double total = 0, least = INFINITY;
    uint32_t repeats = 0;
    qb_status status = make_folder(&f, diag);
    if (!status)
        status = make_result(&f, points);
    if (!status)
        status = make_rows(&f, diag);
    while (!status && (repeats < 2 || total < options->seconds)) {
        int64_t start = options->clock.wall_ns(options->clock.context);
        status = record_batch(&f, diag);
        double seconds = 1e-9 * (double)(options->clock.wall_ns(options->clock.context) - start);
        least = fmin(least, seconds / BATCH);
        total += seconds;
        repeats++;
    }
    if (!status) {
        *bench = (qb_bench){.kernel = "store",
                            .size = points,
                            .threads = 1,
                            .repeats = repeats,
                            .precision = "rows",
                            .simd = "none",
                            .unit = "run",
                            .seconds_per_unit = least,
                            .work = f.recorded,
                            .share_of_bandwidth = NAN,
                            .share_of_arithmetic = NAN};
        snprintf(bench->details, sizeof bench->details,
                 "{\"points\": %u, \"variables\": %d, \"mean_s\": %.6g}", points, VARIABLES,
                 total / (double)f.recorded);
        snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)f.recorded);
    }
    clear(&f);
    return status;
}
