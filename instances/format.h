/* One file format: how to recognise, read and write it.
 *
 * One file a format, one line in formats.c, one line in meson.build.  A reader sees a buffer and turns it
 * into a source problem; a writer turns a problem into text.  Neither touches the file system, so that
 * fuzzers and the external-solver adapter use them as they are.
 */
#ifndef QB_INSTANCES_FORMAT_H
#define QB_INSTANCES_FORMAT_H

#include "harness/base/status.h"
#include "harness/base/text.h"
#include "harness/model/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a reader gets.  All of it belongs to the caller and outlives the call. */
typedef struct qb_read_source {
    const char *file;   /* for messages: FILE:LINE: what is wrong */
    const char *name;   /* of the problem */
    const char *format; /* the name under which the format was asked for */
    const char *text;   /* [size], no NUL inside, not NUL-terminated */
    size_t size;
    uint64_t member;       /* K of FILE#K; 0: none was given */
    bool sum_duplicates;   /* add up entries that occur twice instead of refusing them */
    uint64_t memory_bytes; /* an instance that would need more is refused before anything is allocated */
} qb_read_source;

/* How sure a format is that a text is one of its own. */
enum {
    QB_FORMAT_NO = 0,    /* the text breaks its grammar */
    QB_FORMAT_MAYBE = 1, /* fits the grammar, but others have the same one: the extension decides */
    QB_FORMAT_SURE = 2,  /* carries a mark of this format */
};

typedef struct qb_format {
    const char *name;              /* as after --format */
    const char *summary;           /* one line for `qubout list formats` */
    const char *convention;        /* sense, and how often a term counts */
    const char *const *extensions; /* NULL-terminated, with the dot */

    /* QB_FORMAT_*, from the first lines. */
    int (*recognise)(const char *text, size_t size);

    /* Builds the problem, which the caller frees.  Errors: QB_BAD_INPUT with FILE:LINE, QB_NO_MEMORY;
     * *problem is untouched then. */
    qb_status (*read)(const qb_read_source *source, qb_problem *problem, qb_diag *diag);

    /* Appends the problem to out.  Errors: QB_REFUSED where the format cannot say it (with the reason),
     * QB_NO_MEMORY.  NULL: the format is only read. */
    qb_status (*write)(const qb_problem *problem, qb_text *out, qb_diag *diag);

    bool members; /* a file may hold several problems: FILE#K */
} qb_format;

/* All formats, NULL-terminated. */
extern const qb_format *const qb_formats[];

/* By name; NULL when there is none. */
const qb_format *qb_format_find(const char *name);

/* The format of a text: by content, then by the file's extension (.gz is looked through).
 * Errors: QB_BAD_INPUT, naming the candidates when several formats share the grammar. */
qb_status qb_format_detect(const char *file, const char *text, size_t size, const qb_format **format,
                           qb_diag *diag);

#endif
