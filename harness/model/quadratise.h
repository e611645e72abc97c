/* Products of three and four bits in a qubo: a bit y for a product x x', held to it by Rosenberg's penalty.
 *
 *   weight (x x' - 2 x y - 2 x' y + 3 y)     0 where y = x x', at least weight elsewhere
 *
 * The weight of each y is above the sum of |coefficients| of the terms that it stands in, so no minimum has
 * y != x x'.  Products that occur often are chosen first, so that terms share them.
 * Source: I. G. Rosenberg, "Reduction of bivalent maximization to the quadratic case", Cahiers du Centre
 * d'Etudes de Recherche Operationnelle 17 (1975) 71-74.
 */
#ifndef QB_MODEL_QUADRATISE_H
#define QB_MODEL_QUADRATISE_H

#include "harness/model/poly.h"

/* The qubo of a spin polynomial: bits 0..poly->n - 1 are its own, the others products; where those are what
 * they stand for, scale * E + offset is the same of both.  Errors: QB_REFUSED (beyond 2^31 bits),
 * QB_NO_MEMORY. O(terms log) in time and memory.  Free with qb_qubo_free. */
qb_status qb_poly_quadratise(const qb_poly *poly, qb_qubo *qubo, qb_diag *diag);

#endif
