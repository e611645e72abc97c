#define _GNU_SOURCE
#include "solvers/kernels/statevector.h"

#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/simd.h"
#include "solvers/kernels/statevector_state.h"

#include <math.h>
#include <string.h>

#define BATCH_BITS 17  /* amplitudes between two looks at the budget */
#define BATCH_MOST 512 /* parts in a batch */
#define SEGMENTS   256 /* that a sweep's sums are made in, whatever the number of threads */
#define STEEP      8   /* the greatest tangent that one rotation is made with */

/* ---------------------------------------------------------------------------------------------- opening */

static const qb_sv_kernel *kernel_for(qb_precision precision, unsigned bits, bool symmetric)
{
    const qb_sv_kernel *kernel = NULL;
#if defined(__x86_64__)
    qb_simd tier = qb_simd_tier();
    if (tier == QB_SIMD_AVX512)
        kernel = precision == QB_DOUBLE ? &qb_sv_avx512_double : &qb_sv_avx512_float;
    else if (tier == QB_SIMD_AVX2)
        kernel = precision == QB_DOUBLE ? &qb_sv_avx2_double : &qb_sv_avx2_float;
    if (kernel && bits >= kernel->least_low + symmetric)
        return kernel;
#endif
    return precision == QB_DOUBLE ? &qb_sv_portable_double : &qb_sv_portable_float;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Splits the qubits between LOW and HIGH passes.  A LOW tile fits the first or the second level of the cache.
 * A HIGH tile has 2^10 rows at most where that can be, for each lies on a page of its own and the processor's
 * table of pages is small.  Its rows are 512 bytes of each part, less where half a MiB would not hold the
 * tile: long enough that the processor fetches the next ones by itself.  A small state is at hand, and fits a
 * nearer cache with short rows.  Without padding rows contend for the sets of a cache: 2^8 of them do best.
 */
static void choose_tiles(qb_statevector *state)
{
    unsigned bits = state->diagonal->bits, lanes = state->kernel->lane_bits;
    bool symmetric = state->diagonal->symmetric;
    unsigned low = bits <= 17 ? 10 : bits <= 20 ? 14 : bits <= 24 ? 15 : bits <= 26 ? 17 : 18;
    if (!state->pad)
        low = (unsigned)least(bits - 8, 18);
    state->low_bits = (unsigned)least(low, bits - symmetric);
    unsigned rows = bits - state->low_bits;
    unsigned row_bytes = (unsigned)least(bits <= 20 ? 8 : 9, most(18, rows + 7) - rows);
    unsigned vector_bytes = lanes + (state->kernel->real_size == sizeof(double) ? 3 : 2);
    state->width_bits = (unsigned)least(row_bytes - vector_bytes, state->low_bits - lanes - symmetric);
}

bool qb_statevector_is_padded(qb_cost_width width, double states)
{
    return width == QB_COST_BYTE || states < 0x1p24;
}

static size_t array_bytes(const qb_statevector *state)
{
    size_t real_size = state->kernel->real_size;
    return qb_sv_at(most((size_t)1 << state->diagonal->bits, QB_SV_BLOCK), state->pad) * real_size;
}

qb_status qb_statevector_open(const qb_diagonal *diagonal, qb_precision precision, bool gradients,
                              qb_team *team, qb_statevector **state, qb_diag *diag)
{
    qb_statevector *s = QB_NEW(qb_statevector, 1);
    if (!s)
        goto no_memory;
    *s = (qb_statevector){.diagonal = diagonal, .precision = precision, .team = team};
    s->kernel = kernel_for(precision, diagonal->bits, diagonal->symmetric);
    if (qb_statevector_is_padded(diagonal->width, (double)diagonal->size))
        s->pad = 64 / s->kernel->real_size;
    choose_tiles(s);
    for (unsigned a = 0; a < (gradients ? 2u : 1u); a++) {
        s->array[a] = qb_map(array_bytes(s));
        if (!s->array[a])
            goto no_memory;
    }
    *state = s;
    return QB_OK;
no_memory:
    qb_statevector_close(s);
    return qb_fail(diag, QB_NO_MEMORY, "out of memory for a state vector of 2^%u amplitudes", diagonal->bits);
}

void qb_statevector_close(qb_statevector *state)
{
    if (!state)
        return;
    for (unsigned a = 0; a < 2; a++)
        qb_unmap(state->array[a], array_bytes(state));
    qb_free(state);
}

const qb_diagonal *qb_statevector_diagonal(const qb_statevector *state)
{
    return state->diagonal;
}

/* ---------------------------------------------------------------------------------------------- sweeps */

static void add_sums(qb_sv_sums *to, const qb_sv_sums *from)
{
    to->weight += from->weight;
    to->cost += from->cost;
    to->first += from->first;
    to->phase += from->phase;
    to->second += from->second;
}

typedef struct sweep {
    const qb_statevector *state;
    qb_sv_parts *function;
    const void *context;
    size_t batch, parts_each; /* of a segment */
    qb_sv_sums segment[SEGMENTS];
} sweep;

static void run_batch(void *context, size_t number, uint32_t member)
{
    (void)member;
    sweep *s = context;
    size_t first = number * s->batch;
    qb_sv_sums sums[BATCH_MOST];
    memset(sums, 0, s->batch * sizeof *sums);
    s->function(s->state, s->context, first, first + s->batch, sums);
    for (size_t k = 0; k < s->batch; k++)
        add_sums(&s->segment[(first + k) / s->parts_each], &sums[k]);
}

/* A segment is summed up by one thread.  Neighbouring tiles are seldom in two threads' hands, for each core
 * fetches ahead, beyond its rows, what the other would be writing. */
qb_status qb_sv_sweep(const qb_statevector *state, size_t parts, unsigned part_bits, qb_sv_parts *function,
                      const void *context, uint32_t charge, qb_budget *budget, qb_sv_sums *total)
{
    sweep s = {.state = state, .function = function, .context = context};
    unsigned batch_bits = BATCH_BITS;
    if (charge > 1) /* on the way back each takes that longer */
        batch_bits -= 2;
    if (qb_team_size(state->team) > 1) /* enough of them to share out evenly */
        batch_bits -= 3;
    size_t segments = least(parts, SEGMENTS);
    s.parts_each = parts / segments;
    s.batch = part_bits < batch_bits ? (size_t)1 << (batch_bits - part_bits) : 1;
    s.batch = least(least(s.batch, BATCH_MOST), parts);
    qb_status status = qb_team_run(state->team, parts / s.batch, most(s.parts_each / s.batch, 1), run_batch,
                                   &s, charge * (uint64_t)s.batch << part_bits, budget);
    if (status || !total)
        return status;
    *total = (qb_sv_sums){0};
    for (size_t i = 0; i < segments; i++)
        add_sums(total, &s.segment[i]);
    return QB_OK;
}

static void run_tiles(const qb_statevector *state, const void *pass, size_t first, size_t end,
                      qb_sv_sums *sums)
{
    const qb_sv_pass *what = pass;
    if ((!state->band && !state->gibbs) || !what->measure) {
        state->kernel->tiles(pass, first, end, sums);
        return;
    }
    for (size_t tile = first; tile < end; tile++, sums++) {
        state->kernel->tiles(pass, tile, tile + 1, sums);
        qb_sv_add_told(state, what, tile, sums);
    }
}

static qb_status run_pass(const qb_statevector *state, const qb_sv_pass *pass, qb_budget *budget,
                          qb_sv_sums *total)
{
    unsigned tile_bits = pass->low_bits;
    if (pass->high)
        tile_bits =
            pass->bits - pass->low_bits + pass->width_bits + state->kernel->lane_bits + pass->symmetric;
    return qb_sv_sweep(state, (size_t)1 << (pass->bits - tile_bits), tile_bits, run_tiles, pass,
                       pass->backward ? 2 : 1, budget, total);
}

/* ---------------------------------------------------------------------------------------------- angles */

/* pi in two parts */
#define PI_HIGH 0x1.921fb54442d18p+1
#define PI_LOW  0x1.1a62633145c07p-53

static qb_rotation rotation_make(double beta)
{
    qb_rotation r = {.on = true};
    double turns = nearbyint(beta / PI_HIGH), sine;
    beta = fma(-turns, PI_LOW, fma(-turns, PI_HIGH, beta));
    qb_cos_sin(beta, &r.cosine, &sine);
    r.tangent = sine / r.cosine;
    return r;
}

static bool is_steep(double beta)
{
    qb_rotation r = rotation_make(beta);
    return !(fabs(r.tangent) <= STEEP);
}

static void set_phase(qb_sv_pass *pass, const qb_diagonal *d, double gamma)
{
    double t, t_low;
    qb_phase_sixteenths(gamma, d->step, &t, &t_low);
    pass->phase = true;
    pass->turn_high = -t;
    pass->turn_low = -t_low;
    for (unsigned k = 0; k < 2; k++)
        for (unsigned j = 0; j < 16; j++)
            qb_turn(j << 4 * k, -t, -t_low, &pass->nibble[k][0][j], &pass->nibble[k][1][j]);
}

static qb_sv_pass pass_make(const qb_statevector *state, bool high)
{
    const qb_diagonal *d = state->diagonal;
    unsigned n = d->qubits % 4; /* i^(2 - n) is 1, i, -1, -i for n = 2, 1, 0, 3 modulo 4 */
    qb_sv_pass pass = {.pad = state->pad,
                       .bits = d->bits,
                       .low_bits = state->low_bits,
                       .high = high,
                       .width_bits = state->width_bits,
                       .cost_width = d->width,
                       .cost = d->entry,
                       .symmetric = d->symmetric,
                       .coupling_is_imaginary = n % 2,
                       .coupling_sign = n == 1 || n == 2 ? 1 : -1};
    memcpy(pass.array, state->array, sizeof pass.array);
    return pass;
}

/* ---------------------------------------------------------------------------------------------- evolving */

/* Pass k of a circuit, k = 0 .. depth, ends layer k - 1 on its half of the qubits, and begins layer k with
 * the phase and that half.  Where the LOW tile has all qubits there is no other half: a pass ends a layer on
 * all of them and gives the next one's phase. */
typedef struct circuit {
    qb_statevector *state;
    uint32_t depth;
    const double *gammas, *betas;
    qb_budget *budget;
    bool halves;
    double stretch; /* how much longer than the state the arrays are */
} circuit;

static circuit circuit_make(qb_statevector *state, uint32_t depth, const double *gammas, const double *betas,
                            qb_budget *budget)
{
    return (circuit){state, depth, gammas, betas, budget, state->low_bits < state->diagonal->bits, 1};
}

/* The rotation that pass k makes of layer l: half of a steep one. */
static qb_rotation layer_rotation(const circuit *c, uint32_t l, double sign)
{
    double beta = sign * c->betas[l];
    return rotation_make(is_steep(beta) ? beta / 2 : beta);
}

/* How much a rotation of the LOW or the HIGH qubits stretches the state. */
static double stretch_of(const qb_statevector *state, bool high, qb_rotation r)
{
    unsigned qubits = high ? state->diagonal->qubits - state->low_bits : state->low_bits;
    double cosines = 1;
    for (unsigned q = 0; q < qubits && r.on; q++)
        cosines *= r.cosine;
    return 1 / cosines;
}

/* What is still to come when the last phase has been given. */
static double stretch_to_come(const circuit *c)
{
    qb_rotation r = layer_rotation(c, c->depth - 1, 1);
    double stretch = stretch_of(c->state, c->halves && c->depth % 2, r);
    if (is_steep(c->betas[c->depth - 1]))
        for (int high = 0; high <= c->halves; high++)
            stretch *= stretch_of(c->state, high, r);
    return stretch;
}

/* Runs a pass, whose phases leave the arrays `goal` times as long as the state when it ends.  Sums are made
 * those of the state. */
static qb_status run_scaled(circuit *c, qb_sv_pass *pass, double goal, qb_sv_sums *total)
{
    double before = c->stretch, between = before * stretch_of(c->state, pass->high, pass->first);
    double second = stretch_of(c->state, pass->high, pass->second), after = between;
    if (pass->phase) {
        pass->phase_scale = goal / (between * second);
        after = goal / second;
    }
    c->stretch = after * second;
    qb_status status = run_pass(c->state, pass, c->budget, total);
    if (!status && total && pass->backward) {
        total->first /= before * before;
        total->phase /= between * between;
        total->second /= after * after;
    }
    return status;
}

/* The other half of a steep layer, on all qubits. */
static qb_status rest_of_layer(circuit *c, uint32_t l, double sign, bool backward)
{
    qb_status status = QB_OK;
    if (!is_steep(c->betas[l]))
        return QB_OK;
    for (int high = 0; high <= c->halves && !status; high++) {
        qb_sv_pass pass = pass_make(c->state, high);
        pass.first = layer_rotation(c, l, sign);
        pass.backward = backward;
        status = run_scaled(c, &pass, 1, NULL);
    }
    return status;
}

/* turn_back: the last pass starts the adjoint state and is the first one back. */
static qb_status forward(circuit *c, bool measure, bool turn_back, qb_sv_sums *total)
{
    qb_status status = QB_OK;
    for (uint32_t k = 0; k <= c->depth && !status; k++) {
        qb_sv_pass pass = pass_make(c->state, c->halves && k % 2);
        bool last = k == c->depth;
        pass.from_plus = k == 0;
        if (k > 0) {
            status = rest_of_layer(c, k - 1, 1, false);
            pass.first = layer_rotation(c, k - 1, 1);
        }
        if (!last)
            set_phase(&pass, c->state->diagonal, c->gammas[k]);
        if (!last && c->halves)
            pass.second = layer_rotation(c, k, 1);
        pass.measure = measure && last;
        if (last && turn_back) {
            pass.backward = pass.start_adjoint = true;
            pass.second = layer_rotation(c, k - 1, -1);
        }
        if (!status)
            status = run_scaled(c, &pass, k + 1 == c->depth ? 1 / stretch_to_come(c) : 1, total);
    }
    return status || !turn_back ? status : rest_of_layer(c, c->depth - 1, -1, true);
}

static double expectation_of(const qb_statevector *state, const qb_sv_sums *sums)
{
    return state->diagonal->base + state->diagonal->step * (sums->cost / sums->weight);
}

qb_status qb_statevector_evolve(qb_statevector *state, uint32_t depth, const double *gammas,
                                const double *betas, qb_budget *budget, double *expectation)
{
    circuit c = circuit_make(state, depth, gammas, betas, budget);
    qb_sv_sums sums;
    qb_status status = forward(&c, expectation != NULL, false, &sums);
    if (!status && expectation)
        *expectation = expectation_of(state, &sums);
    return status;
}

qb_status qb_statevector_evolve_band(qb_statevector *state, uint32_t depth, const double *gammas,
                                     const double *betas, const double band[2], qb_budget *budget,
                                     double *expectation, double *probability)
{
    circuit c = circuit_make(state, depth, gammas, betas, budget);
    qb_sv_sums sums;
    state->band = band;
    qb_status status = forward(&c, true, false, &sums);
    state->band = NULL;
    if (status)
        return status;
    *expectation = expectation_of(state, &sums);
    *probability = sums.first / sums.weight;
    return QB_OK;
}

static qb_status gibbs_make(const qb_diagonal *d, double eta, qb_sv_gibbs *gibbs)
{
    qb_sv_gibbs g = {.best = qb_diagonal_best(d), .rate = eta * fabs(d->step)};
    if (d->width != QB_COST_REAL) {
        size_t entries = (size_t)d->greatest + 1;
        g.factor = QB_NEW(double, entries);
        if (!g.factor)
            return QB_NO_MEMORY;
        for (size_t i = 0; i < entries; i++)
            g.factor[i] = qb_anneal_exp_minus(g.rate * fabs((double)i - g.best));
    }
    *gibbs = g;
    return QB_OK;
}

qb_status qb_statevector_evolve_gibbs(qb_statevector *state, uint32_t depth, const double *gammas,
                                      const double *betas, double eta, qb_budget *budget, double *expectation,
                                      double *value)
{
    circuit c = circuit_make(state, depth, gammas, betas, budget);
    qb_sv_sums sums;
    qb_sv_gibbs gibbs;
    qb_status status = gibbs_make(state->diagonal, eta, &gibbs);
    if (status)
        return status;
    state->gibbs = &gibbs;
    status = forward(&c, true, false, &sums);
    state->gibbs = NULL;
    qb_free(gibbs.factor);
    if (status)
        return status;
    *expectation = expectation_of(state, &sums);
    *value = qb_measure_gibbs_of(state->diagonal, eta, sums.first / sums.weight);
    return QB_OK;
}

/* ---------------------------------------------------------------------------------------------- gradient */

/* Undoes pass k < depth on the state and its adjoint, adding up the overlaps. */
static qb_status backward(circuit *c, uint32_t k, qb_sv_sums *total)
{
    qb_sv_pass pass = pass_make(c->state, c->halves && k % 2);
    pass.backward = true;
    if (c->halves)
        pass.first = layer_rotation(c, k, -1);
    set_phase(&pass, c->state->diagonal, -c->gammas[k]);
    if (k > 0)
        pass.second = layer_rotation(c, k - 1, -1);
    qb_status status = run_scaled(c, &pass, 1, total);
    return status || !k ? status : rest_of_layer(c, k - 1, -1, true);
}

qb_status qb_statevector_gradient(qb_statevector *state, uint32_t depth, const double *gammas,
                                  const double *betas, qb_budget *budget, double *expectation,
                                  double *by_gamma, double *by_beta)
{
    circuit c = circuit_make(state, depth, gammas, betas, budget);
    qb_sv_sums sums;
    qb_status status = forward(&c, true, depth > 0, &sums);
    if (status)
        return status;
    double value = expectation_of(state, &sums), scale = 2 * state->diagonal->step / sums.weight;
    if (depth)
        by_beta[depth - 1] = scale * sums.second;
    for (uint32_t k = depth; k-- > 0;) {
        status = backward(&c, k, &sums);
        if (status)
            return status;
        by_gamma[k] = scale * state->diagonal->step * sums.phase;
        by_beta[k] += scale * sums.first;
        if (k > 0)
            by_beta[k - 1] = scale * sums.second;
    }
    *expectation = value;
    return QB_OK;
}
