#include "harness/base/arena.h"

#include "harness/base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

typedef struct qb_arena_chunk {
    struct qb_arena_chunk *older;
    size_t used, size;
    alignas(max_align_t) unsigned char block[];
} chunk;

enum { CHUNK_BYTES = 16 << 10 };

void *qb_arena_alloc(qb_arena *arena, size_t count, size_t size)
{
    size_t bytes, total;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, alignof(max_align_t) - 1, &bytes))
        return NULL;
    bytes &= ~(alignof(max_align_t) - 1);
    chunk *top = arena->chunk;
    if (!top || bytes > top->size - top->used) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        if (__builtin_add_overflow(room, sizeof *top, &total) || !(top = qb_alloc(total, 1)))
            return NULL;
        top->size = room;
        top->older = arena->chunk;
        arena->chunk = top;
    }
    void *block = top->block + top->used;
    top->used += bytes;
    return block;
}

char *qb_arena_copy(qb_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? qb_arena_alloc(arena, length + 1, 1) : NULL;
    return copy && length ? memcpy(copy, text, length) : copy;
}

void qb_arena_clear(qb_arena *arena)
{
    while (arena->chunk) {
        chunk *older = arena->chunk->older;
        qb_free(arena->chunk);
        arena->chunk = older;
    }
}
