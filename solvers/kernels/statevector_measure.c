#define _GNU_SOURCE
#include "solvers/kernels/statevector_state.h"

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

static void read_weights(const void *opaque, uint64_t first, uint64_t count, double *weight)
{
    const qb_statevector *state = opaque;
    for (uint64_t i = 0; i < count; i++)
        weight[i] = qb_sv_weight(state, first + i);
}

qb_weights qb_statevector_weights(const qb_statevector *state)
{
    return (qb_weights){
        .diagonal = state->diagonal, .threads = state->threads, .state = state, .read = read_weights};
}

qb_status qb_statevector_band(const qb_statevector *state, double least, double greatest, qb_budget *budget,
                              double *probability)
{
    qb_weights weights = qb_statevector_weights(state);
    return qb_measure_band(&weights, least, greatest, budget, probability);
}

qb_status qb_statevector_sample(const qb_statevector *state, uint64_t seed, uint64_t stream, uint64_t shots,
                                qb_budget *budget, uint64_t *x)
{
    qb_weights weights = qb_statevector_weights(state);
    return qb_measure_sample(&weights, seed, stream, shots, budget, x);
}
