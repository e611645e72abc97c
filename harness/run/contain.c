#define _GNU_SOURCE
#include "harness/run/contain.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "qubout-"     /* how the names of our groups begin */
#define HOME  GROUP "home-" /* the name of the one that a harness has moved to */

const qb_contain_system qb_contain_linux = {
    .groups = "/proc/self/cgroup", .mounts = "/proc/self/mountinfo", .make = mkdir};

bool qb_contain_read(const char *path, char *text, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    size_t length = 0;
    for (ssize_t got; length + 1 < size && (got = read(file, text + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    close(file);
    text[length] = 0;
    return length > 0;
}

static bool write_text(const char *folder, const char *name, const char *text)
{
    char path[QB_CONTAIN_PATH + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t written = write(file, text, strlen(text));
    close(file);
    return written == (ssize_t)strlen(text);
}

static bool has_file(const char *folder, const char *name)
{
    char path[QB_CONTAIN_PATH + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, W_OK) == 0;
}

/* Is `word` one of the comma-separated words of list? */
static bool is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
        if (strcspn(at, ",") == length && memcmp(at, word, length) == 0)
            return true;
    return false;
}

/* Copies text if it fits. */
static bool copy_text(char *to, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size)
        return false;
    memcpy(to, text, length + 1);
    return true;
}

/* The path of our group in the hierarchy of `controller` ("" for v2), from lines "ID:CONTROLLERS:PATH". */
static bool find_path(const qb_contain_system *system, const char *controller, char *path, size_t size)
{
    char text[4096];
    if (!qb_contain_read(system->groups, text, sizeof text))
        return false;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *at = line, *id = strsep(&at, ":"), *controllers = strsep(&at, ":");
        if (!at || (*controller ? !is_listed(controllers, controller) : strcmp(id, "0") || *controllers))
            continue;
        return copy_text(path, size, at);
    }
    return false;
}

/* Where that hierarchy is mounted, and which part of it. */
static bool find_mount(const qb_contain_system *system, const char *controller, char *root, char *folder,
                       size_t size)
{
    FILE *mounts = fopen(system->mounts, "re");
    char line[4096];
    bool found = false;
    while (mounts && !found && fgets(line, sizeof line, mounts)) {
        char at_root[1024], at_folder[1024], type[64], options[1024];
        const char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %1023s %1023s", at_root, at_folder) != 2 ||
            sscanf(tail, " - %63s %*s %1023s", type, options) != 2)
            continue;
        bool same = *controller ? !strcmp(type, "cgroup") && is_listed(options, controller)
                                : !strcmp(type, "cgroup2");
        found = same && copy_text(root, size, at_root) && copy_text(folder, size, at_folder);
    }
    if (mounts)
        fclose(mounts);
    return found;
}

/* Removes the groups that killed wardens have left below `above`: rmdir takes empty ones only. */
static void sweep(int above)
{
    DIR *folder = fdopendir(fcntl(above, F_DUPFD_CLOEXEC, 0));
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (strncmp(entry->d_name, GROUP, strlen(GROUP)) == 0)
            (void)unlinkat(above, entry->d_name, AT_REMOVEDIR);
    if (folder)
        closedir(folder);
}

/* Makes `group`, requires `file` in it, and joins it.  Under a lock of the folder above, so that nobody
 * sweeps it away before it is joined. */
static bool enter_group(const qb_contain_system *system, const char *above_path, const char *group,
                        const char *file)
{
    int above = open(above_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0 || flock(above, LOCK_EX)) {
        if (above >= 0)
            close(above);
        return false;
    }
    sweep(above);
    bool made = system->make(group, 0755) == 0,
         joined = made && has_file(group, file) && write_text(group, "cgroup.procs", "0");
    if (made && !joined)
        (void)rmdir(group);
    close(above);
    return joined;
}

/* The folder of our own group in that hierarchy (of the one above, where the harness has moved down), and the
 * name of a new one in it. */
static bool name_group(const qb_contain_system *system, const char *controller, char above[QB_CONTAIN_PATH],
                       char group[QB_CONTAIN_PATH])
{
    char path[256], root[256], folder[256];
    uint64_t name;
    if (!find_path(system, controller, path, sizeof path) ||
        !find_mount(system, controller, root, folder, sizeof root) ||
        getrandom(&name, sizeof name, 0) != sizeof name)
        return false;
    size_t shared = strcmp(root, "/") ? strlen(root) : 0; /* a mount may show a part of the hierarchy */
    const char *below = strncmp(path, root, shared) == 0 ? path + shared : path;
    snprintf(above, QB_CONTAIN_PATH, "%s%s", folder, strcmp(below, "/") ? below : "");
    char *last = strrchr(above, '/');
    if (last && strncmp(last + 1, HOME, strlen(HOME)) == 0)
        *last = 0;
    snprintf(group, QB_CONTAIN_PATH, "%.*s/" GROUP "%016" PRIx64, QB_CONTAIN_PATH - 32, above, name);
    return true;
}

/* Is the word in the group's file of words between blanks? */
static bool lists(const char *group, const char *name, const char *word)
{
    char path[QB_CONTAIN_PATH + 64], text[1024];
    snprintf(path, sizeof path, "%s/%s", group, name);
    if (!qb_contain_read(path, text, sizeof text))
        return false;
    for (char *at = text; (at = strpbrk(at, " \n"));)
        *at = ',';
    return is_listed(text, word);
}

void qb_contain_make_room(pid_t harness, const qb_contain_system *system)
{
    char above[QB_CONTAIN_PATH], group[QB_CONTAIN_PATH], home[QB_CONTAIN_PATH], pid[32];
    if (!name_group(system, "", above, group) || !lists(above, "cgroup.controllers", "memory") ||
        lists(above, "cgroup.subtree_control", "memory"))
        return;
    snprintf(home, sizeof home, "%.*s/" HOME "%ld", QB_CONTAIN_PATH - 48, above, (long)harness);
    snprintf(pid, sizeof pid, "%ld", (long)harness);
    if (system->make(home, 0755))
        return;
    bool moved = write_text(home, "cgroup.procs", pid) && write_text(home, "cgroup.procs", "0");
    if (moved && write_text(above, "cgroup.subtree_control", "+memory")) {
        (void)write_text(above, "cgroup.subtree_control", "+pids");
        return;
    }
    (void)write_text(above, "cgroup.procs", pid); /* somebody else is there, too */
    (void)write_text(above, "cgroup.procs", "0");
    (void)rmdir(home);
}

/* Makes a group below ours in that hierarchy and joins it; "" when that fails. */
static void make_group(const qb_contain_system *system, const char *controller, const char *file,
                       char group[QB_CONTAIN_PATH])
{
    char above[QB_CONTAIN_PATH];
    if (!name_group(system, controller, above, group) || !enter_group(system, above, group, file))
        group[0] = 0;
}

/* Makes the group that runs are in and the warden is not: everything in it dies by one write (Linux 5.14). */
static void make_run_group(const qb_contain_system *system, qb_contain *contain)
{
    snprintf(contain->run, QB_CONTAIN_PATH, "%.*s/run", QB_CONTAIN_PATH - 8, contain->unified);
    if (system->make(contain->run, 0755) == 0 && has_file(contain->run, "cgroup.kill"))
        return;
    (void)rmdir(contain->run);
    contain->run[0] = 0;
}

/* Leaves the group for the one above it, and removes it. */
static void leave_group(char group[QB_CONTAIN_PATH])
{
    char above[QB_CONTAIN_PATH];
    if (!group[0])
        return;
    snprintf(above, sizeof above, "%s", group);
    *strrchr(above, '/') = 0;
    (void)write_text(above, "cgroup.procs", "0");
    (void)rmdir(group);
    group[0] = 0;
}

void qb_contain_open(qb_contain *contain, bool has_namespace, const qb_contain_system *system)
{
    *contain = (qb_contain){.has_namespace = has_namespace};
    char most[32];
    snprintf(most, sizeof most, "%d", QB_CONTAIN_PROCESSES);
    make_group(system, "", "cgroup.procs", contain->unified);
    if (contain->unified[0] && !has_namespace)
        make_run_group(system, contain);
    if (contain->unified[0] && has_file(contain->unified, "memory.max")) {
        contain->is_v2 = true;
        contain->limits_processes = write_text(contain->unified, "pids.max", most);
        (void)write_text(contain->unified, "memory.swap.max", "0");
        return;
    }
    if (!contain->run[0])
        leave_group(contain->unified); /* it has no controllers: of no use */
    make_group(system, "memory", "memory.limit_in_bytes", contain->memory);
    make_group(system, "pids", "pids.max", contain->processes);
    contain->limits_processes = contain->processes[0] && write_text(contain->processes, "pids.max", most);
    if (contain->memory[0])
        (void)write_text(contain->memory, "memory.swappiness", "0");
}

void qb_contain_close(qb_contain *contain)
{
    if (contain->run[0])
        (void)rmdir(contain->run);
    contain->run[0] = 0;
    leave_group(contain->processes);
    leave_group(contain->memory);
    leave_group(contain->unified);
}

/* The folder of the group that limits memory; "" for none. */
static const char *memory_group(const qb_contain *contain)
{
    return contain->is_v2 ? contain->unified : contain->memory;
}

bool qb_contain_limit_memory(qb_contain *contain, uint64_t bytes)
{
    const char *file = contain->is_v2 ? "memory.max" : "memory.limit_in_bytes";
    char text[32];
    if (!memory_group(contain)[0])
        return false;
    if (bytes == contain->limit) /* of the run before: setting it costs up to milliseconds */
        return true;
    snprintf(text, sizeof text, "%" PRIu64, bytes);
    bool set = write_text(memory_group(contain), file,
                          bytes < UINT64_MAX ? text
                          : contain->is_v2   ? "max"
                                             : "-1");
    contain->limit = set ? bytes : 0;
    return set;
}

uint64_t qb_contain_memory_kills(const qb_contain *contain)
{
    char path[QB_CONTAIN_PATH + 64], text[1024];
    if (!memory_group(contain)[0])
        return 0;
    snprintf(path, sizeof path, "%s/%s", memory_group(contain),
             contain->is_v2 ? "memory.events" : "memory.oom_control");
    const char *line = qb_contain_read(path, text, sizeof text) ? strstr(text, "oom_kill ") : NULL;
    return line ? strtoull(line + strlen("oom_kill "), NULL, 10) : 0;
}

void qb_contain_enter(const qb_contain *contain)
{
    if (contain->run[0])
        (void)write_text(contain->run, "cgroup.procs", "0");
}

void qb_contain_kill_group(const qb_contain *contain)
{
    if (contain->run[0])
        (void)write_text(contain->run, "cgroup.kill", "1");
}

const char *qb_contain_way(const qb_contain *contain)
{
    return contain->has_namespace ? "pid-namespace" : contain->run[0] ? "cgroup" : "kill-loop";
}
