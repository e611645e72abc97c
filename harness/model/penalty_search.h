/* The search for a penalty factor: the one at which a solver's short runs end best in the source problem.
 *
 * From 1 down by powers of ten, until two in a row after a feasible one were not; where 1 was best, or none
 * was feasible, up from there while that helps; then half a power to both sides of the best.  Weaker
 * penalties leave more room for the objective, stronger ones make more answers feasible, and where a solver
 * is best between the two nobody knows beforehand: hence no bisection, which takes "feasible" to be monotone.
 *
 *   qb_penalty_search s = {0};
 *   while (qb_penalty_search_next(&s, &factor))
 *       qb_penalty_search_tell(&s, factor, cost of the best feasible answer, or INFINITY);
 *   use qb_penalty_search_best(&s);
 */
#ifndef QB_MODEL_PENALTY_SEARCH_H
#define QB_MODEL_PENALTY_SEARCH_H

#include <math.h>
#include <stdbool.h>

#define QB_PENALTY_DOWN  6 /* 1, 0.1, ... 1e-5 */
#define QB_PENALTY_UP    3 /* 10, 100, 1000 */
#define QB_PENALTY_TRIES (QB_PENALTY_DOWN + QB_PENALTY_UP + 2)

/* Zero-initialise. */
typedef struct qb_penalty_search {
    unsigned down, up, failed,
        refined; /* decades tried; of those down without an answer since the last one; halves */
    bool found;
    double factor, cost, centre; /* the best so far; the best of the decades */
} qb_penalty_search;

static inline double qb_penalty_search_best(const qb_penalty_search *search)
{
    return search->found ? search->factor : 1;
}

/* The factor to try; false when the search is over. */
static inline bool qb_penalty_search_next(qb_penalty_search *search, double *factor)
{
    static const double down[QB_PENALTY_DOWN] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5};
    static const double up[QB_PENALTY_UP + 1] = {1, 10, 100, 1000};
    static const double half[2] = {3.1622776601683795, 0.31622776601683794}; /* powers of ten */
    bool hopeless = search->found && search->failed == 2;
    if (search->down < QB_PENALTY_DOWN && !hopeless) {
        *factor = down[search->down++];
        return true;
    }
    search->down = QB_PENALTY_DOWN;
    bool rises = !search->found || search->factor == up[search->up];
    if (search->up < QB_PENALTY_UP && rises && search->refined == 0) {
        *factor = up[++search->up];
        return true;
    }
    if (!search->found || search->refined == 2)
        return false;
    if (search->refined == 0)
        search->centre = search->factor;
    *factor = search->centre * half[search->refined++];
    return true;
}

/* What came of that factor: the cost (less is better) of the best feasible answer; INFINITY: there was none.
 */
static inline void qb_penalty_search_tell(qb_penalty_search *search, double factor, double cost)
{
    search->failed = cost < INFINITY ? 0 : search->failed + 1;
    if (!(cost < INFINITY) || (search->found && cost >= search->cost))
        return;
    search->found = true;
    search->factor = factor;
    search->cost = cost;
}

#endif
