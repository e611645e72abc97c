#include "solvers/kernels/anneal.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_single.h"
#include "solvers/kernels/groups.h"

/* Beyond so many spins and couplings a sweep of 512 replicas takes 10 ms and more: one replica then gets
 * further in any time that one is likely to have. */
#define ANNEAL_SLICED_MOST (UINT64_C(1) << 21)
#define ANNEAL_BITS_LEAST  32   /* couplings a variable: of fewer, lists are faster than bit rows */
#define ANNEAL_BYTES_MOST  1024 /* spins: up to so many, rows of bytes are faster than bit rows */

struct qb_annealer {
    const qb_qubo *model;
    const qb_anneal_kernel *kernel;
    void *state;
    qb_anneal_walk walk;
    uint8_t *x, *y; /* [n] states */
    char *copies;   /* [reserved][copy_size of the kernel] */
    uint32_t reserved;
    qb_rng start;
};

/* In the order in which QB_ANNEAL_AUTO tries them. */
static const struct {
    qb_anneal_kind kind;
    const qb_anneal_kernel *kernel;
} kernels[] = {
    {QB_ANNEAL_GROUPS, &qb_anneal_groups}, {QB_ANNEAL_SLICED, &qb_anneal_sliced},
    {QB_ANNEAL_COUNT, &qb_anneal_count},   {QB_ANNEAL_GATHER, &qb_anneal_gather},
    {QB_ANNEAL_BITS, &qb_anneal_bits},     {QB_ANNEAL_DENSE, &qb_anneal_dense},
    {QB_ANNEAL_SCALAR, &qb_anneal_scalar},
};

const qb_anneal_tier *qb_anneal_tier_selected(void)
{
#if defined(__x86_64__)
    switch (qb_simd_tier()) {
    case QB_SIMD_AVX512:
        return __builtin_cpu_supports("avx512vbmi") ? &qb_anneal_vbmi : &qb_anneal_avx512;
    case QB_SIMD_AVX2:
        return &qb_anneal_avx2;
    default:
        break;
    }
#endif
    return &qb_anneal_portable;
}

/* Is it expected to get furthest in a given time, if none before it in the list is? */
static bool suits(qb_anneal_kind kind, const qb_qubo *model, qb_budget *budget)
{
    switch (kind) {
    case QB_ANNEAL_GROUPS:
        return qb_groups_suit(model, budget);
    case QB_ANNEAL_SLICED:
        return model->n + model->nonzeros <= ANNEAL_SLICED_MOST;
    case QB_ANNEAL_BITS:
        return model->nonzeros >= ANNEAL_BITS_LEAST * (uint64_t)model->n &&
               (model->n > ANNEAL_BYTES_MOST || !qb_single_takes_bytes(model, budget));
    default:
        return true;
    }
}

qb_status qb_annealer_open(const qb_qubo *model, qb_anneal_kind kind, uint64_t seed, qb_budget *budget,
                           qb_annealer **annealer, qb_diag *diag)
{
    qb_annealer *a = QB_NEW(qb_annealer, 1);
    uint8_t *x = QB_NEW(uint8_t, model->n), *y = QB_NEW(uint8_t, model->n);
    qb_status status = a && x && y ? QB_REFUSED : QB_NO_MEMORY;
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels && status == QB_REFUSED; k++) {
        bool asked = kind == QB_ANNEAL_AUTO || (kind == QB_ANNEAL_SINGLE && kernels[k].kernel->replicas == 1);
        if (kind != kernels[k].kind && !(asked && suits(kernels[k].kind, model, budget)))
            continue;
        *a = (qb_annealer){.model = model, .kernel = kernels[k].kernel, .x = x, .y = y};
        status = a->kernel->open(model, seed, budget, &a->state, &a->walk, diag);
        if (qb_budget_is_over(budget))
            status = QB_STOPPED;
        if (status && a->state)
            a->kernel->close(a->state);
    }
    if (status) {
        qb_free(x);
        qb_free(y);
        qb_free(a);
        return status == QB_NO_MEMORY ? qb_fail(diag, status, "no memory to anneal %u variables", model->n)
                                      : status;
    }
    qb_rng_init(&a->start, seed, 0);
    *annealer = a;
    return QB_OK;
}

void qb_annealer_close(qb_annealer *annealer)
{
    if (!annealer)
        return;
    annealer->kernel->close(annealer->state);
    qb_free(annealer->x);
    qb_free(annealer->y);
    qb_free(annealer->copies);
    qb_free(annealer);
}

const char *qb_annealer_name(const qb_annealer *annealer)
{
    return annealer->kernel->name;
}

uint32_t qb_annealer_replicas(const qb_annealer *annealer)
{
    return annealer->kernel->replicas;
}

/* Flips what differs from x. */
static qb_status turn_to(qb_annealer *a, const uint8_t *x, qb_budget *budget)
{
    uint64_t work = 0;
    a->kernel->get(a->state, 0, a->y);
    for (uint32_t i = 0; i < a->model->n; i++) {
        if (a->y[i] == x[i])
            continue;
        work += a->kernel->turn(a->state, i);
        if (work < a->walk.quantum)
            continue;
        if (!qb_budget_spend(budget, work))
            return QB_STOPPED;
        work = 0;
    }
    return qb_budget_spend(budget, work) ? QB_OK : QB_STOPPED;
}

qb_status qb_annealer_start(qb_annealer *a, const uint8_t *x, qb_budget *budget)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; !x && a->kernel->replicas == 1 && i < a->model->n; i++) {
        bits = i % 64 ? bits >> 1 : qb_rng_next(&a->start);
        a->x[i] = bits & 1;
    }
    const uint8_t *at = x || a->kernel->replicas > 1 ? x : a->x;
    if (a->kernel->turn)
        return turn_to(a, at, budget);
    a->kernel->start(a->state, at);
    return QB_OK;
}

qb_status qb_annealer_run(qb_annealer *a, const double *beta, uint32_t sweeps, qb_budget *budget)
{
    const qb_anneal_walk *w = &a->walk;
    uint64_t work = 0;
    for (uint32_t sweep = 0; sweep < sweeps; sweep++)
        for (uint32_t from = 0, to; from < w->length; from = to) {
            to = w->length - from < w->span ? w->length : from + w->span;
            work += a->kernel->attempt(a->state, beta[sweep], from, to);
            if (work < w->quantum)
                continue;
            if (!qb_budget_spend(budget, a->kernel->replicas * work))
                return QB_STOPPED;
            work = 0;
        }
    return qb_budget_spend(budget, a->kernel->replicas * work) ? QB_OK : QB_STOPPED;
}

double qb_annealer_best(qb_annealer *a, uint32_t *replica)
{
    double energy;
    *replica = 0;
    if (a->kernel->best && a->kernel->best(a->state, &energy, replica))
        return energy;
    a->kernel->get(a->state, 0, a->x);
    return qb_qubo_energy(a->model, a->x);
}

uint32_t qb_annealer_costs(qb_annealer *a, double *cost, uint32_t most)
{
    return a->kernel->costs ? a->kernel->costs(a->state, cost, most) : 0;
}

bool qb_annealer_reserve(qb_annealer *a, uint32_t count)
{
    size_t size = a->kernel->copy_size ? a->kernel->copy_size(a->state) : 0;
    if (!size || count > QB_ANNEAL_COPIES_MOST / size)
        return false;
    if (count <= a->reserved)
        return true;
    char *copies = QB_NEW(char, count *size);
    if (!copies)
        return false;
    qb_free(a->copies);
    a->copies = copies;
    a->reserved = count;
    return true;
}

void qb_annealer_store(qb_annealer *a, uint32_t copy)
{
    a->kernel->store(a->state, a->copies + copy * a->kernel->copy_size(a->state));
}

void qb_annealer_recall(qb_annealer *a, uint32_t copy)
{
    a->kernel->recall(a->state, a->copies + copy * a->kernel->copy_size(a->state));
}

void qb_annealer_energies(qb_annealer *a, double *energy)
{
    uint32_t replica;
    if (a->kernel->energies)
        a->kernel->energies(a->state, energy);
    else
        *energy = qb_annealer_best(a, &replica);
}

qb_status qb_annealer_spread(qb_annealer *a, const uint32_t *copies, qb_budget *budget)
{
    uint32_t n = a->model->n, from[QB_LANES], to[QB_LANES], born = 0, died = 0;
    for (uint32_t r = 0; r < a->kernel->replicas; r++) {
        if (!copies[r])
            to[died++] = r;
        for (uint32_t extra = 1; extra < copies[r]; extra++)
            from[born++] = r;
    }
    for (uint32_t first = 0, end; first < n; first = end) {
        end = n - first < QB_ANNEAL_SPAN ? n : first + QB_ANNEAL_SPAN;
        a->kernel->copy(a->state, first, end, died, from, to);
        if (!qb_budget_spend(budget, (uint64_t)died * (end - first)))
            return QB_STOPPED;
    }
    return QB_OK;
}

void qb_annealer_state(const qb_annealer *annealer, uint32_t replica, uint8_t *x)
{
    annealer->kernel->get(annealer->state, replica, x);
}
