#include "instances/names.h"

#include "harness/base/memory.h"

#include <stdbool.h>
#include <string.h>

/* The top bit of a hash. */
#define SHORT UINT32_C(0x80000000)

/* What a name is looked for by: where it ends up is the low bits of its hash.  No name holds a zero byte, so
 * short ones differ where their keys do. */
static qb_name_slot key_of(qb_token name)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t key = 0, hash = UINT64_C(0xcbf29ce484222325);
    if (name.length <= sizeof key) {
        for (size_t k = 0; k < name.length; k++)
            key = key << 8 | (unsigned char)name.start[k];
        hash = key * odd;
        hash = (hash ^ hash >> 32) * odd;
        return (qb_name_slot){.key = key, .hash = (uint32_t)(hash >> 32) | SHORT};
    }
    for (size_t k = 0; k < name.length; k++) /* FNV-1a, its high bits folded in */
        hash = (hash ^ (unsigned char)name.start[k]) * UINT64_C(0x100000001b3);
    return (qb_name_slot){.hash = (uint32_t)(hash ^ hash >> 32) & ~SHORT};
}

const char *qb_names_at(const qb_name_table *names, uint32_t number)
{
    return names->pool + names->offset[number];
}

static bool is_at(const qb_name_table *names, uint64_t offset, qb_token name)
{
    const char *known = names->pool + offset;
    return strncmp(known, name.start, name.length) == 0 && known[name.length] == 0;
}

static bool holds(const qb_name_table *names, const qb_name_slot *slot, qb_name_slot key, qb_token name)
{
    if (slot->hash != key.hash || key.hash & SHORT)
        return slot->hash == key.hash && slot->key == key.key;
    return is_at(names, slot->key, name);
}

/* The slot where a name is, or where it belongs; slots > count, so there is always one. */
static qb_name_slot *slot_of(const qb_name_table *names, qb_name_slot key, qb_token name)
{
    uint64_t at = key.hash & (names->slots - 1);
    while (names->slot[at].entry && !holds(names, &names->slot[at], key, name))
        at = (at + 1) & (names->slots - 1);
    return &names->slot[at];
}

uint32_t qb_names_find(const qb_name_table *names, qb_token name)
{
    return names->slots ? slot_of(names, key_of(name), name)->entry - 1
                        : QB_NO_NAME; /* 0 - 1 is QB_NO_NAME */
}

uint32_t qb_names_find_behind(const qb_name_table *names, uint32_t previous, qb_token name)
{
    uint32_t next = previous + 1;
    return next < names->count && is_at(names, names->offset[next], name) ? next : qb_names_find(names, name);
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
    qb_name_slot key = key_of(name), *slot = names->slots ? slot_of(names, key, name) : NULL;
    if (slot && slot->entry) {
        *number = slot->entry - 1;
        return QB_OK;
    }
    uint64_t slots = names->slots;
    if (names->count == QB_COUNT_LIMIT || make_room(names, name.length) != QB_OK)
        return QB_NO_MEMORY;
    if (names->slots != slots)
        slot = slot_of(names, key, name);
    if (!(key.hash & SHORT))
        key.key = names->pool_size;
    key.entry = names->count + 1;
    *slot = key;
    *number = names->count++;
    names->offset[*number] = names->pool_size;
    memcpy(names->pool + names->pool_size, name.start, name.length);
    names->pool[names->pool_size + name.length] = 0;
    names->pool_size += name.length + 1;
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
