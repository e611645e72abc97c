#include "solvers/solver.h"

#include <string.h>

extern const qb_solver qb_solver_cbc, qb_solver_external, qb_solver_external_mip, qb_solver_external_qubo,
    qb_solver_gurobi_cl, qb_solver_highs, qb_solver_lp_solve, qb_solver_scip; /* solvers/external */

extern const qb_solver qb_solver_anneal, qb_solver_exhaustive, qb_solver_glpk, qb_solver_greedy,
    qb_solver_hybrid, qb_solver_qaoa, qb_solver_random, qb_solver_sb, qb_solver_sqa, qb_solver_tabu;

const qb_solver *const qb_solvers[] = {
    &qb_solver_anneal,
    &qb_solver_cbc,
    &qb_solver_exhaustive,
    &qb_solver_external,
    &qb_solver_external_mip,
    &qb_solver_external_qubo,
    &qb_solver_glpk,
    &qb_solver_greedy,
    &qb_solver_gurobi_cl,
    &qb_solver_highs,
    &qb_solver_hybrid,
    &qb_solver_lp_solve,
    &qb_solver_qaoa,
    &qb_solver_random,
    &qb_solver_sb,
    &qb_solver_scip,
    &qb_solver_sqa,
    &qb_solver_tabu,
    NULL,
};

const qb_solver *qb_solver_find(const char *name)
{
    for (const qb_solver *const *s = qb_solvers; *s; s++)
        if (!strcmp((*s)->name, name))
            return *s;
    return NULL;
}
