#define _GNU_SOURCE
#include "solvers/kernels/product_state.h"

#include "harness/base/memory.h"
#include "solvers/kernels/chunks.h"
#include "solvers/kernels/phase.h"
#include "solvers/kernels/site_mixer.h"

#include <math.h>

enum { BLOCK = 1 << 12 }; /* amplitudes that are taken through several sites at once, at most */

struct qb_product_state {
    const qb_subspace *subspace;
    const qb_diagonal *diagonal;
    qb_team *team;      /* not owned; NULL: the calling thread */
    uint32_t low_sites; /* those within a block */
    uint64_t block;     /* amplitudes of a block: the stride of the first site above */
    qb_site_mixer mix[QB_COST_VARIABLES];
    double *array[4]; /* re, im, and those of the adjoint state, which may be NULL; [size] */
    double *phase[2]; /* cos and sin by entry, for entries that are indices; else NULL */
    size_t phases;
};

/* ---------------------------------------------------------------------------------------------- opening */

static qb_status open_arrays(qb_product_state *s, bool gradients)
{
    for (unsigned a = 0; a < (gradients ? 4u : 2u); a++) {
        s->array[a] = qb_map(s->subspace->size * sizeof(double));
        if (!s->array[a])
            return QB_NO_MEMORY;
    }
    if (s->diagonal->width == QB_COST_REAL)
        return QB_OK;
    s->phases = (size_t)s->diagonal->greatest + 1;
    s->phase[0] = QB_NEW(double, 2 * s->phases);
    if (!s->phase[0])
        return QB_NO_MEMORY;
    s->phase[1] = s->phase[0] + s->phases;
    return QB_OK;
}

qb_status qb_product_state_open(const qb_subspace *subspace, const qb_diagonal *diagonal, qb_mixer mixer,
                                const double *ones, bool gradients, qb_team *team, qb_budget *budget,
                                qb_product_state **state, qb_diag *diag)
{
    qb_status status = QB_NO_MEMORY;
    qb_product_state *s = QB_NEW(qb_product_state, 1);
    if (!s)
        goto failed;
    *s = (qb_product_state){.subspace = subspace, .diagonal = diagonal, .team = team};
    s->block = 1;
    for (uint32_t k = 0; k < subspace->sites; k++) {
        const qb_site *site = &subspace->site[k];
        double one = mixer == QB_MIXER_WARM ? ones[__builtin_ctzll(site->mask)] : 0.5;
        status = qb_site_mixer_make(site, mixer, one, budget, &s->mix[k]);
        if (status)
            goto failed;
        if (k == s->low_sites && s->block * site->dimension <= BLOCK) {
            s->block *= site->dimension;
            s->low_sites++;
        }
    }
    status = open_arrays(s, gradients);
    if (status)
        goto failed;
    *state = s;
    return QB_OK;
failed:
    qb_product_state_close(s);
    if (status == QB_STOPPED)
        return status;
    return qb_fail(diag, status, "out of memory for a state vector of %llu amplitudes",
                   (unsigned long long)subspace->size);
}

void qb_product_state_close(qb_product_state *state)
{
    if (!state)
        return;
    for (uint32_t k = 0; k < state->subspace->sites; k++)
        qb_site_mixer_free(&state->mix[k]);
    for (unsigned a = 0; a < 4; a++)
        qb_unmap(state->array[a], state->subspace->size * sizeof(double));
    qb_free(state->phase[0]);
    qb_free(state);
}

/* ---------------------------------------------------------------------------------------------- sweeps */

/* What a pass does. */
typedef struct pass {
    const qb_product_state *state;
    uint32_t site; /* above the blocks */
    size_t length; /* of its bundles */
    bool backward;
    double turn_high, turn_low; /* sixteenths that an entry turns, forward */
    qb_site_angle angle[QB_COST_VARIABLES];
} pass;

static qb_status sweep_blocks(const pass *p, qb_chunk_function *function, qb_budget *budget,
                              qb_chunk_sums *total)
{
    const qb_product_state *s = p->state;
    return qb_chunks_run(s->subspace->size / s->block, s->block << p->backward, s->team, function, p, budget,
                         total);
}

static qb_fibres fibres_at(const qb_product_state *s, unsigned array, uint64_t start, const qb_site *site,
                           size_t length, size_t bundles)
{
    return (qb_fibres){.re = s->array[array] + start,
                       .im = s->array[array + 1] + start,
                       .stride = site->stride,
                       .length = length,
                       .bundles = bundles,
                       .step = site->stride * site->dimension};
}

/* One site within a block; its bundles are at most QB_FIBRE_LENGTH wide. */
static double mix_in_block(const pass *p, uint32_t site_number, uint64_t start)
{
    const qb_product_state *s = p->state;
    const qb_site *site = &s->subspace->site[site_number];
    const qb_site_mixer *mix = &s->mix[site_number];
    uint64_t bundles = s->block / (site->stride * site->dimension);
    double sum = 0;
    for (uint64_t from = 0; from < site->stride; from += QB_FIBRE_LENGTH) {
        uint64_t length = site->stride - from < QB_FIBRE_LENGTH ? site->stride - from : QB_FIBRE_LENGTH;
        qb_fibres psi = fibres_at(s, 0, start + from, site, length, bundles);
        if (p->backward)
            sum += qb_site_mixer_undo(mix, p->angle[site_number], psi,
                                      fibres_at(s, 2, start + from, site, length, bundles));
        else
            qb_site_mixer_apply(mix, p->angle[site_number], psi);
    }
    return sum;
}

/* A bundle of a site above the blocks. */
static qb_chunk_sums mix_above(const void *context, uint64_t item)
{
    const pass *p = context;
    const qb_product_state *s = p->state;
    const qb_site *site = &s->subspace->site[p->site];
    uint64_t across = (site->stride + p->length - 1) / p->length, from = item % across * p->length;
    uint64_t start = item / across * site->stride * site->dimension + from;
    uint64_t length = site->stride - from < p->length ? site->stride - from : p->length;
    qb_fibres psi = fibres_at(s, 0, start, site, length, 1);
    qb_chunk_sums sum = {0};
    if (p->backward)
        sum.second = qb_site_mixer_undo(&s->mix[p->site], p->angle[p->site], psi,
                                        fibres_at(s, 2, start, site, length, 1));
    else
        qb_site_mixer_apply(&s->mix[p->site], p->angle[p->site], psi);
    return sum;
}

static qb_status mix_sites_above(pass *p, qb_budget *budget, double *total)
{
    const qb_product_state *s = p->state;
    qb_status status = QB_OK;
    for (p->site = s->low_sites; p->site < s->subspace->sites && !status; p->site++) {
        const qb_site *site = &s->subspace->site[p->site];
        qb_chunk_sums sum = {0};
        /* a bundle's rows should stay in the first cache, for the factors touch them again and again */
        p->length = BLOCK / site->dimension;
        p->length = p->length < 8 ? 8 : p->length > QB_FIBRE_LENGTH ? QB_FIBRE_LENGTH : p->length;
        p->length = p->length < site->stride ? p->length : site->stride;
        uint64_t across = (site->stride + p->length - 1) / p->length;
        uint64_t outer = s->subspace->size / (site->stride * site->dimension);
        status = qb_chunks_run(outer * across, p->length * site->dimension << p->backward, s->team, mix_above,
                               p, budget, &sum);
        *total += sum.second;
    }
    return status;
}

/* ---------------------------------------------------------------------------------------------- phases */

static void set_phase(pass *p, double gamma)
{
    const qb_product_state *s = p->state;
    qb_phase_sixteenths(gamma, s->diagonal->step, &p->turn_high, &p->turn_low);
    for (size_t k = 0; k < s->phases; k++)
        qb_turn((double)k, p->turn_high, p->turn_low, &s->phase[0][k], &s->phase[1][k]);
}

static inline void phase_of(const pass *p, uint64_t index, double entry, double *c, double *s)
{
    const qb_product_state *state = p->state;
    if (state->phases) {
        size_t k = state->diagonal->width == QB_COST_BYTE ? ((const uint8_t *)state->diagonal->entry)[index]
                                                          : ((const uint16_t *)state->diagonal->entry)[index];
        *c = state->phase[0][k];
        *s = state->phase[1][k];
    } else {
        qb_turn(entry, p->turn_high, p->turn_low, c, s);
    }
}

static inline void turn_by(double *re, double *im, double c, double s)
{
    double r = *re, i = *im;
    *re = c * r - s * i;
    *im = c * i + s * r;
}

/* exp(-i gamma C), then the sites within the block. */
static qb_chunk_sums layer_block(const void *context, uint64_t item)
{
    const pass *p = context;
    const qb_product_state *s = p->state;
    uint64_t start = item * s->block;
    for (uint64_t x = start; x < start + s->block; x++) {
        double c, t;
        phase_of(p, x, qb_diagonal_entry(s->diagonal, x), &c, &t);
        turn_by(&s->array[0][x], &s->array[1][x], c, -t);
    }
    for (uint32_t k = 0; k < s->low_sites; k++)
        mix_in_block(p, k, start);
    return (qb_chunk_sums){0};
}

/* The same backward, on both states. */
static qb_chunk_sums unlayer_block(const void *context, uint64_t item)
{
    const pass *p = context;
    const qb_product_state *s = p->state;
    uint64_t start = item * s->block;
    qb_chunk_sums sum = {0};
    for (uint32_t k = s->low_sites; k-- > 0;)
        sum.second += mix_in_block(p, k, start);
    for (uint64_t x = start; x < start + s->block; x++) {
        double c, t, entry = qb_diagonal_entry(s->diagonal, x);
        sum.first += entry * (s->array[2][x] * s->array[1][x] - s->array[3][x] * s->array[0][x]);
        phase_of(p, x, entry, &c, &t);
        turn_by(&s->array[0][x], &s->array[1][x], c, t);
        turn_by(&s->array[2][x], &s->array[3][x], c, t);
    }
    return sum;
}

/* ---------------------------------------------------------------------------------------------- circuits */

/* The start state: a product of the sites' own. */
static qb_chunk_sums start_block(const void *context, uint64_t item)
{
    const pass *p = context;
    const qb_product_state *s = p->state;
    uint64_t start = item * s->block, filled = 1;
    double *re = s->array[0] + start, *im = s->array[1] + start;
    re[0] = 1;
    for (uint32_t k = 0; k < s->subspace->sites; k++) {
        const qb_site *site = &s->subspace->site[k];
        double group = 1 / sqrt(site->dimension);
        if (k >= s->low_sites) { /* one digit for the whole block */
            uint64_t digit = start / site->stride % site->dimension;
            double amplitude = site->is_group ? group : s->mix[k].amplitude[digit];
            for (uint64_t x = 0; x < s->block; x++)
                re[x] *= amplitude;
            continue;
        }
        for (uint32_t digit = site->dimension; digit-- > 0;) { /* digit 0 is what the others are made from */
            double amplitude = site->is_group ? group : s->mix[k].amplitude[digit];
            for (uint64_t x = 0; x < filled; x++)
                re[digit * filled + x] = amplitude * re[x];
        }
        filled *= site->dimension;
    }
    for (uint64_t x = 0; x < s->block; x++)
        im[x] = 0;
    return (qb_chunk_sums){0};
}

static qb_chunk_sums measure_block(const void *context, uint64_t item)
{
    const pass *p = context;
    const qb_product_state *s = p->state;
    qb_chunk_sums sum = {0};
    for (uint64_t x = item * s->block; x < (item + 1) * s->block; x++) {
        double weight = s->array[0][x] * s->array[0][x] + s->array[1][x] * s->array[1][x];
        sum.first += weight;
        sum.second += weight * qb_diagonal_entry(s->diagonal, x);
    }
    return sum;
}

static pass pass_make(const qb_product_state *state, double beta)
{
    pass p = {.state = state};
    for (uint32_t k = 0; k < state->subspace->sites; k++)
        p.angle[k] = qb_site_mixer_angle(&state->mix[k], beta);
    return p;
}

qb_status qb_product_state_evolve(qb_product_state *state, uint32_t depth, const double *gammas,
                                  const double *betas, qb_budget *budget, double *expectation)
{
    pass p = {.state = state};
    double ignored = 0;
    qb_chunk_sums sum;
    qb_status status = sweep_blocks(&p, start_block, budget, NULL);
    for (uint32_t l = 0; l < depth && !status; l++) {
        p = pass_make(state, betas[l]);
        set_phase(&p, gammas[l]);
        status = sweep_blocks(&p, layer_block, budget, NULL);
        if (!status)
            status = mix_sites_above(&p, budget, &ignored);
    }
    if (status || !expectation)
        return status;
    status = sweep_blocks(&p, measure_block, budget, &sum);
    if (!status)
        *expectation = state->diagonal->base + state->diagonal->step * (sum.second / sum.first);
    return status;
}

/* lambda = entry psi: C without its constant, in units of the step. */
static qb_chunk_sums adjoint_block(const void *context, uint64_t item)
{
    const pass *p = context;
    const qb_product_state *s = p->state;
    for (uint64_t x = item * s->block; x < (item + 1) * s->block; x++) {
        double entry = qb_diagonal_entry(s->diagonal, x);
        s->array[2][x] = entry * s->array[0][x];
        s->array[3][x] = entry * s->array[1][x];
    }
    return (qb_chunk_sums){0};
}

qb_status qb_product_state_gradient(qb_product_state *state, uint32_t depth, const double *gammas,
                                    const double *betas, qb_budget *budget, double *expectation,
                                    double *by_gamma, double *by_beta)
{
    double value, step = state->diagonal->step;
    qb_status status = qb_product_state_evolve(state, depth, gammas, betas, budget, &value);
    pass start = {.state = state};
    if (!status)
        status = sweep_blocks(&start, adjoint_block, budget, NULL);
    for (uint32_t l = depth; l-- > 0 && !status;) {
        pass p = pass_make(state, betas[l]);
        qb_chunk_sums sum;
        double above = 0;
        p.backward = true;
        set_phase(&p, gammas[l]);
        status = mix_sites_above(&p, budget, &above);
        if (!status)
            status = sweep_blocks(&p, unlayer_block, budget, &sum);
        if (!status) {
            by_gamma[l] = 2 * step * step * sum.first;
            by_beta[l] = 2 * step * (sum.second + above);
        }
    }
    if (!status)
        *expectation = value;
    return status;
}

void qb_product_state_amplitude(const qb_product_state *state, uint64_t index, double amplitude[2])
{
    amplitude[0] = state->array[0][index];
    amplitude[1] = state->array[1][index];
}

void qb_product_state_weights(const qb_product_state *state, uint64_t first, uint64_t count, double *weight)
{
    const double *re = state->array[0] + first, *im = state->array[1] + first;
    for (uint64_t x = 0; x < count; x++)
        weight[x] = re[x] * re[x] + im[x] * im[x];
}
