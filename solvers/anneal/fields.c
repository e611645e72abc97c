#include "solvers/anneal/fields.h"

#include <math.h>
#include <stdlib.h>

#define FIELDS_MOST 1024 /* variables looked at */
#define FIELDS_TAIL 10   /* the largest and the smallest one in so many */

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

anneal_fields anneal_fields_at(const qb_qubo *q, const uint8_t *x)
{
    double field[FIELDS_MOST];
    uint32_t looked = q->n < FIELDS_MOST ? q->n : FIELDS_MOST, count = 0;
    anneal_fields f = {.largest = 1, .smallest = 1};
    for (uint32_t k = 0; k < looked; k++) {
        uint32_t i = (uint32_t)((uint64_t)k * q->n / looked);
        field[count] = field_at(q, x, i);
        count += field[count] > 0;
        f.work += 1 + q->start[i + 1] - q->start[i];
    }
    if (!count)
        return f;
    qsort(field, count, sizeof *field, by_size);
    uint32_t tail = (count + FIELDS_TAIL - 1) / FIELDS_TAIL;
    f.largest = mean_of(field + count - tail, tail);
    f.smallest = mean_of(field, tail);
    return f;
}
