/* A state vector's insides, shared by the files that evolve and that measure it.  Private to the kernel. */
#ifndef QB_KERNELS_STATEVECTOR_STATE_H
#define QB_KERNELS_STATEVECTOR_STATE_H

#include "solvers/kernels/statevector.h"
#include "solvers/kernels/statevector_pass.h"

/* Factors exp(-rate |entry - best|). */
typedef struct qb_sv_gibbs {
    double best, rate;
    double *factor; /* [greatest entry + 1] where entries are indices, else NULL */
} qb_sv_gibbs;

struct qb_statevector {
    const qb_diagonal *diagonal;
    const qb_sv_kernel *kernel;
    qb_precision precision;
    qb_team *team; /* not owned; NULL: the calling thread */
    unsigned low_bits, width_bits;
    size_t pad; /* numbers in a unit of padding, 0: none */
    /* what the last pass sums up beside the expectation, or NULL */
    const double *band;       /* [2] the weight of entries between */
    const qb_sv_gibbs *gibbs; /* every weight times its factor */
    void *array[2];           /* as a pass has them; the adjoint state may be NULL */
};

/* What is done to parts [first, end) of the state, each independent of the others.  sums [end - first] is
 * zero at first. */
typedef void qb_sv_parts(const qb_statevector *state, const void *context, size_t first, size_t end,
                         qb_sv_sums *sums);

/* Calls `function` for parts [0, parts) of 2^part_bits amplitudes each, a power of two of them, in batches
 * between which the budget is asked, and adds their sums up in an order that does not depend on the number of
 * threads.  Spends `charge` units an amplitude.  Errors: QB_STOPPED. */
qb_status qb_sv_sweep(const qb_statevector *state, size_t parts, unsigned part_bits, qb_sv_parts *function,
                      const void *context, uint32_t charge, qb_budget *budget, qb_sv_sums *total);

/* Adds what state->band or state->gibbs asks for in tile `tile` of the last pass to sums->first. */
void qb_sv_add_told(const qb_statevector *state, const qb_sv_pass *pass, size_t tile, qb_sv_sums *sums);

static inline void qb_sv_get(const qb_statevector *state, size_t x, double *re, double *im)
{
    size_t at = qb_sv_at(x, state->pad);
    const double *number = state->array[QB_SV_STATE];
    const float *short_number = state->array[QB_SV_STATE];
    bool is_double = state->precision == QB_DOUBLE;
    *re = is_double ? number[at] : (double)short_number[at];
    *im = is_double ? number[at + QB_SV_BLOCK] : (double)short_number[at + QB_SV_BLOCK];
}

/* |phi(x)|^2 */
static inline double qb_sv_weight(const qb_statevector *state, size_t x)
{
    double re, im;
    qb_sv_get(state, x, &re, &im);
    return re * re + im * im;
}

#endif
