/* YAML into a small tree whose every node knows its line.
 *
 * A deliberately small part of YAML: one document of mappings, sequences and scalars.  Anchors, aliases,
 * tags, duplicate keys and keys that are not scalars are errors; depth, nodes and size are limited.  Scalars
 * stay text: what they mean is decided by whoever reads the key.
 */
#ifndef QB_BASE_YAML_H
#define QB_BASE_YAML_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QB_YAML_DEPTH 32
#define QB_YAML_NODES 200000
#define QB_YAML_KEYS  1000 /* of one mapping */
#define QB_YAML_BYTES ((size_t)16 << 20)

typedef enum qb_yaml_kind { QB_YAML_SCALAR, QB_YAML_SEQUENCE, QB_YAML_MAPPING } qb_yaml_kind;

typedef struct qb_yaml_node qb_yaml_node;
struct qb_yaml_node {
    qb_yaml_kind kind;
    uint32_t line;             /* from 1; of the key for a member of a mapping */
    uint32_t count;            /* children */
    bool quoted;               /* the scalar stood in quotes: never null */
    const char *key;           /* of a member of a mapping, else NULL */
    const char *text;          /* of a scalar, NUL-terminated UTF-8 without NUL; else "" */
    const qb_yaml_node *first; /* child */
    const qb_yaml_node *next;  /* sibling */
};

typedef struct qb_yaml qb_yaml;

/* Parses `text` [size]; `file` is for messages (FILE:LINE).  Errors: QB_BAD_INPUT, QB_NO_MEMORY.
 * Free with qb_yaml_free; NULL is fine. */
qb_status qb_yaml_parse(const char *file, const char *text, size_t size, qb_yaml **yaml, qb_diag *diag);
void qb_yaml_free(qb_yaml *yaml);

/* Never NULL: an empty document is a scalar "". */
const qb_yaml_node *qb_yaml_root(const qb_yaml *yaml);

/* The member of a mapping, or NULL (also where node is NULL or no mapping).  O(members). */
const qb_yaml_node *qb_yaml_get(const qb_yaml_node *mapping, const char *key);

/* An unquoted "", "~" or "null". */
bool qb_yaml_is_null(const qb_yaml_node *node);

#endif
