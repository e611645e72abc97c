/* The rows of a mip in bits and integers:  lower <= sum_t coefficient_t bit_t <= upper.
 *
 * Each row is scaled to integers, divided by the common divisor of its coefficients, and its bounds are drawn
 * in to what the row can reach; so a violated row misses by at least 1.  Rows that always hold are left out.
 * Private to the lowering.
 */
#ifndef QB_MODEL_BIT_ROWS_H
#define QB_MODEL_BIT_ROWS_H

#include "harness/model/lowering_parts.h"

typedef struct qb_bit_row {
    uint64_t start, end;  /* its terms */
    double least, most;   /* of the sum */
    double lower, upper;  /* least <= lower <= upper <= most */
    bool at_most_one;     /* says: at most one of its literals (bits or their negations) is true */
    bool unbalanced;      /* its penalty is no square but QB_INEQUALITY_UNBALANCED's */
    double weight;        /* of its penalty; set by qb_penalties_weigh */
    uint32_t first_slack; /* slack in 0..upper - lower takes these bits */
    uint32_t slack_bits;
} qb_bit_row;

typedef struct qb_bit_rows {
    uint32_t count;
    qb_bit_row *row;     /* [count] */
    uint32_t *bit;       /* [terms] ascending within a row */
    double *coefficient; /* [terms] integers, not zero */
    uint64_t terms;
    uint32_t slack_bits; /* of all rows */
} qb_bit_rows;

/* The rows, and "exactly one" for each one-hot column.  Slack bits are numbered after those of the encoding.
 * Errors: QB_INFEASIBLE (a row that nothing satisfies), QB_REFUSED (one that nothing within the encoding's
 * reach satisfies, data that no power of ten up to 10^9 or of two makes integers, integers beyond 2^53, too
 * many bits), QB_NO_MEMORY. */
qb_status qb_bit_rows_build(const qb_mip *mip, const qb_encoding *encoding,
                            const qb_lowering_options *options, qb_bit_rows *rows, qb_diag *diag);
void qb_bit_rows_clear(qb_bit_rows *rows);

/* Two neighbouring values of the sum S satisfy it: (S - lower) (S - lower - 1) / 2 is 0 for these and at
 * least 1 for others, and takes no slack.  At most one of some literals is such a row (pairs of true ones are
 * counted), and 0 <= x + x' - 2 y <= 1 is, which says y = x x' (that is Rosenberg's penalty, see
 * quadratise.h). */
static inline bool qb_bit_row_takes_two(const qb_bit_row *row)
{
    return row->upper - row->lower == 1;
}

/* Is an upper (a lower) bound there to be violated? */
static inline bool qb_bit_row_has_upper(const qb_bit_row *row)
{
    return row->upper < row->most;
}

static inline bool qb_bit_row_has_lower(const qb_bit_row *row)
{
    return row->lower > row->least;
}

/* How many of its bits does the row want set, exactly?  0 when it says something else, or wants none or all.
 */
uint32_t qb_bit_row_cardinality(const qb_bit_rows *rows, const qb_bit_row *row);

/* How many products its penalty has. */
uint64_t qb_bit_row_products(const qb_bit_row *row);

#endif
