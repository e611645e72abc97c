/* LLVM's OpenMP registers processes by number in shared memory; runs in PID namespaces share their numbers.
 */
#include "harness/base/memory.h"
#include "harness/run/run.h"
#include "instances/generators/generator.h"
#include "solvers/solver.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NUMBERS 400
#define RUNS    16 /* numbers go up, and some of them are in /proc by chance */

static void name_of(int number, char name[64])
{
    (void)snprintf(name, 64, "/__KMP_REGISTERED_LIB_%d_%d", number, (int)getuid());
}

/* What a process that died without a word left behind, where nobody has a claim yet. */
static void leave_dead(bool mine[NUMBERS])
{
    static const char text[] = "0x7f0000001000-cafe1234-libomp.so";
    for (int k = 1; k < NUMBERS; k++) {
        char name[64];
        name_of(k, name);
        int file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0666);
        mine[k] = file >= 0;
        if (!mine[k])
            continue;
        cr_assert(ftruncate(file, 1024) == 0 && write(file, text, sizeof text) == sizeof text);
        close(file);
    }
}

static void bury(const bool mine[NUMBERS])
{
    for (int k = 1; k < NUMBERS; k++) {
        char name[64];
        name_of(k, name);
        if (mine[k])
            (void)shm_unlink(name);
    }
}

Test(ring_openmp, dead_namesakes_do_no_harm)
{
    static bool mine[NUMBERS];
    const qb_generator *family = qb_generator_find("random-qubo");
    const qb_solver *solver = qb_solver_find("exhaustive");
    double value[QB_GENERATOR_PARAMS];
    qb_problem problem;
    void *params = qb_alloc(1, solver->params_size + 1);
    qb_generator_default(family, value);
    cr_assert(params && qb_generator_set(family, value, "size", 12, NULL) == QB_OK);
    cr_assert(qb_generate(family, value, 1, &problem, NULL, NULL) == QB_OK);
    qb_params_default(solver, params);
    qb_run_spec spec = {.solver = solver,
                        .params = params,
                        .problem = &problem,
                        .budget_kind = QB_BUDGET_WORK,
                        .budget = 1e9,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1};
    leave_dead(mine);
    uint32_t ended[QB_OUTCOME_COUNT] = {0};
    for (int run = 0; run < RUNS; run++) {
        qb_run_result r;
        if (qb_run_execute(&spec, &r, NULL) != QB_OK)
            continue;
        ended[r.outcome]++;
        qb_run_result_clear(&r);
    }
    bury(mine);
    cr_assert(ended[QB_RUN_OPTIMAL] == RUNS, "%u of %d, %u crashed", ended[QB_RUN_OPTIMAL], RUNS,
              ended[QB_RUN_CRASHED]);
    qb_free(params);
    qb_problem_free(&problem);
}
