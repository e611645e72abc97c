/* Memory: aligned, zeroed, overflow-checked, and able to fail on request.
 *
 * Every block is aligned to 64 bytes (a cache line, an AVX-512 register) and zeroed.  Blocks of 2 MiB and
 * more ask the system for huge pages.  Tests make the N-th request fail with qb_memory_fail_after.
 */
#ifndef QB_BASE_MEMORY_H
#define QB_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define QB_ALIGNMENT 64

/* count * size zeroed bytes, 64-byte aligned; NULL when the product overflows or memory is out.
 * count == 0 or size == 0 gives a unique block that may be freed.  Ownership: the caller, with qb_free. */
void *qb_alloc(size_t count, size_t size);

/* The same, not zeroed: for large blocks all of which is written before it is read. */
void *qb_alloc_raw(size_t count, size_t size);

/* Grows or shrinks a block of qb_alloc from old_count to new_count elements, keeps the common prefix and
 * zeroes the rest.  On failure NULL, and block stays valid. */
void *qb_realloc(void *block, size_t old_count, size_t new_count, size_t size);

/* A copy of text that the caller frees with qb_free; NULL when memory is out. */
char *qb_strdup(const char *text);

/* Frees a block; NULL is fine. */
void qb_free(void *block);

/* `bytes` zeroed bytes straight from the system, aligned to a huge page and in huge pages where the system
 * gives them.  Nothing is touched before it is used, so this takes microseconds whatever the size: for arrays
 * of gigabytes that a budget must not wait for.  Less than a huge page is a block as of qb_alloc: arrays that
 * small come and go by the thousand.  NULL when there is no room.  Ownership: the caller, with qb_unmap and
 * the same number of bytes; NULL is fine there. */
void *qb_map(size_t bytes);
void qb_unmap(void *block, size_t bytes);

/* The countdown for the calling process: the request after `successes` further ones fails, and so do all that
 * follow, until qb_memory_fail_never.  For tests. */
void qb_memory_fail_after(int64_t successes);
void qb_memory_fail_never(void);

/* Typed: NEW(double, n) */
#define QB_NEW(type, count) ((type *)qb_alloc((count), sizeof(type)))

#endif
