#include "harness/model/name_index.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <string.h>

/* FNV-1a, folded once more so that the low bits depend on every byte. */
static uint64_t hash_of(const char *name, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t k = 0; k < length; k++)
        hash = (hash ^ (unsigned char)name[k]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* The slot that holds the name, or the empty one where it belongs. */
static uint32_t *slot_of(const qb_name_index *index, const char *name, size_t length)
{
    for (uint64_t at = hash_of(name, length);; at++) {
        uint32_t *slot = &index->slot[at & index->mask];
        if (*slot == 0)
            return slot;
        const char *known = index->names.pool + index->names.offset[*slot - 1];
        if (strncmp(known, name, length) == 0 && known[length] == 0)
            return slot;
    }
}

qb_status qb_name_index_open(qb_names names, uint32_t count, char letter, qb_name_index *index)
{
    *index = (qb_name_index){.names = names, .count = count, .letter = letter};
    if (!names.offset)
        return QB_OK;
    uint64_t size = 2;
    while (size < 2 * (uint64_t)count)
        size *= 2;
    index->mask = size - 1;
    index->slot = QB_NEW(uint32_t, size);
    if (!index->slot)
        return QB_NO_MEMORY;
    for (uint32_t k = 0; k < count; k++) {
        const char *name = names.pool + names.offset[k];
        uint32_t *slot = slot_of(index, name, strlen(name));
        if (*slot == 0)
            *slot = k + 1;
    }
    return QB_OK;
}

void qb_name_index_close(qb_name_index *index)
{
    qb_free(index->slot);
    *index = (qb_name_index){0};
}

static bool find_unnamed(const qb_name_index *index, const char *name, size_t length, uint32_t *position)
{
    size_t prefix = length > 1 && name[1] == '#' ? 2 : 1;
    uint64_t number;
    if (length <= prefix || name[0] != index->letter ||
        !qb_parse_u64(name + prefix, length - prefix, &number) || number < 1 || number > index->count)
        return false;
    *position = (uint32_t)number - 1;
    return true;
}

bool qb_name_index_find(const qb_name_index *index, const char *name, size_t length, uint32_t *position)
{
    if (!index->slot)
        return find_unnamed(index, name, length, position);
    uint32_t *slot = slot_of(index, name, length);
    if (*slot)
        *position = *slot - 1;
    return *slot != 0;
}
