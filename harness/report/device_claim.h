/* What a claim about a device rests on while it is simulated: the optimistic bound, and the break-even.
 *
 * The optimistic bound is a challenger that ran on the device "optimistic" and without noise: no latency, all
 * pairs coupled, no errors; its angles may be trained exactly.  If even that is not enough, no device of
 * today is.  It has to beat controls that draw as many shots as it does: a sham, which is the circuit without
 * layers, and a classical sampler.
 *
 * The break-even layer time of a challenger on an instance is
 *
 *   seconds of the fastest classical baseline to its best / (shots of the challenger * depth)
 *
 * over the baselines whose mean score there is at least as good: a device that takes longer for a layer is
 * slower than they are, even without reset and readout.  With the depth after routing in place of the layers
 * it is the time of a gate.  Modelled, never measured.  Private to the report.
 */
#ifndef QB_REPORT_DEVICE_CLAIM_H
#define QB_REPORT_DEVICE_CLAIM_H

#include "harness/report/digest.h"
#include "harness/stats/interval.h"

/* What the runs of an entry told of their circuits; nothing without any. */
typedef struct qb_circuits {
    bool told;
    bool optimistic;  /* all of them */
    bool oracle;      /* some: trained on exact expectations, which no device offers */
    bool unstated;    /* some: given angles that do not say which instances they were fitted on */
    bool sham;        /* all: no layers */
    uint64_t limited; /* runs that the limit on simulating a device ended */
} qb_circuits;

/* O(runs of the entry). */
qb_circuits qb_circuits_of(const qb_digest *digest, uint32_t entry);

/* What one of an entry's runs told of its circuit; NULL: none did.  O(instances). */
const qb_evidence_circuit *qb_circuit_told(const qb_digest *digest, uint32_t entry);

/* Do two entries draw equally many shots, to 1 % of their means on each instance in take [instances]?  False
 * where they share none, or draw none. */
bool qb_draws_as_many(const qb_digest *digest, const bool *take, uint32_t entry, uint32_t other);

/* Is this instance one of those that angles were fitted on?  fitted_on: names, separated by commas,
 * semicolons or blanks. */
bool qb_fitted_on(const char *fitted_on, const char *instance);

typedef struct qb_break_even {
    double layer_s;       /* geometric mean over instances, as all here; NAN: none could be compared */
    qb_interval interval; /* of that mean */
    double modelled_s;    /* what a layer was modelled to take, shots' overhead included */
    double
        gate_s; /* the same for a gate: depth is that of the circuit after routing; NAN: no depth was told */
    qb_interval gate_interval;
    double modelled_gate_s;             /* what a gate was modelled to take, without overhead */
    double classical_s, modelled_run_s; /* measured of the baseline, modelled of the challenger's run */
    uint32_t instances;                 /* compared */
    uint32_t unmatched;                 /* on which no baseline was as good */
} qb_break_even;

/* take [instances]: which take part.  Errors: QB_NO_MEMORY.  O(runs). */
qb_status qb_break_even_of(const qb_digest *digest, const bool *take, uint32_t challenger, double confidence,
                           qb_break_even *result, qb_diag *diag);

#endif
