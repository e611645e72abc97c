/* A table of names: each gets the next number when it is first seen. */
#ifndef QB_INSTANCES_NAMES_H
#define QB_INSTANCES_NAMES_H

#include "instances/scan.h"

/* In a large table each look elsewhere is a cache miss: a name of up to eight bytes stands in the slot
 * itself, of a longer one enough of its hash that hardly ever another name has to be looked at. */
typedef struct qb_name_slot {
    uint64_t key;         /* the name, or where it begins in the pool: `hash` says which */
    uint32_t hash, entry; /* entry: number + 1; 0: empty */
} qb_name_slot;

/* Zero-initialise it ({0}). */
typedef struct qb_name_table {
    char *pool; /* the names, NUL-terminated, one after another */
    uint64_t pool_size, pool_capacity;
    uint64_t *offset; /* [count] into pool */
    uint32_t count, capacity;
    qb_name_slot *slot; /* [slots], a power of two */
    uint64_t slots;
} qb_name_table;

#define QB_NO_NAME UINT32_MAX

/* The number of a name; QB_NO_NAME when it is not there.  O(length). */
uint32_t qb_names_find(const qb_name_table *names, qb_token name);

/* The same, tried first with the name behind number `previous`: in files that list names in order, memory is
 * then read in order. */
uint32_t qb_names_find_behind(const qb_name_table *names, uint32_t previous, qb_token name);

/* The number of a name that is added when it is new.  Errors: QB_NO_MEMORY.  Amortised O(length). */
qb_status qb_names_add(qb_name_table *names, qb_token name, uint32_t *number);

const char *qb_names_at(const qb_name_table *names, uint32_t number);

/* All names as an array of pointers for qb_draft, to be freed with qb_free; NULL when memory is out. */
const char **qb_names_list(const qb_name_table *names);

void qb_names_free(qb_name_table *names);

#endif
