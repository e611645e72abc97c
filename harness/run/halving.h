/* Successive halving: what a number of evaluations buys.
 *
 * n configurations start; in each of log2(n) rungs every survivor is evaluated on more and more pairs of
 * instance and seed, the same for all, and the better half survives.  Rungs cost about the same.  At the end
 * the winner and the default meet on `check` pairs that chose nothing.
 *
 * Source: Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits", ICML (2013);
 * Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS
 * (2016).
 */
#ifndef QB_RUN_HALVING_H
#define QB_RUN_HALVING_H

#include <stdint.h>

enum { QB_RUNGS = 6, QB_CONFIGURATIONS = 1 << QB_RUNGS };

typedef struct qb_halving {
    uint32_t configurations; /* a power of two; 0: the budget does not pay for two of them */
    uint32_t rungs;
    uint32_t upto[QB_RUNGS]; /* pairs that a survivor has been evaluated on by the end of each rung */
    uint32_t check;          /* pairs of the last comparison, numbered from upto[rungs - 1] */
} qb_halving;

/* evaluations: what the budget pays for; instances: of the tuning split, one check pair each. */
qb_halving qb_halving_plan(uint64_t evaluations, uint32_t instances);

/* The least number of evaluations that buys anything. */
uint64_t qb_halving_least(uint32_t instances);

#endif
