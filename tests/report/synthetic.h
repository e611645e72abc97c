/* Evidence with a known truth, in memory: what a verdict is tested on. */
#ifndef QB_TESTS_REPORT_SYNTHETIC_H
#define QB_TESTS_REPORT_SYNTHETIC_H

#include "harness/base/rng.h"
#include "harness/store/evidence.h"

typedef enum synthetic_shape { SHAPE_NORMAL, SHAPE_LOGNORMAL, SHAPE_CEILING } synthetic_shape;

typedef struct synthetic_entry {
    const char *name, *solver;
    qb_evidence_role role;
    double mean; /* true mean gap */
} synthetic_entry;

typedef struct synthetic_options {
    uint32_t instances, repeats, families;
    const synthetic_entry *entry; /* [entries] in the order of roles */
    uint32_t entries;
    double between, within; /* spread over instances (an entry's own) and over seeds */
    synthetic_shape shape;  /* of both */
    double flagged;         /* share of runs */
    const char *spec;       /* the experiment's text */
    uint64_t seed;
} synthetic_options;

/* Free with synthetic_free; NULL without memory. */
qb_evidence *synthetic_make(const synthetic_options *options);
void synthetic_free(qb_evidence *evidence);

/* Takes out the runs at the positions from <= p < end of the plan, as if they had not run yet.  (The plan
 * goes instance by instance, as for a sequential decision.) */
void synthetic_drop(qb_evidence *evidence, uint64_t from, uint64_t end);

/* One draw of mean 0 and standard deviation 1 of a shape: normal; shifted lognormal (skewness 6); half of the
 * mass on one value below the rest. */
double synthetic_draw(qb_rng *rng, synthetic_shape shape);

#endif
