/* The instances of an experiment file: from the library, from files, from generators. */
#include "harness/run/experiment_parts.h"
#include "harness/run/seed.h"

#include <math.h>
#include <string.h>

enum { INSTANCES = 10000, SIZES = 64 };

/* A list that grows in the arena. */
typedef struct list {
    qb_experiment_instance *item;
    uint32_t count, capacity;
} list;

static qb_experiment_instance *append(const qb_fields *f, list *l, const qb_yaml_node *node)
{
    if (l->count == l->capacity) {
        uint32_t capacity = l->capacity ? 2 * l->capacity : 16;
        qb_experiment_instance *grown = QB_ARENA_NEW(f->arena, qb_experiment_instance, capacity);
        if (!grown)
            return NULL;
        if (l->count)
            memcpy(grown, l->item, l->count * sizeof *grown);
        l->item = grown;
        l->capacity = capacity;
    }
    qb_experiment_instance *item = &l->item[l->count++];
    item->line = node->line;
    return item;
}

/* A relative path is relative to the experiment file. */
static const char *resolve(const qb_fields *f, const char *path)
{
    const char *slash = strrchr(f->file, '/');
    size_t folder = *path != '/' && slash ? (size_t)(slash - f->file) + 1 : 0, length = strlen(path);
    char *joined = qb_arena_alloc(f->arena, folder + length + 1, 1);
    if (joined) {
        memcpy(joined, f->file, folder);
        memcpy(joined + folder, path, length);
    }
    return joined;
}

/* ---- generate: one instance a size and number */

typedef struct family {
    const qb_generator *generator;
    double value[QB_GENERATOR_PARAMS];
    double size[SIZES];
    uint32_t sizes, count;
    uint64_t seed;
    bool seeded;
} family;

static qb_status find_family(const qb_fields *f, const qb_yaml_node *mapping, const qb_generator **generator)
{
    char hint[QB_HINT_TEXT];
    const qb_yaml_node *node = qb_yaml_get(mapping, "family");
    if (!node || node->kind != QB_YAML_SCALAR)
        return qb_fields_fail(f, node ? node : mapping, "'generate' needs a 'family'");
    *generator = qb_generator_find(node->text);
    if (*generator)
        return QB_OK;
    qb_nearest nearest = {.word = node->text};
    for (const qb_generator *const *g = qb_generators; *g; g++)
        qb_nearest_offer(&nearest, (*g)->name);
    return qb_fields_fail(f, node, "unknown family '%s'%s", node->text, qb_nearest_hint(&nearest, hint));
}

static qb_status set_parameter(const qb_fields *f, const qb_yaml_node *node, family *g)
{
    double number;
    if (node->kind != QB_YAML_SCALAR || !qb_parse_double(node->text, strlen(node->text), &number))
        return qb_fields_fail(f, node, "'%s' is a number", node->key ? node->key : "size");
    const char *key = node->key ? node->key : "size"; /* an element of the list of sizes has none */
    return qb_fields_locate(f, node, qb_generator_set(g->generator, g->value, key, number, f->diag));
}

/* Each size is checked by setting it; value[0] is the size. */
static qb_status read_sizes(const qb_fields *f, const qb_yaml_node *node, family *g)
{
    bool single = node->kind == QB_YAML_SCALAR;
    qb_status status = single ? QB_OK : qb_fields_sequence(f, node);
    if (status == QB_OK && node->count > SIZES)
        status = qb_fields_fail(f, node, "more than %d sizes", SIZES);
    g->sizes = 0;
    for (const qb_yaml_node *n = single ? node : node->first; n && status == QB_OK;
         n = single ? NULL : n->next) {
        status = set_parameter(f, n, g);
        g->size[g->sizes++] = g->value[0];
    }
    return status;
}

static bool is_own_key(const char *key)
{
    return !strcmp(key, "family") || !strcmp(key, "count") || !strcmp(key, "seed") || !strcmp(key, "size");
}

static qb_status unknown_parameter(const qb_fields *f, const qb_generator *generator,
                                   const qb_yaml_node *node)
{
    static const char *const own[] = {"family", "count", "seed"};
    char hint[QB_HINT_TEXT];
    qb_nearest nearest = {.word = node->key};
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        qb_nearest_offer(&nearest, own[k]);
    for (size_t k = 0; k < generator->param_count; k++) {
        if (!strcmp(generator->params[k].name, node->key))
            return QB_OK;
        qb_nearest_offer(&nearest, generator->params[k].name);
    }
    return qb_fields_fail(f, node, "unknown key '%s'%s", node->key, qb_nearest_hint(&nearest, hint));
}

static qb_status read_family(const qb_fields *f, const qb_yaml_node *node, family *g)
{
    static const qb_field count = {.name = "count", .least = 1, .greatest = 10000};
    static const qb_field seed = {.name = "seed", .least = 0, .greatest = 0x1p62};
    if (node->kind != QB_YAML_MAPPING)
        return qb_fields_fail(f, node, "'generate' is a mapping of keys and values");
    qb_status status = find_family(f, node, &g->generator);
    if (status != QB_OK)
        return status;
    qb_generator_default(g->generator, g->value);
    g->size[0] = g->value[0];
    g->sizes = g->count = 1;
    for (const qb_yaml_node *n = node->first; n && status == QB_OK; n = n->next) {
        if (!strcmp(n->key, "count")) {
            status = qb_field_u32(f, &count, n, &g->count);
        } else if (!strcmp(n->key, "seed")) {
            g->seeded = true;
            status = qb_field_u64(f, &seed, n, &g->seed);
        } else if (!strcmp(n->key, "size")) {
            status = read_sizes(f, n, g);
        } else if (!is_own_key(n->key)) {
            status = unknown_parameter(f, g->generator, n);
            if (status == QB_OK)
                status = set_parameter(f, n, g);
        }
    }
    return status;
}

static qb_status name_generated(const qb_fields *f, qb_experiment_instance *item)
{
    qb_text name = {0};
    qb_text_appendf(&name, "%s-", item->generator->name);
    qb_text_append_double(&name, item->value[0]);
    qb_text_appendf(&name, "-%llu", (unsigned long long)item->seed);
    item->name = name.status == QB_OK ? qb_arena_copy(f->arena, name.data, name.length) : NULL;
    qb_text_clear(&name);
    return item->name ? QB_OK : qb_fields_no_memory(f);
}

static qb_status read_generate(const qb_fields *f, const qb_yaml_node *node, const qb_experiment *x, list *l)
{
    family g = {0};
    qb_status status = read_family(f, node, &g);
    if (status != QB_OK)
        return status;
    if ((uint64_t)g.sizes * g.count + l->count > INSTANCES)
        return qb_fields_fail(f, node, "more than %d instances", INSTANCES);
    for (uint32_t s = 0; s < g.sizes; s++)
        for (uint32_t k = 0; k < g.count; k++) {
            qb_experiment_instance *item = append(f, l, node);
            if (!item)
                return qb_fields_no_memory(f);
            item->origin = QB_FROM_GENERATOR;
            item->written = g.generator->name;
            item->generator = g.generator;
            memcpy(item->value, g.value, sizeof g.value);
            item->value[0] = g.size[s];
            item->seed = g.seed + k;
            item->drawn = !g.seeded;
            if (item->drawn)
                status = qb_seed_instance(x->identity, g.generator->name, g.size[s], k, &item->seed);
            if (status == QB_OK)
                status = name_generated(f, item);
            if (status != QB_OK)
                return status;
        }
    return QB_OK;
}

/* ---- One entry of the list */

typedef struct entry {
    const char *name, *file, *warm_start;
    const qb_yaml_node *generate;
} entry;

static qb_status read_instance(const qb_fields *f, const qb_yaml_node *node, const qb_experiment *x, list *l)
{
    static const qb_field table[] = {
        {"name", qb_field_text, .offset = offsetof(entry, name)},
        {"file", qb_field_text, .offset = offsetof(entry, file)},
        {"generate", qb_field_node, .offset = offsetof(entry, generate)},
        {"warm_start", qb_field_text, .offset = offsetof(entry, warm_start)},
    };
    entry e = {0};
    qb_status status = qb_fields_read(f, "an instance", table, sizeof table / sizeof *table, node, &e);
    if (status != QB_OK)
        return status;
    if ((e.name != NULL) + (e.file != NULL) + (e.generate != NULL) != 1 || (e.name && !*e.name) ||
        (e.file && !*e.file))
        return qb_fields_fail(f, node, "an instance has exactly one of 'name', 'file' and 'generate'");
    if (e.generate && e.warm_start)
        return qb_fields_fail(f, node, "what is generated has no 'warm_start'");
    if (e.generate)
        return read_generate(f, e.generate, x, l);
    qb_experiment_instance *item = append(f, l, node);
    if (!item)
        return qb_fields_no_memory(f);
    item->origin = e.name ? QB_FROM_LIBRARY : QB_FROM_FILE;
    item->written = e.name ? e.name : e.file;
    item->name = e.name ? e.name : resolve(f, e.file);
    item->warm_written = e.warm_start;
    item->warm_start = e.warm_start ? resolve(f, e.warm_start) : NULL;
    return item->name && !item->warm_start == !e.warm_start ? QB_OK : qb_fields_no_memory(f);
}

static qb_status refuse_twins(const qb_fields *f, const qb_yaml_node *node, const list *l, uint32_t first)
{
    for (uint32_t k = first; k < l->count; k++)
        for (uint32_t j = 0; j < k; j++)
            if (l->item[j].origin == l->item[k].origin && !strcmp(l->item[j].name, l->item[k].name) &&
                !memcmp(l->item[j].value, l->item[k].value, sizeof l->item[k].value))
                return qb_fields_fail(f, node, "the instance '%s' stands in the list already",
                                      l->item[k].name);
    return QB_OK;
}

qb_status qb_experiment_read_instances(const qb_fields *fields, const qb_yaml_node *node, qb_experiment *x)
{
    list l = {0};
    qb_status status = qb_fields_sequence(fields, node);
    for (const qb_yaml_node *n = node->first; n && status == QB_OK; n = n->next) {
        uint32_t first = l.count;
        status = read_instance(fields, n, x, &l);
        if (status == QB_OK)
            status = refuse_twins(fields, n, &l, first);
    }
    if (status == QB_OK) {
        x->instance = l.item;
        x->instances = l.count;
    }
    return status;
}
