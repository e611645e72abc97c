#include "harness/model/poly.h"

#include "harness/base/memory.h"
#include "harness/model/sum.h"

#include <inttypes.h>
#include <math.h>

/* x = (1 + s) / 2: l x = l/2 + l/2 s,  w x x' = w/4 (1 + s + s' + s s'). */
qb_status qb_poly_from_qubo(const qb_qubo *qubo, qb_poly *poly, qb_diag *diag)
{
    qb_poly_term *term = QB_NEW(qb_poly_term, (size_t)qubo->n + qubo->nonzeros / 2);
    if (!term)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory building the spin model");
    uint64_t terms = 0;
    qb_sum constant = {0};
    for (uint32_t i = 0; i < qubo->n; i++) {
        double half = qb_qubo_linear(qubo, i) / 2;
        qb_sum field = {.total = half};
        qb_sum_add(&constant, half);
        for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1]; k++) {
            double quarter = qb_qubo_weight(qubo, k) / 4;
            qb_sum_add(&field, quarter);
            if (qubo->neighbour[k] > i)
                qb_sum_add(&constant, quarter);
        }
        if (qb_sum_value(field) != 0)
            term[terms++] = (qb_poly_term){{i}, 1, qb_sum_value(field)};
    }
    for (uint32_t i = 0; i < qubo->n; i++)
        for (uint64_t k = qubo->start[i]; k < qubo->start[i + 1]; k++)
            if (qubo->neighbour[k] > i)
                term[terms++] = (qb_poly_term){{i, qubo->neighbour[k]}, 2, qb_qubo_weight(qubo, k) / 4};
    *poly = (qb_poly){
        .sense = qubo->sense,
        .offset = qubo->offset + qubo->scale * qb_sum_value(constant),
        .scale = qubo->scale,
        .n = qubo->n,
        .terms = terms,
        .term = term,
        .block = term,
    };
    return QB_OK;
}

/* Products of four different spins in C_k^2, all k: the sets {a, a + k, c, c + k} with a + k < c.  Each comes
 * from lag k and again from lag c - a. */
static uint64_t labs_quartic_terms(uint64_t n)
{
    uint64_t count = 0;
    for (uint64_t k = 1; 2 * k + 1 < n; k++) {
        uint64_t gaps = n - 1 - 2 * k;
        count += gaps * (gaps + 1) / 2;
    }
    return count;
}

/* C_k^2 = (n - k) + 2 sum_{a<c} s_a s_{a+k} s_c s_{c+k}; where c = a + k two spins cancel and s_a s_{a+2k}
 * stays. */
qb_status qb_poly_labs(uint32_t n, double divisor, qb_poly *poly, qb_diag *diag)
{
    const uint32_t longest = 1000; /* 8e7 quartic terms, 3 GiB: far beyond any simulation */
    if (n < 1 || n > longest || !(divisor > 0) || !isfinite(divisor))
        return qb_fail(diag, QB_BAD_INPUT, "labs takes lengths from 1 to %" PRIu32 " and a positive divisor",
                       longest);
    uint64_t quadratic = 0;
    for (uint32_t k = 1; 2 * k < n; k++)
        quadratic += n - 2 * k;
    uint64_t terms = 1 + quadratic + labs_quartic_terms(n);
    qb_poly_term *term = QB_NEW(qb_poly_term, terms), *next = term;
    if (!term)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory building the spin model");
    *next++ = (qb_poly_term){{0}, 0, (double)n * (n - 1) / 2 / divisor};
    for (uint32_t k = 1; 2 * k < n; k++)
        for (uint32_t a = 0; a + 2 * k < n; a++)
            *next++ = (qb_poly_term){{a, a + 2 * k}, 2, 2 / divisor};
    for (uint32_t k = 1; 2 * k + 1 < n; k++)
        for (uint32_t a = 0; a + 2 * k + 1 < n; a++)
            for (uint32_t c = a + k + 1; c + k < n; c++)
                *next++ = (qb_poly_term){{a, a + k, c, c + k}, 4, 4 / divisor};
    *poly = (qb_poly){
        .sense = QB_MINIMISE, .scale = divisor, .n = n, .terms = terms, .term = term, .block = term};
    return QB_OK;
}

void qb_poly_free(qb_poly *poly)
{
    if (!poly)
        return;
    qb_free(poly->block);
    *poly = (qb_poly){0};
}

double qb_poly_energy(const qb_poly *poly, const uint8_t *x)
{
    qb_sum energy = {0};
    for (uint64_t t = 0; t < poly->terms; t++) {
        const qb_poly_term *term = &poly->term[t];
        unsigned down = 0;
        for (uint32_t k = 0; k < term->degree; k++)
            down ^= !x[term->member[k]];
        qb_sum_add(&energy, down ? -term->coefficient : term->coefficient);
    }
    return qb_sum_value(energy);
}
