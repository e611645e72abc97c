/* Running another program: an argument list, never a shell.
 *
 * The program gets a process group of its own, default signals, the input as a seekable file on its standard
 * input (no input: /dev/null), and no descriptor of ours beside.
 */
#ifndef QB_BASE_SPAWN_H
#define QB_BASE_SPAWN_H

#include "harness/base/status.h"
#include "harness/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct qb_spawn {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH unless it holds a '/' */
    const char *input;       /* [input_size] bytes for its standard input; NULL: none */
    size_t input_size;
    const char *folder;  /* where it runs; NULL: here */
    double timeout_s;    /* then its whole group is killed; 0: no limit */
    size_t output_limit; /* bytes kept of each of its outputs; the rest is read and dropped */
    size_t file_limit;   /* bytes that a file it writes may have; 0: no limit */
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

/* A program that is listened to while it runs. */
typedef struct qb_spawned qb_spawned;

typedef enum qb_spawn_event {
    QB_SPAWN_QUIET,  /* nothing in this time, or a signal came: look at the clock and ask again */
    QB_SPAWN_OUTPUT, /* a piece of its standard output */
    QB_SPAWN_ERRORS, /* a piece of its standard error */
    QB_SPAWN_BESIDE, /* what qb_spawn_attend was given can be read */
    QB_SPAWN_ENDED,  /* it has ended and its pipes hold nothing more */
} qb_spawn_event;

/* Starts it; of `spawn`, timeout and output limit are the caller's business here.  Errors as above.  Close
 * with qb_spawn_close. */
qb_status qb_spawn_open(const qb_spawn *spawn, qb_spawned **program, qb_diag *diag);

/* From now on `descriptor`, the caller's, is waited for too.  What the program had done to it when it said
 * something is told before that piece. */
void qb_spawn_attend(qb_spawned *program, int descriptor);

/* Waits at most `wait_ms` (-1: for ever) for the next event; block [size] gets *got bytes of a piece. */
qb_spawn_event qb_spawn_next(qb_spawned *program, int wait_ms, char *block, size_t size, size_t *got);

/* CPU time in nanoseconds: its own so far, all threads; that of its children once they and it have ended. */
int64_t qb_spawn_cpu_ns(const qb_spawned *program);

/* Kills its group, if it has not ended. */
void qb_spawn_kill(qb_spawned *program);

/* Ends it if need be and reaps it; how it ended goes into exit_code and signal of result (may be NULL). */
void qb_spawn_close(qb_spawned *program, qb_spawn_result *result);

/* Is a program of this name in PATH?  locate also says where, in place of what stood in path. */
bool qb_spawn_find(const char *program);
bool qb_spawn_locate(const char *program, qb_text *path);

#endif
