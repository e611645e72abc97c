#define _GNU_SOURCE
#include "harness/report/templates.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_templates(const qb_text *folder)
{
    qb_text path = {0};
    qb_text_appendf(&path, "%s/style.gp", qb_text_get(folder));
    bool found = path.status == QB_OK && access(qb_text_get(&path), R_OK) == 0;
    qb_text_clear(&path);
    return found;
}

/* PREFIX/bin/qubout -> PREFIX/share/qubout/plots */
static void beside_program(qb_text *folder)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return;
    program[length] = 0;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(program, '/');
        if (slash)
            *slash = 0;
    }
    qb_text_appendf(folder, "%s/share/qubout/plots", program);
}

qb_status qb_templates_find(qb_text *folder, qb_diag *diag)
{
    const char *given = getenv("QUBOUT_PLOTS");
    qb_text_reset(folder);
    if (given && *given) {
        qb_text_append(folder, given);
        return has_templates(folder)
                   ? QB_OK
                   : qb_fail(diag, QB_ENVIRONMENT, "no figure templates in QUBOUT_PLOTS '%s'", given);
    }
    beside_program(folder);
    if (has_templates(folder))
        return QB_OK;
    qb_text_reset(folder);
    qb_text_append(folder, QB_SOURCE_ROOT "/plots");
    return has_templates(folder)
               ? QB_OK
               : qb_fail(diag, QB_ENVIRONMENT, "the figure templates are missing: looked in '%s'",
                         qb_text_get(folder));
}
