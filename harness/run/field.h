/* Reading a YAML mapping by a table: each key is declared once, with where it goes, how it is read and its
 * range.  Unknown keys are errors that name the nearest one.
 *
 * Internal to the experiment file.
 */
#ifndef QB_RUN_FIELD_H
#define QB_RUN_FIELD_H

#include "harness/base/arena.h"
#include "harness/base/status.h"
#include "harness/base/yaml.h"

/* Where messages point to and memory comes from. */
typedef struct qb_fields {
    const char *file;
    qb_arena *arena;
    qb_diag *diag;
} qb_fields;

/* One key of a mapping.  `read` gets the address `offset` bytes into the struct being filled; what `least`,
 * `greatest`, `choices` and `detail` mean is up to it. */
typedef struct qb_field qb_field;
struct qb_field {
    const char *name;
    qb_status (*read)(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
    size_t offset;
    double least, greatest;     /* inclusive */
    const char *const *choices; /* NULL-terminated */
    int detail;
};

/* Fills `into` from a mapping by the table [count].  `what` names the mapping in messages: "the budget". */
qb_status qb_fields_read(const qb_fields *fields, const char *what, const qb_field *table, size_t count,
                         const qb_yaml_node *mapping, void *into);

/* Readers of one value.  into: const char **, uint64_t *, uint32_t *, double *, double *, int *. */
qb_status qb_field_text(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
qb_status qb_field_word(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
qb_status qb_field_u64(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
qb_status qb_field_u32(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
qb_status qb_field_real(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
qb_status qb_field_duration(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node,
                            void *into);
qb_status qb_field_choice(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node,
                          void *into);

/* The chosen text itself (const char **), and the node as it is (const qb_yaml_node **). */
qb_status qb_field_name(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);
qb_status qb_field_node(const qb_fields *fields, const qb_field *field, const qb_yaml_node *node, void *into);

/* FILE:LINE: what is wrong. */
__attribute__((format(printf, 3, 4))) qb_status
qb_fields_fail(const qb_fields *fields, const qb_yaml_node *node, const char *format, ...);
/* The same around the message that diag holds already, with its status. */
qb_status qb_fields_locate(const qb_fields *fields, const qb_yaml_node *node, qb_status status);
qb_status qb_fields_no_memory(const qb_fields *fields);

/* node as a sequence of at least one element. */
qb_status qb_fields_sequence(const qb_fields *fields, const qb_yaml_node *node);

#endif
