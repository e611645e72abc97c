#define _POSIX_C_SOURCE 200809L
#include "harness/base/archive.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 512, BUFFER = 1 << 16, NAME = 100 };

#define LARGEST ((uint64_t)8 << 30) /* eleven octal digits */

struct qb_archive {
    gzFile out;
    int descriptor; /* of the same file: to sync it */
    qb_text path, partial, folder, sums;
};

/* One member's header; numbers are octal text. */
typedef struct ustar {
    char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[NAME], magic[6],
        version[2], user[32], group[32], major[8], minor[8], prefix[155], padding[12];
} ustar;

static qb_status fail_write(const qb_archive *a, qb_diag *diag)
{
    return qb_fail(diag, QB_ENVIRONMENT, "cannot write '%s': %s", qb_text_get(&a->path),
                   errno ? strerror(errno) : "out of memory");
}

void qb_archive_discard(qb_archive *a)
{
    if (!a)
        return;
    if (a->out)
        (void)gzclose(a->out);
    if (a->descriptor >= 0) {
        (void)close(a->descriptor);
        (void)unlink(qb_text_get(&a->partial)); /* nothing is there once it has its name */
    }
    qb_text_clear(&a->path);
    qb_text_clear(&a->partial);
    qb_text_clear(&a->folder);
    qb_text_clear(&a->sums);
    qb_free(a);
}

qb_status qb_archive_open(const char *path, const char *folder, qb_archive **archive, qb_diag *diag)
{
    qb_archive *a = QB_NEW(qb_archive, 1);
    if (!a)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an archive");
    a->descriptor = -1;
    qb_text_append(&a->path, path);
    qb_text_append(&a->folder, folder);
    qb_text_appendf(&a->partial, "%s.part-%ld", path, (long)getpid());
    qb_status status = QB_OK;
    if (a->path.status != QB_OK || a->folder.status != QB_OK || a->partial.status != QB_OK)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for an archive");
    errno = 0;
    if (status == QB_OK) {
        a->descriptor = open(qb_text_get(&a->partial), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        int second = a->descriptor < 0 ? -1 : fcntl(a->descriptor, F_DUPFD_CLOEXEC, 0);
        a->out = second < 0 ? NULL : gzdopen(second, "wb6");
        if (!a->out) {
            status = fail_write(a, diag);
            if (second >= 0)
                (void)close(second);
        }
    }
    if (status != QB_OK)
        qb_archive_discard(a);
    else
        *archive = a;
    return status;
}

static qb_status put(qb_archive *a, const void *data, size_t size, qb_diag *diag)
{
    const char *at = data;
    errno = 0;
    while (size) { /* gzwrite counts in unsigned int */
        unsigned part = size < BUFFER ? (unsigned)size : BUFFER;
        if (gzwrite(a->out, at, part) != (int)part)
            return fail_write(a, diag);
        at += part;
        size -= part;
    }
    return QB_OK;
}

static qb_status put_padding(qb_archive *a, uint64_t size, qb_diag *diag)
{
    static const char zero[BLOCK];
    return put(a, zero, (BLOCK - size % BLOCK) % BLOCK, diag);
}

static qb_status put_header(qb_archive *a, const char *name, uint64_t size, qb_diag *diag)
{
    ustar h = {.mode = "0000644",
               .uid = "0000000",
               .gid = "0000000",
               .mtime = "00000000000",
               .type = '0',
               .magic = "ustar",
               .version = {'0', '0'}};
    _Static_assert(sizeof h == BLOCK, "a header is one block");
    if (size >= LARGEST)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is too large for an archive", name);
    int length = snprintf(h.name, sizeof h.name, "%s/%s", qb_text_get(&a->folder), name);
    if (length < 0 || (size_t)length >= sizeof h.name)
        return qb_fail(diag, QB_BAD_INPUT, "'%s' is too long a name for an archive", name);
    snprintf(h.size, sizeof h.size, "%011llo", (unsigned long long)size);
    memset(h.checksum, ' ', sizeof h.checksum); /* as which it counts itself */
    unsigned sum = 0;
    const unsigned char *byte = (const unsigned char *)&h;
    for (size_t k = 0; k < sizeof h; k++)
        sum += byte[k];
    snprintf(h.checksum, sizeof h.checksum, "%06o", sum & 0777777);
    return put(a, &h, sizeof h, diag);
}

/* Ends a hash and notes it as sha256sum does. */
static qb_status note_sum(qb_archive *a, const char *name, qb_sha256 *hash, qb_diag *diag)
{
    char hex[QB_SHA256_HEX];
    qb_status status = qb_sha256_finish_hex(hash, hex);
    if (status != QB_OK)
        return qb_fail(diag, status, "cannot hash '%s'", name);
    qb_text_appendf(&a->sums, "%s  %s\n", hex, name);
    return QB_OK;
}

qb_status qb_archive_add(qb_archive *a, const char *name, const void *data, size_t size, qb_diag *diag)
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_update(hash, data, size);
    qb_status status = note_sum(a, name, hash, diag);
    if (status == QB_OK)
        status = put_header(a, name, size, diag);
    if (status == QB_OK)
        status = put(a, data, size, diag);
    return status == QB_OK ? put_padding(a, size, diag) : status;
}

/* Exactly `size` bytes: a file that changes underneath would break the archive. */
static qb_status copy(qb_archive *a, int input, const char *path, uint64_t size, qb_sha256 *hash,
                      qb_diag *diag)
{
    char buffer[BUFFER];
    for (uint64_t left = size; left;) {
        ssize_t got = read(input, buffer, left < BUFFER ? (size_t)left : BUFFER);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return qb_fail(diag, QB_ENVIRONMENT, "'%s' changed while it was read", path);
        qb_sha256_update(hash, buffer, (size_t)got);
        qb_status status = put(a, buffer, (size_t)got, diag);
        if (status != QB_OK)
            return status;
        left -= (uint64_t)got;
    }
    return QB_OK;
}

qb_status qb_archive_add_file(qb_archive *a, const char *name, const char *path, qb_diag *diag)
{
    struct stat facts;
    int input = open(path, O_RDONLY | O_CLOEXEC);
    if (input < 0)
        return qb_fail(diag, QB_BAD_INPUT, "cannot read '%s': %s", path, strerror(errno));
    qb_status status = QB_OK;
    if (fstat(input, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        status = qb_fail(diag, QB_BAD_INPUT, "'%s' is not a file", path);
    } else {
        uint64_t size = (uint64_t)facts.st_size;
        qb_sha256 *hash = qb_sha256_open();
        status = put_header(a, name, size, diag);
        if (status == QB_OK)
            status = copy(a, input, path, size, hash, diag);
        qb_status noted = note_sum(a, name, hash, diag); /* frees the hash, too */
        if (status == QB_OK)
            status = noted;
        if (status == QB_OK)
            status = put_padding(a, size, diag);
    }
    (void)close(input);
    return status;
}

static qb_status finish(qb_archive *a, qb_diag *diag)
{
    static const char end[2 * BLOCK];
    if (a->sums.status != QB_OK)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an archive");
    qb_status status = put_header(a, "SHA256SUMS", a->sums.length, diag);
    if (status == QB_OK)
        status = put(a, qb_text_get(&a->sums), a->sums.length, diag);
    if (status == QB_OK)
        status = put_padding(a, a->sums.length, diag);
    if (status == QB_OK)
        status = put(a, end, sizeof end, diag);
    errno = 0;
    int closed = gzclose(a->out);
    a->out = NULL;
    if (status == QB_OK && (closed != Z_OK || fsync(a->descriptor) != 0 ||
                            rename(qb_text_get(&a->partial), qb_text_get(&a->path)) != 0))
        status = fail_write(a, diag);
    return status;
}

qb_status qb_archive_close(qb_archive *a, qb_diag *diag)
{
    qb_status status = finish(a, diag);
    qb_archive_discard(a);
    return status;
}
