/* The tuning split: instances that choose parameters and the best baseline, and then leave the verdict. */
#ifndef QB_RUN_SPLIT_H
#define QB_RUN_SPLIT_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Marks `wanted` of the instances: those whose hash together with the experiment's identity is smallest, so
 * that nobody picks them and the order of a list changes nothing.  sha256 [instances]; none are marked where
 * wanted >= instances.  Errors: QB_NO_MEMORY, QB_ENVIRONMENT (libcrypto).  O(instances wanted). */
qb_status qb_split_choose(const char *identity, const char *const *sha256, uint32_t instances,
                          uint32_t wanted, bool *tuning /* [instances] */);

#endif
