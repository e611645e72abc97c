/* Status codes and diagnostics.
 *
 * A function that can fail returns qb_status, writes its outputs last and leaves them untouched on failure.
 * Text for a person travels in a qb_diag that the caller may leave NULL.  Libraries never print or exit.
 */
#ifndef QB_BASE_STATUS_H
#define QB_BASE_STATUS_H

typedef enum qb_status {
    QB_OK = 0,
    QB_STOPPED,     /* the budget said stop; not an error */
    QB_BAD_INPUT,   /* wrong usage or malformed data: exit status 2 */
    QB_REFUSED,     /* well-formed, but this solver or lowering cannot take it */
    QB_INFEASIBLE,  /* well-formed, and proven to have no solution */
    QB_NO_MEMORY,   /* an allocation failed or a memory limit forbids it */
    QB_ENVIRONMENT, /* the system failed us: file missing, disk full, program missing: exit status 3 */
    QB_INTERNAL,    /* a broken invariant of ours */
} qb_status;

/* One line of text for a person, without a trailing newline.  text[0] == 0 means nothing was said. */
typedef struct qb_diag {
    char text[512];
} qb_diag;

/* A static lower-case description of status. */
const char *qb_status_text(qb_status status);

/* Formats into diag (which may be NULL; text that is too long is cut) and returns status, so that a caller
 * writes `return qb_fail(diag, QB_BAD_INPUT, "%s:%ld: expected a number, got '%s'", ...)`. */
__attribute__((format(printf, 3, 4))) qb_status qb_fail(qb_diag *diag, qb_status status, const char *format,
                                                        ...);

#endif
