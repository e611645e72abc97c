/* What runs said of themselves, streamed from the store.  Private to the report. */
#ifndef QB_REPORT_DETAILS_H
#define QB_REPORT_DETAILS_H

#include "harness/base/json.h"
#include "harness/store/evidence.h"

/* details lives during the visit; only runs on the instances themselves, without noise on their inputs.
 * Anything but QB_OK ends it and is returned. */
typedef qb_status (*qb_details_visit)(void *context, const qb_evidence_run *run, const qb_json *details);

/* Visits the runs whose details are a JSON object, in the order in which they were stored.  Errors: also
 * QB_NO_MEMORY.  O(runs log runs). */
qb_status qb_details_each(qb_store *store, const qb_evidence *evidence, qb_details_visit visit, void *context,
                          qb_diag *diag);

/* A number of the details; NAN where there is none. */
double qb_details_number(const qb_json *details, const char *key);

#endif
