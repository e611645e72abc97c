#include "solvers/kernels/simd.h"

#include <stdatomic.h>
#include <string.h>

/* One more than the selected tier; 0: nothing selected yet. */
static atomic_int selected;

const char *qb_simd_name(qb_simd tier)
{
    static const char *const names[QB_SIMD_COUNT] = {"portable", "avx2", "avx512"};
    return tier < QB_SIMD_COUNT ? names[tier] : "unknown";
}

qb_simd qb_simd_detect(void)
{
#if defined(__x86_64__)
    /* The builtin asks the operating system too whether it saves the wide registers. */
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
        return QB_SIMD_PORTABLE;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
        return QB_SIMD_AVX2;
    return QB_SIMD_AVX512;
#else
    return QB_SIMD_PORTABLE;
#endif
}

qb_simd qb_simd_tier(void)
{
    int choice = atomic_load_explicit(&selected, memory_order_relaxed);
    return choice ? (qb_simd)(choice - 1) : qb_simd_detect();
}

qb_status qb_simd_select(const char *request, qb_diag *diag)
{
    qb_simd best = qb_simd_detect(), tier = best;
    if (request && *request) {
        for (tier = QB_SIMD_PORTABLE; tier < QB_SIMD_COUNT; tier++)
            if (!strcmp(request, qb_simd_name(tier)))
                break;
        if (tier == QB_SIMD_COUNT)
            return qb_fail(diag, QB_BAD_INPUT, "unknown simd tier '%s': portable, avx2 or avx512", request);
        if (tier > best)
            return qb_fail(diag, QB_BAD_INPUT, "this machine has no simd tier '%s': its best is '%s'",
                           request, qb_simd_name(best));
    }
    atomic_store_explicit(&selected, (int)tier + 1, memory_order_relaxed);
    return QB_OK;
}
