#define _GNU_SOURCE
#include "harness/run/launcher_wire.h"
#include "tests/run/misbehaving/misbehaving.h"

#include <signal.h>
#include <unistd.h>

static volatile unsigned long sink;

static qb_status polite(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    while (qb_budget_spend(budget, 100))
        sink++;
    return QB_STOPPED;
}
MISBEHAVING(misbehaving_polite, QB_TAKES_QUBO, polite)

static qb_status ignores(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    for (;;)
        (void)qb_budget_spend(budget, 100);
    return QB_OK;
}
MISBEHAVING(misbehaving_ignores, QB_TAKES_QUBO, ignores)

/* Spins with every signal blocked. */
static qb_status deaf(const qb_model *model, qb_budget *budget)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    misbehaving_publish(model, budget, 0, 0);
    for (;;)
        sink++;
    return QB_OK;
}
MISBEHAVING(misbehaving_deaf, QB_TAKES_QUBO, deaf)

static qb_status sleeps(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    for (;;)
        sleep(1000);
    return QB_OK;
}
MISBEHAVING(misbehaving_sleeps, QB_TAKES_QUBO, sleeps)

/* Has itself credited all the time there is, by the budget and by a word to its warden, and spins. */
static qb_status forges(const qb_model *model, qb_budget *budget)
{
    qb_launch_note note = {.kind = QB_NOTE_CREDIT, .credit = qb_credit_open(1, 0)};
    qb_credit_hold(&note.credit, 0, 0, QB_CREDIT_MOST_NS);
    misbehaving_publish(model, budget, 0, 0);
    qb_budget_hold(budget, 100);
    for (int socket = 3; socket < 256; socket++)
        (void)qb_launch_send(socket, &note, sizeof note, NULL, 0);
    return deaf(model, budget);
}
MISBEHAVING(misbehaving_forges, QB_TAKES_QUBO, forges)

/* Holds the better solution back until time is up. */
static qb_status late(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    while (qb_budget_spend(budget, 100))
        sink++;
    misbehaving_publish(model, budget, 2, -2);
    return misbehaving_publish(model, budget, 3, -3);
}
MISBEHAVING(misbehaving_late, QB_TAKES_QUBO, late)
