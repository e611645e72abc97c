/* The solver entries of an experiment file: solver, label, role, parameters. */
#include "harness/base/json.h"
#include "harness/run/experiment_parts.h"

#include <string.h>

static const char *const roles[] = {"challenger", "baseline", "control", NULL};

const char *qb_role_name(qb_role role)
{
    return roles[role];
}

typedef struct entry_draft {
    const char *label;
    int role; /* qb_role */
    const qb_yaml_node *name, *params;
} entry_draft;

static qb_status find_solver(const qb_fields *f, const qb_yaml_node *node, const qb_solver **solver)
{
    char hint[QB_HINT_TEXT];
    qb_nearest nearest = {.word = node->text};
    if (node->kind != QB_YAML_SCALAR)
        return qb_fields_fail(f, node, "'name' is a single value");
    *solver = qb_solver_find(node->text);
    if (*solver)
        return QB_OK;
    for (const qb_solver *const *s = qb_solvers; *s; s++)
        qb_nearest_offer(&nearest, (*s)->name);
    return qb_fields_fail(f, node, "unknown solver '%s'%s", node->text, qb_nearest_hint(&nearest, hint));
}

/* A parameter's value as the command line would have it: lists are joined by ';'. */
static qb_status value_text(const qb_fields *f, const qb_yaml_node *node, qb_text *text)
{
    qb_text_reset(text);
    if (node->kind == QB_YAML_SCALAR)
        qb_text_append(text, node->text);
    for (const qb_yaml_node *n = node->first; n; n = n->next) {
        if (node->kind != QB_YAML_SEQUENCE || n->kind != QB_YAML_SCALAR)
            return qb_fields_fail(f, node, "the parameter '%s' is a value or a list of values", node->key);
        qb_text_append(text, n == node->first ? "" : ";");
        qb_text_append(text, n->text);
    }
    return text->status == QB_OK ? QB_OK : qb_fields_no_memory(f);
}

static qb_status set_params(const qb_fields *f, const qb_yaml_node *given, const qb_solver *solver,
                            void *params)
{
    qb_text text = {0};
    qb_status status = QB_OK;
    if (given && given->kind != QB_YAML_MAPPING)
        return qb_fields_fail(f, given, "'params' is a mapping of parameters and values");
    for (const qb_yaml_node *n = given ? given->first : NULL; n && status == QB_OK; n = n->next) {
        status = value_text(f, n, &text);
        if (status == QB_OK)
            status =
                qb_fields_locate(f, n, qb_params_set(solver, params, n->key, qb_text_get(&text), f->diag));
    }
    qb_text_clear(&text);
    return status;
}

qb_status qb_experiment_params_json(const qb_fields *f, const qb_solver *solver, const void *params,
                                    const char **json)
{
    qb_text text = {0};
    qb_json_writer w = {.out = &text};
    char value[QB_PARAM_LIST * QB_DOUBLE_TEXT];
    qb_json_open(&w, '{');
    for (size_t k = 0; k < solver->param_count; k++)
        qb_json_put_string(&w, solver->params[k].name,
                           qb_params_get(&solver->params[k], params, value, sizeof value));
    qb_json_close(&w, '}');
    *json = text.status == QB_OK ? qb_arena_copy(f->arena, text.data, text.length) : NULL;
    qb_text_clear(&text);
    return *json ? QB_OK : qb_fields_no_memory(f);
}

static qb_status read_entry(const qb_fields *f, const qb_yaml_node *node, qb_experiment_entry *entry)
{
    static const qb_field table[] = {
        {"name", qb_field_node, .offset = offsetof(entry_draft, name)},
        {"label", qb_field_word, .offset = offsetof(entry_draft, label)},
        {"role", qb_field_choice, offsetof(entry_draft, role), .choices = roles},
        {"params", qb_field_node, .offset = offsetof(entry_draft, params)},
    };
    entry_draft d = {.role = QB_ROLE_CHALLENGER};
    qb_status status = qb_fields_read(f, "a solver", table, sizeof table / sizeof *table, node, &d);
    if (status == QB_OK && !d.name)
        status = qb_fields_fail(f, node, "a solver needs 'name'");
    if (status == QB_OK)
        status = find_solver(f, d.name, &entry->solver);
    if (status != QB_OK)
        return status;
    void *params = qb_arena_alloc(f->arena, 1, entry->solver->params_size);
    if (!params)
        return qb_fields_no_memory(f);
    qb_params_default(entry->solver, params);
    entry->label = d.label ? d.label : entry->solver->name;
    entry->role = (qb_role)d.role;
    entry->params = params;
    entry->params_given = d.params && d.params->count;
    entry->line = node->line;
    status = set_params(f, d.params, entry->solver, params);
    return status == QB_OK ? qb_experiment_params_json(f, entry->solver, params, &entry->params_json)
                           : status;
}

qb_status qb_experiment_read_entries(const qb_fields *f, const qb_yaml_node *node, qb_experiment *x)
{
    qb_status status = qb_fields_sequence(f, node);
    if (status != QB_OK)
        return status;
    qb_experiment_entry *list = QB_ARENA_NEW(f->arena, qb_experiment_entry, node->count);
    if (!list)
        return qb_fields_no_memory(f);
    uint32_t count = 0;
    for (const qb_yaml_node *n = node->first; n; n = n->next, count++) {
        status = read_entry(f, n, &list[count]);
        if (status != QB_OK)
            return status;
        for (uint32_t k = 0; k < count; k++)
            if (!strcmp(list[k].label, list[count].label))
                return qb_fields_fail(f, n,
                                      "the label '%s' is taken by line %u: give this entry one of its own",
                                      list[k].label, list[k].line);
    }
    x->entry = list;
    x->entries = count;
    return QB_OK;
}
