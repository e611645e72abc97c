#define _GNU_SOURCE
#include "tests/run/misbehaving/misbehaving.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile unsigned long sink;

/* Forks as fast as it can, in and out of its process group: FORKS in all, so that a test that fails does not
 * take the machine with it. */
#define FORKS 300

static qb_status bomb(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    atomic_int *forks = mmap(NULL, sizeof *forks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (forks == MAP_FAILED)
        return QB_NO_MEMORY;
    while (atomic_fetch_add(forks, 1) < FORKS)
        if (fork() == 0 && atomic_load(forks) % 2)
            (void)setsid();
    for (;;)
        sink++;
    return QB_OK;
}
MISBEHAVING(misbehaving_bomb, QB_TAKES_QUBO, bomb)

/* Leaves a process behind that belongs to nobody. */
static qb_status daemonise(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    if (fork() == 0) {
        (void)setsid();
        if (fork() == 0)
            for (;;)
                sleep(1000);
        _exit(0);
    }
    return QB_OK;
}
MISBEHAVING(misbehaving_daemon, QB_TAKES_QUBO, daemonise)

/* Lets another process burn the CPU time. */
static qb_status helper(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    if (fork() == 0)
        for (;;)
            sink++;
    while (qb_budget_spend(budget, 1))
        usleep(1000);
    return QB_STOPPED;
}
MISBEHAVING(misbehaving_helper, QB_TAKES_QUBO, helper)

static void *burn(void *unused)
{
    (void)unused;
    for (;;)
        sink++;
    return NULL;
}

/* Four threads where one is allowed. */
static qb_status threads(const qb_model *model, qb_budget *budget)
{
    pthread_t thread;
    misbehaving_publish(model, budget, 0, 0);
    for (int k = 0; k < 3; k++)
        pthread_create(&thread, NULL, burn, NULL);
    while (qb_budget_spend(budget, 100))
        sink++;
    return QB_STOPPED;
}
MISBEHAVING(misbehaving_threads, QB_TAKES_QUBO, threads)

static qb_status closes(const qb_model *model, qb_budget *budget)
{
    for (int k = 0; k < 1024; k++)
        close(k);
    misbehaving_publish(model, budget, 1, -1);
    return QB_OK;
}
MISBEHAVING(misbehaving_closes, QB_TAKES_QUBO, closes)
