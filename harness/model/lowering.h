/* Lowering: rewriting a source problem into the model a solver accepts, with the way back.
 *
 *   qubo, ising, maxcut -> qubo        change of variables, exact
 *   qubo model          -> mip         linearisation of products (standard: one column a pair)
 *   mip                 -> qubo        bounded integers as bits, inequalities by slack bits, rows as squared
 * penalties mip                 -> mip         as it is
 *
 * A lowering is a pure function of (problem, options): the run's process builds it inside its budget, and the
 * parent builds it again to decode what was published.  The record (encoding, penalties, qubits, density,
 * bits) is stored with the run.
 */
#ifndef QB_MODEL_LOWERING_H
#define QB_MODEL_LOWERING_H

#include "harness/model/problem.h"
#include "harness/model/qubo.h"

enum { QB_TAKES_QUBO = 1, QB_TAKES_MIP = 2 };

typedef enum qb_penalty_rule {
    QB_PENALTY_BOUND,  /* provably sufficient: one weight above the objective's range */
    QB_PENALTY_TIGHT,  /* sufficient, per constraint */
    QB_PENALTY_FACTOR, /* factor times the bound */
} qb_penalty_rule;

typedef struct qb_lowering_options {
    qb_penalty_rule penalty;
    double factor; /* of QB_PENALTY_FACTOR; > 0 */
} qb_lowering_options;

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

/* Lowers to the first kind that `takes` (QB_TAKES_*) allows without rewriting, else rewrites.  Errors:
 * QB_REFUSED with the reason (unbounded integers, continuous columns for a QUBO, too large), QB_NO_MEMORY.
 * Free with qb_lowering_free. problem must outlive the lowering. */
qb_status qb_lowering_open(const qb_problem *problem, unsigned takes, const qb_lowering_options *options,
                           qb_lowering **lowering, qb_diag *diag);
void qb_lowering_free(qb_lowering *lowering);

/* threads, memory and warm start are zero and NULL; the caller fills a copy. */
qb_model qb_lowering_model(const qb_lowering *lowering);

/* The way back: the source vector of a model vector (bits for a qubo model, columns for a mip model), as
 * doubles in the source's variables (0/1 for binary sources, also for ising and maxcut).  Slack is ignored.
 */
void qb_lowering_decode_bits(const qb_lowering *lowering, const uint8_t *bits,
                             double *source /* [columns] */);
void qb_lowering_decode_columns(const qb_lowering *lowering, const double *columns,
                                double *source /* [columns] */);

/* Source value v of the source objective <-> the model's claim, for feasible points with all penalties at
 * zero. */
double qb_lowering_claim_of(const qb_lowering *lowering, double source_value);
double qb_lowering_value_of(const qb_lowering *lowering, double claim);

/* The record as a JSON object: {"encoding": ..., "penalty": ..., "qubits": ..., "density": ..., "bits": ...}.
 * Lives as long as the lowering. */
const char *qb_lowering_record(const qb_lowering *lowering);

#endif
