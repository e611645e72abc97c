#include "tests/kernels/group_cases.h"
#include "tests/kernels/anneal_cases.h"

enum { GROUPS = 3 };
static const uint32_t start[] = {0, 3, 6, 10}, ones[] = {1, 1, 2}, member[] = {4, 0, 7, 1, 9, 2, 3, 5, 8, 11};

void grouped_mark(qb_qubo *model)
{
    model->groups = 2;
    model->cardinalities = 1;
    model->group_start = start;
    model->group_ones = ones;
    model->group_member = member;
}

qb_qubo grouped_build(bool real, qb_sense sense, uint64_t seed)
{
    qb_qubo q = model_build(
        (model_spec){.n = GROUPED_N, .density = 0.7, .weight = 9, .linear = 9, .real = real, .sense = sense},
        seed);
    grouped_mark(&q);
    return q;
}

static uint32_t mask_of(uint32_t g)
{
    uint32_t mask = 0;
    for (uint32_t k = start[g]; k < start[g + 1]; k++)
        mask |= 1u << member[k];
    return mask;
}

bool grouped_keeps(const uint8_t *x)
{
    for (uint32_t g = 0; g < GROUPS; g++)
        if ((uint32_t)__builtin_popcount(grouped_write(x) & mask_of(g)) != ones[g])
            return false;
    return true;
}

void grouped_read(uint32_t state, uint8_t *x)
{
    for (uint32_t i = 0; i < GROUPED_N; i++)
        x[i] = state >> i & 1;
}

uint32_t grouped_write(const uint8_t *x)
{
    uint32_t state = 0;
    for (uint32_t i = 0; i < GROUPED_N; i++)
        state |= (uint32_t)x[i] << i;
    return state;
}

/* Where a one-hot group's one stands. */
static uint32_t place_of(uint32_t state, uint32_t g)
{
    uint32_t k = start[g];
    while (!(state >> member[k] & 1))
        k++;
    return k - start[g];
}

bool grouped_is_move(uint32_t a, uint32_t b)
{
    uint32_t differ = a ^ b, bits = (uint32_t)__builtin_popcount(differ);
    if (bits == 1)
        return true;
    for (uint32_t g = 0; g < GROUPS; g++)
        if (bits == 2 && !(differ & ~mask_of(g)))
            return true;
    return bits == 4 && !(differ & ~(mask_of(0) | mask_of(1))) && place_of(a, 0) == place_of(b, 1) &&
           place_of(a, 1) == place_of(b, 0);
}
