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
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The parent's ends: two pipes, the input's file, the child. */
typedef struct qb_spawned {
    int input, output[2], errors[2]; /* -1 when closed */
    int handle;                      /* pidfd */
    int beside;                      /* the caller's; -1: none */
    pid_t pid;
    int64_t reaped_ns; /* CPU time of what this process had waited for before */
    bool ended, reaped;
    int how;        /* it ended, as waitpid says; once reaped */
    int last_reads; /* that are made after its end: more than a pipe holds */
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

static int64_t cpu_of_reaped(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_CHILDREN, &u) != 0)
        return 0;
    return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

static void reap(child *c)
{
    while (waitpid(c->pid, &c->how, 0) < 0 && errno == EINTR)
        continue;
    c->ended = c->reaped = true;
}

qb_status qb_spawn_open(const qb_spawn *spawn, qb_spawned **program, qb_diag *diag)
{
    child *c = QB_NEW(child, 1);
    if (!c)
        return fail_errno(diag, spawn->argv[0], ENOMEM);
    *c = (child){-1, {-1, -1}, {-1, -1}, -1, .beside = -1, .reaped_ns = cpu_of_reaped(), .last_reads = 64};
    int error = start(spawn, c);
    if (!error) {
        const struct rlimit most = {spawn->file_limit, spawn->file_limit};
        if (spawn->file_limit)
            (void)prlimit(c->pid, RLIMIT_FSIZE, &most, NULL);
        c->handle = (int)syscall(SYS_pidfd_open, c->pid, 0);
        error = c->handle < 0 ? errno : 0;
        if (error) {
            qb_spawn_kill(c);
            reap(c);
        }
    }
    if (error) {
        shut_all(c);
        qb_free(c);
        return fail_errno(diag, spawn->argv[0], error);
    }
    *program = c;
    return QB_OK;
}

void qb_spawn_attend(qb_spawned *program, int descriptor)
{
    program->beside = descriptor;
}

/* Reads what there is; closes the pipe at its end. */
static bool take(int *descriptor, char *block, size_t size, size_t *got)
{
    ssize_t count = read(*descriptor, block, size);
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
        shut(descriptor);
    *got = count > 0 ? (size_t)count : 0;
    return count > 0;
}

/* A grandchild may keep a pipe open, and full, after the program's end: it is not waited for. */
qb_spawn_event qb_spawn_next(qb_spawned *c, int wait_ms, char *block, size_t size, size_t *got)
{
    struct pollfd watched[4] = {{c->output[0], POLLIN, 0},
                                {c->errors[0], POLLIN, 0},
                                {c->ended ? -1 : c->handle, POLLIN, 0},
                                {c->beside, POLLIN, 0}}; /* looked at after the pipes, and told before */
    int ready = poll(watched, 4, c->ended ? 0 : wait_ms);
    if (c->ended && (ready == 0 || c->last_reads-- == 0))
        return QB_SPAWN_ENDED;
    if (ready <= 0)
        return QB_SPAWN_QUIET;
    if (watched[2].revents)
        reap(c);
    if (watched[3].revents)
        return QB_SPAWN_BESIDE;
    if (watched[0].revents && take(&c->output[0], block, size, got))
        return QB_SPAWN_OUTPUT;
    if (watched[1].revents && take(&c->errors[0], block, size, got))
        return QB_SPAWN_ERRORS;
    return QB_SPAWN_QUIET;
}

int64_t qb_spawn_cpu_ns(const qb_spawned *c)
{
    clockid_t clock;
    struct timespec t;
    int64_t reaped = cpu_of_reaped() - c->reaped_ns;
    if (c->reaped || clock_getcpuclockid(c->pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return reaped;
    return reaped + (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void qb_spawn_kill(qb_spawned *c)
{
    if (!c->reaped)
        (void)kill(-c->pid, SIGKILL);
    c->ended = true;
}

void qb_spawn_close(qb_spawned *c, qb_spawn_result *result)
{
    if (!c)
        return;
    if (!c->ended)
        qb_spawn_kill(c);
    if (!c->reaped)
        reap(c);
    if (result) {
        result->exit_code = WIFEXITED(c->how) ? WEXITSTATUS(c->how) : -1;
        result->signal = WIFSIGNALED(c->how) ? WTERMSIG(c->how) : 0;
    }
    shut_all(c);
    qb_free(c);
}

static int milliseconds_left(const qb_spawn *spawn, int64_t started_ns)
{
    if (!(spawn->timeout_s > 0))
        return -1;
    double left = spawn->timeout_s * 1e3 -
                  (double)(qb_clock_system.wall_ns(qb_clock_system.context) - started_ns) * 1e-6;
    return left <= 0 ? 0 : left < 1e9 ? (int)ceil(left) : 1000000000;
}

/* Keeps what fits. */
static void keep(qb_text *text, const char *block, size_t got, size_t limit, bool *truncated)
{
    size_t room = limit - text->length, kept = got < room ? got : room;
    *truncated |= kept < got;
    qb_text_append_bytes(text, block, kept);
}

static void attend(const qb_spawn *spawn, child *c, qb_text text[2], qb_spawn_result *result)
{
    int64_t started = qb_clock_system.wall_ns(qb_clock_system.context);
    char block[1 << 14];
    for (size_t got;;) {
        int wait = milliseconds_left(spawn, started);
        qb_spawn_event event = qb_spawn_next(c, wait, block, sizeof block, &got);
        if (event == QB_SPAWN_ENDED)
            return;
        if (event != QB_SPAWN_QUIET) {
            keep(&text[event == QB_SPAWN_ERRORS], block, got, spawn->output_limit, &result->truncated);
        } else if (!c->ended && milliseconds_left(spawn, started) == 0) {
            result->timed_out = true;
            qb_spawn_kill(c);
        }
    }
}

qb_status qb_spawn_run(const qb_spawn *spawn, qb_spawn_result *result, qb_diag *diag)
{
    child *c;
    qb_text text[2] = {{0}, {0}};
    qb_spawn_result made = {0};
    qb_status status = qb_spawn_open(spawn, &c, diag);
    if (status)
        return status;
    attend(spawn, c, text, &made);
    qb_spawn_close(c, &made);
    made.output_size = text[0].length;
    made.errors_size = text[1].length;
    made.output = qb_text_take(&text[0]);
    made.errors = qb_text_take(&text[1]);
    if (!made.output || !made.errors) {
        qb_spawn_clear(&made);
        return fail_errno(diag, spawn->argv[0], ENOMEM);
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

bool qb_spawn_locate(const char *program, qb_text *path)
{
    const char *folders = getenv("PATH");
    bool found = false;
    if (strchr(program, '/')) {
        qb_text_append(path, program);
        return access(program, X_OK) == 0;
    }
    for (const char *at = folders ? folders : "/usr/bin:/bin"; at && !found;) {
        const char *end = strchr(at, ':');
        qb_text_reset(path);
        qb_text_append_bytes(path, at, end ? (size_t)(end - at) : strlen(at));
        qb_text_append(path, "/");
        qb_text_append(path, program);
        found = path->status == QB_OK && access(path->data, X_OK) == 0;
        at = end ? end + 1 : NULL;
    }
    return found;
}

bool qb_spawn_find(const char *program)
{
    qb_text path = {0};
    bool found = qb_spawn_locate(program, &path);
    qb_text_clear(&path);
    return found;
}
