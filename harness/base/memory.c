#define _GNU_SOURCE
#include "harness/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static _Thread_local int64_t remaining = INT64_MAX;

void qb_memory_fail_after(int64_t successes)
{
    remaining = successes;
}

void qb_memory_fail_never(void)
{
    remaining = INT64_MAX;
}

static int must_fail(void)
{
    if (remaining == INT64_MAX)
        return 0;
    if (remaining <= 0)
        return 1;
    remaining--;
    return 0;
}

/* *padded: the bytes of the block, a multiple of its alignment. */
static void *allocate(size_t count, size_t size, size_t *padded)
{
    size_t bytes, upper;
    if (__builtin_mul_overflow(count, size, &bytes) || must_fail())
        return NULL;
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : QB_ALIGNMENT;
    if (__builtin_add_overflow(bytes ? bytes : 1, alignment - 1, &upper))
        return NULL;
    *padded = upper & ~(alignment - 1);
    void *block = aligned_alloc(alignment, *padded);
    if (block && alignment == HUGE_PAGE)
        (void)madvise(block, *padded, MADV_HUGEPAGE); /* advice only: small pages work too */
    return block;
}

void *qb_alloc(size_t count, size_t size)
{
    size_t padded;
    void *block = allocate(count, size, &padded);
    return block ? memset(block, 0, padded) : NULL;
}

void *qb_alloc_raw(size_t count, size_t size)
{
    size_t padded;
    return allocate(count, size, &padded);
}

void *qb_realloc(void *block, size_t old_count, size_t new_count, size_t size)
{
    char *grown = qb_alloc(new_count, size);
    if (!grown)
        return NULL;
    size_t kept = (old_count < new_count ? old_count : new_count) * size;
    if (kept)
        memcpy(grown, block, kept);
    qb_free(block);
    return grown;
}

char *qb_strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = qb_alloc(bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

void qb_free(void *block)
{
    free(block);
}

static size_t whole_pages(size_t bytes)
{
    return (bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}

void *qb_map(size_t bytes)
{
    size_t wanted;
    if (bytes > 0 && bytes < HUGE_PAGE) /* a huge page would have to be cleared for it */
        return qb_alloc(bytes, 1);
    if (bytes == 0 || bytes > PTRDIFF_MAX - 2 * HUGE_PAGE || must_fail())
        return NULL;
    wanted = whole_pages(bytes);
    char *start = mmap(NULL, wanted + HUGE_PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
    if (before)
        (void)munmap(start, before);
    if (before < HUGE_PAGE)
        (void)munmap(start + before + wanted, HUGE_PAGE - before);
    (void)madvise(start + before, wanted, MADV_HUGEPAGE); /* advice only: small pages work too */
    return start + before;
}

void qb_unmap(void *block, size_t bytes)
{
    if (bytes < HUGE_PAGE)
        qb_free(block);
    else if (block)
        (void)munmap(block, whole_pages(bytes));
}
