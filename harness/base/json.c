#include "harness/base/json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* ---- Writing */

static void value(qb_json_writer *writer)
{
    if (writer->comma)
        qb_text_append(writer->out, ", ");
    writer->comma = true;
}

void qb_json_open(qb_json_writer *writer, char bracket)
{
    value(writer);
    qb_text_append_char(writer->out, bracket);
    writer->comma = false;
}

void qb_json_close(qb_json_writer *writer, char bracket)
{
    qb_text_append_char(writer->out, bracket);
    writer->comma = true;
}

void qb_json_key(qb_json_writer *writer, const char *key)
{
    value(writer);
    qb_text_append_json(writer->out, key);
    qb_text_append(writer->out, ": ");
    writer->comma = false;
}

void qb_json_raw(qb_json_writer *writer, const char *json)
{
    value(writer);
    qb_text_append(writer->out, json);
}

void qb_json_null(qb_json_writer *writer)
{
    qb_json_raw(writer, "null");
}

void qb_json_bool(qb_json_writer *writer, bool truth)
{
    qb_json_raw(writer, truth ? "true" : "false");
}

void qb_json_int(qb_json_writer *writer, int64_t number)
{
    value(writer);
    qb_text_appendf(writer->out, "%lld", (long long)number);
}

void qb_json_uint(qb_json_writer *writer, uint64_t number)
{
    value(writer);
    qb_text_appendf(writer->out, "%llu", (unsigned long long)number);
}

void qb_json_double(qb_json_writer *writer, double number)
{
    char buffer[QB_DOUBLE_TEXT];
    qb_json_raw(writer, isfinite(number) ? qb_double_text(number, buffer) : "null");
}

void qb_json_string(qb_json_writer *writer, const char *string)
{
    value(writer);
    if (string)
        qb_text_append_json(writer->out, string);
    else
        qb_text_append(writer->out, "null");
}

#define DEFINE_PUT(type, c_type)                                                    \
    void qb_json_put_##type(qb_json_writer *writer, const char *key, c_type of_key) \
    {                                                                               \
        qb_json_key(writer, key);                                                   \
        qb_json_##type(writer, of_key);                                             \
    }
DEFINE_PUT(bool, bool)
DEFINE_PUT(int, int64_t)
DEFINE_PUT(uint, uint64_t)
DEFINE_PUT(double, double)
DEFINE_PUT(string, const char *)

/* ---- Reading: a qb_json is a json_t, a qb_json_member an iterator of jansson. */

static const json_t *inside(const qb_json *json)
{
    return (const json_t *)(const void *)json;
}

static const qb_json *outside(const json_t *json)
{
    return (const qb_json *)(const void *)json;
}

qb_status qb_json_parse(const char *file, const char *text, size_t size, qb_json **root, qb_diag *diag)
{
    json_error_t error;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!json && json_error_code(&error) == json_error_out_of_memory)
        return qb_fail(diag, QB_NO_MEMORY, "%s: no memory for this JSON", file);
    if (!json)
        return qb_fail(diag, QB_BAD_INPUT, "%s:%d: %s", file, error.line, error.text);
    *root = (qb_json *)(void *)json;
    return QB_OK;
}

void qb_json_free(qb_json *root)
{
    json_decref((json_t *)(void *)root);
}

qb_json_type qb_json_type_of(const qb_json *json)
{
    if (!json)
        return QB_JSON_NULL;
    switch (json_typeof(inside(json))) {
    case JSON_OBJECT:
        return QB_JSON_OBJECT;
    case JSON_ARRAY:
        return QB_JSON_ARRAY;
    case JSON_STRING:
        return QB_JSON_STRING;
    case JSON_INTEGER:
        return QB_JSON_INTEGER;
    case JSON_REAL:
        return QB_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return QB_JSON_BOOL;
    case JSON_NULL:
        break;
    }
    return QB_JSON_NULL;
}

size_t qb_json_count(const qb_json *json)
{
    const json_t *j = inside(json);
    return json_is_array(j) ? json_array_size(j) : json_object_size(j);
}

const qb_json *qb_json_at(const qb_json *array, size_t index)
{
    return outside(json_array_get(inside(array), index));
}

const qb_json *qb_json_get(const qb_json *object, const char *key)
{
    return outside(json_object_get(inside(object), key));
}

const char *qb_json_text(const qb_json *json)
{
    return json_string_value(inside(json));
}

bool qb_json_is_true(const qb_json *json)
{
    return json_is_true(inside(json));
}

bool qb_json_integer(const qb_json *json, int64_t *number)
{
    if (!json_is_integer(inside(json)))
        return false;
    *number = json_integer_value(inside(json));
    return true;
}

bool qb_json_number(const qb_json *json, double *number)
{
    if (!json_is_number(inside(json)))
        return false;
    *number = json_number_value(inside(json));
    return true;
}

/* jansson's iteration takes mutable pointers but changes nothing behind them. */
static json_t *iterated(const qb_json *object)
{
    return (json_t *)(void *)object;
}

static void *position(const qb_json_member *member)
{
    return (void *)member;
}

const qb_json_member *qb_json_first(const qb_json *object)
{
    return json_object_iter(iterated(object));
}

const qb_json_member *qb_json_next(const qb_json *object, const qb_json_member *member)
{
    return json_object_iter_next(iterated(object), position(member));
}

const char *qb_json_member_key(const qb_json_member *member)
{
    return json_object_iter_key(position(member));
}

const qb_json *qb_json_member_value(const qb_json_member *member)
{
    return outside(json_object_iter_value(position(member)));
}

void qb_json_copy(qb_json_writer *writer, const qb_json *json)
{
    switch (qb_json_type_of(json)) {
    case QB_JSON_NULL:
        qb_json_null(writer);
        break;
    case QB_JSON_BOOL:
        qb_json_bool(writer, qb_json_is_true(json));
        break;
    case QB_JSON_INTEGER:
        qb_json_int(writer, json_integer_value(inside(json)));
        break;
    case QB_JSON_REAL:
        qb_json_double(writer, json_real_value(inside(json)));
        break;
    case QB_JSON_STRING:
        qb_json_string(writer, qb_json_text(json));
        break;
    case QB_JSON_ARRAY:
        qb_json_open(writer, '[');
        for (size_t k = 0; k < qb_json_count(json); k++)
            qb_json_copy(writer, qb_json_at(json, k));
        qb_json_close(writer, ']');
        break;
    case QB_JSON_OBJECT:
        qb_json_open(writer, '{');
        for (const qb_json_member *m = qb_json_first(json); m; m = qb_json_next(json, m)) {
            qb_json_key(writer, qb_json_member_key(m));
            qb_json_copy(writer, qb_json_member_value(m));
        }
        qb_json_close(writer, '}');
        break;
    }
}
