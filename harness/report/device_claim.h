/* What a claim about a device rests on while it is simulated: the optimistic bound, and the break-even.
 *
 * The optimistic bound is a challenger that ran with device=optimistic and without noise: no latency, all
 * pairs coupled, no errors; its angles may be trained exactly.  If even that is not enough, no device of
 * today is.
 *
 * The break-even layer time of a challenger on an instance is
 *
 *   seconds of the fastest classical baseline to its best / (shots of the challenger * depth)
 *
 * over the baselines whose mean score there is at least as good: a device that takes longer for a layer is
 * slower than they are, even without reset and readout.  Modelled, never measured.  Private to the report.
 */
#ifndef QB_REPORT_DEVICE_CLAIM_H
#define QB_REPORT_DEVICE_CLAIM_H

#include "harness/report/digest.h"
#include "harness/stats/interval.h"

bool qb_is_optimistic(const qb_evidence_entry *entry);

typedef struct qb_break_even {
    double layer_s;       /* geometric mean over instances; NAN: none could be compared */
    qb_interval interval; /* of that mean */
    double modelled_s;    /* what a layer was modelled to take, shots' overhead included; geometric mean */
    uint32_t instances;   /* compared */
    uint32_t unmatched;   /* on which no baseline was as good */
} qb_break_even;

/* take [instances]: which take part.  Errors: QB_NO_MEMORY.  O(runs). */
qb_status qb_break_even_of(const qb_digest *digest, const bool *take, uint32_t challenger, double confidence,
                           qb_break_even *result, qb_diag *diag);

#endif
