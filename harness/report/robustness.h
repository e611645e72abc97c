/* Quality lost against noise: the same instance with slightly wrong data, scored on the right data.
 *
 * loss(entry, instance, level) = mean score on that level's copies - mean score on the instance itself;
 * then mean and quartiles over instances.  Private to the report.
 */
#ifndef QB_REPORT_ROBUSTNESS_H
#define QB_REPORT_ROBUSTNESS_H

#include "harness/report/digest.h"

typedef struct qb_robustness_cell {
    uint32_t instances;                                  /* with runs on copies and on the instance itself */
    double mean, lower_quartile, median, upper_quartile; /* NaN: none */
} qb_robustness_cell;

typedef struct qb_robustness {
    uint32_t entries, levels;
    double *level;            /* [levels] relative noise, ascending, > 0 */
    qb_robustness_cell *cell; /* [entries * levels] */
} qb_robustness;

/* Errors: QB_NO_MEMORY, QB_REFUSED when there are no noisy copies.  Free with qb_robustness_clear. */
qb_status qb_robustness_make(const qb_digest *digest, qb_robustness *robustness, qb_diag *diag);
void qb_robustness_clear(qb_robustness *robustness);
const qb_robustness_cell *qb_robustness_at(const qb_robustness *robustness, uint32_t entry, uint32_t level);

#endif
