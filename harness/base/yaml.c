#include "harness/base/yaml.h"

#include "harness/base/arena.h"
#include "harness/base/memory.h"

#include <string.h>
#include <yaml.h>

struct qb_yaml {
    qb_arena arena;
    qb_yaml_node *root;
};

/* A collection that is still open. */
typedef struct level {
    qb_yaml_node *node, *last; /* last: its youngest child */
    const char *key;           /* of a mapping: read, waiting for its value */
    uint32_t key_line;
} level;

typedef struct reader {
    const char *file;
    qb_diag *diag;
    qb_yaml *yaml;
    level open[QB_YAML_DEPTH];
    uint32_t depth, nodes;
} reader;

static qb_status fail_at(const reader *r, uint32_t line, const char *what)
{
    return qb_fail(r->diag, QB_BAD_INPUT, "%s:%u: %s", r->file, line, what);
}

static qb_status no_memory(const reader *r)
{
    return qb_fail(r->diag, QB_NO_MEMORY, "%s: no memory for this document", r->file);
}

const qb_yaml_node *qb_yaml_get(const qb_yaml_node *mapping, const char *key)
{
    if (mapping && mapping->kind == QB_YAML_MAPPING)
        for (const qb_yaml_node *n = mapping->first; n; n = n->next)
            if (!strcmp(n->key, key))
                return n;
    return NULL;
}

/* Hangs a node into the innermost open collection, or makes it the root. */
static qb_status attach(reader *r, qb_yaml_node *node)
{
    if (!r->depth) {
        r->yaml->root = node;
        return QB_OK;
    }
    level *parent = &r->open[r->depth - 1];
    if (parent->node->kind == QB_YAML_MAPPING) {
        if (!parent->key)
            return fail_at(r, node->line, "a key must be a plain word");
        node->key = parent->key;
        node->line = parent->key_line;
        parent->key = NULL;
    }
    if (parent->last)
        parent->last->next = node;
    else
        parent->node->first = node;
    parent->last = node;
    parent->node->count++;
    return QB_OK;
}

static qb_status take_key(reader *r, const char *key, uint32_t line)
{
    level *parent = &r->open[r->depth - 1];
    if (parent->node->count == QB_YAML_KEYS)
        return fail_at(r, line, "too many keys in one mapping");
    if (qb_yaml_get(parent->node, key))
        return qb_fail(r->diag, QB_BAD_INPUT, "%s:%u: the key '%s' stands here twice", r->file, line, key);
    parent->key = key;
    parent->key_line = line;
    return QB_OK;
}

static qb_status new_node(reader *r, qb_yaml_kind kind, uint32_t line, qb_yaml_node **node)
{
    if (++r->nodes > QB_YAML_NODES)
        return fail_at(r, line, "the document is too large");
    qb_yaml_node *made = QB_ARENA_NEW(&r->yaml->arena, qb_yaml_node, 1);
    if (!made)
        return no_memory(r);
    made->kind = kind;
    made->line = line;
    made->text = "";
    *node = made;
    return QB_OK;
}

static qb_status take_scalar(reader *r, const yaml_event_t *event, uint32_t line)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (memchr(value, 0, length))
        return fail_at(r, line, "a NUL byte");
    const char *text = qb_arena_copy(&r->yaml->arena, value, length);
    if (!text)
        return no_memory(r);
    level *parent = r->depth ? &r->open[r->depth - 1] : NULL;
    if (parent && parent->node->kind == QB_YAML_MAPPING && !parent->key)
        return take_key(r, text, line);
    qb_yaml_node *node = NULL;
    qb_status status = new_node(r, QB_YAML_SCALAR, line, &node);
    if (status != QB_OK)
        return status;
    node->text = text;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(r, node);
}

static qb_status open_collection(reader *r, qb_yaml_kind kind, uint32_t line)
{
    qb_yaml_node *node = NULL;
    if (r->depth == QB_YAML_DEPTH)
        return fail_at(r, line, "nested too deeply");
    qb_status status = new_node(r, kind, line, &node);
    if (status == QB_OK)
        status = attach(r, node);
    if (status == QB_OK)
        r->open[r->depth++] = (level){.node = node};
    return status;
}

/* Anchors would let a few bytes stand for many, tags would give scalars a meaning of their own. */
static qb_status refuse_extras(const reader *r, const yaml_char_t *anchor, const yaml_char_t *tag,
                               uint32_t line)
{
    if (anchor)
        return fail_at(r, line, "anchors are not supported");
    if (tag)
        return fail_at(r, line, "tags are not supported");
    return QB_OK;
}

static qb_status take_event(reader *r, const yaml_event_t *event)
{
    uint32_t line = (uint32_t)event->start_mark.line + 1; /* QB_YAML_BYTES bounds it */
    qb_status status;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return fail_at(r, line, "aliases are not supported");
    case YAML_SCALAR_EVENT:
        status = refuse_extras(r, event->data.scalar.anchor, event->data.scalar.tag, line);
        return status == QB_OK ? take_scalar(r, event, line) : status;
    case YAML_SEQUENCE_START_EVENT:
        status = refuse_extras(r, event->data.sequence_start.anchor, event->data.sequence_start.tag, line);
        return status == QB_OK ? open_collection(r, QB_YAML_SEQUENCE, line) : status;
    case YAML_MAPPING_START_EVENT:
        status = refuse_extras(r, event->data.mapping_start.anchor, event->data.mapping_start.tag, line);
        return status == QB_OK ? open_collection(r, QB_YAML_MAPPING, line) : status;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return QB_OK;
    case YAML_DOCUMENT_START_EVENT:
        return r->yaml->root ? fail_at(r, line, "only one document is expected") : QB_OK;
    default:
        return QB_OK;
    }
}

static qb_status fail_parse(const reader *r, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return no_memory(r);
    size_t line = parser->problem_mark.line;
    if (parser->error == YAML_READER_ERROR) /* it knows only the byte */
        line = parser->mark.line;
    return qb_fail(r->diag, QB_BAD_INPUT, "%s:%zu: %s", r->file, line + 1,
                   parser->problem ? parser->problem : "not YAML");
}

static qb_status read_events(reader *r, yaml_parser_t *parser)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return fail_parse(r, parser);
        qb_status status = take_event(r, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (status != QB_OK)
            return status;
    }
    return r->yaml->root ? QB_OK : new_node(r, QB_YAML_SCALAR, 1, &r->yaml->root);
}

qb_status qb_yaml_parse(const char *file, const char *text, size_t size, qb_yaml **yaml, qb_diag *diag)
{
    yaml_parser_t parser;
    reader r = {.file = file, .diag = diag};
    if (size > QB_YAML_BYTES)
        return qb_fail(diag, QB_BAD_INPUT, "%s: larger than 16 MiB", file);
    if (!(r.yaml = QB_NEW(qb_yaml, 1)))
        return no_memory(&r);
    qb_status status = QB_NO_MEMORY;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
        status = read_events(&r, &parser);
        yaml_parser_delete(&parser);
    }
    if (status == QB_OK)
        *yaml = r.yaml;
    else
        qb_yaml_free(r.yaml);
    return status;
}

void qb_yaml_free(qb_yaml *yaml)
{
    if (!yaml)
        return;
    qb_arena_clear(&yaml->arena);
    qb_free(yaml);
}

const qb_yaml_node *qb_yaml_root(const qb_yaml *yaml)
{
    return yaml->root;
}

bool qb_yaml_is_null(const qb_yaml_node *node)
{
    return node->kind == QB_YAML_SCALAR && !node->quoted &&
           (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}
