/* What the forms of the tabu walker share; private to solvers/kernels/tabu*.c. */
#ifndef QB_KERNELS_TABU_CORE_H
#define QB_KERNELS_TABU_CORE_H

#include "harness/base/rng.h"
#include "solvers/kernels/tabu.h"

#define QB_TABU_NONE UINT32_MAX

/* One representation of couplings and gains. */
typedef struct qb_tabu_ops {
    /* Builds the representation at the all-zero point.  After an error close is called too.  QB_REFUSED: does
     * not fit. */
    qb_status (*open)(qb_tabu *t, qb_budget *budget, qb_diag *diag);
    void (*close)(qb_tabu *t);

    /* Flips k, closes it, opens `release` (QB_TABU_NONE: nothing; never k), and seeks.  Adds what it touched
     * to t->work. */
    uint32_t (*step)(qb_tabu *t, uint32_t k, uint32_t release);

    /* The open bit of greatest gain, its gain in t->gain; QB_TABU_NONE when no bit is open.  Called after
     * t->open has been written as a whole. */
    uint32_t (*seek)(qb_tabu *t);

    const char *(*name)(const qb_tabu *t);

    /* For a form whose moves are not flips: goes to the nearest point that it can stand at.  Its seek names
     * the bit that closes when step makes the move, which is worth t->gain. */
    void (*go)(qb_tabu *t, const uint64_t *point /* [words] */);

    /* And for one that leaves bits out of its points: sets them in a vector to what t->value takes them for.
     */
    void (*settle)(const qb_tabu *t, uint8_t *x /* [n] */);

    /* For one whose moves are: puts the gains of the other end in place of the current ones: those of the
     * all-zero point at first. What seek has found is void. */
    void (*exchange)(qb_tabu *t);

    /* For one that has rows. */
    qb_tabu_rows (*rows)(const qb_tabu *t);
} qb_tabu_ops;

struct qb_tabu {
    const qb_tabu_ops *ops;
    const qb_qubo *model;
    void *form;            /* the representation's own */
    uint64_t memory_bytes; /* the run's limit */
    uint32_t n, words;
    double sign;              /* value = sign * E */
    double threshold;         /* gains up to here are no gains: 0 on integral models */
    double slack;             /* gains, both positive or both not, no further apart may be taken for equal */
    uint64_t *side;           /* [words] the current point */
    uint64_t *open;           /* [words] bits that may be flipped */
    uint64_t *best;           /* [words] */
    double value, best_value; /* of side and of best */
    uint64_t *far_side;       /* [words] the other end of a mixed path */
    double far_value;
    bool nearing;     /* open is what differs from a guide */
    double gain;      /* of the bit that step or seek returned */
    double published; /* the best value offered to the budget */
    uint64_t moves;
    uint32_t *trace; /* [traced] where walks write down what they flip next */
    uint64_t traced;
    uint64_t work;  /* touched and not yet charged */
    uint32_t *ring; /* [n] tabu bits, the oldest at `oldest` once the ring is full */
    uint8_t *bytes; /* [n] a point for the budget */
    qb_rng rng;
};

static inline bool qb_tabu_bit(const uint64_t *words, uint32_t i)
{
    return words[i / 64] >> (i % 64) & 1;
}

static inline void qb_tabu_set(uint64_t *words, uint32_t i)
{
    words[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void qb_tabu_clear(uint64_t *words, uint32_t i)
{
    words[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* Hands what was touched to the budget, in lumps; false: stop. */
bool qb_tabu_charge(qb_tabu *t, qb_budget *budget);

/* The current point becomes the best. */
void qb_tabu_note_best(qb_tabu *t);

extern const qb_tabu_ops qb_tabu_dense, qb_tabu_tree, qb_tabu_grouped;

#endif
