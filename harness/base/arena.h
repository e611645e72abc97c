/* An arena: many small blocks, freed together.
 *
 * For trees and tables that are built once and read many times.  Blocks are zeroed and aligned for any
 * object.  A zero-initialised arena ({0}) is empty.
 */
#ifndef QB_BASE_ARENA_H
#define QB_BASE_ARENA_H

#include <stddef.h>

typedef struct qb_arena {
    struct qb_arena_chunk *chunk; /* the newest; older ones behind it */
} qb_arena;

/* count * size zeroed bytes; NULL when the product overflows or memory is out.  Amortised O(bytes). */
void *qb_arena_alloc(qb_arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of text [length]. */
char *qb_arena_copy(qb_arena *arena, const char *text, size_t length);

/* Frees everything; the arena is as good as new. */
void qb_arena_clear(qb_arena *arena);

/* Typed: QB_ARENA_NEW(&arena, double, n) */
#define QB_ARENA_NEW(arena, type, count) ((type *)qb_arena_alloc((arena), (count), sizeof(type)))

#endif
