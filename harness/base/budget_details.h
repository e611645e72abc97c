/* The named facts of a run, kept as JSON members until they are published.  Used by the budget alone.
 *
 * Keys that are not [a-z0-9_]{1,63} and facts that no longer fit are dropped: a fact is a service, never a
 * reason to fail.  Numbers are written in the shortest form that reads back the same; what is not finite is
 * null.
 */
#ifndef QB_BASE_BUDGET_DETAILS_H
#define QB_BASE_BUDGET_DETAILS_H

#include "harness/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct qb_budget_details qb_budget_details;

/* Free with qb_budget_details_close.  The setters take NULL (a child's facts are dropped). */
qb_status qb_budget_details_open(qb_budget_details **details);
void qb_budget_details_close(qb_budget_details *details);

void qb_budget_details_number(qb_budget_details *details, const char *key, double value);
void qb_budget_details_text(qb_budget_details *details, const char *key, const char *value);
void qb_budget_details_list(qb_budget_details *details, const char *key, const double *values /* [count] */,
                            uint32_t count);

/* The JSON object if it has changed since the last call, else NULL. */
const char *qb_budget_details_changed(qb_budget_details *details, size_t *length);

#endif
