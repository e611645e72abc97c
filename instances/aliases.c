#include "instances/aliases.h"

#include "harness/base/memory.h"

#include <string.h>

static qb_status no_memory(const qb_scan *scan)
{
    return qb_fail(scan->diag, QB_NO_MEMORY, "%s: out of memory", scan->file);
}

qb_status qb_aliases_take(qb_aliases *aliases, qb_scan *scan)
{
    qb_token word;
    if (!qb_scan_token(scan, &word) || (!qb_token_is(word, "column") && !qb_token_is(word, "row")))
        return QB_OK;
    size_t which = qb_token_is(word, "row");
    if (!qb_scan_token(scan, &word))
        return qb_scan_fail(scan, "a name is missing");
    qb_token name = qb_scan_rest(scan);
    qb_name_table *numbers = &aliases->number[which];
    uint32_t number;
    if (name.length == 0 || qb_names_find(numbers, word) != QB_NO_NAME)
        return qb_scan_fail(scan, "a name is missing or given twice");
    if (numbers->count == aliases->capacity[which]) {
        uint32_t capacity = numbers->count * 2 + 64;
        qb_token *grown = qb_realloc(aliases->name[which], numbers->count, capacity, sizeof *grown);
        if (!grown)
            return no_memory(scan);
        aliases->name[which] = grown;
        aliases->capacity[which] = capacity;
    }
    if (qb_names_add(numbers, word, &number) != QB_OK)
        return no_memory(scan);
    aliases->name[which][number] = name;
    return QB_OK;
}

qb_status qb_aliases_apply(const qb_aliases *aliases, size_t which, const qb_scan *scan, qb_name_table *names)
{
    qb_name_table renamed = {0};
    for (uint32_t k = 0; aliases->number[which].count && k < names->count; k++) {
        const char *own = qb_names_at(names, k);
        qb_token name = {own, strlen(own)};
        uint32_t added, number = qb_names_find(&aliases->number[which], name);
        if (number != QB_NO_NAME)
            name = aliases->name[which][number];
        qb_status status = qb_names_add(&renamed, name, &added);
        if (status != QB_OK || added != k) {
            qb_names_free(&renamed);
            return status != QB_OK ? no_memory(scan) : qb_scan_fail(scan, "one name is given to two numbers");
        }
    }
    if (renamed.count) {
        qb_names_free(names);
        *names = renamed;
    }
    return QB_OK;
}

void qb_aliases_free(qb_aliases *aliases)
{
    for (size_t which = 0; which < 2; which++) {
        qb_names_free(&aliases->number[which]);
        qb_free(aliases->name[which]);
    }
    *aliases = (qb_aliases){0};
}
