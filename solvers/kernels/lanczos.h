/* The least eigenvalue of a replica form's couplings (replicas.h), as a few steps of Lanczos see it.
 *
 * Ritz values lie inside the spectrum: the result is never below the eigenvalue, and after 16 steps from a
 * random vector within a few per cent of it where it matters, at well separated or semicircular edges.
 *
 * Determinism: the rng decides, whatever the tier.  Source: Lanczos, J. Res. NBS 45 (1950) 255; no
 * reorthogonalisation, which for an extreme value within so few steps makes no difference.
 */
#ifndef QB_KERNELS_LANCZOS_H
#define QB_KERNELS_LANCZOS_H

#include "harness/base/rng.h"
#include "solvers/kernels/replicas.h"

#define QB_LANCZOS_STEPS 16

/* At most 0: the empty sum is one of the values.  Charges n + nonzeros a step, part by part; budget may be
 * NULL.  Errors: QB_NO_MEMORY, QB_STOPPED.  O(QB_LANCZOS_STEPS (n + nonzeros)). */
qb_status qb_lanczos_least(const qb_replica_form *form, qb_rng *rng, double *least, qb_budget *budget,
                           qb_diag *diag);

#endif
