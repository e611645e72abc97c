#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "tests/run/misbehaving/misbehaving.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *volatile kept; /* so that the compiler believes in the blocks */

/* Allocates without end, and uses what it gets. */
static qb_status hoards(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    for (;;) {
        void *block = malloc(1 << 20);
        if (!block)
            return QB_NO_MEMORY;
        kept = memset(block, 1, 1 << 20);
    }
    return QB_OK;
}
MISBEHAVING(misbehaving_hoards, QB_TAKES_QUBO, hoards)

/* Finds what it shares with the harness, and writes all over it. */
static qb_status scribbles(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        if (strstr(line, "qubout-channel") && sscanf(line, "%lx-%lx rw", &start, &end) == 2)
            memset((void *)start, 0xa5, end - start);
    }
    return QB_OK;
}
MISBEHAVING(misbehaving_scribbles, QB_TAKES_QUBO, scribbles)

static qb_status segfaults(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer would handle it */
    (void)raise(SIGSEGV);
    *(volatile int *)(uintptr_t)(getpid() & 1) = 1;
    return QB_OK;
}
MISBEHAVING(misbehaving_segfaults, QB_TAKES_QUBO, segfaults)

static qb_status aborts(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    abort();
}
MISBEHAVING(misbehaving_aborts, QB_TAKES_QUBO, aborts)

static qb_status exits(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    _exit(7);
}
MISBEHAVING(misbehaving_exits, QB_TAKES_QUBO, exits)
