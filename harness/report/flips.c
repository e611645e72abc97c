#include "harness/report/flips.h"
#include "harness/base/memory.h"

#include <math.h>

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

/* Mean score of a cell with each late solution credited where it is better. */
static double credited(const qb_digest *d, const qb_cell_digest *cell)
{
    double total = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++) {
        const qb_evidence_run *run = &d->evidence->run[k];
        if (!qb_run_tells(run))
            continue;
        double late =
            isnan(run->late_objective) ? NAN : qb_digest_score(d, run->instance, run->late_objective);
        total += fmin(d->score[k], late); /* fmin ignores a NaN */
    }
    return cell->telling ? total / (double)cell->telling : NAN;
}

qb_status qb_flips_count(const qb_digest *digest, qb_flips *flips, qb_diag *diag)
{
    const qb_evidence *e = digest->evidence;
    double *late = QB_NEW(double, e->entries);
    if (!late)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to compare rankings");
    *flips = (qb_flips){0};
    for (uint32_t i = 0; i < e->instances; i++) {
        for (uint32_t a = 0; a < e->entries; a++)
            late[a] = credited(digest, qb_digest_cell(digest, a, i));
        for (uint32_t a = 0; a < e->entries; a++)
            for (uint32_t b = a + 1; b < e->entries; b++) {
                double x = qb_digest_cell(digest, a, i)->mean_score;
                double y = qb_digest_cell(digest, b, i)->mean_score;
                if (isnan(x) || isnan(y))
                    continue;
                flips->pairs++;
                flips->flipped += compare(x, y) != compare(late[a], late[b]);
            }
    }
    qb_free(late);
    return QB_OK;
}
