/* Lowering: rewriting a source problem into the model a solver accepts, with the way back.
 *
 *   qubo, ising, maxcut -> qubo   change of variables, exact
 *   qubo, ising, maxcut -> mip    the qubo model, its products linearised
 *   mip -> mip                    as it is; products in the objective linearised
 *   mip -> qubo                   bounded integers as bits, rows as penalties (lowering_mip_to_qubo.c)
 *
 * A lowering is a pure function of (problem, options): the run's process builds it inside its budget, and the
 * parent builds it again to decode what was published.  The record (encoding, penalties, qubits, density,
 * bits) is stored with the run.  Cost: O(nonzeros), plus the inherent fill of m(m-1)/2 products for a row of
 * m terms that becomes a penalty.
 */
#ifndef QB_MODEL_LOWERING_H
#define QB_MODEL_LOWERING_H

#include "harness/model/problem.h"
#include "harness/model/qubo.h"

/* A mip solver takes linear objectives; one that takes quadratic ones too says QB_TAKES_QUADRATIC as well. */
enum { QB_TAKES_QUBO = 1, QB_TAKES_MIP = 2, QB_TAKES_QUADRATIC = 4 };

/* Penalty weights.  A violated row costs at least 1 times its weight, because rows are integers (divided by
 * their common divisor) and the penalty is zero where the row holds. */
typedef enum qb_penalty_rule {
    QB_PENALTY_BOUND,  /* one weight above the objective's range: whatever violates a row costs more than all
                          that is feasible */
    QB_PENALTY_TIGHT,  /* a row whose every violation can be repaired bit by bit without harm to other rows
                          gets a weight slightly above the dearest of those flips; the others get the bound */
    QB_PENALTY_FACTOR, /* factor times the bound; below 1 it need not suffice */
    QB_PENALTY_SEARCH, /* factor times the bound over the mean square of the row's coefficients, so that a
                          flip weighs alike in all rows; the run itself finds the factor, at its own cost
                          (penalty_search.h).  Need not suffice.  0: not found yet, 1 */
} qb_penalty_rule;

/* Products of bits in a mip (linearise.h). */
typedef enum qb_linearisation {
    QB_LINEARISE_AUTO,     /* standard up to 6 products a variable and 20000 in all, else compact */
    QB_LINEARISE_STANDARD, /* a column and one or two rows a product: large and strong */
    QB_LINEARISE_COMPACT,  /* Glover's: a column and two rows a variable: small and weak */
} qb_linearisation;

/* Triangle inequalities, for the standard linearisation (linearise.h). */
typedef enum qb_triangle_rule {
    QB_TRIANGLES_AUTO, /* all or none: all where they are not more rows than the products take */
    QB_TRIANGLES_ON,
    QB_TRIANGLES_OFF,
} qb_triangle_rule;

/* Integers in bits (encoding.c). */
typedef enum qb_encoding_rule {
    QB_ENCODE_BINARY,  /* 1, 2, 4, ... and what is missing to the range */
    QB_ENCODE_BOUNDED, /* the same, but no coefficient above a limit: more bits, smaller dynamic range */
    QB_ENCODE_ONE_HOT, /* a bit a value, exactly one of them set */
} qb_encoding_rule;

/* Inequalities that more than two values of their sum satisfy (penalties.c). */
typedef enum qb_inequality_rule {
    QB_INEQUALITY_SLACK,      /* slack bits: the penalty is zero wherever the row holds */
    QB_INEQUALITY_UNBALANCED, /* no slack: weight (h^2 / 2 - h), h the distance to the bound.  Proves nothing:
                                 a minimum may violate rows, and claims are no source values */
} qb_inequality_rule;

/* Zero-initialised options are the defaults. */
typedef struct qb_lowering_options {
    qb_penalty_rule penalty;
    double factor; /* of QB_PENALTY_FACTOR, > 0, and of QB_PENALTY_SEARCH, >= 0 */
    qb_linearisation linearisation;
    qb_encoding_rule encoding;
    double coefficient_limit; /* of QB_ENCODE_BOUNDED: an integer >= 1; 0: 8 */
    qb_inequality_rule inequality;
    qb_triangle_rule triangles;
    double resolution;   /* > 0: continuous columns in steps of this, from their lower bound or, where they
                            have none, in multiples of it; 0: refused */
    double integer_step; /* > 1: wide integer columns in multiples of this, which may lose solutions; 0: all
                            of them */
    bool repair;         /* whoever scores decoded answers repairs infeasible ones first (repair.h) */
} qb_lowering_options;

/* Options by name, for whoever reads them from text:
 *
 *   penalty=bound|tight|search|FACTOR    linearisation=auto|standard|compact    resolution=STEP
 *   encoding=binary|bounded|one-hot      inequality=slack|unbalanced            coefficient-limit=N
 *   triangles=auto|on|off                repair=off|on                          integer-step=N
 *
 * Errors: QB_BAD_INPUT (unknown key or value, with the nearest right one); options are untouched then. */
qb_status qb_lowering_options_set(qb_lowering_options *options, const char *key, const char *value,
                                  qb_diag *diag);

/* Do both lower alike?  (One in search of a factor is like another.) */
bool qb_lowering_options_same(const qb_lowering_options *a, const qb_lowering_options *b);

/* The model a solver gets.  Exactly one of qubo and mip is non-NULL.  Read-only; lives as long as the
 * lowering. */
typedef struct qb_model {
    const qb_qubo *qubo;
    const qb_mip *mip;
    uint32_t threads;           /* how many threads the budget allows */
    uint64_t memory_bytes;      /* the run's memory limit; UINT64_MAX for none */
    const uint8_t *warm_bits;   /* [qubo->n] or NULL */
    const double *warm_columns; /* [mip->columns] or NULL */
} qb_model;

typedef struct qb_lowering qb_lowering;

/* Lowers to the first kind that `takes` (QB_TAKES_*) allows without rewriting, else rewrites; options NULL:
 * defaults.  Errors: QB_REFUSED with the reason (unbounded integers, continuous columns for a QUBO, too
 * large), QB_INFEASIBLE with the row that nothing satisfies (a mip that stays as it is is not looked at),
 * QB_BAD_INPUT (contradicting options), QB_NO_MEMORY.  Free with qb_lowering_free.  problem must outlive the
 * lowering. */
qb_status qb_lowering_open(const qb_problem *problem, unsigned takes, const qb_lowering_options *options,
                           qb_lowering **lowering, qb_diag *diag);
/* The same of a source whose model (qb_qubo_from_problem) has been built: a solver that takes a qubo gets it
 * as it is, at no cost.  It must outlive the lowering.  NULL: has not been built. */
qb_status qb_lowering_open_built(const qb_problem *problem, const qb_qubo *built, unsigned takes,
                                 const qb_lowering_options *options, qb_lowering **lowering, qb_diag *diag);
void qb_lowering_free(qb_lowering *lowering);

/* threads, memory and warm start are zero and NULL; the caller fills a copy. */
qb_model qb_lowering_model(const qb_lowering *lowering);

/* The way back: the source vector of a model vector (bits for a qubo model, columns for a mip model), as
 * doubles in the source's variables (0/1 for binary sources, also for ising and maxcut).  Slack is ignored.
 * O(columns + bits). */
void qb_lowering_decode_bits(const qb_lowering *lowering, const uint8_t *bits,
                             double *source /* [columns] */);
void qb_lowering_decode_columns(const qb_lowering *lowering, const double *columns,
                                double *source /* [columns] */);

/* The other way, for warm starts: bits of a qubo model that decode to `source` where they can say it, else to
 * what is near; slack bits are 0.  Errors: QB_NO_MEMORY.  O((columns + bits) log bits). */
qb_status qb_lowering_encode_bits(const qb_lowering *lowering, const double *source /* [columns] */,
                                  uint8_t *bits /* [qubo->n] */);

/* Is a source vector one of the model as it stands?  That of a mip that was not rewritten. */
bool qb_lowering_keeps_columns(const qb_lowering *lowering);

/* Source value v of the source objective <-> the model's claim, for feasible points with all penalties at
 * zero.  An integer claim that rounding misses by less than 1e-9 relative is given as the integer. */
double qb_lowering_claim_of(const qb_lowering *lowering, double source_value);
double qb_lowering_value_of(const qb_lowering *lowering, double claim);

/* Is an optimum of the model one of the source?  Not where penalties need not suffice, or distort feasible
 * points, or where columns were cut into steps. */
bool qb_lowering_is_exact(const qb_lowering *lowering);

/* The record as a JSON object.  "encoding" is "none" (the source as it is), "bits" (change of variables),
 * "standard" or "compact" (linearised) or, from a mip to a qubo, "binary", "bounded" or "one-hot".  A qubo
 * has "qubits", "density" and "bits" (of the largest weight, in units of the smallest), and from a mip
 * "penalty", "penalty_least", "penalty_most", "penalised_rows", "inequality", "slack" (bits), "groups",
 * "cardinalities" and, where it was used, "resolution"; a mip has "columns", "rows", "nonzeros" and
 * "triangles".  Lives as long as the lowering. */
const char *qb_lowering_record(const qb_lowering *lowering);

#endif
