#define _GNU_SOURCE
#include "harness/run/cores.h"

#include "harness/base/memory.h"
#include "harness/run/topology.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "qubout-core-"

/* What can be pinned to. */
typedef struct place {
    uint32_t cpu, node;
    hwloc_const_bitmap_t threads; /* of its core: claimed together; belongs to the topology */
    bool used, held;              /* by us; by another harness, as far as is known */
} place;

typedef struct places {
    hwloc_topology_t topology;
    hwloc_bitmap_t allowed;
    place *place; /* [count] in the order of the topology */
    uint32_t count;
    bool by_thread, siblings; /* a place is a hardware thread; some core has several places */
} places;

static void close_places(places *p)
{
    qb_free(p->place);
    hwloc_bitmap_free(p->allowed);
    if (p->topology)
        hwloc_topology_destroy(p->topology);
}

/* ---- Claims */

static socklen_t name_of(unsigned cpu, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(name->sun_path + 1, sizeof name->sun_path - 1, NAME "%u", cpu);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* A socket that holds the processor; -1 when somebody has it, -2 when nothing can be held here. */
static int hold(unsigned cpu)
{
    struct sockaddr_un name;
    socklen_t length = name_of(cpu, &name);
    int claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (claim < 0)
        return -2;
    if (bind(claim, (const struct sockaddr *)&name, length) == 0)
        return claim;
    int error = errno;
    close(claim);
    return error == EADDRINUSE ? -1 : -2;
}

static void drop(qb_cores *cores, uint32_t claims)
{
    while (cores->claims > claims)
        close(cores->claim[--cores->claims]);
}

/* All threads of the place's core, or none. */
static bool take(place *at, qb_cores *cores)
{
    uint32_t before = cores->claims;
    for (int cpu = -1; (cpu = hwloc_bitmap_next(at->threads, cpu)) >= 0;) {
        int claim = hold((unsigned)cpu);
        if (claim == -1) {
            drop(cores, before);
            return false;
        }
        if (claim >= 0)
            cores->claim[cores->claims++] = claim;
    }
    return true;
}

/* Marks what others hold now, from the kernel's list of sockets (names begin with '@' there). */
static void see_held(places *p)
{
    char line[512];
    unsigned cpu;
    FILE *sockets = fopen("/proc/net/unix", "re");
    while (sockets && fgets(line, sizeof line, sockets)) {
        const char *name = strstr(line, " @" NAME);
        if (!name || sscanf(name, " @" NAME "%u", &cpu) != 1)
            continue;
        for (uint32_t k = 0; k < p->count; k++)
            p->place[k].held |= hwloc_bitmap_isset(p->place[k].threads, cpu);
    }
    if (sockets)
        fclose(sockets);
}

/* ---- What there is */

static uint32_t count_of(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    int count = hwloc_get_nbobjs_by_type(topology, type);
    return count > 0 ? (uint32_t)count : 0;
}

/* The first allowed hardware thread of every core, or every thread. */
static void list_places(places *p, hwloc_obj_type_t type)
{
    uint32_t objects = count_of(p->topology, type);
    for (uint32_t k = 0; k < objects; k++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(p->topology, type, k);
        int cpu = -1, node = hwloc_bitmap_first(object->nodeset);
        do
            cpu = hwloc_bitmap_next(object->cpuset, cpu);
        while (cpu >= 0 && !hwloc_bitmap_isset(p->allowed, (unsigned)cpu));
        if (cpu >= 0)
            p->place[p->count++] = (place){
                .cpu = (uint32_t)cpu, .node = node < 0 ? 0 : (uint32_t)node, .threads = object->cpuset};
    }
}

static qb_status open_places(bool every_thread, places *p, qb_diag *diag)
{
    *p = (places){0};
    qb_status status = qb_topology_open(&p->topology, diag);
    if (status) {
        p->topology = NULL;
        return status;
    }
    uint32_t cores = count_of(p->topology, HWLOC_OBJ_CORE), threads = count_of(p->topology, HWLOC_OBJ_PU);
    p->place = QB_NEW(place, threads);
    p->allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(p->topology));
    hwloc_bitmap_t bound = hwloc_bitmap_alloc();
    if (!p->place || !p->allowed || !bound) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for the list of cores");
    } else {
        if (hwloc_get_cpubind(p->topology, bound, HWLOC_CPUBIND_THREAD) == 0)
            hwloc_bitmap_and(p->allowed, p->allowed, bound);
        p->by_thread = every_thread || !cores;
        p->siblings = p->by_thread && cores && threads > cores;
        list_places(p, p->by_thread ? HWLOC_OBJ_PU : HWLOC_OBJ_CORE);
        if (p->count == 0)
            status = qb_fail(diag, QB_ENVIRONMENT, "no processor may be used");
    }
    hwloc_bitmap_free(bound);
    if (status)
        close_places(p);
    else
        see_held(p);
    return status;
}

/* ---- Choosing */

/* Marks up to `wanted` places from the last on, of that node or (UINT32_MAX) of any; returns how many. */
static uint32_t pick(places *p, uint32_t wanted, uint32_t node, bool held, uint32_t *chosen)
{
    uint32_t picked = 0;
    for (uint32_t k = p->count; k-- > 0 && picked < wanted;) {
        place *at = &p->place[k];
        if (at->used || at->held != held || (node != UINT32_MAX && at->node != node))
            continue;
        at->used = true;
        chosen[picked++] = k;
    }
    return picked;
}

static void unpick(places *p, const uint32_t *chosen, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        p->place[chosen[k]].used = false;
}

/* `size` places: of one node that has so many free, else of any, else with those that others hold. */
static void choose(places *p, uint32_t size, uint32_t *chosen)
{
    for (uint32_t k = p->count; k-- > 0;) {
        uint32_t node = p->place[k].node, picked = pick(p, size, node, false, chosen);
        if (picked == size)
            return;
        unpick(p, chosen, picked);
    }
    uint32_t picked = pick(p, size, UINT32_MAX, false, chosen);
    (void)pick(p, size - picked, UINT32_MAX, true, chosen + picked);
}

/* One group; what somebody has taken since we looked is left for another choice.  chosen [size]. */
static void claim_group(places *p, uint32_t group, qb_cores *cores, uint32_t *chosen)
{
    uint32_t before = cores->claims, size = cores->size;
    for (uint32_t k = 0; k < size; k++) {
        if (k == 0)
            choose(p, size, chosen);
        place *at = &p->place[chosen[k]];
        if (at->held || take(at, cores))
            continue;
        at->held = true;
        drop(cores, before);
        unpick(p, chosen, size);
        k = UINT32_MAX; /* begins anew */
    }
    cores->shared[group] = p->siblings;
    for (uint32_t k = 0; k < size; k++) {
        cores->cpu[group * size + k] = p->place[chosen[k]].cpu;
        cores->shared[group] |= p->place[chosen[k]].held;
    }
}

qb_status qb_cores_claim(uint32_t groups, uint32_t size, bool every_thread, qb_cores *cores, qb_diag *diag)
{
    places p;
    qb_status status = open_places(every_thread, &p, diag);
    if (status)
        return status;
    qb_cores made = {.groups = groups, .size = size};
    uint32_t *chosen = NULL;
    if (!groups || !size || (uint64_t)groups * size > p.count) {
        status = qb_fail(diag, QB_BAD_INPUT,
                         "%u job(s) of %u thread(s) cannot each have %s of their own: this machine has %u",
                         groups, size, p.by_thread ? "hardware threads" : "cores", p.count);
        goto done;
    }
    made.cpu = QB_NEW(uint32_t, groups * (size_t)size);
    made.shared = QB_NEW(bool, groups);
    made.claim = QB_NEW(int, count_of(p.topology, HWLOC_OBJ_PU));
    chosen = QB_NEW(uint32_t, size);
    if (!made.cpu || !made.shared || !made.claim || !chosen) {
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for a claim to cores");
        goto done;
    }
    for (uint32_t g = 0; g < groups; g++)
        claim_group(&p, g, &made, chosen);
done:
    qb_free(chosen);
    close_places(&p);
    if (status)
        qb_cores_release(&made);
    else
        *cores = made;
    return status;
}

void qb_cores_release(qb_cores *cores)
{
    drop(cores, 0);
    qb_free(cores->cpu);
    qb_free(cores->shared);
    qb_free(cores->claim);
    *cores = (qb_cores){0};
}

qb_status qb_cores_count(bool every_thread, uint32_t *all, uint32_t *unheld, qb_diag *diag)
{
    places p;
    qb_status status = open_places(every_thread, &p, diag);
    if (status)
        return status;
    uint32_t held = 0;
    for (uint32_t k = 0; k < p.count; k++)
        held += p.place[k].held;
    *all = p.count;
    *unheld = p.count - held;
    close_places(&p);
    return QB_OK;
}

void qb_cores_pin(qb_run_spec *spec, qb_cores *cores)
{
    bool own = qb_cores_claim(1, spec->threads, false, cores, NULL) == QB_OK && !cores->shared[0];
    spec->cpus = own ? cores->cpu : NULL;
    spec->cpu_count = own ? cores->size : 0;
    spec->shares_core = !own;
}
