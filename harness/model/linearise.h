/* Products of bits in a linear program.  Private to the lowering.
 *
 * Standard, per product w x x': a column y in [0, 1] with y = x x' at integer points.  Only the rows that the
 * objective does not enforce by itself are written: y <= x, y <= x' where it pulls y up, y >= x + x' - 1
 * where it pulls y down.  Source: R. Fortet, "Applications de l'algebre de Boole en recherche
 * operationnelle", Revue Francaise de Recherche Operationnelle 4 (1960) 17-26.
 *
 * Compact, per variable x with products x g(x'), g = sum w x' in [L, U]: a column z = x g, for minimisation
 * z >= L x and z >= g - U (1 - x), for maximisation z <= U x and z <= g - L (1 - x).  Source: F. Glover,
 * "Improved linear integer programming formulations of nonlinear integer problems", Management Science 22
 * (1975) 455-460.
 *
 * Triangles, for standard only: of three bits with all three products, no integer point is cut off by
 *   x_i + x_j + x_k - y_ij - y_ik - y_jk <= 1,   y_ij + y_ik - y_jk <= x_i   (and for x_j, x_k),
 * and the relaxation of a Max-Cut becomes much tighter.  Source: M. Padberg, "The Boolean quadric polytope",
 * Mathematical Programming 45 (1989) 139-172.
 */
#ifndef QB_MODEL_LINEARISE_H
#define QB_MODEL_LINEARISE_H

#include "harness/model/lowering.h"
#include "harness/model/sheet.h"

typedef struct qb_products {
    qb_sense sense;
    uint64_t count;
    const qb_pair *pair; /* [count] sorted, i < j, none twice; columns i and j are binary */
    bool compact;
    uint64_t triangles; /* whose rows are added; all there are, or 0 */
} qb_products;

typedef struct qb_extent {
    uint64_t columns, rows, entries;
} qb_extent;

/* Chooses the form, for a program of `variables` bits.  O(count); standard O(sum of degree^2). */
qb_products qb_linearise_choose(const qb_lowering_options *options, qb_sense sense, uint32_t variables,
                                uint64_t count, const qb_pair *pair);

/* What the products add to a sheet.  O(count). */
qb_extent qb_linearise_extent(const qb_products *products);

/* Adds them, to a sheet with that much room. */
void qb_linearise_add(const qb_products *products, qb_sheet *sheet);

#endif
