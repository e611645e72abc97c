/* Would the ranking be another one, had solutions that came late been credited?  Private to the report. */
#ifndef QB_REPORT_FLIPS_H
#define QB_REPORT_FLIPS_H

#include "harness/report/digest.h"

typedef struct qb_flips {
    uint64_t pairs;   /* of two entries with runs on the same instance */
    uint64_t flipped; /* of those, where the sign of the difference of mean scores changes */
} qb_flips;

/* Errors: QB_NO_MEMORY. */
qb_status qb_flips_count(const qb_digest *digest, qb_flips *flips, qb_diag *diag);

#endif
