/* Rotations of qubits, in rows of vectors and in the lanes of one.  Part of statevector_tmpl.h. */
#ifndef QB_KERNELS_STATEVECTOR_ROTATE_BODY_H
#define QB_KERNELS_STATEVECTOR_ROTATE_BODY_H

#include "solvers/kernels/statevector_vec_body.h"

#define MOST_QUBITS QB_COST_VARIABLES

/* A rotation with its constants spread over lanes, and the overlap that it adds up on its way back. */
typedef struct mixer {
    bool on;
    vec tangent;
    vec lane[LANE_BITS + 1]; /* the tangent with the signs of the qubit that is bit l of the lane */
    vec coupling[2];         /* with those of the eliminated qubit, by the parity of the row */
    bool both;               /* turn the adjoint state too */
    vec overlap;
    double fade[MOST_QUBITS + 1]; /* cos^2k: what makes good for k rotations of a state and of its adjoint */
    vec lane_fade[LANE_BITS + 1]; /* that of the qubits before, with the signs of bit l */
} mixer;

static mixer mixer_make(const qb_sv_pass *pass, qb_rotation r)
{
    mixer m = {.on = r.on, .tangent = splat(r.tangent), .fade = {1}};
    for (unsigned k = 0; k < MOST_QUBITS; k++)
        m.fade[k + 1] = m.fade[k] * r.cosine * r.cosine;
    REAL signs[LANES];
    for (int l = 0; l < LANE_BITS; l++) {
        for (size_t lane = 0; lane < LANES; lane++)
            signs[lane] = (REAL)(lane >> l & 1 ? r.tangent : -r.tangent);
        m.lane[l] = load(signs);
        for (size_t lane = 0; lane < LANES; lane++)
            signs[lane] = (REAL)(lane >> l & 1 ? m.fade[l] : -m.fade[l]);
        m.lane_fade[l] = load(signs);
    }
    for (size_t odd = 0; odd < 2; odd++) {
        for (size_t lane = 0; lane < LANES; lane++)
            signs[lane] = (REAL)(__builtin_parityll(lane ^ odd) ? -r.tangent * pass->coupling_sign
                                                                : r.tangent * pass->coupling_sign);
        m.coupling[odd] = load(signs);
    }
    return m;
}

/* Rotates the qubits of the row bits of v[2^rows]. */
ALWAYS void rotate_rows(vec *v, unsigned rows, const mixer *m)
{
    UNROLL for (unsigned q = 0; q < rows; q++) UNROLL for (unsigned r = 0; r < 1u << rows; r++)
    {
        if (r >> q & 1)
            continue;
        vec a = v[r], b = v[r | 1u << q];
        v[r] = FNMA(m->tangent, b, a);
        v[r | 1u << q] = FMA(m->tangent, a, b);
    }
}

/* Calls F(l) for every qubit l of the lanes. */
#if LANE_BITS == 0
#define EACH_LANE_QUBIT(F)
#elif LANE_BITS == 2
#define EACH_LANE_QUBIT(F) F(0) F(1)
#elif LANE_BITS == 3
#define EACH_LANE_QUBIT(F) F(0) F(1) F(2)
#else
#define EACH_LANE_QUBIT(F) F(0) F(1) F(2) F(3)
#endif

/* Rotates the qubits of the lanes. */
ALWAYS void rotate_lanes(vec *v, unsigned rows, const mixer *m)
{
#define ROTATE_LANE(l) \
    UNROLL for (unsigned r = 0; r < 1u << rows; r++) v[r] = FMA(m->lane[l], EXCHANGE(v[r], l), v[r]);
    EACH_LANE_QUBIT(ROTATE_LANE)
#undef ROTATE_LANE
    (void)v;
    (void)rows;
    (void)m;
}

/* Row r of G phi for two qubits, given phi's 0 - 3 and 1 + 2. */
ALWAYS vec generated(unsigned r, vec difference, vec sum)
{
    return r == 0 ? -sum : r == 3 ? sum : difference;
}

/* lambda . G phi for the qubits of the row bits, two qubits at a time; each row of lambda is used once. */
ALWAYS vec overlap_rows(const vec *phi, const vec *lambda, unsigned rows)
{
    vec total[2] = {splat(0), splat(0)}, difference[4], sum[4];
    if (rows == 0)
        return total[0];
    if (rows == 1)
        return FMS(phi[0], lambda[1], phi[1] * lambda[0]);
    UNROLL for (unsigned i = 0; rows == 4 && i < 4; i++)
    {
        difference[i] = phi[i] - phi[12 + i];
        sum[i] = phi[4 + i] + phi[8 + i];
    }
    UNROLL for (unsigned k = 0; k < 1u << rows; k += 4)
    {
        const vec near_difference = phi[k] - phi[k + 3], near_sum = phi[k + 1] + phi[k + 2];
        UNROLL for (unsigned i = 0; i < 4; i++)
        {
            vec row = generated(i, near_difference, near_sum);
            if (rows == 3)
                row += k ? phi[i] : -phi[4 + i];
            if (rows == 4)
                row += generated(k / 4, difference[i], sum[i]);
            total[i % 2] = FMA(row, lambda[k + i], total[i % 2]);
        }
    }
    return total[0] + total[1];
}

/* Rotates the qubits of the lanes of both and returns their overlap before that. */
ALWAYS vec turn_lanes(vec *phi, vec *lambda, unsigned rows, const mixer *m)
{
    vec total = {0};
#define TURN_LANE(l)                                       \
    {                                                      \
        vec sum = {0};                                     \
        UNROLL for (unsigned r = 0; r < 1u << rows; r++)   \
        {                                                  \
            vec other = EXCHANGE(phi[r], l);               \
            sum = FMA(other, lambda[r], sum);              \
            phi[r] = FMA(m->lane[l], other, phi[r]);       \
            other = EXCHANGE(lambda[r], l);                \
            lambda[r] = FMA(m->lane[l], other, lambda[r]); \
        }                                                  \
        total = FMA(m->lane_fade[l], sum, total);          \
    }
    EACH_LANE_QUBIT(TURN_LANE)
#undef TURN_LANE
    (void)phi;
    (void)lambda;
    (void)rows;
    (void)m;
    return total;
}

#endif
