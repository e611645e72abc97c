#define _GNU_SOURCE
#include "harness/base/spawn.h"

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The parent's ends: two pipes, the input's file, the child. */
typedef struct child {
    int input, output[2], errors[2]; /* -1 when closed */
    int handle;                      /* pidfd */
    pid_t pid;
} child;

static void shut(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

static void shut_all(child *c)
{
    shut(&c->input);
    for (int k = 0; k < 2; k++) {
        shut(&c->output[k]);
        shut(&c->errors[k]);
    }
    shut(&c->handle);
}

static qb_status fail_errno(qb_diag *diag, const char *program, int error)
{
    return qb_fail(diag, error == ENOMEM ? QB_NO_MEMORY : QB_ENVIRONMENT, "cannot run '%s': %s", program,
                   strerror(error));
}

/* The input in memory, as a file that the program may also seek in: no pipe to fill, no SIGPIPE. */
static int open_input(const char *input, size_t size)
{
    int descriptor = input ? memfd_create("input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (descriptor >= 0 && input && size) {
        ssize_t put = write(descriptor, input, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            shut(&descriptor);
            break;
        }
        input += put;
        size -= (size_t)put;
    }
    if (descriptor >= 0 && input)
        (void)lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

/* Default signals, none blocked, a group of its own. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error)
        error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error)
        error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                         POSIX_SPAWN_SETPGROUP);
    return error;
}

static int set_actions(posix_spawn_file_actions_t *actions, const qb_spawn *spawn, const child *c)
{
    int error = posix_spawn_file_actions_adddup2(actions, c->input, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, c->output[1], STDOUT_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, c->errors[1], STDERR_FILENO);
    if (!error && spawn->folder)
        error = posix_spawn_file_actions_addchdir_np(actions, spawn->folder);
    return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

static int start(const qb_spawn *spawn, child *c)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    c->input = open_input(spawn->input, spawn->input_size);
    if (c->input < 0 || pipe2(c->output, O_CLOEXEC) != 0 || pipe2(c->errors, O_CLOEXEC) != 0)
        return errno;
    int error = posix_spawnattr_init(&attributes);
    if (error)
        return error;
    error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = set_attributes(&attributes);
        if (!error)
            error = set_actions(&actions, spawn, c);
        if (!error)
            error = posix_spawnp(&c->pid, spawn->argv[0], &actions, &attributes, (char *const *)spawn->argv,
                                 environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    shut(&c->input);
    shut(&c->output[1]);
    shut(&c->errors[1]);
    return error;
}

/* Reads what there is; closes the pipe at its end. */
static void drain(int *descriptor, qb_text *text, size_t limit, bool *truncated)
{
    char block[1 << 14];
    ssize_t got = read(*descriptor, block, sizeof block);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        shut(descriptor);
        return;
    }
    size_t room = limit - text->length, kept = (size_t)got < room ? (size_t)got : room;
    *truncated |= kept < (size_t)got;
    qb_text_append_bytes(text, block, kept);
}

static int milliseconds_left(const qb_spawn *spawn, int64_t started_ns)
{
    if (!(spawn->timeout_s > 0))
        return -1;
    double left = spawn->timeout_s * 1e3 -
                  (double)(qb_clock_system.wall_ns(qb_clock_system.context) - started_ns) * 1e-6;
    return left <= 0 ? 0 : left < 1e9 ? (int)ceil(left) : 1000000000;
}

/* Until the program has ended and its pipes hold nothing more.  A grandchild may keep a pipe open, and full,
 * after the program's end: it is not waited for. */
static void attend(const qb_spawn *spawn, child *c, qb_text text[2], qb_spawn_result *result)
{
    int64_t started = qb_clock_system.wall_ns(qb_clock_system.context);
    bool ended = false;
    for (int last_reads = 64; last_reads > 0; last_reads -= ended) { /* more than a pipe holds */
        struct pollfd watched[3] = {
            {c->output[0], POLLIN, 0}, {c->errors[0], POLLIN, 0}, {ended ? -1 : c->handle, POLLIN, 0}};
        int wait = ended ? 0 : milliseconds_left(spawn, started);
        int ready = poll(watched, 3, wait);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 && ended)
            return;
        if (ready <= 0) {
            result->timed_out = ready == 0;
            kill(-c->pid, SIGKILL);
            ended = true;
            continue;
        }
        if (watched[0].revents)
            drain(&c->output[0], &text[0], spawn->output_limit, &result->truncated);
        if (watched[1].revents)
            drain(&c->errors[0], &text[1], spawn->output_limit, &result->truncated);
        ended |= watched[2].revents != 0;
    }
}

static void reap(const child *c, qb_spawn_result *result)
{
    int how = 0;
    while (waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
        continue;
    result->exit_code = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    result->signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}

qb_status qb_spawn_run(const qb_spawn *spawn, qb_spawn_result *result, qb_diag *diag)
{
    child c = {-1, {-1, -1}, {-1, -1}, -1, 0};
    qb_text text[2] = {{0}, {0}};
    qb_spawn_result made = {0};
    int error = start(spawn, &c);
    if (error) {
        shut_all(&c);
        return fail_errno(diag, spawn->argv[0], error);
    }
    c.handle = (int)syscall(SYS_pidfd_open, c.pid, 0);
    error = c.handle < 0 ? errno : 0;
    if (error)
        kill(-c.pid, SIGKILL);
    else
        attend(spawn, &c, text, &made);
    reap(&c, &made);
    shut_all(&c);
    made.output_size = text[0].length;
    made.errors_size = text[1].length;
    made.output = qb_text_take(&text[0]);
    made.errors = qb_text_take(&text[1]);
    if (!error && (!made.output || !made.errors))
        error = ENOMEM;
    if (error) {
        qb_spawn_clear(&made);
        return fail_errno(diag, spawn->argv[0], error);
    }
    *result = made;
    return QB_OK;
}

void qb_spawn_clear(qb_spawn_result *result)
{
    qb_free(result->output);
    qb_free(result->errors);
    *result = (qb_spawn_result){0};
}

bool qb_spawn_find(const char *program)
{
    const char *path = getenv("PATH");
    qb_text candidate = {0};
    bool found = false;
    if (strchr(program, '/'))
        return access(program, X_OK) == 0;
    for (const char *at = path ? path : "/usr/bin:/bin"; at && !found;) {
        const char *end = strchr(at, ':');
        qb_text_reset(&candidate);
        qb_text_append_bytes(&candidate, at, end ? (size_t)(end - at) : strlen(at));
        qb_text_append(&candidate, "/");
        qb_text_append(&candidate, program);
        found = candidate.status == QB_OK && access(candidate.data, X_OK) == 0;
        at = end ? end + 1 : NULL;
    }
    qb_text_clear(&candidate);
    return found;
}
