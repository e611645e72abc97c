#include "harness/run/field.h"

#include "harness/base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

qb_status qb_fields_fail(const qb_fields *fields, const qb_yaml_node *node, const char *format, ...)
{
    char text[sizeof fields->diag->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return qb_fail(fields->diag, QB_BAD_INPUT, "%s:%u: %s", fields->file, node->line, text);
}

qb_status qb_fields_locate(const qb_fields *fields, const qb_yaml_node *node, qb_status status)
{
    if (status == QB_OK || !fields->diag)
        return status;
    qb_diag inner = *fields->diag;
    return qb_fail(fields->diag, status, "%s:%u: %s", fields->file, node->line, inner.text);
}

qb_status qb_fields_no_memory(const qb_fields *fields)
{
    return qb_fail(fields->diag, QB_NO_MEMORY, "%s: no memory for this experiment", fields->file);
}

qb_status qb_fields_sequence(const qb_fields *fields, const qb_yaml_node *node)
{
    if (node->kind != QB_YAML_SEQUENCE || !node->count)
        return qb_fields_fail(fields, node, "'%s' is a list of at least one entry", node->key);
    return QB_OK;
}

static qb_status unknown_key(const qb_fields *fields, const qb_field *table, size_t count,
                             const qb_yaml_node *node)
{
    char hint[QB_HINT_TEXT];
    qb_nearest nearest = {.word = node->key};
    for (size_t k = 0; k < count; k++)
        qb_nearest_offer(&nearest, table[k].name);
    return qb_fields_fail(fields, node, "unknown key '%s'%s", node->key, qb_nearest_hint(&nearest, hint));
}

qb_status qb_fields_read(const qb_fields *fields, const char *what, const qb_field *table, size_t count,
                         const qb_yaml_node *mapping, void *into)
{
    if (mapping->kind != QB_YAML_MAPPING)
        return qb_fields_fail(fields, mapping, "%s is a mapping of keys and values", what);
    for (const qb_yaml_node *node = mapping->first; node; node = node->next) {
        const qb_field *field = table;
        while (field < table + count && strcmp(field->name, node->key) != 0)
            field++;
        if (field == table + count)
            return unknown_key(fields, table, count, node);
        qb_status status = field->read(fields, field, node, (char *)into + field->offset);
        if (status != QB_OK)
            return status;
    }
    return QB_OK;
}

/* How a value is called in messages: by its key, or as an element of a list. */
static const char *name_of(const qb_field *field, const qb_yaml_node *node)
{
    return node->key ? node->key : field->name;
}

static qb_status need_scalar(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node)
{
    return node->kind == QB_YAML_SCALAR
               ? QB_OK
               : qb_fields_fail(fields, node, "'%s' is a single value", name_of(field, node));
}

qb_status qb_field_text(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    qb_status status = need_scalar(fields, field, node);
    if (status != QB_OK)
        return status;
    const char *text = qb_arena_copy(fields->arena, node->text, strlen(node->text));
    if (!text)
        return qb_fields_no_memory(fields);
    *(const char **)into = text;
    return QB_OK;
}

/* A name that can stand in a file name and in a table: letters, digits, '.', '_' and '-'. */
qb_status qb_field_word(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    qb_status status = need_scalar(fields, field, node);
    if (status != QB_OK)
        return status;
    size_t length = strlen(node->text);
    bool good = length > 0 && length <= 64 && isalnum((unsigned char)node->text[0]);
    for (size_t k = 0; good && k < length; k++)
        good = isalnum((unsigned char)node->text[k]) || strchr("._-", node->text[k]);
    if (!good)
        return qb_fields_fail(fields, node,
                              "'%s' is a name of at most 64 letters, digits, '.', '_' and '-', got '%s'",
                              name_of(field, node), node->text);
    return qb_field_text(fields, field, node, into);
}

static qb_status need_number(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node,
                             const char *kind)
{
    char least[QB_DOUBLE_TEXT], greatest[QB_DOUBLE_TEXT];
    return qb_fields_fail(fields, node, "'%s' is a %s from %s to %s, got '%s'", name_of(field, node), kind,
                          qb_double_text(field->least, least), qb_double_text(field->greatest, greatest),
                          node->text);
}

qb_status qb_field_real(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    double value;
    qb_status status = need_scalar(fields, field, node);
    if (status != QB_OK)
        return status;
    if (!qb_parse_double(node->text, strlen(node->text), &value) || value < field->least ||
        value > field->greatest)
        return need_number(fields, field, node, "number");
    *(double *)into = value;
    return QB_OK;
}

qb_status qb_field_u64(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    uint64_t value;
    qb_status status = need_scalar(fields, field, node);
    if (status != QB_OK)
        return status;
    if (!qb_parse_u64(node->text, strlen(node->text), &value) || (double)value < field->least ||
        (double)value > field->greatest)
        return need_number(fields, field, node, "whole number");
    *(uint64_t *)into = value;
    return QB_OK;
}

qb_status qb_field_u32(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    uint64_t value;
    qb_status status = qb_field_u64(fields, field, node, &value);
    if (status == QB_OK)
        *(uint32_t *)into = (uint32_t)value; /* every table's greatest fits */
    return status;
}

qb_status qb_field_duration(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node,
                            void *into)
{
    double seconds;
    qb_status status = need_scalar(fields, field, node);
    if (status != QB_OK)
        return status;
    if (!qb_parse_duration(node->text, &seconds) || seconds <= 0)
        return qb_fields_fail(fields, node, "'%s' is a time such as 500ms, 2s, 10min or 1h, got '%s'",
                              name_of(field, node), node->text);
    *(double *)into = seconds;
    return QB_OK;
}

qb_status qb_field_choice(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node,
                          void *into)
{
    char hint[QB_HINT_TEXT];
    qb_nearest nearest = {.word = node->text};
    qb_status status = need_scalar(fields, field, node);
    if (status != QB_OK)
        return status;
    for (int k = 0; field->choices[k]; k++) {
        if (!strcmp(field->choices[k], node->text)) {
            *(int *)into = k;
            return QB_OK;
        }
        qb_nearest_offer(&nearest, field->choices[k]);
    }
    return qb_fields_fail(fields, node, "'%s' cannot be '%s'%s", name_of(field, node), node->text,
                          qb_nearest_hint(&nearest, hint));
}

qb_status qb_field_name(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    int index = 0;
    qb_status status = qb_field_choice(fields, field, node, &index);
    if (status == QB_OK)
        *(const char **)into = field->choices[index];
    return status;
}

qb_status qb_field_node(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into)
{
    (void)fields;
    (void)field;
    *(const qb_yaml_node **)into = node;
    return QB_OK;
}
