/* A better known value, and what it changes: gaps, summaries, verdicts. */
#ifndef QB_REPORT_LIVING_H
#define QB_REPORT_LIVING_H

#include "harness/base/text.h"

/* Takes a reference into the store at `path` for the instance of this hash, recomputes the summaries of the
 * experiments that have it, and appends to `out` one line a store, one for each experiment (mean gap of the
 * best solver on that instance, before and after) and one for each verdict that changes.  A verdict that
 * changes is kept beside the old one.  Errors: what the store says. */
qb_status qb_living_update(const char *path, const char *sha256, double value, const char *kind,
                           const char *source, qb_text *out, qb_diag *diag);

#endif
