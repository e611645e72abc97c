#define _GNU_SOURCE
#include "solvers/kernels/team.h"

#include "harness/base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { SPINS = 2000 /* that a member waits awake: some 50 us */ };

typedef struct member {
    qb_team *team;
    pthread_t thread;
    size_t next, end; /* the units that are left to it */
} member;

struct qb_team {
    uint32_t count;
    member *member; /* [count]; the first is whoever calls qb_team_run */
    pthread_mutex_t lock;
    pthread_cond_t begun, advanced; /* for the others; for the caller */
    uint32_t working;               /* of the others: how many have a unit */
    bool closing;
    _Atomic bool awaited; /* the caller waits for `advanced` */
    _Atomic size_t runs;  /* begun so far */

    qb_team_step *function;
    void *context;
    size_t unit;
    _Atomic size_t done; /* steps */
    _Atomic bool stopped;
};

/* What the caller pays everybody's steps from, one by one. */
typedef struct purse {
    qb_budget *budget;
    uint64_t work;
    size_t paid;
} purse;

static void pay(qb_team *team, purse *p)
{
    for (size_t done = team->done; p->paid < done && !team->stopped; p->paid++)
        if (!qb_budget_spend(p->budget, p->work))
            team->stopped = true;
}

/* A unit of the member's own, or the last one of who has most; the lock is held. */
static bool take(qb_team *team, member *own, size_t *unit)
{
    member *from = own;
    for (uint32_t i = 0; own->next == own->end && i < team->count; i++)
        if (team->member[i].end - team->member[i].next > from->end - from->next)
            from = &team->member[i];
    if (from->next == from->end || team->stopped)
        return false;
    *unit = from == own ? from->next++ : --from->end;
    return true;
}

/* p: the caller's, else NULL. */
static void make_unit(qb_team *team, const member *own, size_t unit, purse *p)
{
    uint32_t number = (uint32_t)(own - team->member);
    for (size_t step = unit * team->unit; step < (unit + 1) * team->unit && !team->stopped; step++) {
        team->function(team->context, step, number);
        team->done++;
        if (p) {
            pay(team, p);
        } else if (team->awaited) {
            pthread_mutex_lock(&team->lock);
            pthread_cond_signal(&team->advanced);
            pthread_mutex_unlock(&team->lock);
        }
    }
}

/* Waits awake for a moment while *what is `seen`. */
static void spin(const _Atomic size_t *what, size_t seen)
{
    for (int k = 0; k < SPINS && *what == seen; k++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
}

/* The lock is held but while there is no work. */
static void wait_for_work(qb_team *team, size_t seen)
{
    pthread_mutex_unlock(&team->lock);
    spin(&team->runs, seen);
    pthread_mutex_lock(&team->lock);
    while (team->runs == seen && !team->closing)
        pthread_cond_wait(&team->begun, &team->lock);
}

static void *serve(void *context)
{
    member *own = context;
    qb_team *team = own->team;
    size_t unit;
    pthread_mutex_lock(&team->lock);
    while (!team->closing) {
        if (!take(team, own, &unit)) {
            wait_for_work(team, team->runs);
            continue;
        }
        team->working++;
        pthread_mutex_unlock(&team->lock);
        make_unit(team, own, unit, NULL);
        pthread_mutex_lock(&team->lock);
        team->working--;
        pthread_cond_signal(&team->advanced);
    }
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

/* Waits for the last steps of the others, paying for them as they are made.  The lock is held but while it
 * waits. */
static void wait_for_others(qb_team *team, purse *p)
{
    while (team->working) {
        size_t seen = team->done;
        pthread_mutex_unlock(&team->lock);
        pay(team, p);
        spin(&team->done, seen);
        pthread_mutex_lock(&team->lock);
        team->awaited = true;
        while (team->working && team->done == seen)
            pthread_cond_wait(&team->advanced, &team->lock);
        team->awaited = false;
    }
}

static qb_status run_alone(size_t steps, qb_team_step *function, void *context, uint64_t work,
                           qb_budget *budget)
{
    for (size_t step = 0; step < steps; step++) {
        function(context, step, 0);
        if (!qb_budget_spend(budget, work))
            return QB_STOPPED;
    }
    return QB_OK;
}

qb_status qb_team_run(qb_team *team, size_t steps, size_t unit, qb_team_step *function, void *context,
                      uint64_t work, qb_budget *budget)
{
    size_t units = steps / unit, next;
    if (qb_team_size(team) == 1 || units == 1)
        return run_alone(steps, function, context, work, budget);
    purse p = {.budget = budget, .work = work};
    pthread_mutex_lock(&team->lock);
    team->function = function;
    team->context = context;
    team->unit = unit;
    team->done = 0;
    team->stopped = false;
    for (uint32_t i = 0; i < team->count; i++) {
        team->member[i].next = units * i / team->count;
        team->member[i].end = units * (i + 1) / team->count;
    }
    team->runs++;
    pthread_cond_broadcast(&team->begun);
    while (take(team, &team->member[0], &next)) {
        pthread_mutex_unlock(&team->lock);
        make_unit(team, &team->member[0], next, &p);
        pthread_mutex_lock(&team->lock);
    }
    wait_for_others(team, &p);
    pthread_mutex_unlock(&team->lock);
    pay(team, &p);
    return team->stopped ? QB_STOPPED : QB_OK;
}

/* ---------------------------------------------------------------------------------------------- opening */

qb_team *qb_team_open(uint32_t threads)
{
    qb_team *team = QB_NEW(qb_team, 1);
    member *members = QB_NEW(member, threads);
    if (!team || !members) {
        qb_free(team);
        qb_free(members);
        return NULL;
    }
    *team = (qb_team){.member = members};
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->begun, NULL);
    pthread_cond_init(&team->advanced, NULL);
    pthread_mutex_lock(&team->lock); /* nobody starts before all are counted */
    for (team->count = 1; team->count < threads; team->count++) {
        member *m = &members[team->count];
        m->team = team;
        if (pthread_create(&m->thread, NULL, serve, m))
            break;
    }
    pthread_mutex_unlock(&team->lock);
    return team;
}

uint32_t qb_team_size(const qb_team *team)
{
    return team ? team->count : 1;
}

void qb_team_close(qb_team *team)
{
    if (!team)
        return;
    pthread_mutex_lock(&team->lock);
    team->closing = true;
    pthread_cond_broadcast(&team->begun);
    pthread_mutex_unlock(&team->lock);
    for (uint32_t i = 1; i < team->count; i++)
        pthread_join(team->member[i].thread, NULL);
    pthread_cond_destroy(&team->advanced);
    pthread_cond_destroy(&team->begun);
    pthread_mutex_destroy(&team->lock);
    qb_free(team->member);
    qb_free(team);
}
