#define _GNU_SOURCE
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/statevector_state.h"

#include <math.h>
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
    double re, im;
    qb_sv_get(state, x, &re, &im);
    re *= scale;
    im *= scale;
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
        .diagonal = state->diagonal, .team = state->team, .state = state, .read = read_weights};
}

/* ---------------------------------------------------------------------------------------------- bands */

enum { PIECE = QB_SV_BLOCK, SUMS = 8 }; /* amplitudes; partial sums, for vectors */

/* The weight of the entries in [least, greatest] among `count` consecutive ones; `type` is theirs, `real`
 * that of the amplitudes. */
#define BAND_OF(name, type, real)                                                                     \
    static double name(const type *entry, const real *re, const real *im, size_t count, double least, \
                       double greatest)                                                               \
    {                                                                                                 \
        double part[SUMS] = {0}, sum = 0;                                                             \
        type low = (type)least, high = (type)greatest;                                                \
        for (size_t i = 0; i < count; i += SUMS)                                                      \
            for (size_t j = i; j < i + SUMS && j < count; j++) {                                      \
                double weight = (double)re[j] * (double)re[j] + (double)im[j] * (double)im[j];        \
                part[j - i] += entry[j] >= low && entry[j] <= high ? weight : 0;                      \
            }                                                                                         \
        for (size_t j = 0; j < SUMS; j++)                                                             \
            sum += part[j];                                                                           \
        return sum;                                                                                   \
    }
BAND_OF(band_of_bytes, uint8_t, double)
BAND_OF(band_of_words, uint16_t, double)
BAND_OF(band_of_reals, double, double)
BAND_OF(float_band_of_bytes, uint8_t, float)
BAND_OF(float_band_of_words, uint16_t, float)
BAND_OF(float_band_of_reals, double, float)
#undef BAND_OF

/* The same for [x, x + count), which lies in one piece. */
static double band_of_piece(const qb_statevector *s, size_t x, size_t count)
{
    const qb_diagonal *d = s->diagonal;
    double least = fmax(s->band[0], d->least), greatest = fmin(s->band[1], d->greatest);
    bool is_double = s->precision == QB_DOUBLE;
    size_t at = qb_sv_at(x, s->pad);
    const double *re = (const double *)s->array[QB_SV_STATE] + at, *im = re + QB_SV_BLOCK;
    const float *float_re = (const float *)s->array[QB_SV_STATE] + at, *float_im = float_re + QB_SV_BLOCK;
    if (d->width == QB_COST_REAL) {
        const double *entry = (const double *)d->entry + x;
        return is_double ? band_of_reals(entry, re, im, count, least, greatest)
                         : float_band_of_reals(entry, float_re, float_im, count, least, greatest);
    }
    least = ceil(least);
    greatest = floor(greatest);
    if (least > greatest)
        return 0;
    if (d->width == QB_COST_BYTE) {
        const uint8_t *entry = (const uint8_t *)d->entry + x;
        return is_double ? band_of_bytes(entry, re, im, count, least, greatest)
                         : float_band_of_bytes(entry, float_re, float_im, count, least, greatest);
    }
    const uint16_t *entry = (const uint16_t *)d->entry + x;
    return is_double ? band_of_words(entry, re, im, count, least, greatest)
                     : float_band_of_words(entry, float_re, float_im, count, least, greatest);
}

/* The weights in [x, x + count), which lies in one piece, times their factors. */
static double gibbs_of_piece(const qb_statevector *s, size_t x, size_t count)
{
    const qb_sv_gibbs *g = s->gibbs;
    double entry[PIECE], sum = 0;
    qb_diagonal_read(s->diagonal, x, count, entry);
    for (size_t i = 0; i < count; i++)
        sum += qb_sv_weight(s, x + i) * (g->factor ? g->factor[(size_t)entry[i]]
                                                   : qb_anneal_exp_minus(g->rate * fabs(entry[i] - g->best)));
    return sum;
}

static double sum_of_run(const qb_statevector *state, size_t x, size_t count)
{
    double sum = 0;
    for (size_t end = x + count; x < end; x += PIECE) {
        size_t piece = end - x < PIECE ? end - x : PIECE;
        sum += state->gibbs ? gibbs_of_piece(state, x, piece) : band_of_piece(state, x, piece);
    }
    return sum;
}

void qb_sv_add_told(const qb_statevector *state, const qb_sv_pass *pass, size_t tile, qb_sv_sums *sums)
{
    size_t row = (size_t)1 << pass->low_bits;
    if (!pass->high) {
        sums->first += sum_of_run(state, tile * row, row);
        return;
    }
    size_t columns = (size_t)1 << (pass->width_bits + state->kernel->lane_bits), start = tile * columns;
    for (size_t x = 0; x < (size_t)1 << pass->bits; x += row) {
        sums->first += sum_of_run(state, x + start, columns);
        if (pass->symmetric) /* the mirrored columns are of the same tile */
            sums->first += sum_of_run(state, x + row - start - columns, columns);
    }
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
