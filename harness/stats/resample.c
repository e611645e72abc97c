#include "harness/stats/resample.h"
#include "harness/base/clones.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"

#include <math.h>
#include <string.h>

enum {
    LANES = 16, /* of a word */
    BATCH = 8,  /* words between two looks at whether a weight is large */
    BLOCK = LANES * BATCH,
    SMALL = 6,   /* weights up to here are common: 1 in 12000 is larger */
    LIMITS = 13, /* P(weight > LIMITS) < 2^-32 */
    MANY = 1024, /* from so many values on by weights */
};

#define MARGIN 4.5 /* standard deviations that the expected total of the weights stays below count */

typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef int32_t counts __attribute__((vector_size(4 * LANES)));
typedef double reals __attribute__((vector_size(8 * LANES)));

struct qb_resampler {
    qb_rng rng;
    size_t count, blocks;   /* blocks: 0 for few values */
    double *x;              /* [count], zeros up to the end of the last block */
    words s[4];             /* xoshiro128++, a stream a lane */
    uint32_t limit[LIMITS]; /* a word u stands for the weight #{k: u >= limit[k]} */
    words last[BATCH];      /* the words of the last block */
};

typedef struct tally {
    reals sum, squares;
    counts drawn;
} tally;

/* Weighs every value, the zeros at the end included; lanes add up apart, so that all clones give the same.
 * Source of the generator: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021). */
QB_CLONES void qb_resampler_weigh(qb_resampler *r, tally *total);
QB_CLONES void qb_resampler_weigh(qb_resampler *r, tally *total)
{
    words s0 = r->s[0], s1 = r->s[1], s2 = r->s[2], s3 = r->s[3], u[BATCH];
    tally t = {0};
    const double *x = r->x;
    for (size_t b = 0; b < r->blocks; b++) {
        counts weight[BATCH], large = {0};
        for (int k = 0; k < BATCH; k++) {
            words mixed = s0 + s3, shifted = s1 << 9;
            u[k] = ((mixed << 7) | (mixed >> 25)) + s0;
            s2 ^= s0;
            s3 ^= s1;
            s1 ^= s2;
            s0 ^= s3;
            s2 ^= shifted;
            s3 = (s3 << 11) | (s3 >> 21);
            counts w = {0};
            for (int l = 0; l < SMALL; l++)
                w -= (counts)(u[k] >= r->limit[l]);
            weight[k] = w;
            large |= (counts)(u[k] >= r->limit[SMALL]);
        }
        int32_t any = 0;
        for (int l = 0; l < LANES; l++)
            any |= large[l];
        for (int k = 0; any && k < BATCH; k++)
            for (int l = SMALL; l < LIMITS; l++)
                weight[k] -= (counts)(u[k] >= r->limit[l]);
        for (int k = 0; k < BATCH; k++, x += LANES) {
            reals w = __builtin_convertvector(weight[k], reals), v;
            memcpy(&v, x, sizeof v);
            t.sum += w * v;
            t.squares += w * (v * v);
            t.drawn += weight[k];
        }
    }
    r->s[0] = s0;
    r->s[1] = s1;
    r->s[2] = s2;
    r->s[3] = s3;
    memcpy(r->last, u, sizeof u);
    *total = t;
}

/* What the zeros at the end drew. */
static size_t drawn_beyond(const qb_resampler *r)
{
    size_t drawn = 0;
    for (size_t k = BLOCK - (r->blocks * BLOCK - r->count); k < BLOCK; k++)
        for (int l = 0; l < LIMITS; l++)
            drawn += r->last[k / LANES][k % LANES] >= r->limit[l];
    return drawn;
}

static void draw_singly(qb_resampler *r, size_t draws, qb_resample *out)
{
    for (size_t k = 0; k < draws; k++) {
        double x = r->x[qb_rng_below(&r->rng, r->count)];
        out->sum += x;
        out->squares += x * x;
    }
}

static void prepare_weights(qb_resampler *r)
{
    double lambda = 1 - MARGIN / sqrt((double)r->count), p = exp(-lambda), below = 0;
    for (int k = 0; k < LIMITS; k++) {
        below += p;
        p *= lambda / (k + 1);
        r->limit[k] = (uint32_t)fmin(below * 0x1p32, UINT32_MAX);
    }
    for (int k = 0; k < 4; k++)
        for (int l = 0; l < LANES; l++)
            r->s[k][l] = (uint32_t)(qb_rng_next(&r->rng) >> 32);
}

qb_resampler *qb_resampler_open(const double *x, size_t count, uint64_t seed)
{
    size_t blocks = count < MANY ? 0 : (count + BLOCK - 1) / BLOCK;
    qb_resampler *r = QB_NEW(qb_resampler, 1);
    double *copy = QB_NEW(double, blocks ? blocks *BLOCK : count);
    if (!r || !copy) {
        qb_free(r);
        qb_free(copy);
        return NULL;
    }
    memcpy(copy, x, count * sizeof *x);
    *r = (qb_resampler){.count = count, .blocks = blocks, .x = copy};
    qb_rng_init(&r->rng, seed, 0);
    if (blocks)
        prepare_weights(r);
    return r;
}

void qb_resampler_close(qb_resampler *resampler)
{
    if (!resampler)
        return;
    qb_free(resampler->x);
    qb_free(resampler);
}

/* The weighted sums; returns how many values that were. */
static size_t weigh(qb_resampler *r, qb_resample *out)
{
    tally t;
    size_t drawn = 0;
    *out = (qb_resample){0};
    qb_resampler_weigh(r, &t);
    for (int l = 0; l < LANES; l++) {
        out->sum += t.sum[l];
        out->squares += t.squares[l];
        drawn += (size_t)t.drawn[l];
    }
    return drawn - drawn_beyond(r);
}

qb_resample qb_resampler_next(qb_resampler *r)
{
    qb_resample out = {0};
    size_t drawn = r->blocks ? weigh(r, &out) : 0;
    while (drawn > r->count)
        drawn = weigh(r, &out);
    draw_singly(r, r->count - drawn, &out);
    return out;
}
