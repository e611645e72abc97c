#define _POSIX_C_SOURCE 200809L
#include "solvers/tabu/elite.h"

#include "harness/base/memory.h"

#include <string.h>

qb_status elite_open(elite *e, uint32_t capacity, uint32_t words, uint32_t spacing)
{
    *e = (elite){.capacity = capacity, .words = words, .spacing = spacing};
    e->points = QB_NEW(uint64_t, (size_t)capacity * words);
    return e->points ? QB_OK : QB_NO_MEMORY;
}

void elite_close(elite *e)
{
    qb_free(e->points);
    *e = (elite){0};
}

static uint64_t *place_of(const elite *e, uint32_t k)
{
    return e->points + (size_t)k * e->words;
}

const uint64_t *elite_point(const elite *e, uint32_t k)
{
    return place_of(e, k);
}

static uint32_t distance(const elite *e, const uint64_t *a, const uint64_t *b)
{
    uint32_t bits = 0;
    for (uint32_t w = 0; w < e->words; w++)
        bits += (uint32_t)__builtin_popcountll(a[w] ^ b[w]);
    return bits;
}

/* The member of greatest sense * value. */
static uint32_t extreme(const elite *e, double sense)
{
    uint32_t found = 0;
    for (uint32_t k = 1; k < e->size; k++)
        if (sense * e->value[k] > sense * e->value[found])
            found = k;
    return found;
}

uint32_t elite_best(const elite *e)
{
    return extreme(e, 1);
}

/* Where a new point belongs: with its neighbour, else at the end, else in the place of the worst. */
static uint32_t rival_of(const elite *e, const uint64_t *point)
{
    for (uint32_t k = 0; k < e->size; k++)
        if (distance(e, point, place_of(e, k)) < e->spacing)
            return k;
    return e->size < e->capacity ? e->size : extreme(e, -1);
}

bool elite_offer(elite *e, const uint64_t *point, double value)
{
    uint32_t k = rival_of(e, point);
    if (k < e->size && !(value > e->value[k]))
        return false;
    memcpy(place_of(e, k), point, e->words * sizeof *point);
    e->value[k] = value;
    e->size += k == e->size;
    for (uint32_t other = 0; other < e->size; other++)
        e->paired[k][other] = e->paired[other][k] = false;
    return true;
}

bool elite_pair(elite *e, qb_rng *rng, uint32_t *a, uint32_t *b)
{
    uint64_t met = 0;
    for (uint32_t i = 0; i < e->size; i++)
        for (uint32_t j = 0; j < i; j++)
            if (!e->paired[i][j] && qb_rng_below(rng, ++met) == 0) {
                *a = i;
                *b = j;
            }
    if (met)
        e->paired[*a][*b] = e->paired[*b][*a] = true;
    return met > 0;
}

void elite_clear(elite *e)
{
    e->size = 0;
}
