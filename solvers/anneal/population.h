/* A population of annealed replicas: they take turns at every temperature, and as beta rises,
 *
 *   tau_r = exp(-(beta' - beta) cost_r) / mean of the same over all members,
 *   member r goes on floor(tau_r) or ceil(tau_r) times, tau_r on average; as many members as before in all.
 *
 * So a population in equilibrium at beta is one at beta', and where replicas no longer get from valley to
 * valley, those in worse ones give way.  One random number decides for all members (systematic resampling),
 * which copies as few as can be.  Members are then no longer independent.
 *
 * Sources: Iba, Trans. Jpn. Soc. Artif. Intell. 16 (2001) 279; Hukushima and Iba, AIP Conf. Proc. 690 (2003)
 * 200; Wang, Machta and Katzgraber, Phys. Rev. E 92 (2015) 013303, who compare it with annealing.
 * Deterministic, the same on every machine.
 */
#ifndef QB_SOLVERS_ANNEAL_POPULATION_H
#define QB_SOLVERS_ANNEAL_POPULATION_H

#include "harness/base/rng.h"
#include "solvers/kernels/anneal.h"

typedef struct anneal_population {
    qb_annealer *annealer; /* not owned; member r is its copy r */
    uint32_t members, room;
    double *cost;     /* [members] of each, to be set before resampling: E, or -E when maximising */
    uint32_t *copies; /* [members] */
    qb_rng rng;
} anneal_population;

/* How often each member goes on when beta rises by `rise`; u in [0, 1) decides.  O(count). */
void anneal_resample(const double *cost /* [count] */, uint32_t count, double rise, double u,
                     uint32_t *copies /* [count] */);

/* The same to the members' states: those that go on twice take the places of those that do not. */
void anneal_population_resample(anneal_population *population, double rise);

/* Makes it so many members, whose states are then undefined; false, and it stays as it was, where there is no
 * room or the annealer keeps no copies.  Begins with an `annealer` and an `rng`, all else zero. */
bool anneal_population_resize(anneal_population *population, uint32_t members);
void anneal_population_close(anneal_population *population);

#endif
