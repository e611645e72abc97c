#include "solvers/kernels/simd.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(simd, selects_by_name_and_keeps_the_selection_on_error)
{
    qb_diag diag = {0};
    cr_assert_eq(qb_simd_tier(), qb_simd_detect());
    cr_assert_eq(qb_simd_select("portable", &diag), QB_OK);
    cr_assert_eq(qb_simd_tier(), QB_SIMD_PORTABLE);
    cr_assert_eq(qb_simd_select("sse9", &diag), QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "'sse9'"));
    cr_assert_eq(qb_simd_tier(), QB_SIMD_PORTABLE);
    cr_assert_eq(qb_simd_select(NULL, &diag), QB_OK);
    cr_assert_eq(qb_simd_tier(), qb_simd_detect());
    cr_assert_eq(qb_simd_select("", &diag), QB_OK);
    cr_assert_eq(qb_simd_tier(), qb_simd_detect());
}

Test(simd, refuses_a_tier_that_the_machine_lacks)
{
    for (uint32_t t = 0; t < QB_SIMD_COUNT; t++) {
        qb_status expected = t <= (uint32_t)qb_simd_detect() ? QB_OK : QB_BAD_INPUT;
        cr_assert_eq(qb_simd_select(qb_simd_name((qb_simd)t), NULL), expected, "%s",
                     qb_simd_name((qb_simd)t));
    }
}
