#define _GNU_SOURCE
#include "solvers/external/definition.h"

#include "harness/base/file.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT ((size_t)1 << 20) /* bytes of a definition */

static const char *const answers[] = {"file", "output", "stream", NULL};
static const char *const models[] = {"qubo", "mps", NULL};
static const char *const meanings[] = {"optimal",   "stopped", "empty", "infeasible",
                                       "unbounded", "failed",  NULL};
static const char *const placeholders[] = {
    "model", "solution", "seconds", "whole_seconds", "seed", "threads", "memory_mib", "here", NULL};

/* Where messages point to. */
typedef struct reader {
    const char *file;
    qb_external *made;
    qb_diag *diag;
} reader;

static qb_status wrong(const reader *r, const qb_yaml_node *node, const char *what, const char *word)
{
    return qb_fail(r->diag, QB_BAD_INPUT, "%s:%u: %s '%.60s'", r->file, node->line, what, word);
}

static int find_word(const char *const *list, const char *word, size_t length)
{
    for (int k = 0; list[k]; k++)
        if (strlen(list[k]) == length && memcmp(list[k], word, length) == 0)
            return k;
    return -1;
}

/* ---- Values of keys: each takes the node and where it goes. */

static qb_status read_text(const reader *r, const qb_yaml_node *node, void *into, const void *detail)
{
    (void)detail;
    if (node->kind != QB_YAML_SCALAR || !node->text[0])
        return wrong(r, node, "a single value is expected for", node->key);
    *(const char **)into = node->text;
    return QB_OK;
}

static qb_status read_choice(const reader *r, const qb_yaml_node *node, void *into, const void *detail)
{
    int choice = find_word(detail, node->text, strlen(node->text));
    if (choice < 0)
        return wrong(r, node, "unknown value", node->text);
    *(int *)into = choice;
    return QB_OK;
}

/* Every {word} of the text is one that we fill in; other braces stay. */
static qb_status check_placeholders(const reader *r, const qb_yaml_node *node)
{
    for (const char *at = strchr(node->text, '{'); at; at = strchr(at + 1, '{')) {
        size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
        if (!length || at[1 + length] != '}')
            continue;
        int word = find_word(placeholders, at + 1, length);
        if (word < 0)
            return wrong(r, node, "unknown placeholder in", node->text);
        if (!strcmp(placeholders[word], "here") && !r->made->here.length)
            return wrong(r, node, "only a definition in a file has", "{here}");
    }
    return QB_OK;
}

/* A list of words, the first of them a program. */
static qb_status read_command(const reader *r, const qb_yaml_node *node, void *into, const void *detail)
{
    (void)detail;
    if (node->kind != QB_YAML_SEQUENCE || !node->count)
        return wrong(r, node, "a list of arguments is expected for", node->key);
    for (const qb_yaml_node *n = node->first; n; n = n->next) {
        if (n->kind != QB_YAML_SCALAR || (n == node->first && !n->text[0]))
            return wrong(r, n, "an argument is a single value in", node->key);
        qb_status status = check_placeholders(r, n);
        if (status)
            return status;
    }
    *(const qb_yaml_node **)into = node;
    return QB_OK;
}

static qb_status read_files(const reader *r, const qb_yaml_node *node, void *into, const void *detail)
{
    (void)detail;
    if (node->kind != QB_YAML_MAPPING)
        return wrong(r, node, "names and contents are expected for", node->key);
    for (const qb_yaml_node *n = node->first; n; n = n->next) {
        bool plain =
            n->key[0] != '.' && strspn(n->key, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(n->key);
        if (!plain || n->kind != QB_YAML_SCALAR)
            return wrong(r, n, "not the name and the content of a file:", n->key);
        qb_status status = check_placeholders(r, n);
        if (status)
            return status;
    }
    *(const qb_yaml_node **)into = node;
    return QB_OK;
}

typedef struct field {
    const char *name;
    qb_status (*read)(const reader *r, const qb_yaml_node *node, void *into, const void *detail);
    size_t offset;
    const void *detail;
} field;

static qb_status read_fields(const reader *r, const qb_yaml_node *mapping, const field *table, size_t count,
                             void *into)
{
    qb_status status = QB_OK;
    if (mapping->kind != QB_YAML_MAPPING)
        return wrong(r, mapping, "a mapping is expected instead of", mapping->text);
    for (const qb_yaml_node *n = mapping->first; n && !status; n = n->next) {
        char hint[QB_HINT_TEXT];
        qb_nearest near = {.word = n->key};
        size_t k = 0;
        for (; k < count && strcmp(table[k].name, n->key) != 0; k++)
            qb_nearest_offer(&near, table[k].name);
        if (k == count) {
            for (; k-- > 0;)
                qb_nearest_offer(&near, table[k].name);
            return qb_fail(r->diag, QB_BAD_INPUT, "%s:%u: unknown key '%.60s'%s", r->file, n->line, n->key,
                           qb_nearest_hint(&near, hint));
        }
        status = table[k].read(r, n, (char *)into + table[k].offset, table[k].detail);
    }
    return status;
}

/* One entry of `status`; judged anew each time, so that nothing is kept but the node. */
typedef struct said {
    const char *text;
    int means;
} said;

static const field said_fields[] = {
    {"text", read_text, offsetof(said, text), NULL},
    {"means", read_choice, offsetof(said, means), meanings},
};

static qb_status read_said(const reader *r, const qb_yaml_node *node, said *entry)
{
    *entry = (said){NULL, -1};
    qb_status status = read_fields(r, node, said_fields, 2, entry);
    if (!status && (!entry->text || entry->means < 0))
        status = wrong(r, node, "both are needed in", "status: text, means");
    return status;
}

static qb_status read_statuses(const reader *r, const qb_yaml_node *node, void *into, const void *detail)
{
    (void)detail;
    said entry;
    qb_status status = QB_OK;
    if (node->kind != QB_YAML_SEQUENCE)
        return wrong(r, node, "a list is expected for", node->key);
    for (const qb_yaml_node *n = node->first; n && !status; n = n->next)
        status = read_said(r, n, &entry);
    if (!status)
        *(const qb_yaml_node **)into = node;
    return status;
}

static qb_status read_version(const reader *r, const qb_yaml_node *node, void *into, const void *detail)
{
    static const field table[] = {
        {"command", read_command, offsetof(qb_external, version_command), NULL},
        {"after", read_text, offsetof(qb_external, version_after), NULL},
    };
    (void)detail;
    return read_fields(r, node, table, 2, into);
}

static qb_status read_definition(const reader *r, const qb_yaml_node *root)
{
    static const field table[] = {
        {"solver", read_text, offsetof(qb_external, name), NULL},
        {"homepage", read_text, offsetof(qb_external, homepage), NULL},
        {"licence", read_text, offsetof(qb_external, licence), NULL},
        {"model", read_choice, offsetof(qb_external, mip), models},
        {"answer", read_choice, offsetof(qb_external, answer), answers},
        {"command", read_command, offsetof(qb_external, command), NULL},
        {"files", read_files, offsetof(qb_external, files), NULL},
        {"status", read_statuses, offsetof(qb_external, status), NULL},
        {"objective", read_text, offsetof(qb_external, objective), NULL},
        {"version", read_version, 0, NULL},
        {"gap", read_text, offsetof(qb_external, gap), NULL},
    };
    qb_external *e = r->made;
    e->mip = e->answer = -1;
    qb_status status = read_fields(r, root, table, sizeof table / sizeof *table, e);
    if (!status && (!e->name || !e->command || e->mip < 0 || e->answer < 0))
        status = wrong(r, root, "a definition needs", "solver, model, answer and command");
    return status;
}

/* ---- Opening */

static bool is_path(const char *definition)
{
    size_t length = strlen(definition);
    return strchr(definition, '/') || (length > 5 && !strcmp(definition + length - 5, ".yaml"));
}

/* The folder of the file, absolute. */
static qb_status find_here(const char *path, qb_text *here)
{
    char *whole = realpath(path, NULL);
    if (whole)
        qb_text_append_bytes(here, whole, (size_t)(strrchr(whole, '/') - whole));
    free(whole);
    return here->status;
}

static qb_status load(const char *definition, qb_text *text, qb_external *made, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = definition};
    if (is_path(definition)) {
        char *data;
        size_t size;
        qb_status status = qb_file_read(definition, LIMIT, &data, &size, diag);
        if (status)
            return status;
        qb_text_append_bytes(text, data, size);
        qb_free(data);
        return text->status ? text->status : find_here(definition, &made->here);
    }
    for (const char *const *d = qb_external_shipped; *d; d += 2) {
        if (!strcmp(d[0], definition)) {
            qb_text_append(text, d[1]);
            return text->status;
        }
        qb_nearest_offer(&near, d[0]);
    }
    return qb_fail(diag, QB_BAD_INPUT, "no definition '%s'%s; one of your own is named by its file, .yaml",
                   definition, qb_nearest_hint(&near, hint));
}

qb_status qb_external_open(const char *definition, qb_external *external, qb_diag *diag)
{
    qb_external made = {0};
    qb_text text = {0};
    reader r = {definition, &made, diag};
    qb_status status = load(definition, &text, &made, diag);
    if (!status)
        status = qb_sha256_hex(qb_text_get(&text), text.length, made.sha256);
    if (!status)
        status = qb_yaml_parse(definition, qb_text_get(&text), text.length, &made.yaml, diag);
    if (!status)
        status = read_definition(&r, qb_yaml_root(made.yaml));
    qb_text_clear(&text);
    if (status)
        qb_external_close(&made);
    else
        *external = made;
    return status;
}

void qb_external_close(qb_external *external)
{
    qb_yaml_free(external->yaml);
    qb_text_clear(&external->here);
    *external = (qb_external){0};
}

/* ---- Words */

void qb_external_quote(qb_external_text text, const char *at, char *quote, size_t size)
{
    const char *begin = at, *end = text.text + text.size;
    size_t length = 0;
    while (begin > text.text && begin[-1] != '\n')
        begin--;
    for (; begin < end && *begin != '\n' && length + 1 < size; begin++)
        if (length || *begin != ' ')
            quote[length++] = *begin >= ' ' && *begin <= '~' ? *begin : '?';
    quote[length] = 0;
}

qb_external_meaning qb_external_judge(const qb_external *external, const qb_external_text *text, size_t count,
                                      char *quote, size_t size)
{
    const reader r = {"", (qb_external *)external, NULL};
    said entry;
    for (const qb_yaml_node *n = external->status ? external->status->first : NULL; n; n = n->next) {
        if (read_said(&r, n, &entry))
            continue;
        for (size_t k = 0; k < count; k++) {
            const char *at =
                text[k].size ? memmem(text[k].text, text[k].size, entry.text, strlen(entry.text)) : NULL;
            if (at) {
                qb_external_quote(text[k], at, quote, size);
                return (qb_external_meaning)entry.means;
            }
        }
    }
    return QB_MEANS_NOTHING;
}

const char *qb_external_after(qb_external_text text, const char *words, size_t *length)
{
    const char *end = text.text + text.size,
               *at = text.size ? memmem(text.text, text.size, words, strlen(words)) : NULL;
    if (!at)
        return NULL;
    at += strlen(words);
    while (at < end && (*at == ' ' || *at == '\t' || *at == ':' || *at == '='))
        at++;
    *length = 0;
    while (at + *length < end && at[*length] > ' ' && at[*length] <= '~')
        ++*length;
    while (*length && strchr(",:;", at[*length - 1])) /* of the sentence, not of the word */
        --*length;
    return *length ? at : NULL;
}

static void fill_word(const qb_external *external, const qb_external_values *v, int word, qb_text *out)
{
    double seconds = v->seconds < 1e9 ? v->seconds : 1e9;
    switch (word) {
    case 0:
        qb_text_append(out, v->model);
        return;
    case 1:
        qb_text_append(out, v->solution);
        return;
    case 2:
        qb_text_appendf(out, "%.3f", fmax(seconds, 0.001));
        return;
    case 3:
        qb_text_appendf(out, "%.0f", fmax(floor(seconds), 1));
        return;
    case 4:
        qb_text_appendf(out, "%llu", (unsigned long long)(v->seed % (UINT64_C(1) << 31)));
        return;
    case 5:
        qb_text_appendf(out, "%u", v->threads);
        return;
    case 6:
        qb_text_appendf(
            out, "%llu",
            (unsigned long long)(v->memory_bytes == UINT64_MAX ? UINT64_C(1) << 30 : v->memory_bytes >> 20));
        return;
    default:
        qb_text_append(out, qb_text_get(&external->here));
    }
}

void qb_external_fill(const qb_external *external, const qb_external_values *values, const char *text,
                      qb_text *out)
{
    while (*text) {
        size_t plain = strcspn(text, "{"), length = 0;
        qb_text_append_bytes(out, text, plain);
        text += plain;
        if (*text)
            length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");
        int word = length && text[1 + length] == '}' ? find_word(placeholders, text + 1, length) : -1;
        if (word >= 0) {
            fill_word(external, values, word, out);
            text += length + 2;
        } else if (*text) {
            qb_text_append_char(out, *text++);
        }
    }
}
