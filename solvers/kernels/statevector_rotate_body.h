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
    vec overlap;
    double fade[MOST_QUBITS + 1]; /* cos^2k: what makes good for k rotations of a state and of its adjoint */
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

/* Rotates the qubits of the lanes. */
ALWAYS void rotate_lanes(vec *v, unsigned rows, const mixer *m)
{
#define ROTATE_LANE(l) \
    UNROLL for (unsigned r = 0; r < 1u << rows; r++) v[r] = FMA(m->lane[l], EXCHANGE(v[r], l), v[r]);
#if LANE_BITS >= 2
    ROTATE_LANE(0)
    ROTATE_LANE(1)
#endif
#if LANE_BITS >= 3
    ROTATE_LANE(2)
#endif
#if LANE_BITS == 4
    ROTATE_LANE(3)
#endif
#undef ROTATE_LANE
    (void)v;
    (void)rows;
    (void)m;
}

/* sum + lambda . G phi for the qubits of the row bits; two at a time by their sums and differences. */
ALWAYS vec overlap_rows(const vec *phi, const vec *lambda, unsigned rows, vec sum)
{
    UNROLL for (unsigned q = 0; q < rows; q += 2) UNROLL for (unsigned r = 0; r < 1u << rows; r++)
    {
        const bool two = q + 1 < rows;
        unsigned b = r | 1u << q, c = r | 2u << q, d = b | c;
        if (r >> q & 1 || (two && r >> q & 2))
            continue;
        if (two) {
            sum = FMA(phi[r] - phi[d], lambda[b] + lambda[c], sum);
            sum = FNMA(phi[b] + phi[c], lambda[r] - lambda[d], sum);
        } else {
            sum = FMA(phi[r], lambda[b], FNMA(phi[b], lambda[r], sum));
        }
    }
    return sum;
}

/* The same for the qubits of the lanes. */
ALWAYS vec overlap_lanes(const vec *phi, const vec *lambda, unsigned rows, const vec *sign, vec sum)
{
#if LANE_BITS > 0
    UNROLL for (unsigned r = 0; r < 1u << rows; r++)
    {
        vec turned = sign[0] * EXCHANGE(phi[r], 0);
        turned = FMA(sign[1], EXCHANGE(phi[r], 1), turned);
#if LANE_BITS >= 3
        turned = FMA(sign[2], EXCHANGE(phi[r], 2), turned);
#endif
#if LANE_BITS == 4
        turned = FMA(sign[3], EXCHANGE(phi[r], 3), turned);
#endif
        sum = FMA(turned, lambda[r], sum);
    }
#endif
    (void)phi;
    (void)lambda;
    (void)rows;
    (void)sign;
    return sum;
}

#endif
