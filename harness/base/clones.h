/* Plain loops compiled once for each width of registers, of which the loader takes the widest that the
 * machine has.  For loops that give the same on all of them; kernels whose tiers can be chosen (QB_SIMD) are
 * written apart.  Only for functions that one file calls: clang gives the choice between the clones a name of
 * its own that other files do not know.
 */
#ifndef QB_BASE_CLONES_H
#define QB_BASE_CLONES_H

#ifdef __x86_64__
#define QB_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define QB_CLONES
#endif

#endif
