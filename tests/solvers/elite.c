/* The elite population of the tabu solver. */
#include "solvers/tabu/elite.h"

#include "harness/base/memory.h"

#include <criterion/criterion.h>

static elite fresh(uint32_t capacity, uint32_t spacing)
{
    elite e;
    cr_assert_eq(elite_open(&e, capacity, 2, spacing), QB_OK);
    return e;
}

static bool offer(elite *e, uint64_t low, uint64_t high, double value)
{
    uint64_t point[2] = {low, high};
    return elite_offer(e, point, value);
}

Test(elite, the_worst_makes_room_for_the_better)
{
    elite e = fresh(3, 1);
    cr_assert(offer(&e, 1, 0, 5));
    cr_assert(offer(&e, 2, 0, 3));
    cr_assert(offer(&e, 0, 1, 4));
    cr_assert_eq(e.size, 3);
    cr_assert_not(offer(&e, 8, 0, 3)); /* no better than the worst */
    cr_assert(offer(&e, 8, 0, 6));
    cr_assert_eq(e.size, 3);
    cr_assert_eq(e.value[elite_best(&e)], 6);
    cr_assert_eq(elite_point(&e, elite_best(&e))[0], 8);
    for (uint32_t k = 0; k < e.size; k++)
        cr_assert_neq(e.value[k], 3);
    elite_close(&e);
}

Test(elite, neighbours_compete_with_each_other_only)
{
    elite e = fresh(3, 3);
    cr_assert(offer(&e, 0, 0, 5));
    cr_assert(offer(&e, 0xff, 0, 1));
    cr_assert_not(offer(&e, 3, 0, 4)); /* two bits from the first, and worse: not even while there is room */
    cr_assert_eq(e.size, 2);
    cr_assert(offer(&e, 3, 0, 6)); /* in its place, though another is worse */
    cr_assert_eq(e.size, 2);
    cr_assert_eq(e.value[0], 6);
    cr_assert_eq(e.value[1], 1);
    elite_close(&e);
}

Test(elite, every_pair_once_and_again_after_a_change)
{
    elite e = fresh(5, 1);
    qb_rng rng;
    qb_rng_init(&rng, 1, 0);
    uint32_t a, b, seen[5][5] = {{0}};
    cr_assert_not(elite_pair(&e, &rng, &a, &b));
    for (uint64_t k = 0; k < 5; k++)
        offer(&e, k, 7, (double)k);
    for (int k = 0; k < 10; k++) {
        cr_assert(elite_pair(&e, &rng, &a, &b));
        cr_assert_neq(a, b);
        cr_assert_eq(seen[a][b]++, 0);
        cr_assert_eq(seen[b][a], 0);
    }
    cr_assert_not(elite_pair(&e, &rng, &a, &b));
    cr_assert(offer(&e, 99, 7, 99)); /* replaces member 0: its four pairs are new */
    for (int k = 0; k < 4; k++) {
        cr_assert(elite_pair(&e, &rng, &a, &b));
        cr_assert(a == 0 || b == 0);
    }
    cr_assert_not(elite_pair(&e, &rng, &a, &b));
    elite_clear(&e);
    cr_assert_not(elite_pair(&e, &rng, &a, &b));
    elite_close(&e);
}

Test(elite, needs_memory)
{
    elite e;
    qb_memory_fail_after(0);
    cr_assert_eq(elite_open(&e, 3, 2, 1), QB_NO_MEMORY);
    qb_memory_fail_never();
    elite_close(&e);
}
