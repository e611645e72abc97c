#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/statevector_state.h"

#include <stdlib.h>
#include <string.h>

void qb_statevector_amplitude(const qb_statevector *state, uint64_t x, double amplitude[2])
{
    const qb_diagonal *d = state->diagonal;
    double scale = 1;
    if (d->symmetric) {
        scale = 0.70710678118654752;
        if (x >> d->bits)
            x = ~x & (((uint64_t)1 << d->bits) - 1);
    }
    double re = scale * qb_sv_get(state, QB_SV_RE, x), im = scale * qb_sv_get(state, QB_SV_IM, x);
    /* psi = (-i)^popcount phi */
    unsigned quarter = (unsigned)__builtin_popcountll(x) & 3;
    double turned[4][2] = {{re, im}, {im, -re}, {-re, -im}, {-im, re}};
    memcpy(amplitude, turned[quarter], sizeof turned[quarter]);
}

static void add_band(const qb_statevector *state, const void *context, size_t first, size_t end,
                     qb_sv_sums *sums)
{
    const double *range = context;
    unsigned bits = qb_sv_block_bits(state);
    for (size_t part = first; part < end; part++, sums++)
        for (size_t x = part << bits; x < (part + 1) << bits; x++) {
            double entry = qb_diagonal_entry(state->diagonal, x), p = qb_sv_weight(state, x);
            sums->weight += p;
            sums->cost += entry >= range[0] && entry <= range[1] ? p : 0;
        }
}

qb_status qb_statevector_band(const qb_statevector *state, double least_entry, double greatest_entry,
                              qb_budget *budget, double *probability)
{
    double range[2] = {least_entry, greatest_entry};
    qb_sv_sums total;
    unsigned bits = state->diagonal->bits, block = qb_sv_block_bits(state);
    qb_status status =
        qb_sv_sweep(state, (size_t)1 << (bits - block), block, add_band, range, 1, budget, &total);
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

/* The weight of each block into context: double [blocks]. */
static void weigh_blocks(const qb_statevector *state, const void *context, size_t first, size_t end,
                         qb_sv_sums *sums)
{
    double *const *weight = context;
    unsigned bits = qb_sv_block_bits(state);
    (void)sums;
    for (size_t block = first; block < end; block++) {
        double sum = 0;
        for (size_t x = block << bits; x < (block + 1) << bits; x++)
            sum += qb_sv_weight(state, x);
        (*weight)[block] = sum;
    }
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
        size_t at = b << qb_sv_block_bits(state), end = at + ((size_t)1 << qb_sv_block_bits(state));
        size_t heaviest = at;
        while (next < count && (shots[next].level < after || is_last)) {
            /* the last amplitude of weight takes what rounding leaves over */
            for (; at < end; at++) {
                double w = qb_sv_weight(state, at);
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

qb_status qb_statevector_sample(const qb_statevector *state, uint64_t seed, uint64_t stream, uint64_t shots,
                                qb_budget *budget, uint64_t *x)
{
    unsigned bits = state->diagonal->bits, block = qb_sv_block_bits(state);
    size_t blocks = (size_t)1 << (bits - block);
    double *weight = QB_NEW(double, blocks);
    shot *sorted = QB_NEW(shot, shots);
    qb_status status = weight && sorted ? QB_OK : QB_NO_MEMORY;
    if (!status)
        status = qb_sv_sweep(state, blocks, block, weigh_blocks, &weight, 1, budget, NULL);
    if (!status) {
        double total = 0;
        for (size_t b = 0; b < blocks; b++)
            total += weight[b];
        qb_rng rng;
        qb_rng_init(&rng, seed, stream);
        for (uint64_t i = 0; i < shots; i++)
            sorted[i] = (shot){qb_rng_uniform(&rng) * total, i};
        qsort(sorted, shots, sizeof *sorted, by_level);
        place_shots(state, weight, blocks, sorted, shots, x);
        if (state->diagonal->symmetric) /* x and its complement are equally likely */
            for (uint64_t i = 0; i < shots; i++)
                if (qb_rng_next(&rng) >> 63)
                    x[i] = ~x[i] & (((uint64_t)1 << state->diagonal->qubits) - 1);
    }
    qb_free(weight);
    qb_free(sorted);
    return status;
}
