#include "solvers/anneal/population.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"

/* Where beta falls nobody is chosen, and everybody goes on once. */
void anneal_resample(const double *cost, uint32_t count, double rise, double u, uint32_t *copies)
{
    double least = cost[0], total = 0, sum = 0;
    rise = rise > 0 ? rise : 0;
    for (uint32_t r = 1; r < count; r++)
        least = cost[r] < least ? cost[r] : least;
    for (uint32_t r = 0; r < count; r++)
        total += qb_anneal_exp_minus(rise * (cost[r] - least));
    for (uint32_t r = 0, before = 0; r < count; r++) {
        sum += qb_anneal_exp_minus(rise * (cost[r] - least));
        uint32_t upto = r + 1 < count ? (uint32_t)(sum / total * count + u) : count;
        copies[r] = upto - before;
        before = upto;
    }
}

void anneal_population_resample(anneal_population *p, double rise)
{
    uint32_t place = 0;
    anneal_resample(p->cost, p->members, rise, qb_rng_uniform(&p->rng), p->copies);
    for (uint32_t r = 0; r < p->members; r++)
        for (; p->copies[r] > 1; p->copies[r]--) {
            while (p->copies[place])
                place++;
            qb_annealer_recall(p->annealer, r);
            qb_annealer_store(p->annealer, place);
            p->copies[place] = 1;
        }
}

bool anneal_population_resize(anneal_population *p, uint32_t members)
{
    if (!qb_annealer_reserve(p->annealer, members))
        return false;
    if (members > p->room) {
        double *cost = QB_NEW(double, members);
        uint32_t *copies = QB_NEW(uint32_t, members);
        if (!cost || !copies) {
            qb_free(cost);
            qb_free(copies);
            return false;
        }
        anneal_population_close(p);
        p->cost = cost;
        p->copies = copies;
        p->room = members;
    }
    p->members = members;
    return true;
}

void anneal_population_close(anneal_population *p)
{
    qb_free(p->cost);
    qb_free(p->copies);
}
