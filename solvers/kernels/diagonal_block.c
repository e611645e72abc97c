#include "solvers/kernels/diagonal_block.h"
#include "harness/base/clones.h"

#include <string.h>

enum { LANES = 8, OCTETS = QB_BLOCK_SIZE / LANES };

typedef double octet __attribute__((vector_size(64)));

/* Yates's transform: bits 0 to 2 within an octet and bit 3 between two, then three bits a pass. */
static QB_CLONES void sum_subsets(qb_diagonal_block *block)
{
    const octet none = {0};
    octet *v = (octet *)block->value;
    for (size_t i = 0; i < OCTETS; i += 2) {
        octet a = v[i], b = v[i + 1];
        a += __builtin_shufflevector(none, a, 0, 8, 2, 10, 4, 12, 6, 14);
        b += __builtin_shufflevector(none, b, 0, 8, 2, 10, 4, 12, 6, 14);
        a += __builtin_shufflevector(none, a, 0, 1, 8, 9, 4, 5, 12, 13);
        b += __builtin_shufflevector(none, b, 0, 1, 8, 9, 4, 5, 12, 13);
        a += __builtin_shufflevector(none, a, 0, 1, 2, 3, 8, 9, 10, 11);
        b += __builtin_shufflevector(none, b, 0, 1, 2, 3, 8, 9, 10, 11);
        v[i] = a;
        v[i + 1] = a + b;
    }
    for (size_t q = 2; q < OCTETS; q *= 8)
        for (size_t start = 0; start < OCTETS; start += 8 * q)
            for (octet *p = v + start; p < v + start + q; p++) {
                octet a = p[0], b = p[q] + a, c = p[2 * q], d = p[3 * q] + c;
                octet e = p[4 * q], f = p[5 * q] + e, g = p[6 * q], h = p[7 * q] + g;
                c += a, d += b, g += e, h += f;
                p[q] = b, p[2 * q] = c, p[3 * q] = d;
                p[4 * q] = e + a, p[5 * q] = f + b, p[6 * q] = g + c, p[7 * q] = h + d;
            }
}

static QB_CLONES void range(const qb_diagonal_block *block, double *least, double *greatest)
{
    double low[LANES], high[LANES];
    for (int lane = 0; lane < LANES; lane++)
        low[lane] = *least, high[lane] = *greatest;
    for (const double *v = block->value; v < block->value + QB_BLOCK_SIZE; v += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            low[lane] = v[lane] < low[lane] ? v[lane] : low[lane];
            high[lane] = v[lane] > high[lane] ? v[lane] : high[lane];
        }
    for (int lane = 0; lane < LANES; lane++) {
        *least = low[lane] < *least ? low[lane] : *least;
        *greatest = high[lane] > *greatest ? high[lane] : *greatest;
    }
}

static QB_CLONES void write_entries(const qb_diagonal_block *block, const qb_diagonal *d, size_t start,
                                    size_t count)
{
    const double *value = block->value, origin = d->origin, per_unit = 1 / d->unit;
    uint8_t *bytes = (uint8_t *)d->entry + start;
    uint16_t *words = (uint16_t *)d->entry + start;
    if (d->width == QB_COST_BYTE)
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)(int32_t)((value[i] - origin) * per_unit + 0.5);
    else if (d->width == QB_COST_WORD)
        for (size_t i = 0; i < count; i++)
            words[i] = (uint16_t)(int32_t)((value[i] - origin) * per_unit + 0.5);
    else
        memcpy((double *)d->entry + start, value, count * sizeof *value);
}

void qb_block_sum_subsets(qb_diagonal_block *block)
{
    sum_subsets(block);
}

void qb_block_range(const qb_diagonal_block *block, double *least, double *greatest)
{
    range(block, least, greatest);
}

void qb_block_write(const qb_diagonal_block *block, const qb_diagonal *diagonal, size_t start, size_t count)
{
    write_entries(block, diagonal, start, count);
}
