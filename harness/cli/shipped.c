#define _POSIX_C_SOURCE 200809L
#include "harness/cli/shipped.h"

#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/run/experiment.h"
#include "instances/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where the folder may be, in order; relative to the folder of the shipped instances. */
static const char *const beside_instances[] = {"/../experiments", "/../../harness/experiments"};

static qb_status find_folder(qb_text *path, qb_diag *diag)
{
    const char *given = getenv("QUBOUT_EXPERIMENTS");
    if (given) {
        qb_text_append(path, given);
        return path->status;
    }
    qb_library *library = NULL;
    qb_status status = qb_library_open(&library, diag);
    if (status)
        return status;
    for (size_t k = 0; k < sizeof beside_instances / sizeof *beside_instances; k++) {
        qb_text_reset(path);
        qb_text_append(path, qb_library_directory(library));
        qb_text_append(path, beside_instances[k]);
        DIR *folder = path->status ? NULL : opendir(qb_text_get(path));
        if (folder) {
            closedir(folder);
            break;
        }
    }
    qb_library_close(library);
    return path->status;
}

static int is_yaml(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && !strcmp(entry->d_name + length - 5, ".yaml");
}

static qb_status visit_file(const char *folder, const char *file, qb_shipped_visit visit, void *context,
                            qb_diag *diag)
{
    const qb_experiment *experiment = NULL;
    qb_text path = {0};
    qb_text_appendf(&path, "%s/%s", folder, file);
    qb_status status = path.status;
    if (!status)
        status = qb_experiment_read(qb_text_get(&path), &experiment, diag);
    if (!status)
        visit(context, qb_text_get(&path), experiment->name, experiment->question);
    qb_experiment_free(experiment);
    qb_text_clear(&path);
    return status;
}

qb_status qb_shipped_experiments(qb_shipped_visit visit, void *context, qb_diag *diag)
{
    qb_text folder = {0};
    struct dirent **entry = NULL;
    qb_status status = find_folder(&folder, diag);
    int count = status ? 0 : scandir(qb_text_get(&folder), &entry, is_yaml, alphasort);
    if (count < 0)
        status = qb_fail(diag, QB_ENVIRONMENT, "cannot list experiments in '%s': %s", qb_text_get(&folder),
                         strerror(errno));
    for (int k = 0; k < count; k++) {
        if (!status)
            status = visit_file(qb_text_get(&folder), entry[k]->d_name, visit, context, diag);
        free(entry[k]);
    }
    free(entry);
    qb_text_clear(&folder);
    return status;
}
