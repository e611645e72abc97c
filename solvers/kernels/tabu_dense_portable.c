/* The passes of the dense tabu walker in portable C: these define the result. */
#include "solvers/kernels/tabu_dense.h"

#include <math.h>

#define PASS(name, coupling, gain_type, lowest)                                                              \
    static qb_tabu_pick name(const void *couplings, void *gains, const uint64_t *side, const uint64_t *open, \
                             uint64_t flip, qb_tabu_sweep sweep)                                             \
    {                                                                                                        \
        const coupling *w = couplings;                                                                       \
        gain_type *gain = gains, most = lowest;                                                              \
        uint32_t best = 0;                                                                                   \
        for (uint32_t left = sweep.words, word = sweep.first; left > 0; left--) {                            \
            uint64_t minus = side[word] ^ flip, may = open[word];                                            \
            uint32_t passed = sweep.words - left;                                                            \
            for (uint32_t lane = 0; lane < 64; lane++) {                                                     \
                size_t i = 64 * (size_t)word + lane;                                                         \
                gain_type change = (gain_type)w[i];                                                          \
                gain[i] = (gain_type)(minus >> lane & 1 ? gain[i] - change : gain[i] + change);              \
                if ((may >> lane & 1) && gain[i] >= most) {                                                  \
                    uint32_t tag = qb_tabu_tag(sweep, lane, passed);                                         \
                    best = gain[i] > most || tag > best ? tag : best;                                        \
                    most = gain[i];                                                                          \
                }                                                                                            \
            }                                                                                                \
            word = word + 1 < sweep.words ? word + 1 : 0;                                                    \
        }                                                                                                    \
        return (qb_tabu_pick){(double)most, best};                                                           \
    }

PASS(i8_i16, int8_t, int16_t, INT16_MIN)
PASS(i8_i32, int8_t, int32_t, INT32_MIN)
PASS(i16_i32, int16_t, int32_t, INT32_MIN)
PASS(i32_i32, int32_t, int32_t, INT32_MIN)
PASS(f64_f64, double, double, -INFINITY)

qb_tabu_pass *const qb_tabu_pass_portable[QB_TABU_LANES_COUNT] = {i8_i16, i8_i32, i16_i32, i32_i32, f64_f64};
