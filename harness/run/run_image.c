#define _GNU_SOURCE
#include "harness/run/run_image.h"

#include "harness/base/memory.h"
#include "harness/model/referee.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A lowering that was asked for, refusals included. */
typedef struct entry {
    unsigned takes;
    qb_lowering_options options;
    qb_lowering *lowering;
    qb_status status;
    qb_diag diag;
    struct entry *next;
} entry;

struct qb_run_image {
    const qb_problem *problem;
    int file;
    size_t bytes;         /* of the problem; the warm start follows */
    double *warm;         /* [columns] or NULL */
    pthread_mutex_t lock; /* of the list */
    entry *first;
};

/* Packs the problem into memory that nobody can change or resize any more. */
static qb_status pack(const qb_run_image *made, qb_diag *diag)
{
    const qb_problem *problem = made->problem;
    size_t room = made->warm ? problem->body.columns * sizeof(double) : 0, bytes = made->bytes + room;
    int file = made->file;
    if (ftruncate(file, (off_t)bytes))
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an instance of %zu bytes", bytes);
    void *image = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (image == MAP_FAILED)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an instance of %zu bytes", bytes);
    qb_problem_pack(problem, image);
    if (room)
        memcpy((char *)image + made->bytes, made->warm, room);
    munmap(image, bytes);
    if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
        return qb_fail(diag, QB_ENVIRONMENT, "cannot seal an instance in memory: %s", strerror(errno));
    return QB_OK;
}

static qb_status keep_warm(qb_run_image *made, const double *warm, qb_diag *diag)
{
    qb_score score;
    qb_status status = qb_referee_score(made->problem, warm, &score, diag);
    if (!status && !score.feasible)
        status = qb_fail(diag, QB_BAD_INPUT, "the warm start of '%s' is infeasible", made->problem->name);
    if (!status && !(made->warm = QB_NEW(double, made->problem->body.columns)))
        status = qb_fail(diag, QB_NO_MEMORY, "out of memory");
    if (!status)
        memcpy(made->warm, warm, made->problem->body.columns * sizeof *warm);
    return status;
}

qb_status qb_run_image_open(const qb_problem *problem, qb_run_image **image, qb_diag *diag)
{
    return qb_run_image_open_warm(problem, NULL, image, diag);
}

const double *qb_run_image_warm(const qb_run_image *image)
{
    return image->warm;
}

qb_status qb_run_image_open_warm(const qb_problem *problem, const double *warm, qb_run_image **image,
                                 qb_diag *diag)
{
    qb_run_image *made = QB_NEW(qb_run_image, 1);
    if (!made)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory");
    made->problem = problem;
    made->bytes = qb_problem_image_size(problem);
    qb_status status = warm ? keep_warm(made, warm, diag) : QB_OK;
    if (status) {
        qb_free(made);
        return status;
    }
    made->file = memfd_create("qubout-instance", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made->file < 0) {
        qb_free(made->warm);
        qb_free(made);
        return qb_fail(diag, QB_ENVIRONMENT, "cannot make shared memory: %s", strerror(errno));
    }
    status = pack(made, diag);
    if (status) {
        close(made->file);
        qb_free(made->warm);
        qb_free(made);
        return status;
    }
    pthread_mutex_init(&made->lock, NULL);
    *image = made;
    return QB_OK;
}

void qb_run_image_close(qb_run_image *image)
{
    if (!image)
        return;
    for (entry *e = image->first, *next; e; e = next) {
        next = e->next;
        qb_lowering_free(e->lowering);
        qb_free(e);
    }
    close(image->file);
    pthread_mutex_destroy(&image->lock);
    qb_free(image->warm);
    qb_free(image);
}

int qb_run_image_file(const qb_run_image *image, size_t *bytes)
{
    *bytes = image->bytes;
    return image->file;
}

/* The entry for what is asked, made if need be; NULL without memory.  The lock is held. */
static entry *find(qb_run_image *image, unsigned takes, const qb_lowering_options *options)
{
    for (entry *e = image->first; e; e = e->next)
        if (e->takes == takes && qb_lowering_options_same(&e->options, options))
            return e;
    entry *e = QB_NEW(entry, 1);
    if (!e)
        return NULL;
    e->takes = takes;
    e->options = *options;
    e->status = qb_lowering_open(image->problem, takes, options, &e->lowering, &e->diag);
    e->next = image->first;
    image->first = e;
    return e;
}

qb_status qb_run_image_lowering(qb_run_image *image, unsigned takes, const qb_lowering_options *options,
                                const qb_lowering **lowering, qb_diag *diag)
{
    pthread_mutex_lock(&image->lock);
    const entry *e = find(image, takes, options);
    pthread_mutex_unlock(&image->lock);
    if (!e)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory");
    if (e->status)
        return qb_fail(diag, e->status, "%s", e->diag.text);
    *lowering = e->lowering;
    return QB_OK;
}
