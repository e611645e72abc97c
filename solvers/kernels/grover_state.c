#define _GNU_SOURCE
#include "solvers/kernels/grover_state.h"

#include "harness/base/memory.h"
#include "solvers/kernels/chunks.h"
#include "solvers/kernels/phase.h"

#include <math.h>

enum { CHUNK = 1 << 12 };

struct qb_grover_state {
    const qb_diagonal *diagonal;
    qb_team *team; /* not owned; NULL: the calling thread */
    uint64_t levels;
    double *count;    /* states of a level; NULL: one each */
    double *array[4]; /* re, im, and those of the adjoint state, which may be NULL; [levels] */
};

/* ---------------------------------------------------------------------------------------------- opening */

static uint64_t level_of(const qb_diagonal *d, uint64_t index)
{
    return d->width == QB_COST_REAL ? index : (uint64_t)qb_diagonal_entry(d, index);
}

static double entry_of(const qb_grover_state *s, uint64_t level)
{
    return s->count ? (double)level : qb_diagonal_entry(s->diagonal, level);
}

static qb_status count_levels(qb_grover_state *s, qb_budget *budget)
{
    const qb_diagonal *d = s->diagonal;
    for (uint64_t start = 0; start < d->size; start += CHUNK) {
        uint64_t end = start + CHUNK < d->size ? start + CHUNK : d->size;
        for (uint64_t x = start; x < end; x++)
            s->count[level_of(d, x)]++;
        if (!qb_budget_spend(budget, end - start))
            return QB_STOPPED;
    }
    return QB_OK;
}

qb_status qb_grover_state_open(const qb_diagonal *diagonal, bool gradients, qb_team *team, qb_budget *budget,
                               qb_grover_state **state, qb_diag *diag)
{
    qb_status status = QB_NO_MEMORY;
    qb_grover_state *s = QB_NEW(qb_grover_state, 1);
    if (!s)
        goto failed;
    *s = (qb_grover_state){.diagonal = diagonal, .team = team, .levels = diagonal->size};
    if (diagonal->width != QB_COST_REAL) {
        s->levels = (uint64_t)diagonal->greatest + 1;
        s->count = QB_NEW(double, s->levels);
        if (!s->count)
            goto failed;
    }
    for (unsigned a = 0; a < (gradients ? 4u : 2u); a++) {
        s->array[a] = qb_map(s->levels * sizeof(double));
        if (!s->array[a])
            goto failed;
    }
    status = s->count ? count_levels(s, budget) : QB_OK;
    if (status)
        goto failed;
    *state = s;
    return QB_OK;
failed:
    qb_grover_state_close(s);
    return status == QB_STOPPED ? status : qb_fail(diag, status, "out of memory for the levels of the cost");
}

void qb_grover_state_close(qb_grover_state *state)
{
    if (!state)
        return;
    for (unsigned a = 0; a < 4; a++)
        qb_unmap(state->array[a], state->levels * sizeof(double));
    qb_free(state->count);
    qb_free(state);
}

/* ---------------------------------------------------------------------------------------------- evolving */

/* One sweep over the levels; `number` is 0 for psi, 2 for lambda. */
typedef struct pass {
    const qb_grover_state *state;
    bool starts;                 /* psi = s, before anything else */
    double add_re[2], add_im[2]; /* added to psi, and to lambda where there are gradients: the last mixer */
    bool phase;
    double turn_high, turn_low; /* sixteenths that an entry turns */
} pass;

static uint64_t chunk_end(const qb_grover_state *s, uint64_t chunk)
{
    return (chunk + 1) * CHUNK < s->levels ? (chunk + 1) * CHUNK : s->levels;
}

static qb_status sweep(const pass *p, qb_chunk_function *function, qb_budget *budget, qb_chunk_sums *total)
{
    const qb_grover_state *s = p->state;
    return qb_chunks_run((s->levels + CHUNK - 1) / CHUNK, s->levels < CHUNK ? s->levels : CHUNK, s->team,
                         function, p, budget, total);
}

/* Ends the last mixer, turns the phase, and sums up psi over all states. */
static qb_chunk_sums forward_chunk(const void *context, uint64_t chunk)
{
    const pass *p = context;
    const qb_grover_state *s = p->state;
    double start = 1 / sqrt((double)s->diagonal->size);
    qb_chunk_sums sum = {0};
    for (uint64_t v = chunk * CHUNK; v < chunk_end(s, chunk); v++) {
        double re = p->starts ? start : s->array[0][v] + p->add_re[0], c = 1, t = 0;
        double im = p->starts ? 0 : s->array[1][v] + p->add_im[0], count = s->count ? s->count[v] : 1;
        if (p->phase)
            qb_turn(entry_of(s, v), p->turn_high, p->turn_low, &c, &t);
        s->array[0][v] = c * re + t * im;
        s->array[1][v] = c * im - t * re;
        sum.first += count * s->array[0][v];
        sum.second += count * s->array[1][v];
    }
    return sum;
}

static qb_chunk_sums measure_chunk(const void *context, uint64_t chunk)
{
    const qb_grover_state *s = ((const pass *)context)->state;
    qb_chunk_sums sum = {0};
    for (uint64_t v = chunk * CHUNK; v < chunk_end(s, chunk); v++) {
        double weight = s->array[0][v] * s->array[0][v] + s->array[1][v] * s->array[1][v];
        weight *= s->count ? s->count[v] : 1;
        sum.first += weight;
        sum.second += weight * entry_of(s, v);
    }
    return sum;
}

/* (e^(-i beta) - 1) sum / size: what the mixer adds to every amplitude. */
static void set_mixer(pass *p, unsigned which, double beta, const double sum[2])
{
    double c, s, size = (double)p->state->diagonal->size;
    qb_cos_sin(beta, &c, &s);
    p->add_re[which] = ((c - 1) * sum[0] + s * sum[1]) / size;
    p->add_im[which] = ((c - 1) * sum[1] - s * sum[0]) / size;
}

qb_status qb_grover_state_evolve(qb_grover_state *state, uint32_t depth, const double *gammas,
                                 const double *betas, qb_budget *budget, double *expectation)
{
    pass p = {.state = state, .starts = true};
    qb_chunk_sums sum;
    qb_status status = QB_OK;
    for (uint32_t l = 0; l <= depth && !status; l++) {
        p.phase = l < depth;
        if (p.phase)
            qb_phase_sixteenths(gammas[l], state->diagonal->step, &p.turn_high, &p.turn_low);
        status = sweep(&p, forward_chunk, budget, &sum);
        p.starts = false;
        if (l < depth)
            set_mixer(&p, 0, betas[l], (double[2]){sum.first, sum.second});
    }
    if (status || !expectation)
        return status;
    status = sweep(&p, measure_chunk, budget, &sum);
    if (!status)
        *expectation = state->diagonal->base + state->diagonal->step * (sum.second / sum.first);
    return status;
}

/* ---------------------------------------------------------------------------------------------- gradient */

/* Sums psi up over all states. */
static qb_chunk_sums add_chunk(const void *context, uint64_t chunk)
{
    const qb_grover_state *s = ((const pass *)context)->state;
    qb_chunk_sums sum = {0};
    for (uint64_t v = chunk * CHUNK; v < chunk_end(s, chunk); v++) {
        double count = s->count ? s->count[v] : 1;
        sum.first += count * s->array[0][v];
        sum.second += count * s->array[1][v];
    }
    return sum;
}

/* lambda = entry psi, and its sum. */
static qb_chunk_sums adjoint_chunk(const void *context, uint64_t chunk)
{
    const qb_grover_state *s = ((const pass *)context)->state;
    qb_chunk_sums sum = {0};
    for (uint64_t v = chunk * CHUNK; v < chunk_end(s, chunk); v++) {
        double count = s->count ? s->count[v] : 1, entry = entry_of(s, v);
        s->array[2][v] = entry * s->array[0][v];
        s->array[3][v] = entry * s->array[1][v];
        sum.first += count * s->array[2][v];
        sum.second += count * s->array[3][v];
    }
    return sum;
}

/* Undoes a mixer and a phase on both; first: Im <lambda| entry |psi>. */
static qb_chunk_sums backward_chunk(const void *context, uint64_t chunk)
{
    const pass *p = context;
    const qb_grover_state *s = p->state;
    qb_chunk_sums sum = {0};
    for (uint64_t v = chunk * CHUNK; v < chunk_end(s, chunk); v++) {
        double c, t, entry = entry_of(s, v), count = s->count ? s->count[v] : 1;
        qb_turn(entry, p->turn_high, p->turn_low, &c, &t);
        double re[2], im[2];
        for (unsigned a = 0; a < 2; a++) {
            re[a] = s->array[2 * a][v] + p->add_re[a];
            im[a] = s->array[2 * a + 1][v] + p->add_im[a];
            s->array[2 * a][v] = c * re[a] - t * im[a];
            s->array[2 * a + 1][v] = c * im[a] + t * re[a];
        }
        sum.first += count * entry * (re[1] * im[0] - im[1] * re[0]);
        sum.second += count * s->array[2][v];
        sum.third += count * s->array[3][v];
    }
    return sum;
}

qb_status qb_grover_state_gradient(qb_grover_state *state, uint32_t depth, const double *gammas,
                                   const double *betas, qb_budget *budget, double *expectation,
                                   double *by_gamma, double *by_beta)
{
    double value, step = state->diagonal->step, size = (double)state->diagonal->size;
    pass p = {.state = state};
    qb_chunk_sums psi, lambda;
    qb_status status = qb_grover_state_evolve(state, depth, gammas, betas, budget, &value);
    if (!status)
        status = sweep(&p, adjoint_chunk, budget, &lambda);
    double adjoint[2] = {lambda.first, lambda.second};
    for (uint32_t l = depth; l-- > 0 && !status;) {
        status = sweep(&p, add_chunk, budget, &psi);
        if (status)
            break;
        /* Im <lambda|s><s|psi> */
        by_beta[l] = 2 * step * (adjoint[0] * psi.second - adjoint[1] * psi.first) / size;
        set_mixer(&p, 0, -betas[l], (double[2]){psi.first, psi.second});
        set_mixer(&p, 1, -betas[l], adjoint);
        qb_phase_sixteenths(gammas[l], step, &p.turn_high, &p.turn_low);
        qb_chunk_sums sum;
        status = sweep(&p, backward_chunk, budget, &sum);
        by_gamma[l] = 2 * step * step * sum.first;
        adjoint[0] = sum.second;
        adjoint[1] = sum.third;
    }
    if (!status)
        *expectation = value;
    return status;
}

/* ---------------------------------------------------------------------------------------------- reading */

void qb_grover_state_amplitude(const qb_grover_state *state, uint64_t index, double amplitude[2])
{
    uint64_t level = level_of(state->diagonal, index);
    amplitude[0] = state->array[0][level];
    amplitude[1] = state->array[1][level];
}

void qb_grover_state_weights(const qb_grover_state *state, uint64_t first, uint64_t count, double *weight)
{
    for (uint64_t x = 0; x < count; x++) {
        uint64_t level = level_of(state->diagonal, first + x);
        double re = state->array[0][level], im = state->array[1][level];
        weight[x] = re * re + im * im;
    }
}
