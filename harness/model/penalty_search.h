/* The search for a penalty factor: of the sufficient bound, the share at which a solver's short runs end best
 * in the source problem.
 *
 * From the bound down by powers of ten, until two in a row after a feasible one were not; then half a power
 * to both sides of the best.  Weaker penalties leave more room for the objective, stronger ones make more
 * answers feasible, and where a solver is best between the two nobody knows beforehand: hence no bisection,
 * which takes "feasible" to be monotone.
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

#define QB_PENALTY_DECADES 6 /* 1, 0.1, ... 1e-5 */
#define QB_PENALTY_TRIES   (QB_PENALTY_DECADES + 2)

/* Zero-initialise. */
typedef struct qb_penalty_search {
    unsigned steps, failed, refined; /* decades tried; of them without an answer since the last one; halves */
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
    static const double decade[QB_PENALTY_DECADES] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5};
    static const double half[2] = {3.1622776601683795, 0.31622776601683794}; /* powers of ten */
    bool hopeless = search->found && search->failed == 2;
    if (search->steps < QB_PENALTY_DECADES && !hopeless) {
        *factor = decade[search->steps++];
        return true;
    }
    if (search->refined == 0)
        search->centre = search->factor;
    if (search->refined == 0 && search->centre == 1) /* more than the bound helps nobody */
        search->refined = 1;
    if (!search->found || search->refined == 2)
        return false;
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
