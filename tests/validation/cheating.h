/* Solvers that cheat, for METHOD.md's fourth proof.  None is ever registered.
 *
 * All of them do what the honest one does (the best of DRAWS uniform points) and try to look better.  What a
 * cheat could not know by itself it is given here as a secret: the best point of every instance.
 */
#ifndef QB_TESTS_VALIDATION_CHEATING_H
#define QB_TESTS_VALIDATION_CHEATING_H

#include "solvers/solver.h"

enum { CHEAT_INSTANCES = 16, CHEAT_VARIABLES = 40, CHEAT_REPEATS = 4, CHEAT_DRAWS = 200 };

typedef struct cheat_secrets {
    double fingerprint[CHEAT_INSTANCES]; /* the value of one fixed point: says which instance a model is */
    uint8_t best[CHEAT_INSTANCES][CHEAT_VARIABLES];
    uint64_t seen[CHEAT_INSTANCES * CHEAT_REPEATS]; /* seeds of a rehearsal */
    uint32_t seeds;
    const char *name; /* part of every instance's name */
} cheat_secrets;

/* Filled before the first run: runs inherit it. */
extern cheat_secrets cheat_secret;

/* The value of the fixed point (every other variable is 1) under a model. */
double cheat_fingerprint(const qb_qubo *model);

extern const qb_solver cheat_none, /* the honest one */
    cheat_patient,                 /* the honest one, for as long as there is time */
    cheat_better,                  /* no cheat: publishes the best point, as a truly better solver would */
    cheat_argmax,                  /* calls itself simulated, and answers from the table of all costs */
    cheat_late,                    /* holds the best point back until 1 ms after the deadline */
    cheat_threads,                 /* computes on two threads where one is allowed */
    cheat_bound,                   /* claims a bound that its own solution beats */
    cheat_boast,                   /* claims a better value than its point has */
    cheat_seeds,                   /* knows the answer to seeds that it has seen */
    cheat_path,                    /* looks for the instance's name wherever a process can look */
    cheat_sniff,                   /* asks how long it has, and stops trying where that is short */
    cheat_refuse,                  /* refuses every other instance, and shines on the rest */
    cheat_feasible,                /* honest, on a model with a constraint */
    cheat_infeasible;              /* ignores the constraint */

#endif
