/* Running another program: an argument list, never a shell.
 *
 * The program gets a process group of its own, default signals, the input as a seekable file on its standard
 * input (no input: /dev/null), and no descriptor of ours beside.
 */
#ifndef QB_BASE_SPAWN_H
#define QB_BASE_SPAWN_H

#include "harness/base/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct qb_spawn {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH unless it holds a '/' */
    const char *input;       /* [input_size] bytes for its standard input; NULL: none */
    size_t input_size;
    const char *folder;  /* where it runs; NULL: here */
    double timeout_s;    /* then its whole group is killed; 0: no limit */
    size_t output_limit; /* bytes kept of each of its outputs; the rest is read and dropped */
} qb_spawn;

typedef struct qb_spawn_result {
    int exit_code;  /* 0..255; -1 when a signal ended it */
    int signal;     /* that signal; 0 when it exited */
    bool timed_out; /* killed by us */
    bool truncated; /* an output was longer than the limit */
    char *output;   /* [output_size + 1], NUL-terminated: its standard output */
    char *errors;   /* the same for its standard error */
    size_t output_size, errors_size;
} qb_spawn_result;

/* Runs it to its end.  QB_OK whenever it ran, whatever its exit code.  Errors: QB_ENVIRONMENT (not installed,
 * no more processes), QB_NO_MEMORY.  Clear the result with qb_spawn_clear. */
qb_status qb_spawn_run(const qb_spawn *spawn, qb_spawn_result *result, qb_diag *diag);
void qb_spawn_clear(qb_spawn_result *result);

/* Is a program of this name in PATH? */
bool qb_spawn_find(const char *program);

#endif
