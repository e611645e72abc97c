#define _GNU_SOURCE
#include "harness/base/budget_probe.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

qb_budget_setup qb_budget_probe_setup(qb_budget_kind kind, double limit, uint32_t variables, bool mip,
                                      bool maximise)
{
    return (qb_budget_setup){.kind = kind,
                             .limit = limit,
                             .wall_backstop = HUGE_VAL,
                             .threads = 1,
                             .clock = qb_clock_system,
                             .variables = variables,
                             .mip = mip,
                             .maximise = maximise,
                             .tells_limit = true};
}

qb_status qb_budget_probe_open(const qb_budget_setup *setup, uint32_t samples, qb_budget_probe *probe,
                               qb_diag *diag)
{
    qb_budget_probe p = {.variables = setup->variables, .samples = samples, .mip = setup->mip};
    p.size = qb_channel_size(p.variables, p.mip, samples);
    /* mapped, not allocated: most of a channel is never touched */
    p.block = p.size ? mmap(NULL, p.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                            -1, 0)
                     : MAP_FAILED;
    if (p.block == MAP_FAILED)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the channel of %u variables", p.variables);
    qb_budget_setup own = *setup;
    own.channel = qb_channel_format(p.block, p.variables, p.mip, samples);
    qb_status status = qb_budget_open(&own, &p.budget, diag);
    if (status)
        munmap(p.block, p.size);
    else
        *probe = p;
    return status;
}

void qb_budget_probe_close(qb_budget_probe *probe)
{
    qb_budget_close(probe->budget);
    if (probe->block)
        munmap(probe->block, probe->size);
    *probe = (qb_budget_probe){0};
}

void qb_budget_probe_read(const qb_budget_probe *probe, qb_budget_probe_record *record)
{
    (void)qb_channel_read(probe->block, probe->variables, probe->mip, probe->samples, record->points,
                          &record->count, &record->damaged, &record->summary);
}

static bool last_point(const qb_budget_probe *probe, qb_channel_point *point)
{
    qb_budget_probe_record record;
    qb_budget_probe_read(probe, &record);
    if (record.count == 0)
        return false;
    *point = record.points[record.count - 1];
    return true;
}

bool qb_budget_probe_best(const qb_budget_probe *probe, uint8_t *x, double *claimed)
{
    qb_channel_point point;
    if (probe->mip || !last_point(probe, &point))
        return false;
    qb_channel_unpack(point.bits, probe->variables, x);
    *claimed = point.claimed;
    return true;
}

bool qb_budget_probe_best_mip(const qb_budget_probe *probe, double *x, double *claimed)
{
    qb_channel_point point;
    if (!probe->mip || !last_point(probe, &point))
        return false;
    memcpy(x, point.columns, sizeof(double) * probe->variables);
    *claimed = point.claimed;
    return true;
}

const char *qb_budget_probe_details(const qb_budget_probe *probe)
{
    return qb_channel_details(probe->block, probe->variables, probe->mip, probe->samples);
}
