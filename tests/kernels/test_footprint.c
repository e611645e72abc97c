/* What the kernels of annealing and tabu search take in memory, by what the allocator has handed out. */
#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal.h"
#include "solvers/kernels/tabu.h"
#include "tests/kernels/anneal_cases.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <string.h>

static double allocated(void)
{
    struct mallinfo2 info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
}

static double annealer_bytes(const qb_qubo *model, const char *kernel)
{
    qb_annealer *annealer;
    qb_diag diag = {""};
    double before = allocated();
    cr_assert_eq(qb_annealer_open(model, QB_ANNEAL_AUTO, 1, NULL, &annealer, &diag), QB_OK, "%s", diag.text);
    double bytes = allocated() - before;
    cr_assert_str_eq(qb_annealer_name(annealer), kernel);
    qb_annealer_close(annealer);
    return bytes;
}

static double walker_bytes(const qb_qubo *model, const char *form)
{
    qb_budget_setup setup =
        qb_budget_probe_setup(QB_BUDGET_WORK, 1e12, model->n, false, model->sense == QB_MAXIMISE);
    qb_budget_probe probe;
    qb_tabu *tabu;
    qb_diag diag = {""};
    cr_assert_eq(qb_budget_probe_open(&setup, 0, &probe, &diag), QB_OK);
    double before = allocated();
    cr_assert_eq(qb_tabu_open(model, QB_TABU_AUTO, UINT64_MAX, 1, probe.budget, &tabu, &diag), QB_OK);
    double bytes = allocated() - before;
    cr_assert(strstr(qb_tabu_form_name(tabu), form), "%s", qb_tabu_form_name(tabu));
    qb_tabu_close(tabu);
    qb_budget_probe_close(&probe);
    return bytes;
}

/* Sanitizers have an allocator of their own, which says nothing. */
static void need_counts(void)
{
    void *block = qb_alloc(1, 1 << 20);
    bool counted = allocated() >= 1 << 20;
    qb_free(block);
    if (!counted)
        cr_skip_test("this allocator does not tell what it has handed out");
}

static void assert_between(double bytes, double least, double most, const char *what)
{
    cr_assert(bytes >= least && bytes <= most, "%s: %.0f bytes, not %.0f to %.0f", what, bytes, least, most);
}

/* One byte a coupling (w_ij and w_ji are two), a tenth for lines that are filled up and all else, and what
 * huge pages round up to; a bit or two where there are two values. */
Test(footprint, dense_models_take_a_byte_a_coupling)
{
    enum { N = 3000, PAGES = 4 << 20 };
    need_counts();
    static const int32_t weights[] = {1, 127};
    for (size_t k = 0; k < 2; k++) {
        model_spec spec = {.n = N, .density = 1, .weight = weights[k]};
        qb_qubo model = model_build(spec, 3);
        double couplings = (double)N * N;
        assert_between(walker_bytes(&model, "int8"), couplings, 1.1 * couplings + PAGES, "tabu");
        if (weights[k] == 1)
            assert_between(annealer_bytes(&model, "bits"), couplings / 8, couplings / 4 + PAGES, "bits");
        else
            assert_between(annealer_bytes(&model, "dense"), couplings, 1.1 * couplings + PAGES, "dense");
        qb_qubo_free(&model);
    }
}

/* Lists of 8 bytes a coupling at most, and some numbers a variable: nothing of n^2. */
Test(footprint, sparse_models_take_lists)
{
    enum { N = 300000, DEGREE = 6, PAGES = 16 << 20 };
    need_counts();
    double *linear = QB_NEW(double, N);
    qb_pair *pair = QB_NEW(qb_pair, N * DEGREE / 2);
    uint64_t pairs = 0;
    cr_assert(linear && pair);
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t length = 1; length <= DEGREE / 2 && i + length < N; length++)
            pair[pairs++] = (qb_pair){i, i + length, 1 + (i + length) % 5};
    qb_qubo model;
    qb_diag diag = {""};
    cr_assert_eq(qb_qubo_build(QB_MINIMISE, 0, 1, N, linear, pairs, pair, &model, &diag), QB_OK, "%s",
                 diag.text);
    double couplings = (double)model.nonzeros;
    assert_between(walker_bytes(&model, "sparse"), 8.0 * N, 64.0 * N + PAGES, "tabu");
    assert_between(annealer_bytes(&model, "gather"), 8 * couplings, 8 * couplings + 32.0 * N + PAGES,
                   "gather");
    qb_qubo_free(&model);
    qb_free(linear);
    qb_free(pair);
}
