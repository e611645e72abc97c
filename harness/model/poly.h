/* The polynomial model in spins, degree up to 4, for QAOA and LABS.
 *
 *   H(s) = sum_t c_t prod_{i in S_t} s_i,   s = 2 x - 1,   |S_t| in 0..4
 *   source objective = scale * H + offset
 */
#ifndef QB_MODEL_POLY_H
#define QB_MODEL_POLY_H

#include "harness/model/qubo.h"

typedef struct qb_poly_term {
    uint32_t member[4]; /* ascending; only the first `degree` count */
    uint32_t degree;
    double coefficient;
} qb_poly_term;

typedef struct qb_poly {
    qb_sense sense;
    double offset, scale;
    uint32_t n;
    uint64_t terms;
    const qb_poly_term *term; /* [terms], distinct member sets */
    void *block;
} qb_poly;

/* The spin form of a QUBO: constants go to offset.  O(n + nonzeros).  Free with qb_poly_free. */
qb_status qb_poly_from_qubo(const qb_qubo *qubo, qb_poly *poly, qb_diag *diag);

/* LABS: H(s) = sum_{k=1}^{n-1} (sum_i s_i s_{i+k})^2 / divisor (the published QAOA angles go with divisor 2),
 * minimised, as spin terms of degree 0, 2 and 4.  Source: Packebusch and Mertens, J. Phys. A 49 (2016)
 * 165001. */
qb_status qb_poly_labs(uint32_t n, double divisor, qb_poly *poly, qb_diag *diag);
void qb_poly_free(qb_poly *poly);

/* H(s) at x; O(terms). */
double qb_poly_energy(const qb_poly *poly, const uint8_t *x /* [n] */);

#endif
