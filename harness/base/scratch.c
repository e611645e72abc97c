#define _GNU_SOURCE
#include "harness/base/scratch.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME  "qubout-scratch-" /* how the names of our folders begin */
#define DEPTH 16                /* of folders in them; what is deeper stays */

struct qb_scratch {
    qb_text path;
    int lock; /* the folder itself, locked */
};

/* Removes what is in the folder; symbolic links are removed, not followed. */
static void empty(int at, int depth)
{
    int copy = fcntl(at, F_DUPFD_CLOEXEC, 0);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (unlinkat(at, entry->d_name, 0) == 0 || depth == DEPTH)
            continue;
        int below = openat(at, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below >= 0) {
            empty(below, depth + 1);
            close(below);
        }
        (void)unlinkat(at, entry->d_name, AT_REMOVEDIR);
    }
    if (folder)
        closedir(folder);
    else if (copy >= 0)
        close(copy);
}

/* Removes the folders of this user that nobody holds. */
static void sweep(const char *parent)
{
    struct stat about;
    DIR *folder = opendir(parent);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strncmp(entry->d_name, NAME, strlen(NAME)) != 0)
            continue;
        int left = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (left < 0)
            continue;
        if (fstat(left, &about) == 0 && about.st_uid == geteuid() && flock(left, LOCK_EX | LOCK_NB) == 0) {
            empty(left, 0);
            (void)unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
        }
        close(left);
    }
    if (folder)
        closedir(folder);
}

/* A new folder, open and locked; -1 when that fails.  Between its making and its lock another process may
 * sweep it away: then the lock is on a folder that is gone. */
static int make(qb_text *path)
{
    struct stat about;
    if (!mkdtemp(path->data))
        return -1;
    int lock = open(path->data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0 && errno == ENOENT)
        errno = EAGAIN;
    if (lock >= 0 && (flock(lock, LOCK_EX) != 0 || fstat(lock, &about) != 0 || about.st_nlink == 0)) {
        close(lock);
        errno = EAGAIN;
        return -1;
    }
    return lock;
}

qb_status qb_scratch_open(qb_scratch **scratch, qb_diag *diag)
{
    const char *given = getenv("TMPDIR"), *parent = given && given[0] == '/' ? given : "/tmp";
    qb_scratch *made = QB_NEW(qb_scratch, 1);
    if (!made)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for a scratch folder");
    sweep(parent);
    made->lock = -1;
    errno = EAGAIN;
    for (int tries = 0; tries < 8 && made->lock < 0 && errno == EAGAIN; tries++) {
        qb_text_reset(&made->path);
        qb_text_appendf(&made->path, "%s/" NAME "XXXXXX", parent);
        if (made->path.status)
            break;
        made->lock = make(&made->path);
    }
    if (made->lock < 0) {
        qb_status status = made->path.status ? made->path.status : QB_ENVIRONMENT;
        qb_fail(diag, status, "cannot make a scratch folder in '%s': %s", parent,
                status == QB_NO_MEMORY ? "out of memory" : strerror(errno));
        qb_text_clear(&made->path);
        qb_free(made);
        return status;
    }
    *scratch = made;
    return QB_OK;
}

void qb_scratch_close(qb_scratch *scratch)
{
    if (!scratch)
        return;
    empty(scratch->lock, 0);
    (void)rmdir(qb_text_get(&scratch->path));
    close(scratch->lock);
    qb_text_clear(&scratch->path);
    qb_free(scratch);
}

const char *qb_scratch_path(const qb_scratch *scratch)
{
    return qb_text_get(&scratch->path);
}

qb_status qb_scratch_write(const qb_scratch *scratch, const char *name, const void *data, size_t size,
                           qb_diag *diag)
{
    int file = openat(scratch->lock, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const char *from = data;
    bool good = file >= 0;
    while (good && size) {
        ssize_t put = write(file, from, size);
        good = put >= 0 || errno == EINTR;
        if (put > 0) {
            from += put;
            size -= (size_t)put;
        }
    }
    int error = errno;
    if (file >= 0)
        close(file);
    return good ? QB_OK : qb_fail(diag, QB_ENVIRONMENT, "cannot write '%s': %s", name, strerror(error));
}

/* The whole of an open regular file. */
static qb_status read_all(int file, const char *name, size_t limit, char **data, size_t *size, qb_diag *diag)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is not a file", name);
    if ((uint64_t)about.st_size > limit)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is larger than %zu bytes", name, limit);
    size_t room = (size_t)about.st_size, length = 0;
    char *text = qb_alloc(room + 1, 1);
    if (!text)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory reading '%s'", name);
    for (ssize_t got = 1; length < room && got != 0;) {
        got = read(file, text + length, room - length);
        if (got < 0 && errno != EINTR)
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    text[length] = 0;
    *data = text;
    *size = length;
    return QB_OK;
}

qb_status qb_scratch_read(const qb_scratch *scratch, const char *name, size_t limit, char **data,
                          size_t *size, qb_diag *diag)
{
    int file = openat(scratch->lock, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return qb_fail(diag, errno == ELOOP ? QB_BAD_INPUT : QB_ENVIRONMENT, "cannot read '%s': %s", name,
                       strerror(errno));
    qb_status status = read_all(file, name, limit, data, size, diag);
    close(file);
    return status;
}
