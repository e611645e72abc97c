/* Control groups as the kernel shows them on one host or another, in a folder tree that stands for it. */
#define _GNU_SOURCE
#include "harness/run/contain.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tree[64];            /* stands for the root of the file system */
static const char *const *holds; /* files that the kernel puts into a new group; NULL: none may be made */

static void path_of(char path[256], const char *below)
{
    snprintf(path, 256, "%s/%s", tree, below);
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}

static char *text_of(const char *folder, const char *name)
{
    static char text[256];
    char path[QB_CONTAIN_PATH + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(qb_contain_read(path, text, sizeof text), "%s", path);
    return text;
}

static int make(const char *path, mode_t mode)
{
    if (!holds) {
        errno = EACCES;
        return -1;
    }
    if (mkdir(path, mode))
        return -1;
    for (const char *const *name = holds; *name; name++) {
        char file[QB_CONTAIN_PATH + 64];
        snprintf(file, sizeof file, "%s/%s", path, *name);
        put_file(file, "");
    }
    return 0;
}

static int drop(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void fell(void)
{
    (void)nftw(tree, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void plant(void)
{
    snprintf(tree, sizeof tree, "/tmp/qubout-contain-XXXXXX");
    cr_assert(mkdtemp(tree));
}

TestSuite(contain, .init = plant, .fini = fell);

/* Opens on a host that shows these groups; in `mounts` a % stands for the tree. */
static qb_contain open_on(const char *groups, const char *mounts, bool has_namespace)
{
    char groups_file[256], mounts_file[256], expanded[2048] = "";
    path_of(groups_file, "cgroup");
    path_of(mounts_file, "mountinfo");
    for (size_t length = 0; *mounts; mounts++, length = strlen(expanded))
        snprintf(expanded + length, sizeof expanded - length, *mounts == '%' ? "%s" : "%.1s",
                 *mounts == '%' ? tree : mounts);
    put_file(groups_file, groups);
    put_file(mounts_file, expanded);
    qb_contain contain;
    qb_contain_open(&contain, has_namespace, &(qb_contain_system){groups_file, mounts_file, make});
    return contain;
}

/* Makes the folder of the group that the harness is in, with all above it. */
static void plant_group(const char *below)
{
    char path[256], file[300];
    path_of(path, below);
    for (char *slash = path + strlen(tree); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        cr_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    cr_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
    snprintf(file, sizeof file, "%s/cgroup.procs", path);
    put_file(file, "");
}

static void expect_below(const char *group, const char *below)
{
    char path[256];
    path_of(path, below);
    size_t length = strlen(path);
    cr_assert(!strncmp(group, path, length) && !strncmp(group + length, "/qubout-", 8) &&
                  strlen(group) == length + 8 + 16 && !strchr(group + length + 1, '/'),
              "%s is not below %s", group, path);
}

static void expect_nothing(const qb_contain *contain)
{
    cr_assert(!contain->unified[0] && !contain->run[0] && !contain->memory[0] && !contain->processes[0]);
    cr_assert(!contain->is_v2 && !contain->limits_processes);
    qb_contain own = *contain;
    cr_assert(!qb_contain_limit_memory(&own, 1 << 20) && qb_contain_memory_kills(&own) == 0);
    cr_assert_str_eq(qb_contain_way(contain), "kill-loop");
}

static const char *const v2_files[] = {"cgroup.procs",  "cgroup.kill", "memory.max", "memory.swap.max",
                                       "memory.events", "pids.max",    NULL};
static const char *const v1_files[] = {
    "cgroup.procs", "memory.limit_in_bytes", "memory.swappiness", "memory.oom_control", "pids.max", NULL};
static const char *const bare_files[] = {"cgroup.procs", "cgroup.kill", NULL}; /* v2 without controllers */

#define V2_MOUNT "30 23 0:26 / %/sys rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_MOUNTS                                                     \
    "31 23 0:27 / %/cpu rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n" \
    "32 23 0:28 / %/memory rw shared:6 - cgroup cgroup rw,memory\n"   \
    "33 23 0:29 / %/pids rw - cgroup cgroup rw,pids\n"

Test(contain, a_delegated_v2_group_limits_everything)
{
    holds = v2_files;
    plant_group("sys/user.slice/me");
    qb_contain c = open_on("0::/user.slice/me\n", "22 1 8:1 / / rw - ext4 /dev/sda rw\n" V2_MOUNT, false);
    expect_below(c.unified, "sys/user.slice/me");
    cr_assert(c.is_v2 && c.limits_processes && !c.memory[0] && !c.processes[0]);
    cr_assert_str_eq(text_of(c.unified, "cgroup.procs"), "0");
    cr_assert_str_eq(text_of(c.unified, "pids.max"), "512");
    cr_assert_str_eq(text_of(c.unified, "memory.swap.max"), "0");
    cr_assert(qb_contain_limit_memory(&c, 1 << 20));
    cr_assert_str_eq(text_of(c.unified, "memory.max"), "1048576");
    cr_assert(qb_contain_limit_memory(&c, UINT64_MAX));
    cr_assert(!strncmp(text_of(c.unified, "memory.max"), "max", 3));
    char events[QB_CONTAIN_PATH + 64];
    snprintf(events, sizeof events, "%s/memory.events", c.unified);
    put_file(events, "low 0\nhigh 0\nmax 7\noom 4\noom_kill 3\n");
    cr_assert_eq(qb_contain_memory_kills(&c), 3);
    /* without a namespace a run is ended by its group */
    cr_assert_str_eq(qb_contain_way(&c), "cgroup");
    qb_contain_enter(&c);
    cr_assert_str_eq(text_of(c.run, "cgroup.procs"), "0");
    qb_contain_kill_group(&c);
    cr_assert_str_eq(text_of(c.run, "cgroup.kill"), "1");
    qb_contain_close(&c);
    char above[256];
    path_of(above, "sys/user.slice/me");
    cr_assert_str_eq(text_of(above, "cgroup.procs"), "0"); /* back where it was */
    cr_assert(!c.unified[0] && !c.run[0]);
}

static void show(char system[2][256], const char *groups)
{
    char text[400];
    path_of(system[0], "cgroup");
    path_of(system[1], "mountinfo");
    put_file(system[0], groups);
    snprintf(text, sizeof text, "30 23 0:26 / %s/sys rw - cgroup2 cgroup2 rw\n", tree);
    put_file(system[1], text);
}

/* A scope that is the harness's alone: it moves down, and its wardens' groups stand beside it. */
Test(contain, a_harness_makes_room_for_limits)
{
    char system[2][256], scope[256], file[300], home[300];
    holds = v2_files;
    plant_group("sys/scope");
    path_of(scope, "sys/scope");
    snprintf(file, sizeof file, "%s/cgroup.controllers", scope);
    put_file(file, "cpu memory pids\n");
    snprintf(file, sizeof file, "%s/cgroup.subtree_control", scope);
    put_file(file, "");
    show(system, "0::/scope\n");
    qb_contain_make_room(1234, &(qb_contain_system){system[0], system[1], make});
    snprintf(home, sizeof home, "%s/qubout-home-1234", scope);
    cr_assert(text_of(home, "cgroup.procs")[0]);
    cr_assert(!strncmp(text_of(scope, "cgroup.subtree_control"), "+pids", 5)); /* after "+memory" */
    qb_contain c = open_on("0::/scope/qubout-home-1234\n", V2_MOUNT, false);
    expect_below(c.unified, "sys/scope");
    cr_assert(c.is_v2 && qb_contain_limit_memory(&c, 1 << 20));
    /* where they are handed down already, there is nothing to do */
    put_file(file, "memory pids\n");
    qb_contain_make_room(77, &(qb_contain_system){system[0], system[1], make});
    snprintf(home, sizeof home, "%s/qubout-home-77", scope);
    cr_assert(access(home, F_OK) != 0);
}

Test(contain, a_harness_moves_back_where_it_is_not_alone)
{
    char system[2][256], scope[256], file[300];
    holds = v2_files;
    plant_group("sys/scope");
    path_of(scope, "sys/scope");
    snprintf(file, sizeof file, "%s/cgroup.controllers", scope);
    put_file(file, "cpu memory pids\n");
    show(system, "0::/scope\n"); /* no file to write to: as refused as by the kernel */
    qb_contain_make_room(1234, &(qb_contain_system){system[0], system[1], make});
    cr_assert(!strncmp(text_of(scope, "cgroup.procs"), "0234", 4)); /* 1234, then 0 */
}

Test(contain, a_namespace_needs_no_group_of_its_run)
{
    holds = v2_files;
    plant_group("sys");
    qb_contain c = open_on("0::/\n", V2_MOUNT, true);
    expect_below(c.unified, "sys");
    cr_assert(c.is_v2 && !c.run[0]);
    cr_assert_str_eq(qb_contain_way(&c), "pid-namespace");
}

Test(contain, a_v2_group_that_is_not_ours_to_divide_is_left_alone)
{
    holds = NULL;
    plant_group("sys/user.slice/me");
    qb_contain c = open_on("0::/user.slice/me\n", V2_MOUNT, false);
    expect_nothing(&c);
    char above[256];
    path_of(above, "sys/user.slice/me");
    cr_assert(!qb_contain_read(strcat(above, "/cgroup.procs"), (char[8]){""}, 8)); /* nobody has joined it */
}

Test(contain, v2_without_controllers_still_ends_runs)
{
    holds = bare_files;
    plant_group("sys/job");
    qb_contain c = open_on("0::/job\n", V2_MOUNT, false);
    expect_below(c.unified, "sys/job");
    cr_assert(c.run[0] && !c.is_v2 && !c.limits_processes);
    cr_assert(!qb_contain_limit_memory(&c, 1 << 20));
    cr_assert_str_eq(qb_contain_way(&c), "cgroup");
}

/* A container that is shown its own part of each hierarchy; controllers whose names begin alike. */
Test(contain, v1_groups_are_found_by_their_controllers)
{
    holds = v1_files;
    plant_group("memory");
    plant_group("pids/inner");
    qb_contain c = open_on("12:memoryx:/wrong\n5:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n"
                           "2:pids:/docker/abc/inner\n1:name=systemd:/docker/abc\n",
                           "31 23 0:27 /docker/abc %/wrong rw - cgroup cgroup rw,memoryx\n"
                           "32 23 0:28 /docker/abc %/memory rw shared:6 - cgroup cgroup rw,memory\n"
                           "33 23 0:29 /docker/abc %/pids rw - cgroup cgroup rw,pids\n",
                           false);
    expect_below(c.memory, "memory");
    expect_below(c.processes, "pids/inner");
    cr_assert(!c.unified[0] && !c.is_v2 && c.limits_processes);
    cr_assert_str_eq(text_of(c.memory, "cgroup.procs"), "0");
    cr_assert_str_eq(text_of(c.processes, "pids.max"), "512");
    cr_assert(qb_contain_limit_memory(&c, 4096));
    cr_assert_str_eq(text_of(c.memory, "memory.limit_in_bytes"), "4096");
    char control[QB_CONTAIN_PATH + 64];
    snprintf(control, sizeof control, "%s/memory.oom_control", c.memory);
    put_file(control, "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    cr_assert_eq(qb_contain_memory_kills(&c), 2);
    cr_assert_str_eq(qb_contain_way(&c), "kill-loop");
}

Test(contain, v1_that_is_not_writable_leaves_rlimits)
{
    holds = NULL;
    plant_group("memory");
    plant_group("pids");
    qb_contain c = open_on("5:memory:/\n2:pids:/\n", V1_MOUNTS, false);
    expect_nothing(&c);
}

/* Hybrid: v2 ends runs, v1 has the controllers. */
Test(contain, a_hybrid_host_uses_both)
{
    static const char *const all[] = {"cgroup.procs",       "cgroup.kill", "memory.limit_in_bytes",
                                      "memory.oom_control", "pids.max",    NULL};
    holds = all;
    plant_group("sys/a");
    plant_group("memory/a");
    plant_group("pids/a");
    const char *groups = "9:memory:/a\n7:pids:/a\n0::/a\n";
    qb_contain c = open_on(groups, V1_MOUNTS V2_MOUNT, false);
    expect_below(c.unified, "sys/a");
    expect_below(c.memory, "memory/a");
    expect_below(c.processes, "pids/a");
    cr_assert(c.run[0] && !c.is_v2 && c.limits_processes);
    cr_assert(qb_contain_limit_memory(&c, 8192));
    cr_assert_str_eq(text_of(c.memory, "memory.limit_in_bytes"), "8192");
    /* in a namespace the v2 group would be of no use, and is left */
    c = open_on(groups, V1_MOUNTS V2_MOUNT, true);
    cr_assert(!c.unified[0] && !c.run[0] && c.memory[0] && c.processes[0]);
}

Test(contain, what_makes_no_sense_is_no_group)
{
    char endless[3000];
    memset(endless, 'a', sizeof endless);
    memcpy(endless, "0::/", 4);
    endless[sizeof endless - 1] = 0;
    const char *const groups[] = {"", "\n\n", "0", "0:", "0::", "::::", "nonsense", "0:cpu:/\n", endless};
    const char *const mounts[] = {"", "- - -\n", "30 23 0:26 / - cgroup2\n", "cgroup2\n"};
    holds = v2_files;
    for (size_t k = 0; k < sizeof groups / sizeof *groups; k++) {
        qb_contain c = open_on(groups[k], "30 23 0:26 / %/nowhere rw - cgroup2 cgroup2 rw\n", false);
        expect_nothing(&c);
    }
    for (size_t k = 0; k < sizeof mounts / sizeof *mounts; k++) {
        qb_contain c = open_on("0::/\n", mounts[k], false);
        expect_nothing(&c);
    }
    qb_contain c;
    qb_contain_open(&c, false, &(qb_contain_system){"/no/such/file", "/no/such/file", make});
    expect_nothing(&c);
}
