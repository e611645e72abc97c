/* A source vector as a vector of the model: for warm starts. */
#include "harness/base/memory.h"
#include "harness/model/grid.h"
#include "harness/model/lowering_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A bit of a column and what it adds. */
typedef struct share {
    double step;
    uint32_t bit;
} share;

static int by_step(const void *a, const void *b)
{
    double x = ((const share *)a)->step, y = ((const share *)b)->step;
    return (x < y) - (x > y);
}

/* The largest steps first: each is at most one more than all smaller ones together, so what remains can
 * always be said. */
static void spread(share *shares, uint32_t count, double rest, uint8_t *bits)
{
    qsort(shares, count, sizeof *shares, by_step);
    for (uint32_t k = 0; k < count; k++) {
        bits[shares[k].bit] = shares[k].step <= rest;
        rest -= bits[shares[k].bit] ? shares[k].step : 0;
    }
}

/* Steps are in units of the grid, so that nothing is lost to rounding. */
static void encode_column(const qb_encoding *e, uint32_t j, double value, share *scratch, uint8_t *bits)
{
    uint32_t first = e->start[j], count = e->start[j + 1] - first;
    double rest = nearbyint((value - e->base[j]) * e->grid);
    for (uint32_t k = 0; k < count; k++)
        scratch[k] = (share){qb_grid_integer(e->step[first + k], e->grid), first + k};
    if (!qb_encoding_is_one_hot(e, j)) {
        spread(scratch, count, rest, bits);
        return;
    }
    uint32_t nearest = 0;
    for (uint32_t k = 0; k < count; k++) {
        bits[first + k] = 0;
        nearest = fabs(scratch[k].step - rest) < fabs(scratch[nearest].step - rest) ? k : nearest;
    }
    bits[first + nearest] = 1;
}

qb_status qb_lowering_encode_bits(const qb_lowering *lowering, const double *source, uint8_t *bits)
{
    const qb_encoding *e = &lowering->encoding;
    uint32_t columns = lowering->problem->body.columns, widest = 0;
    memset(bits, 0, lowering->qubo.n);
    if (lowering->problem->kind != QB_KIND_MIP) {
        for (uint32_t j = 0; j < columns; j++)
            bits[j] = source[j] >= 0.5;
        return QB_OK;
    }
    for (uint32_t j = 0; j < columns; j++)
        if (e->start[j + 1] - e->start[j] > widest)
            widest = e->start[j + 1] - e->start[j];
    share *scratch = QB_NEW(share, widest);
    if (!scratch)
        return QB_NO_MEMORY;
    for (uint32_t j = 0; j < columns; j++)
        if (e->start[j] < e->start[j + 1])
            encode_column(e, j, source[j], scratch, bits);
    qb_free(scratch);
    return QB_OK;
}

bool qb_lowering_keeps_columns(const qb_lowering *lowering)
{
    return !lowering->is_qubo && lowering->mip == &lowering->problem->body;
}
