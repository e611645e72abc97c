#include "harness/base/memory.h"
#include "harness/run/plan_parts.h"
#include "instances/perturb.h"

#include <pthread.h>

/* What nobody uses is dropped, the longest unused first, when all of it takes more than this. */
#define KEPT_BYTES ((uint64_t)2 << 30)

typedef struct slot {
    qb_problem copy; /* of a noisy copy; an instance itself belongs to the plan's caller */
    qb_run_image *image;
    uint64_t bytes; /* 0: not made */
    uint64_t used_at;
    uint32_t users;
} slot;

struct qb_copies {
    const qb_plan *plan;
    pthread_mutex_t lock;
    uint64_t slots, copies; /* copies: of one instance, itself included */
    uint64_t bytes, now;
    slot *slot; /* [instances * copies] */
};

qb_copies *qb_copies_open(const qb_plan *plan)
{
    const qb_experiment *x = plan->experiment;
    qb_copies *c = QB_NEW(qb_copies, 1);
    if (!c)
        return NULL;
    c->plan = plan;
    c->copies = 1;
    for (uint32_t p = 0; p < x->perturbations; p++)
        c->copies += x->perturbation[p].copies;
    c->slots = c->copies * x->instances;
    c->slot = QB_NEW(slot, c->slots);
    if (!c->slot) {
        qb_free(c);
        return NULL;
    }
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

static void drop(qb_copies *c, slot *s)
{
    qb_run_image_close(s->image);
    qb_problem_free(&s->copy);
    c->bytes -= s->bytes;
    *s = (slot){.bytes = 0};
}

void qb_copies_close(qb_copies *copies)
{
    if (!copies)
        return;
    for (uint64_t k = 0; k < copies->slots; k++)
        if (copies->slot[k].bytes)
            drop(copies, &copies->slot[k]);
    pthread_mutex_destroy(&copies->lock);
    qb_free(copies->slot);
    qb_free(copies);
}

static slot *slot_of(const qb_copies *c, const qb_plan_run *run)
{
    return &c->slot[run->instance * c->copies + run->copy];
}

static const qb_problem *problem_of(const qb_copies *c, const qb_plan_run *run)
{
    return run->copy ? &slot_of(c, run)->copy : c->plan->instance[run->instance].problem;
}

static qb_status make_copy(const qb_copies *c, const qb_plan_run *run, qb_problem *copy, qb_diag *diag)
{
    const qb_plan_instance *instance = &c->plan->instance[run->instance];
    uint64_t seed;
    uint32_t number = 0;
    const qb_experiment_perturbation *p = qb_plan_perturbation(c->plan, run, &number);
    qb_status status =
        qb_seed_copy(c->plan->experiment->seed, instance->sha256, p->kind, p->relative, number, &seed);
    return status ? status : qb_perturb_coefficients(instance->problem, p->relative, seed, copy, diag);
}

static qb_status make(qb_copies *c, const qb_plan_run *run, slot *s, qb_diag *diag)
{
    qb_status status = run->copy ? make_copy(c, run, &s->copy, diag) : QB_OK;
    if (status != QB_OK)
        return status;
    const double *warm = c->plan->instance[run->instance].warm;
    status = qb_run_image_open_warm(problem_of(c, run), warm, &s->image, diag);
    if (status == QB_OK)
        c->bytes += s->bytes = (run->copy ? 2 : 1) * qb_problem_image_size(problem_of(c, run)) + 1;
    else
        drop(c, s);
    return status;
}

static void make_room(qb_copies *c)
{
    while (c->bytes > KEPT_BYTES) {
        slot *oldest = NULL;
        for (uint64_t k = 0; k < c->slots; k++) {
            slot *s = &c->slot[k];
            if (s->bytes && !s->users && (!oldest || s->used_at < oldest->used_at))
                oldest = s;
        }
        if (!oldest)
            return;
        drop(c, oldest);
    }
}

qb_status qb_copies_acquire(qb_copies *copies, const qb_plan_run *run, const qb_problem **problem,
                            qb_run_image **image, qb_diag *diag)
{
    slot *s = slot_of(copies, run);
    pthread_mutex_lock(&copies->lock);
    qb_status status = s->bytes ? QB_OK : make(copies, run, s, diag);
    if (status == QB_OK) {
        s->users++;
        s->used_at = ++copies->now;
        *problem = problem_of(copies, run);
        *image = s->image;
        make_room(copies);
    }
    pthread_mutex_unlock(&copies->lock);
    return status;
}

void qb_copies_release(qb_copies *copies, const qb_plan_run *run)
{
    pthread_mutex_lock(&copies->lock);
    slot_of(copies, run)->users--;
    make_room(copies);
    pthread_mutex_unlock(&copies->lock);
}
