/* Solvers that do what a solver must not, for the tests of the ring.  None is ever registered. */
#ifndef QB_TESTS_MISBEHAVING_H
#define QB_TESTS_MISBEHAVING_H

#include "solvers/solver.h"

/* What a misbehaving solver gets: the model, and the budget it is supposed to keep to.  It starts at a
 * solution of zeros, which it publishes with its true value 0 (models of the tests have no constant). */
typedef qb_status (*qb_misdeed)(const qb_model *model, qb_budget *budget);

extern const qb_solver
    /* time.c */
    misbehaving_polite,
    misbehaving_ignores, misbehaving_deaf, misbehaving_sleeps, misbehaving_forges, misbehaving_late,
    /* processes.c */
    misbehaving_bomb, misbehaving_daemon, misbehaving_helper, misbehaving_threads, misbehaving_closes,
    /* memory.c */
    misbehaving_hoards, misbehaving_scribbles, misbehaving_segfaults, misbehaving_aborts, misbehaving_exits,
    /* lies.c */
    misbehaving_boasts, misbehaving_false_bound, misbehaving_false_infeasible, misbehaving_bare_infeasible,
    misbehaving_garbage, misbehaving_nan_columns,
    /* endings.c: nothing wrong with these, they end as they say */
    ending_exhausted, ending_optimal, ending_target, ending_infeasible, ending_refused, ending_no_memory,
    ending_internal, ending_simulated;

/* The rest of a solver around its misdeed. */
#define MISBEHAVING(name_, takes_, deed_)                                         \
    static qb_status name_##_solve(void *state, qb_budget *budget, qb_diag *diag) \
    {                                                                             \
        (void)diag;                                                               \
        return deed_(*(const qb_model *const *)state, budget);                    \
    }                                                                             \
    const qb_solver name_ = {.version = QB_SOLVER_VERSION,                        \
                             .name = #name_,                                      \
                             .family = "test",                                    \
                             .summary = "for the tests",                          \
                             .source = "none",                                    \
                             .takes = takes_,                                     \
                             .init = misbehaving_init,                            \
                             .solve = name_##_solve,                              \
                             .free = misbehaving_free};

qb_status misbehaving_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **state, qb_diag *diag);
void misbehaving_free(void *state);

/* Publishes the vector of `ones` ones, then zeros, with the claim given. */
qb_status misbehaving_publish(const qb_model *model, qb_budget *budget, uint32_t ones, double claimed);

#endif
