#define _GNU_SOURCE
#include "solvers/kernels/statevector.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/simd.h"
#include "solvers/kernels/statevector_pass.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_BITS    17 /* amplitudes between two looks at the budget */
#define BLOCK_BITS    12 /* amplitudes whose weights are added up before they are compared to a shot */
#define LOW_BITS      13 /* a LOW tile: 2^13 amplitudes, 128 KiB */
#define HIGH_BITS     12 /* a HIGH tile has at most 2^12 rows while there are low qubits enough */
#define WIDTH_BITS    2  /* and rows of at most 4 vectors, */
#define HIGH_TILE_LOG 15 /* 2^15 amplitudes in all where rows can be narrowed */

const double qb_sixteenth_cos[16] = {1,  0.9238795325112867,  0.7071067811865476,  0.3826834323650898,
                                     0,  -0.3826834323650898, -0.7071067811865476, -0.9238795325112867,
                                     -1, -0.9238795325112867, -0.7071067811865476, -0.3826834323650898,
                                     0,  0.3826834323650898,  0.7071067811865476,  0.9238795325112867};
const double qb_sixteenth_sin[16] = {0,  0.3826834323650898,  0.7071067811865476,  0.9238795325112867,
                                     1,  0.9238795325112867,  0.7071067811865476,  0.3826834323650898,
                                     0,  -0.3826834323650898, -0.7071067811865476, -0.9238795325112867,
                                     -1, -0.9238795325112867, -0.7071067811865476, -0.3826834323650898};

struct qb_statevector {
    const qb_diagonal *diagonal;
    const qb_sv_kernel *kernel;
    qb_precision precision;
    uint32_t threads;
    unsigned low_bits, width_bits;
    void *re, *im; /* [2^bits] */
    char *scratch; /* [threads][scratch_size] */
    size_t scratch_size;
};

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
    /* symmetric tiles need two columns and a row bit */
    if (kernel && bits >= kernel->lane_bits + (symmetric ? 2 : 0))
        return kernel;
#endif
    return precision == QB_DOUBLE ? &qb_sv_portable_double : &qb_sv_portable_float;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Splits the qubits between LOW and HIGH passes. */
static void choose_tiles(qb_statevector *state)
{
    unsigned bits = state->diagonal->bits, lanes = state->kernel->lane_bits;
    unsigned low = least(bits, LOW_BITS);
    if (bits > low + HIGH_BITS)
        low = bits - HIGH_BITS;
    if (state->diagonal->symmetric)
        low = least(low, bits - 1);
    unsigned columns = low - lanes - state->diagonal->symmetric, rows = bits - low + lanes;
    state->low_bits = low;
    state->width_bits = least(WIDTH_BITS, columns);
    while (state->width_bits && rows + state->width_bits > HIGH_TILE_LOG)
        state->width_bits--;
}

uint64_t qb_statevector_bytes(uint32_t bits, qb_precision precision)
{
    return (precision == QB_DOUBLE ? 16ull : 8ull) << bits;
}

static qb_sv_pass pass_make(const qb_statevector *state, bool high)
{
    const qb_diagonal *d = state->diagonal;
    /* i^(2 - n): 1, i, -1, -i for n = 2, 1, 0, 3 mod 4 */
    unsigned turn = d->qubits % 4;
    return (qb_sv_pass){.re = state->re,
                        .im = state->im,
                        .bits = d->bits,
                        .low_bits = state->low_bits,
                        .high = high,
                        .width_bits = state->width_bits,
                        .cost_width = d->width,
                        .cost = d->entry,
                        .symmetric = d->symmetric,
                        .coupling_is_imaginary = turn % 2,
                        .coupling_sign = turn == 1 || turn == 2 ? 1 : -1};
}

qb_status qb_statevector_open(const qb_diagonal *diagonal, qb_precision precision, uint32_t threads,
                              qb_statevector **state, qb_diag *diag)
{
    qb_statevector *s = QB_NEW(qb_statevector, 1);
    if (!s)
        goto no_memory;
    *s = (qb_statevector){.diagonal = diagonal, .precision = precision, .threads = threads ? threads : 1};
    s->kernel = kernel_for(precision, diagonal->bits, diagonal->symmetric);
    choose_tiles(s);
    for (int high = 0; high < 2; high++) {
        qb_sv_pass pass = pass_make(s, high);
        size_t bytes = s->kernel->scratch_bytes(&pass);
        s->scratch_size = bytes > s->scratch_size ? bytes : s->scratch_size;
    }
    s->scratch_size = (s->scratch_size + QB_ALIGNMENT - 1) & ~(size_t)(QB_ALIGNMENT - 1);
    size_t size = (size_t)1 << diagonal->bits;
    s->re = qb_alloc(size, s->kernel->real_size);
    s->im = qb_alloc(size, s->kernel->real_size);
    s->scratch = qb_alloc(s->threads, s->scratch_size);
    if (!s->re || !s->im || !s->scratch)
        goto no_memory;
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
    qb_free(state->re);
    qb_free(state->im);
    qb_free(state->scratch);
    qb_free(state);
}

const qb_diagonal *qb_statevector_diagonal(const qb_statevector *state)
{
    return state->diagonal;
}

/* ---------------------------------------------------------------------------------------------- sweeps */

/* What is done to one part of the state.  Parts are independent of each other; `sums` belongs to the part. */
typedef void part_function(const qb_statevector *state, const void *context, size_t part, char *scratch,
                           qb_sv_sums *sums);

/* Calls `function` for every part, in batches that every thread count shares, and adds the sums up in the
 * order of the parts. */
static qb_status sweep(qb_statevector *state, size_t parts, unsigned part_bits, part_function *function,
                       const void *context, qb_budget *budget, qb_sv_sums *total)
{
    size_t batch = part_bits < BATCH_BITS ? (size_t)1 << (BATCH_BITS - part_bits) : 1;
    qb_sv_sums sums[1 << BATCH_BITS >> 6], all = {0};
    batch = batch < sizeof sums / sizeof *sums ? batch : sizeof sums / sizeof *sums;
    for (size_t start = 0; start < parts; start += batch) {
        size_t end = start + batch < parts ? start + batch : parts;
#pragma omp parallel for num_threads(state->threads) if (state->threads > 1) schedule(static)
        for (size_t part = start; part < end; part++) {
            sums[part - start] = (qb_sv_sums){0};
            function(state, context, part,
                     state->scratch + state->scratch_size * (size_t)omp_get_thread_num(),
                     &sums[part - start]);
        }
        for (size_t part = start; part < end; part++) {
            all.weight += sums[part - start].weight;
            all.cost += sums[part - start].cost;
        }
        if (budget && !qb_budget_spend(budget, (end - start) << part_bits))
            return QB_STOPPED;
    }
    if (total)
        *total = all;
    return QB_OK;
}

static void tile_part(const qb_statevector *state, const void *context, size_t part, char *scratch,
                      qb_sv_sums *sums)
{
    state->kernel->tile(context, part, scratch, sums);
}

static qb_status run_pass(qb_statevector *state, const qb_sv_pass *pass, qb_budget *budget, qb_sv_sums *total)
{
    unsigned tile_bits = pass->low_bits;
    if (pass->high)
        tile_bits =
            pass->bits - pass->low_bits + pass->width_bits + state->kernel->lane_bits + pass->symmetric;
    return sweep(state, (size_t)1 << (pass->bits - tile_bits), tile_bits, tile_part, pass, budget, total);
}

static double get(const qb_statevector *state, const void *array, size_t x)
{
    return state->precision == QB_DOUBLE ? ((const double *)array)[x] : ((const float *)array)[x];
}

static unsigned block_bits(const qb_statevector *state)
{
    return least(state->diagonal->bits, BLOCK_BITS);
}

/* ---------------------------------------------------------------------------------------------- evolving */

/* cos and sin of e (high + low) sixteenths of a turn.  Ours, because libm's differs from machine to machine.
 */
static void turn(double e, double high, double low, double *cosine, double *sine)
{
    double whole = fma(e, high, QB_ROUNDER), r = fma(e, low, fma(e, high, QB_ROUNDER - whole)), z = r * r;
    uint64_t bits;
    memcpy(&bits, &whole, sizeof bits);
    double tc = qb_sixteenth_cos[bits & 15], ts = qb_sixteenth_sin[bits & 15];
    double s = ((((QB_SIN_9 * z + QB_SIN_7) * z + QB_SIN_5) * z + QB_SIN_3) * z + QB_SIN_1) * r;
    double c = (((QB_COS_8 * z + QB_COS_6) * z + QB_COS_4) * z + QB_COS_2) * z + 1;
    *cosine = tc * c - ts * s;
    *sine = tc * s + ts * c;
}

/* 8 / pi in two parts */
#define SIXTEENTHS_HIGH 0x1.45f306dc9c883p+1
#define SIXTEENTHS_LOW  -0x1.6b01ec5417056p-53

static qb_rotation rotation_make(double beta)
{
    qb_rotation r = {.on = true};
    turn(beta, SIXTEENTHS_HIGH, SIXTEENTHS_LOW, &r.c, &r.s);
    return r;
}

/* Angles that the rounding trick cannot hold are turned by fmod, which is exact. */
static void phase_make(qb_sv_pass *pass, const qb_diagonal *d, double gamma)
{
    double product = gamma * d->step, product_low = fma(gamma, d->step, -product);
    double t = product * SIXTEENTHS_HIGH;
    double t_low =
        fma(product, SIXTEENTHS_HIGH, -t) + product * SIXTEENTHS_LOW + product_low * SIXTEENTHS_HIGH;
    pass->phase = true;
    pass->turn_high = -t;
    pass->turn_low = -t_low;
    for (unsigned k = 0; k < 2; k++)
        for (unsigned j = 0; j < 16; j++)
            turn(j << 4 * k, -t, -t_low, &pass->nibble[k][0][j], &pass->nibble[k][1][j]);
}

static void fill_part(const qb_statevector *state, const void *context, size_t part, char *scratch,
                      qb_sv_sums *sums)
{
    static const signed char real[4] = {1, 0, -1, 0}, imaginary[4] = {0, 1, 0, -1};
    (void)scratch;
    (void)sums;
    double amplitude = *(const double *)context;
    size_t start = part << block_bits(state), end = start + ((size_t)1 << block_bits(state));
    for (size_t x = start; x < end; x++) {
        unsigned quarter = (unsigned)__builtin_popcountll(x) & 3;
        if (state->precision == QB_DOUBLE) {
            ((double *)state->re)[x] = amplitude * real[quarter];
            ((double *)state->im)[x] = amplitude * imaginary[quarter];
        } else {
            ((float *)state->re)[x] = (float)(amplitude * real[quarter]);
            ((float *)state->im)[x] = (float)(amplitude * imaginary[quarter]);
        }
    }
}

static qb_status fill_plus(qb_statevector *state, qb_budget *budget)
{
    unsigned bits = state->diagonal->bits, block = block_bits(state);
    double amplitude = ldexp(bits % 2 ? 0.70710678118654752 : 1, -(int)(bits / 2));
    return sweep(state, (size_t)1 << (bits - block), block, fill_part, &amplitude, budget, NULL);
}

qb_status qb_statevector_evolve(qb_statevector *state, uint32_t depth, const double *gammas,
                                const double *betas, qb_budget *budget, double *expectation)
{
    const qb_diagonal *d = state->diagonal;
    bool halves = state->low_bits < d->bits; /* else LOW passes have all qubits */
    qb_sv_sums total = {0};
    qb_status status = fill_plus(state, budget);
    for (uint32_t k = 0; k <= depth && !status; k++) {
        /* pass k ends layer k - 1 and begins layer k on its half of the qubits */
        qb_sv_pass pass = pass_make(state, halves && k % 2);
        if (k > 0)
            pass.first = rotation_make(betas[k - 1]);
        if (k < depth)
            phase_make(&pass, d, gammas[k]);
        if (k < depth && halves)
            pass.second = rotation_make(betas[k]);
        pass.measure = expectation && k == depth;
        status = run_pass(state, &pass, budget, &total);
    }
    if (!status && expectation)
        *expectation = d->base + d->step * (total.cost / total.weight);
    return status;
}

/* ---------------------------------------------------------------------------------------------- measuring */

void qb_statevector_amplitude(const qb_statevector *state, uint64_t x, double amplitude[2])
{
    const qb_diagonal *d = state->diagonal;
    double scale = 1;
    if (d->symmetric) {
        scale = 0.70710678118654752;
        if (x >> d->bits)
            x = ~x & (((uint64_t)1 << d->bits) - 1);
    }
    double re = scale * get(state, state->re, x), im = scale * get(state, state->im, x);
    /* psi = (-i)^popcount phi */
    unsigned quarter = (unsigned)__builtin_popcountll(x) & 3;
    double turned[4][2] = {{re, im}, {im, -re}, {-re, -im}, {-im, re}};
    memcpy(amplitude, turned[quarter], sizeof turned[quarter]);
}

static double weight(const qb_statevector *state, size_t x)
{
    double re = get(state, state->re, x), im = get(state, state->im, x);
    return re * re + im * im;
}

static void band_part(const qb_statevector *state, const void *context, size_t part, char *scratch,
                      qb_sv_sums *sums)
{
    const double *range = context;
    size_t start = part << block_bits(state), end = start + ((size_t)1 << block_bits(state));
    (void)scratch;
    for (size_t x = start; x < end; x++) {
        double entry = qb_diagonal_entry(state->diagonal, x), p = weight(state, x);
        sums->weight += p;
        sums->cost += entry >= range[0] && entry <= range[1] ? p : 0;
    }
}

qb_status qb_statevector_band(qb_statevector *state, double least_entry, double greatest_entry,
                              qb_budget *budget, double *probability)
{
    double range[2] = {least_entry, greatest_entry};
    qb_sv_sums total;
    unsigned bits = state->diagonal->bits, block = block_bits(state);
    qb_status status = sweep(state, (size_t)1 << (bits - block), block, band_part, range, budget, &total);
    if (!status)
        *probability = total.cost / total.weight;
    return status;
}

/* ---------------------------------------------------------------------------------------------- sampling */

typedef struct shot {
    double level; /* where in the sum of weights it falls */
    uint64_t number;
} shot;

static int by_level(const void *a, const void *b)
{
    const shot *p = a, *q = b;
    return (p->level > q->level) - (p->level < q->level);
}

typedef struct block_weights {
    double *weight; /* [blocks] */
} block_weights;

static double block_weight(const qb_statevector *state, size_t block)
{
    size_t start = block << block_bits(state), end = start + ((size_t)1 << block_bits(state));
    double sum = 0;
    for (size_t x = start; x < end; x++)
        sum += weight(state, x);
    return sum;
}

static void weight_part(const qb_statevector *state, const void *context, size_t part, char *scratch,
                        qb_sv_sums *sums)
{
    (void)scratch;
    (void)sums;
    ((const block_weights *)context)->weight[part] = block_weight(state, part);
}

/* Walks blocks and sorted shots together; within a block that holds shots, amplitudes and shots. */
static void place_shots(const qb_statevector *state, const double *block, size_t blocks, const shot *shots,
                        uint64_t count, uint64_t *x)
{
    double before = 0;
    uint64_t next = 0;
    for (size_t b = 0; b < blocks && next < count; b++) {
        double after = before + block[b], sum = before;
        bool is_last = b == blocks - 1;
        size_t at = b << block_bits(state), end = at + ((size_t)1 << block_bits(state));
        size_t heaviest = at;
        while (next < count && (shots[next].level < after || is_last)) {
            /* the last amplitude of weight takes what rounding leaves over */
            for (; at < end; at++) {
                double w = weight(state, at);
                if (w > 0)
                    heaviest = at;
                if (shots[next].level < sum + w)
                    break;
                sum += w;
            }
            x[shots[next++].number] = at < end ? at : heaviest;
        }
        before = after;
    }
}

qb_status qb_statevector_sample(qb_statevector *state, uint64_t seed, uint64_t stream, uint64_t shots,
                                qb_budget *budget, uint64_t *x)
{
    unsigned bits = state->diagonal->bits, block = block_bits(state);
    size_t blocks = (size_t)1 << (bits - block);
    block_weights weights = {QB_NEW(double, blocks)};
    shot *sorted = QB_NEW(shot, shots);
    qb_status status = weights.weight && sorted ? QB_OK : QB_NO_MEMORY;
    if (!status)
        status = sweep(state, blocks, block, weight_part, &weights, budget, NULL);
    if (!status) {
        double total = 0;
        for (size_t b = 0; b < blocks; b++)
            total += weights.weight[b];
        qb_rng rng;
        qb_rng_init(&rng, seed, stream);
        for (uint64_t i = 0; i < shots; i++)
            sorted[i] = (shot){qb_rng_uniform(&rng) * total, i};
        qsort(sorted, shots, sizeof *sorted, by_level);
        place_shots(state, weights.weight, blocks, sorted, shots, x);
        if (state->diagonal->symmetric) /* x and its complement are equally likely */
            for (uint64_t i = 0; i < shots; i++)
                if (qb_rng_next(&rng) >> 63)
                    x[i] = ~x[i] & (((uint64_t)1 << state->diagonal->qubits) - 1);
    }
    qb_free(weights.weight);
    qb_free(sorted);
    return status;
}
