/* Which processors runs are pinned to, on machines that hwloc makes up (HWLOC_SYNTHETIC) and on this one. */
#define _GNU_SOURCE
#include "harness/run/cores.h"
#include "harness/run/machine.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 16 /* processors of a machine that is made up */

/* Those have numbers that no harness beside this test holds. */
static uint32_t first_cpu(void)
{
    return 1000 + MOST * ((uint32_t)getpid() % 1000);
}

/* hwloc's description of a machine, which ends in its threads ("pack:1 core:4 pu:2"), and how many those are.
 */
static void pretend(const char *machine, uint32_t processors)
{
    char text[512];
    int length = snprintf(text, sizeof text, "%s(indexes=", machine);
    for (uint32_t k = 0; k < processors; k++)
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "%s%u", k ? "," : "", first_cpu() + k);
    snprintf(text + length, sizeof text - (size_t)length, ")");
    setenv("HWLOC_SYNTHETIC", text, 1);
}

/* The k-th processor of a group, counted from the machine's first. */
static uint32_t place(const qb_cores *cores, uint32_t group, uint32_t k)
{
    return cores->cpu[group * cores->size + k] - first_cpu();
}

/* Claims on the machine, and checks that no processor is there twice. */
static qb_cores claim(uint32_t groups, uint32_t size, bool every_thread)
{
    qb_cores cores = {0};
    qb_diag diag = {""};
    cr_assert(qb_cores_claim(groups, size, every_thread, &cores, &diag) == QB_OK, "%s", diag.text);
    cr_assert(cores.groups == groups && cores.size == size);
    for (uint32_t k = 0; k < groups * size; k++)
        for (uint32_t j = 0; j < k; j++)
            cr_assert(cores.cpu[j] != cores.cpu[k], "%u twice", cores.cpu[k]);
    return cores;
}

static void refuse(uint32_t groups, uint32_t size, bool every_thread)
{
    qb_cores cores = {0};
    qb_diag diag = {""};
    cr_assert(qb_cores_claim(groups, size, every_thread, &cores, &diag) == QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "cannot each have"), "%s", diag.text);
    cr_assert(cores.claims == 0 && cores.cpu == NULL);
}

/* Processor 2k and 2k + 1 are the threads of core k. */
Test(cores, no_core_is_used_twice_unless_asked)
{
    pretend("pack:1 core:4 pu:2", 8);
    qb_cores cores = claim(4, 1, false);
    for (uint32_t k = 0; k < 4; k++)
        cr_assert(place(&cores, k, 0) == 6 - 2 * k && !cores.shared[k], "%u", place(&cores, k, 0));
    cr_assert_eq(cores.claims, 8); /* with the threads that stay free */
    qb_cores_release(&cores);
    refuse(5, 1, false);
    refuse(2, 3, false);
    refuse(0, 1, false);
    refuse(UINT32_MAX, UINT32_MAX, false);
    cores = claim(4, 2, true);
    for (uint32_t k = 0; k < 4; k++)
        cr_assert(cores.shared[k]); /* a run may share its core with another one */
    qb_cores_release(&cores);
    refuse(9, 1, true);
    pretend("pack:1 core:4 pu:1", 4);
    cores = claim(4, 1, true);
    cr_assert(!cores.shared[0] && !cores.shared[3]); /* without hyperthreads there is nothing to share */
    qb_cores_release(&cores);
}

/* Does the group lie within one node of that many processors? */
static bool is_near(const qb_cores *cores, uint32_t group, uint32_t a_node)
{
    for (uint32_t k = 1; k < cores->size; k++)
        if (place(cores, group, k) / a_node != place(cores, group, 0) / a_node)
            return false;
    return true;
}

Test(cores, the_threads_of_a_run_stay_on_one_node_where_there_is_room)
{
    /* three runs of four threads fit, but only two of them on a node of their own */
    pretend("numa:2 core:6 pu:1", 12);
    qb_cores cores = claim(3, 4, false);
    cr_assert(is_near(&cores, 0, 6) && is_near(&cores, 1, 6) && !is_near(&cores, 2, 6));
    cr_assert(place(&cores, 0, 0) / 6 != place(&cores, 1, 0) / 6);
    qb_cores_release(&cores);
    pretend("numa:4 core:2 pu:2", 16);
    cores = claim(4, 2, false);
    for (uint32_t g = 0; g < 4; g++)
        cr_assert(is_near(&cores, g, 4));
    qb_cores_release(&cores);
    pretend("numa:2 core:2 pu:1", 4);
    cores = claim(1, 3, false); /* cannot but straddle */
    cr_assert(!cores.shared[0] && !is_near(&cores, 0, 2));
    qb_cores_release(&cores);
}

Test(cores, a_second_harness_takes_other_cores_and_then_shares)
{
    pretend("pack:2 core:3 pu:2", 12);
    qb_cores first = claim(2, 2, false), second = claim(1, 1, false);
    cr_assert(!first.shared[0] && !first.shared[1] && !second.shared[0]);
    for (uint32_t k = 0; k < 4; k++)
        cr_assert(first.cpu[k] != second.cpu[0]);
    uint32_t all, unheld;
    cr_assert(qb_cores_count(false, &all, &unheld, NULL) == QB_OK && all == 6 && unheld == 1);
    cr_assert(qb_cores_count(true, &all, &unheld, NULL) == QB_OK && all == 12 && unheld == 2);
    qb_cores third = claim(3, 1, false);
    uint32_t shared = 0;
    for (uint32_t g = 0; g < 3; g++)
        shared += third.shared[g];
    cr_assert_eq(shared, 2);
    cr_assert(!third.shared[0]); /* the free one first */
    qb_cores_release(&first);
    cr_assert(qb_cores_count(false, &all, &unheld, NULL) == QB_OK && unheld == 4);
    qb_cores_release(&second);
    qb_cores_release(&third);
    cr_assert(qb_cores_count(false, &all, &unheld, NULL) == QB_OK && unheld == 6);
}

/* One harness counts hardware threads as cores, the other does not. */
Test(cores, a_core_is_held_with_all_its_threads)
{
    pretend("pack:1 core:2 pu:2", 4);
    qb_cores threads = claim(1, 1, true); /* processor 3: core 1 is in use */
    qb_cores core = claim(2, 1, false);
    cr_assert(place(&core, 0, 0) == 0 && !core.shared[0] && core.shared[1]);
    qb_cores_release(&core);
    qb_cores_release(&threads);
}

Test(cores, the_kernel_takes_claims_back_from_the_dead)
{
    pretend("pack:1 core:1 pu:1", 1);
    int ready[2];
    cr_assert(pipe(ready) == 0);
    pid_t holder = fork();
    if (holder == 0) {
        qb_cores cores = claim(1, 1, false);
        ssize_t written = write(ready[1], cores.shared, 1);
        (void)written;
        for (;;)
            pause();
    }
    bool shared;
    cr_assert(read(ready[0], &shared, 1) == 1 && !shared);
    qb_cores cores = claim(1, 1, false);
    cr_assert(cores.shared[0]);
    qb_cores_release(&cores);
    kill(holder, SIGKILL);
    cr_assert(waitpid(holder, NULL, 0) == holder);
    cores = claim(1, 1, false);
    cr_assert(!cores.shared[0]);
    qb_cores_release(&cores);
}

/* A run that can have cores to itself is pinned there; another one is flagged and left to the system. */
Test(cores, a_single_run_is_pinned_or_flagged)
{
    qb_cores first = {0}, second = {0};
    qb_run_spec a = {.threads = 2}, b = {.threads = 1}, c = {.threads = 3};
    pretend("pack:1 core:2 pu:1", 2);
    qb_cores_pin(&a, &first);
    cr_assert(a.cpu_count == 2 && a.cpus == first.cpu && !a.shares_core);
    qb_cores_pin(&b, &second);
    cr_assert(b.cpu_count == 0 && b.cpus == NULL && b.shares_core);
    qb_cores_release(&second);
    qb_cores_pin(&c, &second);
    cr_assert(c.cpu_count == 0 && c.shares_core && second.cpu == NULL);
    qb_cores_release(&first);
}

/* This machine: no more than what this thread may use, less when it is bound. */
Test(cores, only_processors_that_may_be_used)
{
    uint32_t all, unheld;
    qb_machine m;
    cr_assert(qb_machine_capture(&m, NULL) == QB_OK);
    cr_assert(qb_cores_count(false, &all, &unheld, NULL) == QB_OK);
    cr_assert(all >= 1 && all <= m.cores && unheld <= all);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    cr_assert(sched_setaffinity(0, sizeof one, &one) == 0);
    cr_assert(qb_cores_count(false, &all, &unheld, NULL) == QB_OK && all == 1);
    qb_cores cores;
    cr_assert(qb_cores_claim(1, 1, false, &cores, NULL) == QB_OK && CPU_ISSET(cores.cpu[0], &one));
    qb_cores_release(&cores);
    cr_assert(qb_cores_claim(2, 1, false, &cores, NULL) == QB_BAD_INPUT);
}
