#define _GNU_SOURCE
#include "solvers/kernels/qaoa_shots.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/phase.h"

#include <math.h>

#define DIRECTION_STREAM (3ull << 61) /* beyond those of shots and of exact training */

#define SPSA_ALPHA  0.602
#define SPSA_GAMMA  0.101
#define SPSA_STEP   0.1 /* of the first move, and of the first difference */
#define SPSA_PAIRS  5   /* circuits are spent on the first move's size: twice as many */
#define ADAM_RATE   0.05
#define ADAM_FIRST  0.9
#define ADAM_SECOND 0.999

/* ---------------------------------------------------------------------------------------------- SPSA */

typedef struct spsa {
    const qb_qaoa_shot_training *training;
    qb_rng rng;
    double *gammas, *betas;    /* [depth], the angles as they are */
    double *tried_g, *tried_b; /* [depth] scratch */
    double *direction;         /* [2 depth] of +-1 */
} spsa;

/* k^-exponent, k >= 1 */
static double decay(double k, double exponent)
{
    return qb_anneal_exp_minus(exponent * qb_anneal_ln(k));
}

/* The slope along a new random direction, from angles c to either side. */
static qb_status take_slope(spsa *s, double c, double *slope)
{
    const qb_qaoa_shot_training *t = s->training;
    double value[2];
    for (uint32_t i = 0; i < 2 * t->depth; i++)
        s->direction[i] = qb_rng_next(&s->rng) >> 63 ? 1 : -1;
    for (int side = 0; side < 2; side++) {
        double by = side ? -c : c;
        for (uint32_t l = 0; l < t->depth; l++) {
            s->tried_g[l] = s->gammas[l] + by * t->unit * s->direction[l];
            s->tried_b[l] = s->betas[l] + by * s->direction[t->depth + l];
        }
        qb_status status = t->estimate(t->context, t->depth, s->tried_g, s->tried_b, &value[side]);
        if (status)
            return status;
    }
    *slope = (value[0] - value[1]) / (2 * c);
    return QB_OK;
}

static qb_status run_spsa(spsa *s)
{
    const qb_qaoa_shot_training *t = s->training;
    uint32_t steps = t->evaluations / 2, pairs = steps < SPSA_PAIRS ? steps : SPSA_PAIRS;
    double slope, size = 0;
    for (uint32_t k = 0; k < pairs; k++) {
        qb_status status = take_slope(s, SPSA_STEP, &slope);
        if (status)
            return status;
        size += fabs(slope) / pairs;
    }
    steps -= pairs;
    double lag = 0.1 * steps, a = size > 0 ? SPSA_STEP / size / decay(lag + 1, SPSA_ALPHA) : 0;
    for (uint32_t k = 1; k <= steps; k++) {
        qb_status status = take_slope(s, SPSA_STEP * decay(k, SPSA_GAMMA), &slope);
        if (status)
            return status;
        double step = a * decay(k + lag, SPSA_ALPHA) * slope;
        for (uint32_t l = 0; l < t->depth; l++) {
            s->gammas[l] -= step * t->unit * s->direction[l];
            s->betas[l] -= step * s->direction[t->depth + l];
        }
    }
    return QB_OK;
}

qb_status qb_qaoa_spsa(const qb_qaoa_shot_training *training, double *gammas, double *betas)
{
    uint32_t depth = training->depth;
    double *block = QB_NEW(double, 4 * (size_t)depth);
    if (!block)
        return QB_NO_MEMORY;
    spsa s = {.training = training,
              .gammas = gammas,
              .betas = betas,
              .tried_g = block,
              .tried_b = block + depth,
              .direction = block + 2 * depth};
    qb_rng_init(&s.rng, training->seed, DIRECTION_STREAM);
    qb_status status = run_spsa(&s);
    qb_free(block);
    return status;
}

/* ---------------------------------------------------------------------------------------------- shifts */

/* f' = w sum_{j = 1 .. 2 R} (-1)^(j - 1) f(x + t_j / w) / (4 R sin^2(t_j / 2)), t_j = (2 j - 1) pi / (2 R).
 */
qb_status qb_qaoa_shift_rule(const qb_qaoa_shot_training *training, double *gammas, double *betas,
                             double *angle, qb_spectrum spectrum, double *derivative)
{
    double middle = *angle, sum = 0, frequencies = spectrum.count;
    qb_status status = QB_OK;
    for (uint32_t j = 1; j <= 2 * spectrum.count && !status; j++) {
        double t = (2.0 * j - 1) * M_PI / (2 * frequencies), value = 0, ignored, half;
        qb_cos_sin(t / 2, &ignored, &half);
        *angle = middle + t / spectrum.spacing;
        status = training->estimate(training->context, training->depth, gammas, betas, &value);
        sum += (j % 2 ? value : -value) / (4 * frequencies * half * half);
    }
    *angle = middle;
    if (!status)
        *derivative = spectrum.spacing * sum;
    return status;
}

/* Adam's moving means of derivatives and of their squares, and the weights that these have reached. */
typedef struct moments {
    double mean, square;
} moments;

typedef struct adam {
    moments weight;
    moments *moment; /* [2 depth] */
} adam;

/* The move of variable i; `weight` is of this step. */
static double adam_move(adam *a, uint32_t i, double derivative)
{
    moments *m = &a->moment[i];
    m->mean = ADAM_FIRST * m->mean + (1 - ADAM_FIRST) * derivative;
    m->square = ADAM_SECOND * m->square + (1 - ADAM_SECOND) * derivative * derivative;
    return m->square > 0 ? -ADAM_RATE * (m->mean / a->weight.mean) / sqrt(m->square / a->weight.square) : 0;
}

static uint64_t circuits_of_a_step(const qb_qaoa_shot_training *t)
{
    return 2 * (uint64_t)t->depth * ((uint64_t)t->gamma.count + t->beta.count);
}

static qb_status run_shift(const qb_qaoa_shot_training *t, double *gammas, double *betas, adam *a,
                           double *derivative /* [2 depth] */)
{
    uint64_t circuits = circuits_of_a_step(t);
    for (uint64_t spent = circuits; spent <= t->evaluations; spent += circuits) {
        for (uint32_t l = 0; l < t->depth; l++) {
            qb_status status = qb_qaoa_shift_rule(t, gammas, betas, &gammas[l], t->gamma, &derivative[l]);
            if (!status)
                status = qb_qaoa_shift_rule(t, gammas, betas, &betas[l], t->beta, &derivative[t->depth + l]);
            if (status)
                return status;
        }
        a->weight.mean += (1 - ADAM_FIRST) * (1 - a->weight.mean);
        a->weight.square += (1 - ADAM_SECOND) * (1 - a->weight.square);
        for (uint32_t l = 0; l < t->depth; l++) {
            gammas[l] += t->unit * adam_move(a, l, t->unit * derivative[l]);
            betas[l] += adam_move(a, t->depth + l, derivative[t->depth + l]);
        }
    }
    return QB_OK;
}

qb_status qb_qaoa_shift(const qb_qaoa_shot_training *training, double *gammas, double *betas, qb_diag *diag)
{
    uint64_t circuits = circuits_of_a_step(training);
    if (circuits > training->evaluations)
        return qb_fail(diag, QB_REFUSED, "one step of parameter shifts takes %llu circuits here, of %u",
                       (unsigned long long)circuits, training->evaluations);
    double *derivative = QB_NEW(double, 2 * (size_t)training->depth);
    adam a = {.moment = QB_NEW(moments, 2 * (size_t)training->depth)};
    qb_status status =
        derivative && a.moment ? run_shift(training, gammas, betas, &a, derivative) : QB_NO_MEMORY;
    qb_free(derivative);
    qb_free(a.moment);
    return status;
}
