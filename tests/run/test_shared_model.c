/* The model of a QUBO, an Ising and a cut is built once for all runs; what of that is lowering they are
 * charged. */
#include "harness/base/memory.h"
#include "harness/run/run_image.h"
#include "solvers/solver.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define N 1500 /* both directions of all couplings are lists of 17 MiB */

static const double pairs = (double)N * (N - 1) / 2;

/* A complete graph of +-1. */
static qb_problem complete(qb_kind kind)
{
    qb_pair *pair = QB_NEW(qb_pair, (size_t)pairs);
    uint64_t k = 0;
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = i + 1; j < N; j++, k++)
            pair[k] = (qb_pair){i, j, (k * UINT64_C(0x9e3779b97f4a7c15)) >> 63 ? 1 : -1};
    qb_draft draft = {.kind = kind,
                      .sense = kind == QB_KIND_MAXCUT ? QB_MAXIMISE : QB_MINIMISE,
                      .name = "complete",
                      .format = "test",
                      .columns = N,
                      .pairs = k,
                      .pair = pair};
    qb_problem problem;
    cr_assert(qb_problem_build(&draft, &problem, NULL) == QB_OK);
    qb_free(pair);
    return problem;
}

/* Reads every coupling, and offers all zero. */
static qb_status read_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **state, qb_diag *diag)
{
    (void)params;
    (void)seed;
    (void)diag;
    const qb_qubo *q = model->qubo;
    double sum = 0;
    for (uint64_t k = 0; k < q->nonzeros; k++)
        sum += q->neighbour[k] < q->n ? qb_qubo_weight(q, k) : NAN;
    qb_budget_detail(budget, "sum", sum);
    qb_budget_detail(budget, "owns", q->block != NULL);
    uint8_t *x = QB_NEW(uint8_t, q->n);
    qb_status status = x ? qb_budget_incumbent(budget, x, 0) : QB_NO_MEMORY;
    *state = x;
    return status;
}

static qb_status read_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)state;
    (void)diag;
    return qb_budget_spend(budget, 1) ? QB_OK : QB_STOPPED;
}

static const qb_solver reader = {
    .version = QB_SOLVER_VERSION,
    .name = "reader",
    .family = "test",
    .takes = QB_TAKES_QUBO,
    .init = read_init,
    .solve = read_solve,
    .free = qb_free,
};

static qb_run_spec spec_of(const qb_problem *problem, qb_run_image *image)
{
    return (qb_run_spec){.solver = &reader,
                         .problem = problem,
                         .image = image,
                         .budget_kind = QB_BUDGET_WORK,
                         .budget = 1e6,
                         .memory_bytes = UINT64_MAX,
                         .threads = 1};
}

static void check_shared(qb_kind kind)
{
    qb_problem problem = complete(kind);
    qb_run_image *image;
    qb_run_result r;
    cr_assert(qb_run_image_open(&problem, &image, NULL) == QB_OK);
    double charge = qb_run_image_charge(image);
    cr_assert(kind == QB_KIND_QUBO ? charge == 0 : charge > 0);
    qb_run_spec spec = spec_of(&problem, image);
    cr_assert(qb_run_execute(&spec, &r, NULL) == QB_OK);
    cr_assert(r.outcome == QB_RUN_EXHAUSTED && r.has_solution, "%s", r.reason);
    cr_assert(strstr(r.details, "\"owns\":0") && !strstr(r.details, "nan"), "%s", r.details);
    cr_assert_str_eq(r.stage[0].name, "lowering");
    cr_assert(r.stage[0].cpu_s >= charge && r.stage[0].wall_s >= charge && r.setup_s >= r.stage[0].wall_s);
    cr_assert(r.trajectory[0].wall_s >= charge && r.cpu_s >= charge && r.wall_s >= charge);
#if !defined(__SANITIZE_ADDRESS__)
    cr_assert_lt(r.peak_rss_kib, pairs * 8 / 1024, "%llu KiB", (unsigned long long)r.peak_rss_kib);
#endif
    qb_run_result_clear(&r);
    qb_run_image_close(image);
    qb_problem_free(&problem);
}

Test(shared_model, a_qubo_is_its_own)
{
    check_shared(QB_KIND_QUBO);
}

Test(shared_model, an_ising_is_charged)
{
    check_shared(QB_KIND_ISING);
}

Test(shared_model, a_cut_is_charged)
{
    check_shared(QB_KIND_MAXCUT);
}

/* A run that the lowering alone would have taken longer than allowed ends with nothing, and not late for
 * that. */
Test(shared_model, a_charge_can_be_all_there_is)
{
    qb_problem problem = complete(QB_KIND_MAXCUT);
    qb_run_image *image;
    cr_assert(qb_run_image_open(&problem, &image, NULL) == QB_OK);
    double charge = qb_run_image_charge(image);
    for (int k = 0; k < 2; k++) {
        qb_run_result r;
        qb_run_spec spec = spec_of(&problem, image);
        spec.budget_kind = k ? QB_BUDGET_CPU_TIME : QB_BUDGET_WALL_TIME;
        spec.budget = charge / 2;
        cr_assert(qb_run_execute(&spec, &r, NULL) == QB_OK);
        cr_assert(!r.has_solution && (r.outcome == QB_RUN_BUDGET || r.outcome == QB_RUN_OVERRAN), "%s %s",
                  qb_outcome_name(r.outcome), r.reason);
        double spent = k ? r.cpu_s : r.wall_s;
        cr_assert(spent >= charge / 2 && fabs(spent - charge / 2 - r.overshoot_s) < 1e-6);
        qb_run_result_clear(&r);
    }
    qb_run_image_close(image);
    qb_problem_free(&problem);
}
