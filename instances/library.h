/* The shipped library: published instances with their reference values.
 *
 * The data directory is $QUBOUT_DATA, else instances/data beside the build tree or share/qubout/instances
 * beside the installed binary, else the source tree that was configured.  references.csv in it lists every
 * instance once.
 */
#ifndef QB_INSTANCES_LIBRARY_H
#define QB_INSTANCES_LIBRARY_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a reference value is worth. */
typedef enum qb_reference_kind {
    QB_REFERENCE_PROVEN,     /* optimal, by proof */
    QB_REFERENCE_BEST_KNOWN, /* the best that anybody has published */
    QB_REFERENCE_PLANTED,    /* optimal by construction */
} qb_reference_kind;

const char *qb_reference_kind_name(qb_reference_kind kind); /* "proven", "best-known", "planted" */

/* One shipped instance; texts belong to the library. */
typedef struct qb_library_entry {
    const char *name;   /* labs007 */
    const char *path;   /* absolute path, with #K where the file holds several */
    const char *format; /* of formats.c */
    const char *family; /* labs */
    double value;       /* reference, in the source problem's own sense and scale; NAN where there is none */
    qb_reference_kind kind;
    const char *source;  /* where the value comes from */
    const char *licence; /* of the file */
    const char *date;    /* of the value, YYYY-MM-DD */
} qb_library_entry;

typedef struct qb_library qb_library;

/* Loads references.csv.  Free with qb_library_close.  Errors: QB_ENVIRONMENT (no data directory),
 * QB_BAD_INPUT (FILE:LINE), QB_NO_MEMORY. */
qb_status qb_library_open(qb_library **library, qb_diag *diag);
void qb_library_close(qb_library *library);

size_t qb_library_count(const qb_library *library);
const qb_library_entry *qb_library_entry_at(const qb_library *library, size_t index);

/* By name; NULL when there is none, and then *nearest (may be NULL) is the most similar name. */
const qb_library_entry *qb_library_find(const qb_library *library, const char *name, const char **nearest);

/* The data directory as it was found. */
const char *qb_library_directory(const qb_library *library);

#endif
