/* The passes of the dense tabu walker in portable C: these define the result. */
#include "solvers/kernels/tabu_dense.h"

#include <math.h>

#define PASS(name, coupling, gain_type, lowest)                                                              \
    static qb_tabu_pick name(const void *couplings, void *gains, const uint64_t *side, const uint64_t *open, \
                             uint64_t flip, uint32_t words)                                                  \
    {                                                                                                        \
        const coupling *w = couplings;                                                                       \
        gain_type *gain = gains, most = lowest;                                                              \
        uint32_t index = QB_TABU_NONE;                                                                       \
        for (uint32_t i = 0; i < 64 * words; i++) {                                                          \
            bool minus = (side[i / 64] ^ flip) >> (i % 64) & 1;                                              \
            gain[i] = (gain_type)(gain[i] + (minus ? -(gain_type)w[i] : (gain_type)w[i]));                   \
            if (qb_tabu_bit(open, i) && gain[i] > most) {                                                    \
                most = gain[i];                                                                              \
                index = i;                                                                                   \
            }                                                                                                \
        }                                                                                                    \
        return (qb_tabu_pick){(double)most, index};                                                          \
    }

PASS(i8_i16, int8_t, int16_t, INT16_MIN)
PASS(i8_i32, int8_t, int32_t, INT32_MIN)
PASS(i16_i32, int16_t, int32_t, INT32_MIN)
PASS(i32_i32, int32_t, int32_t, INT32_MIN)
PASS(f64_f64, double, double, -INFINITY)

qb_tabu_pass *const qb_tabu_pass_portable[QB_TABU_LANES_COUNT] = {i8_i16, i8_i32, i16_i32, i32_i32, f64_f64};
