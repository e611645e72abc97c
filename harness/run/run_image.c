#define _GNU_SOURCE
#include "harness/run/run_image.h"

#include "harness/base/clock.h"
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
    qb_launch_image parts;
    void *map;            /* the sealed memory, as the lowerings here read it */
    qb_qubo model;        /* of a qubo, an ising or a cut, in there */
    double charge;        /* CPU seconds that it took, where it is a lowering */
    double *warm;         /* [columns] or NULL */
    pthread_mutex_t lock; /* of the list */
    entry *first;
};

/* A qubo is its own model: it is built here once, like a file is read once, for every run to share.  That of
 * an ising or a cut is shared likewise, but it is a lowering, whose time every run is charged as if it had
 * built it.  One that is beyond double precision has none, which its lowering will tell. */
static qb_status build_model(qb_run_image *made, qb_qubo *model, qb_diag *diag)
{
    if (made->problem->kind == QB_KIND_MIP)
        return QB_OK;
    int64_t start = qb_clock_thread_cpu_ns();
    qb_status status = qb_qubo_from_problem(made->problem, model, diag);
    if (!status) {
        made->parts.model = qb_qubo_image_size(model);
        made->charge =
            made->problem->kind == QB_KIND_QUBO ? 0 : (double)(qb_clock_thread_cpu_ns() - start) * 1e-9;
    }
    return status == QB_REFUSED ? QB_OK : status;
}

/* Packs the parts into memory that nobody can change or resize any more. */
static qb_status pack(qb_run_image *made, const qb_qubo *model, qb_diag *diag)
{
    const size_t bytes = qb_launch_image_bytes(&made->parts), model_at = qb_launch_model_at(&made->parts);
    int file = made->file;
    if (ftruncate(file, (off_t)bytes))
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an instance of %zu bytes", bytes);
    char *image = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (image == MAP_FAILED)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an instance of %zu bytes", bytes);
    qb_problem_pack(made->problem, image);
    if (made->warm)
        memcpy(image + made->parts.problem, made->warm, made->parts.warm);
    if (made->parts.model)
        qb_qubo_pack(model, image + model_at);
    munmap(image, bytes);
    if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
        return qb_fail(diag, QB_ENVIRONMENT, "cannot seal an instance in memory: %s", strerror(errno));
    if (!made->parts.model)
        return QB_OK;
    void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, file, 0);
    if (map == MAP_FAILED)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for an instance of %zu bytes", bytes);
    made->map = map;
    return qb_qubo_bind((char *)map + model_at, made->parts.model, &made->model, diag);
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
        memcpy(made->warm, warm, made->parts.warm = made->problem->body.columns * sizeof *warm);
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

static qb_status seal(qb_run_image *made, const double *warm, qb_diag *diag)
{
    qb_qubo model = {0};
    made->parts.problem = qb_problem_image_size(made->problem);
    qb_status status = warm ? keep_warm(made, warm, diag) : QB_OK;
    if (!status)
        status = build_model(made, &model, diag);
    if (!status && (made->file = memfd_create("qubout-instance", MFD_CLOEXEC | MFD_ALLOW_SEALING)) < 0)
        status = qb_fail(diag, QB_ENVIRONMENT, "cannot make shared memory: %s", strerror(errno));
    if (!status)
        status = pack(made, &model, diag);
    qb_qubo_free(&model);
    return status;
}

qb_status qb_run_image_open_warm(const qb_problem *problem, const double *warm, qb_run_image **image,
                                 qb_diag *diag)
{
    qb_run_image *made = QB_NEW(qb_run_image, 1);
    if (!made)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory");
    *made = (qb_run_image){.problem = problem, .file = -1};
    pthread_mutex_init(&made->lock, NULL);
    qb_status status = seal(made, warm, diag);
    if (status)
        qb_run_image_close(made);
    else
        *image = made;
    return status;
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
    if (image->map)
        munmap(image->map, qb_launch_image_bytes(&image->parts));
    if (image->file >= 0)
        close(image->file);
    pthread_mutex_destroy(&image->lock);
    qb_free(image->warm);
    qb_free(image);
}

int qb_run_image_file(const qb_run_image *image)
{
    return image->file;
}

qb_launch_image qb_run_image_parts(const qb_run_image *image)
{
    return image->parts;
}

double qb_run_image_charge(const qb_run_image *image)
{
    return image->charge;
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
    e->status = qb_lowering_open_built(image->problem, image->parts.model ? &image->model : NULL, takes,
                                       options, &e->lowering, &e->diag);
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
