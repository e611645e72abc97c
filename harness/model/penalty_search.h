/* The search for a penalty factor: the smallest one, of the sufficient bound, at which a solver's answers are
 * still feasible.
 *
 * A bisection of [low, high] in the logarithm; whoever runs it lowers with QB_PENALTY_FACTOR, solves within
 * the budget (the search is charged to it), and tells what the referee said.  high is taken to be feasible:
 * it is what remains when no try was.
 *
 *   qb_penalty_search s = qb_penalty_search_begin(1e-6, 1, 8);
 *   while (qb_penalty_search_next(&s, &factor))
 *       qb_penalty_search_tell(&s, is_feasible_at(factor));
 *   use s.high;
 */
#ifndef QB_MODEL_PENALTY_SEARCH_H
#define QB_MODEL_PENALTY_SEARCH_H

#include <math.h>
#include <stdbool.h>

typedef struct qb_penalty_search {
    double low, high; /* infeasible (or the start) and feasible (or the start) */
    unsigned tries;   /* that are left */
} qb_penalty_search;

/* 0 < low < high. */
static inline qb_penalty_search qb_penalty_search_begin(double low, double high, unsigned tries)
{
    return (qb_penalty_search){low, high, tries};
}

/* The factor to try; false when the tries are used up or the two ends are within 10 % of each other. */
static inline bool qb_penalty_search_next(const qb_penalty_search *search, double *factor)
{
    if (search->tries == 0 || search->high <= 1.1 * search->low)
        return false;
    *factor = sqrt(search->low * search->high);
    return true;
}

/* What came of that factor. */
static inline void qb_penalty_search_tell(qb_penalty_search *search, bool feasible)
{
    double tried = sqrt(search->low * search->high);
    *(feasible ? &search->high : &search->low) = tried;
    search->tries--;
}

#endif
