/* Products of 0/1 literals in a program whose objective holds pairs and whose rows are linear.
 *
 * A product of two literals becomes a column y of its own, behind all others, held to it by a row behind all
 * others:
 *
 *   0 <= l + l' - 2 y <= 1     l is x or 1 - x
 *
 * which 0/1 values satisfy exactly where y = l l'; a qubo says it by Rosenberg's penalty, without slack.
 * Longer products are chains of these, in the order of their columns, and share what they have in common. The
 * column is called `x1.x2`, with a ~ behind a negated factor.
 */
#ifndef QB_INSTANCES_PRODUCTS_H
#define QB_INSTANCES_PRODUCTS_H

#include "instances/mip_draft.h"

typedef struct qb_literal {
    uint32_t column;
    bool negated;
} qb_literal;

typedef struct qb_product_column {
    qb_literal factor[2];
    uint32_t line; /* where it occurred first */
} qb_product_column;

/* Zero-initialise it ({0}). */
typedef struct qb_product_columns {
    qb_product_column *product; /* [count]: those of the columns from `first` on */
    uint32_t count, capacity, first;
} qb_product_columns;

/* Replaces literal [*count], *count >= 1, by at most `most` (1 or 2) with the same product, which may be new
 * columns of the draft; *count is 0 afterwards where the product is, of an x and its negation.  The draft's
 * columns have names, and no others are added once there are products.  Errors: QB_BAD_INPUT (a name is
 * taken), QB_NO_MEMORY.  O(count log count). */
qb_status qb_products_reduce(qb_product_columns *products, qb_mip_draft *draft, const qb_scan *scan,
                             qb_literal *literal, size_t *count, size_t most);

/* Adds the rows that define the columns. */
qb_status qb_products_define(const qb_product_columns *products, qb_mip_draft *draft, const qb_scan *scan);

void qb_products_free(qb_product_columns *products);

#endif
