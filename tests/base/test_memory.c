#include "harness/base/arena.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(memory, blocks_are_aligned_and_zero)
{
    for (size_t count = 0; count < 5000000; count = 3 * count + 1) {
        unsigned char *block = qb_alloc(count, 1);
        cr_assert_not_null(block);
        cr_expect_eq((uintptr_t)block % QB_ALIGNMENT, 0);
        for (size_t k = 0; k < count; k++)
            cr_assert_eq(block[k], 0);
        qb_free(block);
        unsigned char *raw = qb_alloc_raw(count, 1); /* all of it may be written */
        cr_assert_not_null(raw);
        cr_expect_eq((uintptr_t)raw % QB_ALIGNMENT, 0);
        memset(raw, 1, count);
        qb_free(raw);
    }
}

Test(memory, overflow_and_failures_give_null)
{
    cr_expect_null(qb_alloc(SIZE_MAX / 2, 3));
    cr_expect_null(qb_alloc(SIZE_MAX, 1));
    qb_memory_fail_after(1);
    void *first = qb_alloc(1, 1);
    cr_expect_not_null(first);
    cr_expect_null(qb_alloc(1, 1));
    cr_expect_null(qb_alloc_raw(1, 1));
    cr_expect_null(qb_strdup("x"));
    qb_memory_fail_never();
    qb_free(first);
}

Test(memory, growing_keeps_the_content_and_failing_keeps_the_block)
{
    int *block = QB_NEW(int, 3);
    block[2] = 7;
    block = qb_realloc(block, 3, 1000, sizeof *block);
    cr_expect_eq(block[2], 7);
    cr_expect_eq(block[999], 0);
    qb_memory_fail_after(0);
    cr_expect_null(qb_realloc(block, 1000, 2000, sizeof *block));
    qb_memory_fail_never();
    cr_expect_eq(block[2], 7);
    qb_free(block);
}

Test(memory, an_arena_holds_small_and_large)
{
    qb_arena arena = {0};
    char *first = qb_arena_copy(&arena, "first", 5);
    for (int k = 0; k < 10000; k++) {
        double *number = QB_ARENA_NEW(&arena, double, 1);
        cr_assert(*number == 0);
        cr_assert_eq((uintptr_t)number % _Alignof(max_align_t), 0);
        *number = 1;
    }
    unsigned char *large = qb_arena_alloc(&arena, 100000, 1);
    cr_expect_eq(large[99999], 0);
    cr_expect_str_eq(first, "first");
    cr_expect_null(qb_arena_alloc(&arena, SIZE_MAX / 2, 3));
    cr_expect_null(qb_arena_alloc(&arena, SIZE_MAX - 8, 1));
    qb_arena_clear(&arena);
    qb_arena_clear(&arena);
}

/* The first numbers of stream 0 and 1 of seed 1: a change here changes every stored run. */
Test(rng, streams_are_fixed_and_differ)
{
    qb_rng a, b, again;
    qb_rng_init(&a, 1, 0);
    qb_rng_init(&b, 1, 1);
    qb_rng_init(&again, 1, 0);
    for (int k = 0; k < 100; k++) {
        uint64_t x = qb_rng_next(&a);
        cr_expect_eq(x, qb_rng_next(&again));
        cr_expect_neq(x, qb_rng_next(&b));
    }
}

Test(rng, below_is_uniform)
{
    enum { SIDES = 7, ROLLS = 70000 };
    int count[SIDES] = {0};
    double chi_square = 0;
    qb_rng rng;
    qb_rng_init(&rng, 3, 0);
    for (int k = 0; k < ROLLS; k++) {
        uint64_t side = qb_rng_below(&rng, SIDES);
        cr_assert(side < SIDES);
        count[side]++;
    }
    for (int k = 0; k < SIDES; k++)
        chi_square += pow(count[k] - ROLLS / SIDES, 2) / (ROLLS / SIDES);
    cr_expect_lt(chi_square, 22.46); /* 99.9 % of chi-square with 6 degrees of freedom */
    cr_expect_eq(qb_rng_below(&rng, 1), 0);
}

Test(rng, normal_has_its_moments)
{
    enum { DRAWS = 200000 };
    double sum = 0, squares = 0;
    qb_rng rng;
    qb_rng_init(&rng, 4, 0);
    for (int k = 0; k < DRAWS; k++) {
        double z = qb_rng_normal(&rng);
        sum += z;
        squares += z * z;
    }
    cr_expect_lt(fabs(sum / DRAWS), 0.01);          /* 4.5 standard errors */
    cr_expect_lt(fabs(squares / DRAWS - 1), 0.015); /* 4.7 standard errors */
}

Test(memory, maps_zeroed_huge_page_aligned_blocks)
{
    size_t bytes = ((size_t)5 << 20) + 123;
    unsigned char *block = qb_map(bytes);
    cr_assert_not_null(block);
    cr_expect_eq((uintptr_t)block % ((size_t)2 << 20), 0);
    for (size_t k = 0; k < bytes; k += 4093)
        cr_expect_eq(block[k], 0);
    memset(block, 0xA5, bytes);
    qb_unmap(block, bytes);
    for (size_t turn = 0; turn < 3; turn++) { /* small ones come again, and are zeroed again */
        block = qb_map(5000);
        cr_assert_not_null(block);
        cr_expect_eq((uintptr_t)block % QB_ALIGNMENT, 0);
        for (size_t k = 0; k < 5000; k++)
            cr_expect_eq(block[k], 0);
        memset(block, 0xA5, 5000);
        qb_unmap(block, 5000);
    }
    cr_expect_null(qb_map(0));
    cr_expect_null(qb_map(SIZE_MAX));
    qb_memory_fail_after(0);
    cr_expect_null(qb_map(1));
    qb_memory_fail_never();
    qb_unmap(NULL, 0);
}
