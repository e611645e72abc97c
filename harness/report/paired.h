/* Two entries on the same instances: one difference an instance.
 *
 *   d_i = mean score of `other` - mean score of `entry`  on instance i: positive where `entry` is better.
 *
 * Only unperturbed runs take part, and only instances on which both have some.  Private to the report.
 */
#ifndef QB_REPORT_PAIRED_H
#define QB_REPORT_PAIRED_H

#include "harness/report/digest.h"

/* Which of an entry's repeats count: all, or one half, so that choosing and judging can use disjoint seeds.
 */
typedef enum qb_seeds { QB_SEEDS_ALL, QB_SEEDS_EVEN, QB_SEEDS_ODD } qb_seeds;

/* Mean score of an entry on an instance over those repeats; NaN without any.  Runs that the simulator ended
 * are neither win nor loss: they are left out. */
double qb_mean_score(const qb_digest *digest, uint32_t entry, uint32_t instance, qb_seeds seeds);

typedef struct qb_side {
    uint32_t entry;
    qb_seeds seeds;
} qb_side;

/* Fills difference [instances] and, when index is not NULL, the instance of each; returns how many.
 * take [instances]: which instances take part; NULL: all. */
uint32_t qb_paired_differences(const qb_digest *digest, qb_side entry, qb_side other, const bool *take,
                               double *difference, uint32_t *index);

#endif
