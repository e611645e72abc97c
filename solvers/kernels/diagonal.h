/* The diagonal of a cost Hamiltonian: C(x) for every basis state x.
 *
 *   C(x) = sum_t c_t prod_{i in S_t} x_i + constant,   x in {0, 1}^n, bit i of the basis state is x_i,
 *
 * in the source problem's own sense and scale, constant included.  Where all c_t lie on a lattice and at most
 * 65536 steps of it are spanned, an entry is an 8 or 16 bit index; otherwise it is a double:
 *
 *   C(x) = base + step * entry[x].
 *
 * A cost without odd-order terms in its spin form (s = 2 x - 1) satisfies C(x) = C(~x).  Then only the half
 * with x_{n-1} = 0 is stored, and symmetric is set.
 *
 * Determinism: the table depends on the terms only.  Cost: survey and fill O(2^n) each, a few nanoseconds an
 * entry.
 */
#ifndef QB_KERNELS_DIAGONAL_H
#define QB_KERNELS_DIAGONAL_H

#include "harness/base/budget.h"
#include "harness/model/poly.h"
#include "harness/model/qubo.h"
#include "solvers/kernels/team.h"

#define QB_COST_VARIABLES 62 /* more are refused: a basis state is a 64-bit word */

/* coefficient times the product of the variables in mask */
typedef struct qb_monomial {
    uint64_t mask;
    double coefficient;
} qb_monomial;

/* C in 0/1 variables and in spins: scale * sum of terms + a constant, either way.  Masks are distinct and
 * ascending, none is empty, no coefficient is zero. */
typedef struct qb_cost {
    uint32_t n;
    qb_sense sense;
    double scale;
    double constant; /* of the 0/1 form */
    uint64_t terms, spin_terms;
    qb_monomial *term; /* [terms], owned */
    qb_monomial *spin; /* [spin_terms], owned */
    bool symmetric;    /* no odd-order terms in spin, and n > 2 */
} qb_cost;

/* The cost of a model.  Errors: QB_REFUSED for n == 0 or n > QB_COST_VARIABLES, QB_NO_MEMORY.  Free with
 * qb_cost_free. */
qb_status qb_cost_from_qubo(const qb_qubo *qubo, qb_cost *cost, qb_diag *diag);
qb_status qb_cost_from_poly(const qb_poly *poly, qb_cost *cost, qb_diag *diag);
void qb_cost_free(qb_cost *cost);

typedef enum qb_cost_width { QB_COST_BYTE = 1, QB_COST_WORD = 2, QB_COST_REAL = 8 } qb_cost_width;

typedef struct qb_diagonal {
    uint32_t qubits, bits; /* bits = qubits, or one less where symmetric */
    uint64_t size;         /* entries: 2^bits, fewer over a subspace (subspace.h) */
    bool symmetric;
    qb_sense sense;
    qb_cost_width width; /* bytes an entry */
    double base, step;
    double origin, unit;    /* an entry is (sum of the cost's terms - origin) / unit */
    double least, greatest; /* of the entries */
    void *entry;            /* [size] uint8_t, uint16_t or double; NULL before the fill */
} qb_diagonal;

/* Finds everything but the entries, so that the memory needed is known before it is asked for.  use_symmetry
 * false keeps all 2^n.  team and budget may be NULL; spends 2^bits units.  Errors: QB_STOPPED, QB_NO_MEMORY.
 */
qb_status qb_diagonal_survey(const qb_cost *cost, bool use_symmetry, qb_team *team, qb_budget *budget,
                             qb_diagonal *diagonal);

/* Allocates and fills the entries; spends 2^bits units.  Errors: QB_STOPPED, QB_NO_MEMORY.  Free with
 * qb_diagonal_clear. */
qb_status qb_diagonal_fill(const qb_cost *cost, qb_team *team, qb_budget *budget, qb_diagonal *diagonal);
void qb_diagonal_clear(qb_diagonal *diagonal);

/* entry[x] as a number; x < 2^bits. */
double qb_diagonal_entry(const qb_diagonal *diagonal, uint64_t x);

/* entry [count]: those from `first` on, as numbers. */
void qb_diagonal_read(const qb_diagonal *diagonal, uint64_t first, uint64_t count, double *entry);

/* The better end of the entries in the diagonal's sense. */
double qb_diagonal_best(const qb_diagonal *diagonal);

#endif
