/* A budget with a private channel of its own, for tests and benchmarks that run a solver in their own
 * process.
 */
#ifndef QB_BASE_BUDGET_PROBE_H
#define QB_BASE_BUDGET_PROBE_H

#include "harness/base/budget_host.h"

typedef struct qb_budget_probe {
    qb_budget *budget;
    void *block; /* the channel */
    size_t size;
    uint32_t variables, samples;
    bool mip;
} qb_budget_probe;

/* A setup with the system's clocks, one thread, no backstop and no targets, that tells its limit: change what
 * you need, then open. */
qb_budget_setup qb_budget_probe_setup(qb_budget_kind kind, double limit, uint32_t variables, bool mip,
                                      bool maximise);

/* Opens a channel for setup->variables and `samples` kept samples (setup->channel is ignored), and the budget
 * on it.  Errors: as qb_budget_open.  Close with qb_budget_probe_close. */
qb_status qb_budget_probe_open(const qb_budget_setup *setup, uint32_t samples, qb_budget_probe *probe,
                               qb_diag *diag);
void qb_budget_probe_close(qb_budget_probe *probe);

/* What was published so far; points point into the probe. */
typedef struct qb_budget_probe_record {
    qb_channel_point points[QB_CHANNEL_POINTS];
    uint32_t count, damaged;
    qb_channel_summary summary; /* complete once qb_budget_finish has been called */
} qb_budget_probe_record;

void qb_budget_probe_read(const qb_budget_probe *probe, qb_budget_probe_record *record);

/* The last credited solution of a QUBO, and its claim; false when there is none. */
bool qb_budget_probe_best(const qb_budget_probe *probe, uint8_t *x /* [variables] */, double *claimed);
bool qb_budget_probe_best_mip(const qb_budget_probe *probe, double *x /* [variables] */, double *claimed);

const char *qb_budget_probe_details(const qb_budget_probe *probe);

#endif
