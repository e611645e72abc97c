/* JSON out as a stream, JSON in as a tree.
 *
 * The writer appends to a qb_text on one line: keys in the order given, doubles in shortest round-trip form
 * (null for nan and infinities, which JSON cannot say), integers that fit as integers.  The reader is
 * jansson's, strict: duplicate keys are errors.
 */
#ifndef QB_BASE_JSON_H
#define QB_BASE_JSON_H

#include "harness/base/status.h"
#include "harness/base/text.h"

/* The writer.  {.out = &text} starts one; its errors are text.status.
 *
 *   qb_json_open(&w, '{');
 *   qb_json_key(&w, "seed");
 *   qb_json_uint(&w, 7);
 *   qb_json_close(&w, '}');
 *
 * A value inside an object follows its key; the writer puts the commas. */
typedef struct qb_json_writer {
    qb_text *out;
    bool comma; /* the next value or key is preceded by one */
} qb_json_writer;

void qb_json_open(qb_json_writer *writer, char bracket /* '{' or '[' */);
void qb_json_close(qb_json_writer *writer, char bracket /* '}' or ']' */);
void qb_json_key(qb_json_writer *writer, const char *key);
void qb_json_null(qb_json_writer *writer);
void qb_json_bool(qb_json_writer *writer, bool value);
void qb_json_int(qb_json_writer *writer, int64_t value);
void qb_json_uint(qb_json_writer *writer, uint64_t value);
void qb_json_double(qb_json_writer *writer, double value);
void qb_json_string(qb_json_writer *writer, const char *value /* NULL: null */);
/* A key and its value. */
void qb_json_put_bool(qb_json_writer *writer, const char *key, bool value);
void qb_json_put_int(qb_json_writer *writer, const char *key, int64_t value);
void qb_json_put_uint(qb_json_writer *writer, const char *key, uint64_t value);
void qb_json_put_double(qb_json_writer *writer, const char *key, double value);
void qb_json_put_string(qb_json_writer *writer, const char *key, const char *value /* NULL: null */);
/* Text that is JSON already, put in as it is. */
void qb_json_raw(qb_json_writer *writer, const char *json);

/* A parsed value; members and elements belong to the root that qb_json_parse gave. */
typedef struct qb_json qb_json;

typedef enum qb_json_type {
    QB_JSON_NULL,
    QB_JSON_BOOL,
    QB_JSON_INTEGER,
    QB_JSON_REAL,
    QB_JSON_STRING,
    QB_JSON_ARRAY,
    QB_JSON_OBJECT
} qb_json_type;

/* Parses one value of any type and nothing after it.  `file` is for messages (FILE:LINE).  Errors:
 * QB_BAD_INPUT, QB_NO_MEMORY.  Free the root with qb_json_free; NULL is fine. */
qb_status qb_json_parse(const char *file, const char *text, size_t size, qb_json **root, qb_diag *diag);
void qb_json_free(qb_json *root);

/* Reading accepts NULL everywhere and answers as for a null, so that look-ups can be chained. */
qb_json_type qb_json_type_of(const qb_json *json);
size_t qb_json_count(const qb_json *json);                          /* of an array or object, else 0 */
const qb_json *qb_json_at(const qb_json *array, size_t index);      /* NULL beyond the end */
const qb_json *qb_json_get(const qb_json *object, const char *key); /* NULL when absent */
const char *qb_json_text(const qb_json *json);                      /* of a string, else NULL; NUL-free */
bool qb_json_is_true(const qb_json *json);
bool qb_json_integer(const qb_json *json, int64_t *value); /* false unless an integer */
bool qb_json_number(const qb_json *json, double *value);   /* false unless a number of either type */

/* The members of an object in the order of the text:
 *   for (const qb_json_member *m = qb_json_first(o); m; m = qb_json_next(o, m)) */
typedef struct qb_json_member qb_json_member;
const qb_json_member *qb_json_first(const qb_json *object);
const qb_json_member *qb_json_next(const qb_json *object, const qb_json_member *member);
const char *qb_json_member_key(const qb_json_member *member);
const qb_json *qb_json_member_value(const qb_json_member *member);

/* Writes a parsed value again, in the writer's form and the text's order. */
void qb_json_copy(qb_json_writer *writer, const qb_json *json);

#endif
