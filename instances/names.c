#include "instances/names.h"

#include "harness/base/memory.h"

#include <stdbool.h>
#include <string.h>

/* FNV-1a, with its high bits folded in. */
static uint32_t hash_of(qb_token name)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t k = 0; k < name.length; k++)
        h = (h ^ (unsigned char)name.start[k]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ (h >> 32));
}

const char *qb_names_at(const qb_name_table *names, uint32_t number)
{
    return names->pool + names->offset[number];
}

static bool holds(const qb_name_table *names, const qb_name_slot *slot, uint32_t hash, qb_token name)
{
    const char *known = names->pool + slot->offset;
    return slot->hash == hash && strncmp(known, name.start, name.length) == 0 && known[name.length] == 0;
}

/* The slot where a name is, or where it belongs; slots > count, so there is always one. */
static qb_name_slot *slot_of(const qb_name_table *names, uint32_t hash, qb_token name)
{
    uint64_t at = hash & (names->slots - 1);
    while (names->slot[at].entry && !holds(names, &names->slot[at], hash, name))
        at = (at + 1) & (names->slots - 1);
    return &names->slot[at];
}

uint32_t qb_names_find(const qb_name_table *names, qb_token name)
{
    return names->slots ? slot_of(names, hash_of(name), name)->entry - 1
                        : QB_NO_NAME; /* 0 - 1 is QB_NO_NAME */
}

/* All names differ: a free slot is all that each needs. */
static void settle(const qb_name_slot *old, uint64_t count, qb_name_slot *slot, uint64_t slots)
{
    for (uint64_t k = 0; k < count; k++) {
        uint64_t at = old[k].hash & (slots - 1);
        if (!old[k].entry)
            continue;
        while (slot[at].entry)
            at = (at + 1) & (slots - 1);
        slot[at] = old[k];
    }
}

static qb_status rehash(qb_name_table *names)
{
    uint64_t slots = names->slots ? names->slots * 2 : 64;
    qb_name_slot *slot = QB_NEW(qb_name_slot, slots);
    if (!slot)
        return QB_NO_MEMORY;
    settle(names->slot, names->slots, slot, slots);
    qb_free(names->slot);
    names->slot = slot;
    names->slots = slots;
    return QB_OK;
}

static qb_status make_room(qb_name_table *names, size_t length)
{
    if (names->count + UINT64_C(1) > names->slots / 2) {
        qb_status status = rehash(names);
        if (status != QB_OK)
            return status;
    }
    if (names->count == names->capacity) {
        uint32_t capacity = names->capacity * 2 + 64; /* count is below 2^31 */
        uint64_t *offset = qb_realloc(names->offset, names->count, capacity, sizeof *offset);
        if (!offset)
            return QB_NO_MEMORY;
        names->offset = offset;
        names->capacity = capacity;
    }
    if (names->pool_size + length + 1 > names->pool_capacity) {
        uint64_t capacity = names->pool_capacity * 2 + length + 1;
        char *pool = qb_realloc(names->pool, names->pool_size, capacity, 1);
        if (!pool)
            return QB_NO_MEMORY;
        names->pool = pool;
        names->pool_capacity = capacity;
    }
    return QB_OK;
}

qb_status qb_names_add(qb_name_table *names, qb_token name, uint32_t *number)
{
    uint32_t known = qb_names_find(names, name);
    if (known != QB_NO_NAME) {
        *number = known;
        return QB_OK;
    }
    if (names->count == QB_COUNT_LIMIT || make_room(names, name.length) != QB_OK)
        return QB_NO_MEMORY;
    uint32_t added = names->count++, hash = hash_of(name);
    *slot_of(names, hash, name) = (qb_name_slot){names->pool_size, hash, added + 1};
    names->offset[added] = names->pool_size;
    memcpy(names->pool + names->pool_size, name.start, name.length);
    names->pool[names->pool_size + name.length] = 0;
    names->pool_size += name.length + 1;
    *number = added;
    return QB_OK;
}

const char **qb_names_list(const qb_name_table *names)
{
    const char **list = QB_NEW(const char *, names->count);
    for (uint32_t k = 0; list && k < names->count; k++)
        list[k] = qb_names_at(names, k);
    return list;
}

void qb_names_free(qb_name_table *names)
{
    qb_free(names->pool);
    qb_free(names->offset);
    qb_free(names->slot);
    *names = (qb_name_table){0};
}
