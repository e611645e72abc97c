/* The sweeps of the scalar kernel (anneal_scalar.h), for one tier. */
#include "solvers/kernels/anneal_scalar.h"
#include "solvers/kernels/anneal_threshold.h"

/* Thresholds beyond every cost; also what beta = 0 gives. */
#define SCALAR_HUGE_INT  2147483520.0f
#define SCALAR_HUGE_REAL 1e30f

static float scalar_temperature(double beta)
{
    double t = 1 / beta;
    return t < SCALAR_HUGE_REAL ? (float)t : SCALAR_HUGE_REAL;
}

static uint64_t scalar_int(qb_anneal_scalar_state *state, double beta, uint32_t from, uint32_t to)
{
    const uint64_t *start = state->model->start;
    const uint32_t *neighbour = state->model->neighbour;
    const int32_t *weight = state->model->int_weight;
    int32_t *field = state->int_field;
    int8_t *toward = state->toward;
    float temperature = scalar_temperature(beta);
    uint64_t work = to - from;
    for (uint32_t base = from; base < to; base += QB_THRESHOLDS) {
        qb_floats t;
        qb_threshold_draw(&state->rng, &t);
        t *= temperature;
        qb_ints fits = t < SCALAR_HUGE_INT;
        qb_ints limit = (__builtin_convertvector(t, qb_ints) & fits) | (INT32_MAX & ~fits);
        uint32_t end = to - base < QB_THRESHOLDS ? to : base + QB_THRESHOLDS;
        for (uint32_t i = base; i < end; i++) {
            if (toward[i] * field[i] > limit[i - base])
                continue;
            int32_t change = toward[i] * state->sense;
            for (uint64_t k = start[i]; k < start[i + 1]; k++)
                field[neighbour[k]] += change * weight[k];
            toward[i] = (int8_t)-toward[i];
            work += start[i + 1] - start[i];
        }
    }
    return work;
}

static uint64_t scalar_real(qb_anneal_scalar_state *state, double beta, uint32_t from, uint32_t to)
{
    const uint64_t *start = state->model->start;
    const uint32_t *neighbour = state->model->neighbour;
    const double *weight = state->model->real_weight;
    double *field = state->real_field;
    int8_t *toward = state->toward;
    float temperature = scalar_temperature(beta);
    uint64_t work = to - from;
    for (uint32_t base = from; base < to; base += QB_THRESHOLDS) {
        qb_floats limit;
        qb_threshold_draw(&state->rng, &limit);
        limit *= temperature;
        uint32_t end = to - base < QB_THRESHOLDS ? to : base + QB_THRESHOLDS;
        for (uint32_t i = base; i < end; i++) {
            if (toward[i] * field[i] > (double)limit[i - base])
                continue;
            double change = toward[i] * state->sense;
            for (uint64_t k = start[i]; k < start[i + 1]; k++)
                field[neighbour[k]] += change * weight[k];
            toward[i] = (int8_t)-toward[i];
            work += start[i + 1] - start[i];
        }
    }
    return work;
}
