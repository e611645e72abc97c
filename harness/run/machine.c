#define _GNU_SOURCE
#include "harness/run/machine.h"

#include "harness/base/json.h"
#include "harness/run/topology.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

qb_status qb_topology_open(hwloc_topology_t *topology, qb_diag *diag)
{
    if (hwloc_topology_init(topology) != 0)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the machine's topology");
    if (hwloc_topology_load(*topology) != 0) {
        hwloc_topology_destroy(*topology);
        return qb_fail(diag, QB_ENVIRONMENT, "cannot read the machine's topology");
    }
    return QB_OK;
}

static uint32_t count_of(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    int count = hwloc_get_nbobjs_by_type(topology, type);
    return count > 0 ? (uint32_t)count : 0;
}

/* A fact that hwloc found under one of the objects, "" when there is none. */
static void copy_info(hwloc_obj_t object, const char *name, char *into, size_t size)
{
    const char *value = object ? hwloc_obj_get_info_by_name(object, name) : NULL;
    snprintf(into, size, "%s", value ? value : "");
}

static uint64_t cache_bytes(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);
    return cache ? cache->attr->cache.size : 0;
}

static void read_topology(hwloc_topology_t topology, qb_machine *m)
{
    hwloc_obj_t root = hwloc_get_root_obj(topology);
    copy_info(hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0), "CPUModel", m->cpu, sizeof m->cpu);
    if (!m->cpu[0])
        copy_info(root, "CPUModel", m->cpu, sizeof m->cpu);
    copy_info(root, "Hypervisor", m->hypervisor, sizeof m->hypervisor);
    m->packages = count_of(topology, HWLOC_OBJ_PACKAGE);
    m->numa_nodes = count_of(topology, HWLOC_OBJ_NUMANODE);
    m->cores = count_of(topology, HWLOC_OBJ_CORE);
    m->threads = count_of(topology, HWLOC_OBJ_PU);
    if (!m->cores)
        m->cores = m->threads;
    m->memory_bytes = root->total_memory;
    m->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    m->cache_bytes[0] = cache_bytes(topology, HWLOC_OBJ_L1CACHE);
    m->cache_bytes[1] = cache_bytes(topology, HWLOC_OBJ_L2CACHE);
    m->cache_bytes[2] = cache_bytes(topology, HWLOC_OBJ_L3CACHE);
}

static qb_status read_system(qb_machine *m, qb_diag *diag)
{
    struct utsname name;
    char hex[QB_SHA256_HEX];
    if (uname(&name) != 0)
        return qb_fail(diag, QB_ENVIRONMENT, "cannot read the system's name");
    snprintf(m->system, sizeof m->system, "%s %s %s", name.sysname, name.release, name.machine);
    qb_status status = qb_sha256_hex(name.nodename, strlen(name.nodename), hex);
    if (status == QB_OK)
        snprintf(m->host, sizeof m->host, "%.16s", hex);
    return status;
}

/* Memory to the nearest GiB: what a kernel keeps for itself changes from one to the next. */
static qb_status fingerprint(qb_machine *m)
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, m->cpu);
    qb_sha256_u64(hash, m->packages);
    qb_sha256_u64(hash, m->numa_nodes);
    qb_sha256_u64(hash, m->cores);
    qb_sha256_u64(hash, m->threads);
    qb_sha256_u64(hash, (m->memory_bytes + ((uint64_t)1 << 29)) >> 30);
    for (int level = 0; level < 3; level++)
        qb_sha256_u64(hash, m->cache_bytes[level]);
    return qb_sha256_finish_hex(hash, m->fingerprint);
}

qb_status qb_machine_capture(qb_machine *machine, qb_diag *diag)
{
    hwloc_topology_t topology;
    qb_machine m = {.cpu = ""};
    qb_status status = qb_topology_open(&topology, diag);
    if (status != QB_OK)
        return status;
    read_topology(topology, &m);
    hwloc_topology_destroy(topology);
    status = read_system(&m, diag);
    if (status == QB_OK)
        status = fingerprint(&m);
    if (status == QB_OK)
        *machine = m;
    return status;
}

void qb_machine_facts(const qb_machine *machine, qb_text *json)
{
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"packages", machine->packages},
        {"numa_nodes", machine->numa_nodes},
        {"cores", machine->cores},
        {"threads", machine->threads},
        {"memory_bytes", machine->memory_bytes},
        {"page_bytes", machine->page_bytes},
        {"l1d_bytes", machine->cache_bytes[0]},
        {"l2_bytes", machine->cache_bytes[1]},
        {"l3_bytes", machine->cache_bytes[2]},
    };
    const struct {
        const char *key, *value;
    } texts[] = {{"fingerprint", machine->fingerprint},
                 {"cpu", machine->cpu},
                 {"system", machine->system},
                 {"host", machine->host},
                 {"hypervisor", machine->hypervisor}};
    qb_json_writer w = {.out = json};
    qb_json_open(&w, '{');
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        qb_json_put_string(&w, texts[k].key, texts[k].value);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        qb_json_put_uint(&w, numbers[k].key, numbers[k].value);
    qb_json_close(&w, '}');
}
