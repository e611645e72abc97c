#define _DEFAULT_SOURCE
#include "harness/cli/evidence.h"
#include "harness/report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

qb_status qb_cli_evidence_open(const char *db, const char *experiment, qb_cli_evidence *source, qb_diag *diag)
{
    if (!db)
        return qb_fail(diag, QB_BAD_INPUT, "which store? --db FILE");
    qb_status status = qb_store_open(db, QB_STORE_READ, &source->store, diag);
    if (!status)
        status = qb_evidence_load(source->store, experiment, &source->evidence, diag);
    if (status)
        qb_cli_evidence_close(source);
    return status;
}

void qb_cli_evidence_close(qb_cli_evidence *source)
{
    qb_evidence_free(source->evidence);
    qb_store_close(source->store);
    *source = (qb_cli_evidence){0};
}

uint32_t qb_cli_width(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 80;
}

bool qb_cli_unicode(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const char *value = getenv(names[k]);
        if (value && *value)
            return strstr(value, "UTF-8") || strstr(value, "utf8");
    }
    return false;
}

qb_status qb_cli_formats(const char *list, unsigned *formats, qb_diag *diag)
{
    static const struct {
        const char *name;
        unsigned bit;
    } known[] = {{"svg", QB_PLOT_SVG}, {"png", QB_PLOT_PNG}, {"pdf", QB_PLOT_PDF}};
    *formats = 0;
    for (const char *at = list; *at; at += *at == ',') {
        size_t length = strcspn(at, ","), k = 0;
        while (k < 3 && (strlen(known[k].name) != length || strncmp(at, known[k].name, length)))
            k++;
        if (k == 3)
            return qb_fail(diag, QB_BAD_INPUT, "--formats needs some of svg,png,pdf, got '%s'", list);
        *formats |= known[k].bit;
        at += length;
    }
    return *formats ? QB_OK : qb_fail(diag, QB_BAD_INPUT, "--formats needs some of svg,png,pdf");
}
