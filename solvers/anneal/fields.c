#include "solvers/anneal/fields.h"

#include <math.h>
#include <stdlib.h>

#define FIELDS_TAIL 10 /* the largest and the smallest one in so many */

static double field_at(const qb_qubo *q, const uint8_t *x, uint32_t i)
{
    double field = qb_qubo_linear(q, i);
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        if (x[q->neighbour[k]])
            field += qb_qubo_weight(q, k);
    return fabs(field);
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double mean_of(const double *value, uint32_t count)
{
    double sum = 0;
    for (uint32_t k = 0; k < count; k++)
        sum += value[k];
    return sum / count;
}

anneal_fields anneal_fields_of(double *cost, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < count; k++)
        if (cost[k] > 0)
            cost[kept++] = cost[k];
    if (!kept)
        return (anneal_fields){.largest = 1, .smallest = 1};
    qsort(cost, kept, sizeof *cost, by_size);
    uint32_t tail = (kept + FIELDS_TAIL - 1) / FIELDS_TAIL;
    return (anneal_fields){.largest = mean_of(cost + kept - tail, tail), .smallest = mean_of(cost, tail)};
}

anneal_fields anneal_fields_at(const qb_qubo *q, const uint8_t *x)
{
    double field[ANNEAL_FIELDS_MOST];
    uint32_t looked = q->n < ANNEAL_FIELDS_MOST ? q->n : ANNEAL_FIELDS_MOST;
    uint64_t work = 0;
    for (uint32_t k = 0; k < looked; k++) {
        uint32_t i = (uint32_t)((uint64_t)k * q->n / looked);
        field[k] = field_at(q, x, i);
        work += 1 + q->start[i + 1] - q->start[i];
    }
    anneal_fields f = anneal_fields_of(field, looked);
    f.work = work;
    return f;
}
