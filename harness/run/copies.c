#include "harness/base/memory.h"
#include "harness/run/plan_parts.h"
#include "instances/perturb.h"

#include <pthread.h>

/* Copies nobody uses are dropped, the longest unused first, when all of them take more than this. */
#define KEPT_BYTES ((uint64_t)1 << 30)

typedef struct slot {
    qb_problem problem;
    uint64_t bytes; /* 0: not made */
    uint64_t used_at;
    uint32_t users;
} slot;

struct qb_copies {
    const qb_plan *plan;
    pthread_mutex_t lock;
    uint64_t slots, copies; /* copies: of one instance */
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
    qb_problem_free(&s->problem);
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
    return &c->slot[run->instance * c->copies + run->copy - 1];
}

static qb_status make(qb_copies *c, const qb_plan_run *run, slot *s, qb_diag *diag)
{
    char name[QB_COPY_TEXT];
    uint64_t seed;
    uint32_t number = 0;
    const qb_plan_instance *instance = &c->plan->instance[run->instance];
    const qb_experiment_perturbation *p = qb_plan_perturbation(c->plan, run, &number);
    qb_run_identity identity = qb_plan_identity(c->plan, run, name);
    qb_status status = qb_seed_copy(identity.experiment_seed, identity.instance, identity.copy, &seed);
    if (status == QB_OK)
        status = qb_perturb_coefficients(instance->problem, p->relative, seed, &s->problem, diag);
    if (status == QB_OK)
        c->bytes += s->bytes = qb_problem_image_size(&s->problem) + 1;
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
                            qb_diag *diag)
{
    if (!run->copy) {
        *problem = copies->plan->instance[run->instance].problem;
        return QB_OK;
    }
    slot *s = slot_of(copies, run);
    pthread_mutex_lock(&copies->lock);
    qb_status status = s->bytes ? QB_OK : make(copies, run, s, diag);
    if (status == QB_OK) {
        s->users++;
        s->used_at = ++copies->now;
        *problem = &s->problem;
        make_room(copies);
    }
    pthread_mutex_unlock(&copies->lock);
    return status;
}

void qb_copies_release(qb_copies *copies, const qb_plan_run *run)
{
    if (!run->copy)
        return;
    pthread_mutex_lock(&copies->lock);
    slot_of(copies, run)->users--;
    make_room(copies);
    pthread_mutex_unlock(&copies->lock);
}
