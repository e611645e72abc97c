/* An order for sweeps that decide a block of variables at a time: few variables of a block are coupled, none
 * where the model allows it.
 *
 * Variables go by falling number of couplings, each into the first open block without a neighbour of it.
 * Blocks are then visited with a stride, so that a block does not have to wait for what its predecessor has
 * just stored.
 */
#ifndef QB_KERNELS_ANNEAL_PACK_H
#define QB_KERNELS_ANNEAL_PACK_H

#include "harness/base/budget.h"
#include "harness/model/qubo.h"

/* position[i] = size * block + place in the block, of variable i; places may stay empty.  Where every open
 * block holds a neighbour a new one is opened, but not beyond `most`: then the variable joins the fullest.
 * *blocks is at most most + n / size + 1.  QB_NO_MEMORY, QB_STOPPED.  Charges
 * O(n + nonzeros). */
qb_status qb_anneal_pack(const qb_qubo *model, uint32_t size, uint32_t most, uint32_t *position /* [n] */,
                         uint32_t *blocks, qb_budget *budget /* or NULL */);

#endif
