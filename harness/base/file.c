#define _GNU_SOURCE
#include "harness/base/file.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static qb_status fail_errno(qb_diag *diag, const char *what, const char *path)
{
    return qb_fail(diag, QB_ENVIRONMENT, "cannot %s '%s': %s", what, path, strerror(errno));
}

/* A name that is not there is the caller's mistake; what is there and cannot be read is the system's. */
static qb_status fail_open(qb_diag *diag, const char *path)
{
    qb_status status = errno == ENOENT || errno == ENOTDIR ? QB_BAD_INPUT : QB_ENVIRONMENT;
    return qb_fail(diag, status, "cannot open '%s': %s", path, strerror(errno));
}

static qb_status fail_size(qb_diag *diag, const char *path, size_t limit)
{
    return qb_fail(diag, QB_BAD_INPUT, "'%s' is larger than %zu bytes", path, limit);
}

/* ---- Reading */

static bool is_gzip(const char *data, size_t size)
{
    return size >= 2 && (unsigned char)data[0] == 0x1F && (unsigned char)data[1] == 0x8B;
}

/* Everything from a descriptor; a file may grow or shrink while we read. */
static qb_status read_all(int descriptor, const char *path, size_t limit, qb_text *text, qb_diag *diag)
{
    char block[1 << 16];
    for (;;) {
        ssize_t got = read(descriptor, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(diag, "read", path);
        if (got == 0)
            return text->status == QB_OK ? QB_OK
                                         : qb_fail(diag, QB_NO_MEMORY, "no memory to read '%s'", path);
        if ((size_t)got > limit - text->length)
            return fail_size(diag, path, limit);
        qb_text_append_bytes(text, block, (size_t)got);
        if (text->status != QB_OK)
            return qb_fail(diag, QB_NO_MEMORY, "no memory to read '%s'", path);
    }
}

static qb_status take(qb_text *text, const char *path, char **data, size_t *size, qb_diag *diag)
{
    size_t length = text->length;
    char *taken = qb_text_take(text);
    if (!taken)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to read '%s'", path);
    *data = taken;
    *size = length;
    return QB_OK;
}

/* Inflates one member after another; zero bytes after the last are padding, as gzip has it. */
static qb_status inflate_members(z_stream *stream, const char *path, const unsigned char *packed,
                                 size_t packed_size, size_t limit, qb_text *text, qb_diag *diag)
{
    unsigned char block[1 << 16];
    size_t at = 0;
    for (;;) {
        size_t rest = packed_size - at;
        uInt offered = rest < UINT_MAX ? (uInt)rest : UINT_MAX;
        stream->next_in = (z_const Bytef *)(packed + at);
        stream->avail_in = offered;
        stream->next_out = block;
        stream->avail_out = sizeof block;
        int code = inflate(stream, Z_NO_FLUSH);
        size_t made = sizeof block - stream->avail_out;
        at += offered - stream->avail_in;
        if (made > limit - text->length)
            return fail_size(diag, path, limit);
        qb_text_append_bytes(text, block, made);
        if (code == Z_MEM_ERROR || text->status != QB_OK)
            return qb_fail(diag, QB_NO_MEMORY, "no memory to unpack '%s'", path);
        if (code == Z_STREAM_END) {
            while (at < packed_size && packed[at] == 0)
                at++;
            if (at == packed_size)
                return QB_OK;
            if (!is_gzip((const char *)packed + at, packed_size - at) || inflateReset(stream) != Z_OK)
                return qb_fail(diag, QB_BAD_INPUT, "'%s': garbage after the end of the gzip data", path);
        } else if (code == Z_BUF_ERROR || (code == Z_OK && at == packed_size && made < sizeof block)) {
            return qb_fail(diag, QB_BAD_INPUT, "'%s': the gzip data end too early", path);
        } else if (code != Z_OK) {
            return qb_fail(diag, QB_BAD_INPUT, "'%s': damaged gzip data: %s", path,
                           stream->msg ? stream->msg : "a preset dictionary is needed");
        }
    }
}

qb_status qb_file_gunzip(const char *path, const void *packed, size_t packed_size, size_t limit, char **data,
                         size_t *size, qb_diag *diag)
{
    z_stream stream = {0};
    qb_text text = {0};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to unpack '%s'", path);
    qb_status status = inflate_members(&stream, path, packed, packed_size, limit, &text, diag);
    inflateEnd(&stream);
    if (status == QB_OK)
        status = take(&text, path, data, size, diag);
    qb_text_clear(&text);
    return status;
}

static qb_status open_input(const char *path, int *descriptor, qb_diag *diag)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_open(diag, path);
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        close(fd);
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is a folder", path);
    }
    *descriptor = fd;
    return QB_OK;
}

qb_status qb_file_read(const char *path, size_t limit, char **data, size_t *size, qb_diag *diag)
{
    bool standard = !strcmp(path, "-");
    int descriptor = STDIN_FILENO;
    qb_text text = {0};
    qb_status status = standard ? QB_OK : open_input(path, &descriptor, diag);
    if (status != QB_OK)
        return status;
    status = read_all(descriptor, path, limit, &text, diag);
    if (!standard)
        close(descriptor);
    if (status == QB_OK)
        status = is_gzip(text.data, text.length)
                     ? qb_file_gunzip(path, text.data, text.length, limit, data, size, diag)
                     : take(&text, path, data, size, diag);
    qb_text_clear(&text);
    return status;
}

/* ---- Writing */

static qb_status write_all(int descriptor, const char *path, const char *data, size_t size, qb_diag *diag)
{
    while (size) {
        ssize_t put = write(descriptor, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_errno(diag, "write", path);
        data += put;
        size -= (size_t)put;
    }
    return QB_OK;
}

static qb_status write_in_place(const char *path, const void *data, size_t size, qb_diag *diag)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail_errno(diag, "write", path);
    qb_status status = write_all(descriptor, path, data, size, diag);
    if (close(descriptor) != 0 && status == QB_OK)
        status = fail_errno(diag, "write", path);
    return status;
}

/* A new file beside path, under a name nobody has. */
static int open_temporary(const char *path, qb_text *name)
{
    for (int attempt = 0; attempt < 1000; attempt++) {
        qb_text_reset(name);
        qb_text_appendf(name, "%s.%ld-%d.tmp", path, (long)getpid(), attempt);
        if (name->status != QB_OK) {
            errno = ENOMEM;
            return -1;
        }
        int descriptor = open(name->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

/* Makes a rename survive a power cut; a file system that cannot sync a folder is not an error. */
static void sync_folder_of(const char *path)
{
    qb_text folder = {0};
    const char *slash = strrchr(path, '/');
    qb_text_append_bytes(&folder, path, slash ? (size_t)(slash - path) + 1 : 0);
    int descriptor = open(slash ? qb_text_get(&folder) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
    qb_text_clear(&folder);
}

qb_status qb_file_write(const char *path, const void *data, size_t size, qb_diag *diag)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
        return write_in_place(path, data, size, diag);

    qb_text name = {0};
    int descriptor = open_temporary(path, &name);
    if (descriptor < 0) {
        qb_status status = fail_errno(diag, "write", path);
        qb_text_clear(&name);
        return status;
    }
    qb_status status = write_all(descriptor, path, data, size, diag);
    if (status == QB_OK && fsync(descriptor) != 0)
        status = fail_errno(diag, "write", path);
    if (close(descriptor) != 0 && status == QB_OK)
        status = fail_errno(diag, "write", path);
    if (status == QB_OK && rename(name.data, path) != 0)
        status = fail_errno(diag, "write", path);
    if (status == QB_OK)
        sync_folder_of(path);
    else
        (void)unlink(name.data);
    qb_text_clear(&name);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

qb_status qb_file_make_folder(const char *path, qb_diag *diag)
{
    char *part = qb_strdup(path);
    qb_status status = part ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for a folder's name");
    for (char *end = part; status == QB_OK && end;) {
        end = strchr(end + 1, '/');
        if (end)
            *end = 0;
        if (*part && mkdir(part, 0777) != 0 && !is_folder(part))
            status = fail_errno(diag, "make the folder", path);
        if (end)
            *end = '/';
    }
    qb_free(part);
    return status;
}
