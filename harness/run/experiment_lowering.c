/* The lowering of an experiment file: penalties, which may be compared, and the other options, the same for
 * all.
 *
 *   lowering: {penalty: [bound, 0.5, 2], encoding: one-hot, resolution: 0.01}
 *
 * Keys and values are those of qb_lowering_options_set, with '_' for '-'. */
#include "harness/base/json.h"
#include "harness/run/experiment_parts.h"

#include <string.h>

/* In canonical order, with the defaults of lowering.h. */
static const struct {
    const char *key, *option, *fallback;
} options[] = {
    {"linearisation", "linearisation", "auto"},
    {"encoding", "encoding", "binary"},
    {"coefficient_limit", "coefficient-limit", "8"},
    {"inequality", "inequality", "slack"},
    {"resolution", "resolution", "0"},
    {"triangles", "triangles", "auto"},
    {"repair", "repair", "off"},
    {"integer_step", "integer-step", "0"},
};

enum { OPTIONS = sizeof options / sizeof *options };

/* A number's shortest text, or the text as it is: "0.50" and "0.5" are one penalty. */
static const char *canonical(const qb_fields *f, const qb_yaml_node *node)
{
    char buffer[QB_DOUBLE_TEXT];
    double number;
    const char *text = node->text;
    if (qb_parse_double(text, strlen(text), &number))
        text = qb_double_text(number, buffer);
    return qb_arena_copy(f->arena, text, strlen(text));
}

static qb_status set(const qb_fields *f, const qb_yaml_node *node, const char *option,
                     qb_lowering_options *into, const char **text)
{
    if (node->kind != QB_YAML_SCALAR)
        return qb_fields_fail(f, node, "'%s' is a single value", option);
    if (!(*text = canonical(f, node)))
        return qb_fields_no_memory(f);
    return qb_fields_locate(f, node, qb_lowering_options_set(into, option, *text, f->diag));
}

static qb_status read_penalties(const qb_fields *f, const qb_yaml_node *node, qb_lowering_options common,
                                qb_experiment *x)
{
    bool single = node->kind == QB_YAML_SCALAR;
    qb_status status = single ? QB_OK : qb_fields_sequence(f, node);
    if (status != QB_OK)
        return status;
    qb_experiment_lowering *list = QB_ARENA_NEW(f->arena, qb_experiment_lowering, single ? 1 : node->count);
    if (!list)
        return qb_fields_no_memory(f);
    uint32_t count = 0;
    for (const qb_yaml_node *n = single ? node : node->first; n; n = single ? NULL : n->next, count++) {
        list[count].options = common;
        status = set(f, n, "penalty", &list[count].options, &list[count].name);
        if (status != QB_OK)
            return status;
        for (uint32_t k = 0; k < count; k++)
            if (!strcmp(list[k].name, list[count].name))
                return qb_fields_fail(f, n, "the penalty '%s' stands in the list already", list[k].name);
    }
    x->lowering = list;
    x->lowerings = count;
    return QB_OK;
}

/* Every option that is not a penalty. */
static qb_status read_options(const qb_fields *f, const qb_yaml_node *mapping, qb_lowering_options *into,
                              const char *text[OPTIONS])
{
    for (const qb_yaml_node *n = mapping->first; n; n = n->next) {
        char hint[QB_HINT_TEXT];
        qb_nearest nearest = {.word = n->key};
        size_t k = 0;
        if (!strcmp(n->key, "penalty"))
            continue;
        while (k < OPTIONS && strcmp(options[k].key, n->key) != 0)
            qb_nearest_offer(&nearest, options[k++].key);
        qb_nearest_offer(&nearest, "penalty");
        if (k == OPTIONS)
            return qb_fields_fail(f, n, "unknown key '%s'%s", n->key, qb_nearest_hint(&nearest, hint));
        qb_status status = set(f, n, options[k].option, into, &text[k]);
        if (status != QB_OK)
            return status;
    }
    return QB_OK;
}

static qb_status write_json(const qb_fields *f, const char *const text[OPTIONS], qb_experiment *x)
{
    qb_text json = {0};
    qb_json_writer w = {.out = &json};
    qb_json_open(&w, '{');
    qb_json_key(&w, "penalty");
    qb_json_open(&w, '[');
    for (uint32_t k = 0; k < x->lowerings; k++)
        qb_json_string(&w, x->lowering[k].name);
    qb_json_close(&w, ']');
    for (size_t k = 0; k < OPTIONS; k++)
        qb_json_put_string(&w, options[k].key, text[k]);
    qb_json_close(&w, '}');
    x->lowering_json = json.status == QB_OK ? qb_arena_copy(f->arena, json.data, json.length) : NULL;
    qb_text_clear(&json);
    return x->lowering_json ? QB_OK : qb_fields_no_memory(f);
}

qb_status qb_experiment_read_lowering(const qb_fields *fields, const qb_yaml_node *node, qb_experiment *x)
{
    const char *text[OPTIONS];
    qb_lowering_options common = {0};
    for (size_t k = 0; k < OPTIONS; k++)
        text[k] = options[k].fallback;
    if (node && node->kind != QB_YAML_MAPPING)
        return qb_fields_fail(fields, node, "the lowering is a mapping of keys and values");
    qb_status status = node ? read_options(fields, node, &common, text) : QB_OK;
    if (status != QB_OK)
        return status;
    static const qb_yaml_node bound = {.kind = QB_YAML_SCALAR, .text = "bound"};
    const qb_yaml_node *penalty = qb_yaml_get(node, "penalty");
    status = read_penalties(fields, penalty ? penalty : &bound, common, x);
    return status == QB_OK ? write_json(fields, text, x) : status;
}
