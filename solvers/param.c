#define _POSIX_C_SOURCE 200809L
#include "solvers/param.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "solvers/solver.h"

#include <stdio.h>
#include <string.h>

/* A piece of text that is not terminated. */
typedef struct span {
    const char *text;
    size_t length;
} span;

/* Cuts the part before the first `separator` (or all) off the front of `rest`. */
static span cut(span *rest, char separator)
{
    const char *end = memchr(rest->text, separator, rest->length);
    span part = {rest->text, end ? (size_t)(end - rest->text) : rest->length};
    size_t used = part.length + (end != NULL);
    rest->text += used;
    rest->length -= used;
    return part;
}

static bool equals(span s, const char *word)
{
    return strlen(word) == s.length && !memcmp(word, s.text, s.length);
}

static qb_status out_of_range(const qb_param *p, span value, qb_diag *diag)
{
    char least[QB_DOUBLE_TEXT], greatest[QB_DOUBLE_TEXT];
    return qb_fail(diag, QB_BAD_INPUT, "parameter '%s': expected a%s from %s to %s, got '%.*s'", p->name,
                   p->type == QB_PARAM_uint ? " whole number" : " number", qb_double_text(p->least, least),
                   qb_double_text(p->greatest, greatest), (int)value.length, value.text);
}

static bool in_range(const qb_param *p, double value)
{
    return value >= p->least && value <= p->greatest;
}

/* A whole number, also as 1e6. */
static bool parse_uint(span value, uint64_t *out)
{
    double d;
    if (qb_parse_u64(value.text, value.length, out))
        return true;
    if (!qb_parse_double(value.text, value.length, &d) || d < 0 || d > 0x1p53 || d != (double)(uint64_t)d)
        return false;
    *out = (uint64_t)d;
    return true;
}

static qb_status set_uint(const qb_param *p, span value, uint64_t *out, qb_diag *diag)
{
    uint64_t u;
    if (!parse_uint(value, &u) || !in_range(p, (double)u))
        return out_of_range(p, value, diag);
    *out = u;
    return QB_OK;
}

static qb_status set_real(const qb_param *p, span value, double *out, qb_diag *diag)
{
    double d;
    if (!qb_parse_double(value.text, value.length, &d) || !in_range(p, d))
        return out_of_range(p, value, diag);
    *out = d;
    return QB_OK;
}

static qb_status set_flag(const qb_param *p, span value, bool *out, qb_diag *diag)
{
    bool on = equals(value, "on") || equals(value, "true");
    if (!on && !equals(value, "off") && !equals(value, "false"))
        return qb_fail(diag, QB_BAD_INPUT, "parameter '%s': expected on or off, got '%.*s'", p->name,
                       (int)value.length, value.text);
    *out = on;
    return QB_OK;
}

static qb_status set_choice(const qb_param *p, span value, int32_t *out, qb_diag *diag)
{
    span rest = {p->values, strlen(p->values)};
    for (int32_t index = 0; rest.length; index++) {
        span option = cut(&rest, '|');
        if (option.length == value.length && !memcmp(option.text, value.text, value.length)) {
            *out = index;
            return QB_OK;
        }
    }
    return qb_fail(diag, QB_BAD_INPUT, "parameter '%s': expected one of %s, got '%.*s'", p->name, p->values,
                   (int)value.length, value.text);
}

static qb_status set_list(const qb_param *p, span value, qb_param_list *out, qb_diag *diag)
{
    qb_param_list list = {0};
    while (value.length) {
        if (list.count == QB_PARAM_LIST)
            return qb_fail(diag, QB_BAD_INPUT, "parameter '%s': more than %d numbers", p->name,
                           QB_PARAM_LIST);
        qb_status status = set_real(p, cut(&value, ';'), &list.value[list.count], diag);
        if (status)
            return status;
        list.count++;
    }
    *out = list;
    return QB_OK;
}

static qb_status set_text(const qb_param *p, span value, qb_param_text *out, qb_diag *diag)
{
    if (value.length >= QB_PARAM_TEXT)
        return qb_fail(diag, QB_BAD_INPUT, "parameter '%s': longer than %d bytes", p->name,
                       QB_PARAM_TEXT - 1);
    memset(out, 0, sizeof *out);
    memcpy(out->text, value.text, value.length);
    return QB_OK;
}

static qb_status set_value(const qb_param *p, void *params, span value, qb_diag *diag)
{
    void *field = (char *)params + p->offset;
    switch (p->type) {
    case QB_PARAM_uint:
        return set_uint(p, value, field, diag);
    case QB_PARAM_real:
        return set_real(p, value, field, diag);
    case QB_PARAM_flag:
        return set_flag(p, value, field, diag);
    case QB_PARAM_choice:
        return set_choice(p, value, field, diag);
    case QB_PARAM_list:
        return set_list(p, value, field, diag);
    case QB_PARAM_text:
        return set_text(p, value, field, diag);
    }
    return qb_fail(diag, QB_INTERNAL, "parameter '%s' has no type", p->name);
}

static qb_status find(const qb_solver *solver, span key, const qb_param **found, qb_diag *diag)
{
    char word[QB_PARAM_TEXT], hint[QB_HINT_TEXT];
    (void)snprintf(word, sizeof word, "%.*s", (int)(key.length < sizeof word ? key.length : sizeof word - 1),
                   key.text);
    qb_nearest nearest = {.word = word};
    for (size_t k = 0; k < solver->param_count; k++) {
        if (equals(key, solver->params[k].name)) {
            *found = &solver->params[k];
            return QB_OK;
        }
        qb_nearest_offer(&nearest, solver->params[k].name);
    }
    return qb_fail(diag, QB_BAD_INPUT, "solver '%s' has no parameter '%s'%s", solver->name, word,
                   qb_nearest_hint(&nearest, hint));
}

void qb_params_default(const qb_solver *solver, void *params)
{
    if (solver->params_size)
        memset(params, 0, solver->params_size);
    for (size_t k = 0; k < solver->param_count; k++) {
        const qb_param *p = &solver->params[k];
        (void)set_value(p, params, (span){p->fallback, strlen(p->fallback)},
                        NULL); /* tested for every solver */
    }
}

qb_status qb_params_set(const qb_solver *solver, void *params, const char *key, const char *value,
                        qb_diag *diag)
{
    const qb_param *p;
    qb_status status = find(solver, (span){key, strlen(key)}, &p, diag);
    return status ? status : set_value(p, params, (span){value, strlen(value)}, diag);
}

qb_status qb_params_parse(const qb_solver *solver, void *params, const char *text, qb_diag *diag)
{
    size_t size = solver->params_size;
    char *copy = qb_alloc(1, size + solver->param_count);
    if (!copy)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the parameters of '%s'", solver->name);
    bool *seen = (bool *)(copy + size);
    if (size)
        memcpy(copy, params, size);
    qb_status status = QB_OK;
    for (span rest = {text, strlen(text)}; rest.length && !status;) {
        span value = cut(&rest, ','), key = cut(&value, '=');
        const qb_param *p;
        if (key.text + key.length == value.text) /* no '=' was cut off */
            status = qb_fail(diag, QB_BAD_INPUT, "expected KEY=VALUE, got '%.*s'", (int)key.length, key.text);
        else if (!(status = find(solver, key, &p, diag))) {
            bool *given = &seen[p - solver->params];
            status = *given ? qb_fail(diag, QB_BAD_INPUT, "parameter '%s' is given twice", p->name)
                            : set_value(p, copy, value, diag);
            *given = true;
        }
    }
    if (!status && size)
        memcpy(params, copy, size);
    qb_free(copy);
    return status;
}

/* Appends as much as fits and always terminates. */
static void put(char *buffer, size_t size, size_t *used, const char *text)
{
    while (*text && *used + 1 < size)
        buffer[(*used)++] = *text++;
    buffer[*used] = 0;
}

const char *qb_params_get(const qb_param *param, const void *params, char *buffer, size_t size)
{
    const void *field = (const char *)params + param->offset;
    char number[QB_DOUBLE_TEXT];
    size_t used = 0;
    if (!size)
        return buffer;
    buffer[0] = 0;
    switch (param->type) {
    case QB_PARAM_uint:
        (void)snprintf(buffer, size, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case QB_PARAM_real:
        put(buffer, size, &used, qb_double_text(*(const double *)field, number));
        break;
    case QB_PARAM_flag:
        put(buffer, size, &used, *(const bool *)field ? "on" : "off");
        break;
    case QB_PARAM_choice: {
        span rest = {param->values, strlen(param->values)}, option = cut(&rest, '|');
        for (int32_t k = *(const int32_t *)field; k > 0; k--)
            option = cut(&rest, '|');
        (void)snprintf(buffer, size, "%.*s", (int)option.length, option.text);
        break;
    }
    case QB_PARAM_list: {
        const qb_param_list *list = field;
        for (uint32_t k = 0; k < list->count; k++) {
            put(buffer, size, &used, k ? ";" : "");
            put(buffer, size, &used, qb_double_text(list->value[k], number));
        }
        break;
    }
    case QB_PARAM_text:
        put(buffer, size, &used, ((const qb_param_text *)field)->text);
        break;
    }
    return buffer;
}
