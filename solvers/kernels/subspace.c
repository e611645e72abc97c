#define _GNU_SOURCE
#include "solvers/kernels/subspace.h"

#include "harness/base/memory.h"

#include <math.h>

enum { SLICE = 1 << 12 }; /* patterns between looks at the budget */

/* C(m, k) as a double: exact below 2^53. */
static double choose(uint32_t m, uint32_t k)
{
    double ways = 1;
    for (uint32_t i = 1; i <= k && k <= m; i++)
        ways = ways * (m - k + i) / i;
    return k <= m ? ways : 0;
}

static uint32_t group_count(const qb_qubo *qubo, bool use_groups)
{
    return use_groups ? qubo->groups + qubo->cardinalities : 0;
}

double qb_subspace_states(const qb_qubo *qubo, bool use_groups)
{
    double states = 1;
    uint32_t grouped = 0;
    for (uint32_t g = 0; g < group_count(qubo, use_groups); g++) {
        uint32_t members = qubo->group_start[g + 1] - qubo->group_start[g];
        states *= choose(members, qubo->group_ones[g]);
        grouped += members;
    }
    return ldexp(states, (int)(qubo->n - grouped));
}

/* The subsets of `mask` with `ones` members, ascending: Gosper's next subset, spread out over the mask. False
 * once the budget is gone. */
static bool list_patterns(uint64_t mask, uint32_t members, uint32_t ones, uint32_t count, qb_budget *budget,
                          uint64_t *pattern)
{
    uint64_t place[QB_COST_VARIABLES], subset = ((uint64_t)1 << ones) - 1;
    for (uint32_t m = 0; m < members; m++, mask &= mask - 1)
        place[m] = mask & -mask;
    for (uint32_t k = 0; k < count; k++) {
        uint64_t slice = count - k < SLICE ? count - k : SLICE;
        if (k % SLICE == 0 && !qb_budget_spend(budget, slice * (1 + ones)))
            return false;
        pattern[k] = 0;
        for (uint64_t rest = subset; rest; rest &= rest - 1)
            pattern[k] |= place[__builtin_ctzll(rest)];
        uint64_t low = subset & -subset, carried = subset + low;
        subset = low ? carried | ((subset ^ carried) / low) >> 2 : 0;
    }
    return true;
}

/* False once the budget is gone. */
static bool add_site(qb_subspace *s, qb_site site, qb_budget *budget, uint64_t **pattern)
{
    site.stride = s->size;
    site.pattern = *pattern;
    if (!site.is_group)
        (*pattern)[1] = site.mask;
    else if (!list_patterns(site.mask, site.members, site.ones, site.dimension, budget, *pattern))
        return false;
    *pattern += site.dimension;
    s->size *= site.dimension;
    s->site[s->sites++] = site;
    return true;
}

static bool add_sites(qb_subspace *s, const qb_qubo *qubo, uint32_t groups, uint64_t grouped,
                      qb_budget *budget)
{
    uint64_t *pattern = s->patterns;
    bool goes_on = true;
    for (uint32_t i = 0; i < qubo->n && goes_on; i++)
        if (!(grouped >> i & 1))
            goes_on = add_site(s, (qb_site){.members = 1, .dimension = 2, .mask = (uint64_t)1 << i}, budget,
                               &pattern);
    for (uint32_t g = 0; g < groups && goes_on; g++) {
        qb_site site = {.is_group = true, .ones = qubo->group_ones[g]};
        site.members = qubo->group_start[g + 1] - qubo->group_start[g];
        site.dimension = (uint32_t)choose(site.members, site.ones);
        for (uint32_t k = qubo->group_start[g]; k < qubo->group_start[g + 1]; k++)
            site.mask |= (uint64_t)1 << qubo->group_member[k];
        goes_on = add_site(s, site, budget, &pattern);
    }
    return goes_on;
}

qb_status qb_subspace_from_qubo(const qb_qubo *qubo, bool use_groups, qb_budget *budget,
                                qb_subspace *subspace, qb_diag *diag)
{
    double states = qb_subspace_states(qubo, use_groups);
    if (qubo->n == 0 || qubo->n > QB_COST_VARIABLES || !(states >= 1))
        return qb_fail(diag, QB_REFUSED, "%u qubits of which the constraints leave %g states", qubo->n,
                       states);
    uint64_t grouped = 0, rows = 0;
    uint32_t groups = group_count(qubo, use_groups);
    for (uint32_t g = 0; g < groups; g++) {
        for (uint32_t k = qubo->group_start[g]; k < qubo->group_start[g + 1]; k++)
            grouped |= (uint64_t)1 << qubo->group_member[k];
        rows += (uint64_t)choose(qubo->group_start[g + 1] - qubo->group_start[g], qubo->group_ones[g]);
    }
    qb_subspace s = {.n = qubo->n, .size = 1};
    s.patterns = QB_NEW(uint64_t, rows + 2 * (uint64_t)qubo->n);
    if (!s.patterns)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the states of %u groups", groups);
    if (!add_sites(&s, qubo, groups, grouped, budget)) {
        qb_subspace_free(&s);
        return QB_STOPPED;
    }
    *subspace = s;
    return QB_OK;
}

void qb_subspace_free(qb_subspace *subspace)
{
    qb_free(subspace->patterns);
    *subspace = (qb_subspace){0};
}

uint64_t qb_subspace_bits(const qb_subspace *subspace, uint64_t index)
{
    uint64_t x = 0;
    for (uint32_t s = 0; s < subspace->sites; s++) {
        const qb_site *site = &subspace->site[s];
        x |= site->pattern[index / site->stride % site->dimension];
    }
    return x;
}
