/* What the parts of the lowering share.  Private to lowering*.c and encoding.c. */
#ifndef QB_MODEL_LOWERING_PARTS_H
#define QB_MODEL_LOWERING_PARTS_H

#include "harness/base/text.h"
#include "harness/model/lowering.h"

#define QB_LOWERING_PAIRS_MOST UINT64_C(50000000) /* products, before anything is allocated for them */
#define QB_LOWERING_BITS_MOST  UINT64_C(50000000) /* bits, likewise */
#define QB_EXACT_MOST          0x1p53             /* integers below are exact in a double */

/* v_j = base_j + sum_{start_j <= b < start_{j+1}} step_b * bit_b: every value of the column's range can be
 * said, and with a one-hot column's "exactly one bit" nothing beyond. */
typedef struct qb_encoding {
    uint32_t columns, bits;
    double *base;    /* [columns] */
    uint32_t *start; /* [columns + 1] */
    double *step;    /* [bits] multiples of 1 / grid; a one-hot column's first step is 0 */
    double grid;     /* 1, or the multiplier that makes options.resolution an integer */
    bool complete;   /* no feasible vector is out of its reach */
} qb_encoding;

/* Encodes the columns for which wanted is set (NULL: all) within what the rows leave of their bounds; the
 * others get no bits and base 0.  Errors: QB_REFUSED (continuous without a resolution, unbounded or too wide
 * a range, too many bits), QB_INFEASIBLE (qb_bounds_tighten), QB_BAD_INPUT (options), QB_NO_MEMORY. */
qb_status qb_encoding_build(const qb_mip *mip, const bool *wanted /* [columns] */,
                            const qb_lowering_options *options, qb_encoding *encoding, qb_diag *diag);
void qb_encoding_clear(qb_encoding *encoding);

static inline bool qb_encoding_is_one_hot(const qb_encoding *encoding, uint32_t column)
{
    uint32_t first = encoding->start[column];
    return first < encoding->start[column + 1] && encoding->step[first] == 0;
}

/* Powers of two up to limit, then limit again and again, and last what is missing, so that the sums are
 * exactly 0..range; returns how many.  step may be NULL.  range < 2^53, limit >= 1. Source: S. Karimi and P.
 * Ronagh, "Practical integer-to-binary mapping for quantum annealers", Quantum Information Processing 18
 * (2019) 94. */
uint64_t qb_encoding_steps(double range, double limit, double *step);

/* The limit for these options; INFINITY unless they bound it. */
double qb_encoding_limit(const qb_lowering_options *options);

/* The quadratic objective sum_k w_k v_i v_j in bits.  A column that is wanted (all, when wanted is NULL) has
 * the bits of the encoding, bit b as literal first_bit + b; any other is binary and literal j itself.  What
 * is linear goes to column [columns] (per unit of v_j) and to literal (per literal), the rest to product,
 * unsorted and with repetitions, i < j.  The count is an upper limit on products. */
typedef struct qb_expansion {
    double multiplier; /* weights are taken times this, as integers; 0: as they are */
    double constant;
    double *column, *literal;
    uint64_t products;
    qb_pair *product;
} qb_expansion;

uint64_t qb_expansion_count(const qb_mip *mip, const qb_encoding *encoding, const bool *wanted);
void qb_expansion_run(const qb_mip *mip, const qb_encoding *encoding, const bool *wanted, uint32_t first_bit,
                      qb_expansion *expansion);

struct qb_lowering {
    const qb_problem *problem;
    qb_lowering_options options;
    const qb_qubo *built; /* of a qubo source; NULL: was not */
    bool is_qubo;         /* else the model is mip */
    qb_qubo qubo;         /* the model, or what was linearised */
    qb_problem target;    /* a mip that was rewritten */
    const qb_mip *mip;    /* the source's or the target's */
    qb_encoding encoding; /* mip to qubo */
    uint32_t *groups;     /* the block behind qubo.group_start and qubo.group_member */
    double scale, offset; /* source value = scale * claim + offset */
    bool inexact;         /* see qb_lowering_is_exact */
    /* facts for the record */
    const char *form;   /* "none", "bits", "standard", "compact" or "binary" */
    uint64_t triangles; /* whose inequalities were added */
    uint32_t slack;     /* bits that encode slack */
    uint32_t penalised; /* rows that became penalties */
    double penalty_least, penalty_most;
    qb_text record;
};

/* The factor on the bound; 0 where the rule is a proof's. */
static inline double qb_penalty_factor(const qb_lowering_options *options)
{
    if (options->penalty == QB_PENALTY_SEARCH && options->factor == 0)
        return 1;
    return options->penalty >= QB_PENALTY_FACTOR ? options->factor : 0;
}

/* Each fills its part of a zeroed lowering; what is filled is freed by qb_lowering_free. */
qb_status qb_lower_qubo_to_mip(qb_lowering *lowering, qb_diag *diag);
qb_status qb_lower_quadratic_mip(qb_lowering *lowering, qb_diag *diag);
qb_status qb_lower_mip_to_qubo(qb_lowering *lowering, qb_diag *diag);

#endif
