/* ecdf, success: how soon runs reach targets. */
#include "harness/base/memory.h"
#include "harness/report/curves.h"
#include "harness/report/queries.h"

#include <math.h>

/* ---- every run and target: when */

/* hardest: the last target of each instance only. */
static void gather_times(const qb_figure *f, const qb_crossings *x, bool hardest, qb_curves *c)
{
    const qb_evidence *e = f->digest->evidence;
    uint64_t count = 0;
    for (uint32_t entry = 0; entry < e->entries; entry++) {
        uint64_t total = 0;
        for (uint32_t i = 0; i < e->instances; i++) {
            const qb_cell_digest *cell = qb_digest_cell(f->digest, entry, i);
            uint32_t targets = x->targets[i], first = hardest && targets ? targets - 1 : 0;
            total += cell->runs * (targets - first);
            for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
                for (uint32_t t = first; t < targets; t++) {
                    double time = x->time[k * x->width + t];
                    if (!isnan(time))
                        c->value[count++] = fmax(time, QB_CURVE_RESOLUTION * e->budget);
                }
        }
        qb_curves_end_entry(c, entry, count, total);
    }
}

static qb_status query_times(qb_figure *figure, bool hardest, qb_diag *diag)
{
    const qb_evidence *e = figure->digest->evidence;
    qb_curves c = {0};
    double least, greatest;
    qb_status status = QB_OK;
    const qb_crossings *x = qb_figure_crossings(figure, &status, diag);
    if (!x)
        return status;
    status = qb_curves_open(e->entries, e->runs * x->width, &c, diag);
    if (status != QB_OK)
        return status;
    gather_times(figure, x, hardest, &c);
    if (!qb_curves_range(&c, &least, &greatest))
        status = qb_fail(diag, QB_REFUSED, "no run reached a target");
    else
        status = qb_curves_put(figure, &c, fmin(least, e->budget / 2), e->budget, diag);
    qb_figure_put_quantity(figure);
    qb_curves_close(&c);
    return status;
}

qb_status qb_query_ecdf(qb_figure *figure, qb_diag *diag)
{
    return query_times(figure, false, diag);
}

qb_status qb_query_success(qb_figure *figure, qb_diag *diag)
{
    return query_times(figure, true, diag);
}
