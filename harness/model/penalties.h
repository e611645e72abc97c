/* Penalties for rows in bits: how heavy, and their terms.  Private to the lowering.
 *
 * The cost below is the objective to be minimised: the source's, or its negative for maximisation.
 */
#ifndef QB_MODEL_PENALTIES_H
#define QB_MODEL_PENALTIES_H

#include "harness/model/bit_rows.h"

typedef struct qb_bit_cost {
    uint32_t bits;
    const double *linear; /* [bits] */
    uint64_t products;
    const qb_pair *product; /* [products] may repeat */
    double sign;            /* +1: minimised, -1: maximised */
    bool integral;          /* all of it is integers */
} qb_bit_cost;

/* Sets the weight of every row by the rule (see qb_penalty_rule).  Errors: QB_NO_MEMORY.
 * O(bits + products + terms). */
qb_status qb_penalties_weigh(const qb_bit_cost *cost, const qb_lowering_options *options, qb_bit_rows *rows);

/* Adds sign * weight * penalty of a row (its slack in steps up to limit) to constant, to linear [bits and
 * slack bits] and, from *products on, to product (i < j, unsorted).  Errors: QB_NO_MEMORY.  O(terms^2), as
 * many as there are products. */
qb_status qb_penalties_add(const qb_bit_rows *rows, const qb_bit_row *row, double sign, double limit,
                           double *constant, double *linear, qb_pair *product, uint64_t *products);

#endif
