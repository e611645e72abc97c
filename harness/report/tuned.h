/* What tuning found and what it cost, from the rows that it left in the store (run/tuning.h).
 *
 * Default and tuned are compared on pairs that chose nothing: fresh seeds, on the instances of the split.
 * Tuning pays where the tuned solver is as good as the default one before its budget is over: with t the
 * moment at which its mean score reaches what the default ends with,
 *
 *   uses = cost of tuning / (budget - t).
 */
#ifndef QB_REPORT_TUNED_H
#define QB_REPORT_TUNED_H

#include "harness/base/arena.h"
#include "harness/report/digest.h"

typedef struct qb_tuned_entry {
    const char *label;    /* of the entry that was tuned */
    const char *params;   /* what it got: KEY=VALUE,... where it differs from the default; "": nothing does */
    const char *edge;     /* the parameter that ended on the edge of its grid, or NULL */
    uint32_t tried;       /* configurations */
    uint32_t winner;      /* which of them; 0: the default */
    uint64_t runs;        /* ledger */
    double cpu_s, wall_s; /* ledger */
    double spent;         /* in the budget's quantity */
    double default_score, tuned_score; /* mean scores on the fresh pairs; NaN: none, the default had won */
    double reached;                    /* when the tuned one is as good as the default; NaN: never, or it sees
                                          its limit */
    double uses;                       /* after so many tuning has paid; INFINITY: never; NaN: unknown */
} qb_tuned_entry;

typedef struct qb_tuned {
    double budget_s;             /* what each was given */
    const qb_tuned_entry *entry; /* [entries] */
    uint32_t entries, instances;
    qb_arena arena;
} qb_tuned;

/* Mean score of a configuration's runs (label LABEL#NUMBER) on pairs from .. upto - 1; NaN without any. */
double qb_tuned_mean(const qb_digest *digest, const char *label, uint32_t from, uint32_t upto);

/* Of the tuning of `evidence`'s experiment.  entries is 0 where nothing was tuned.  Errors: what the store
 * says, QB_NO_MEMORY.  Free with qb_tuned_clear. */
qb_status qb_tuned_load(qb_store *store, const qb_evidence *evidence, qb_tuned *tuned, qb_diag *diag);
void qb_tuned_clear(qb_tuned *tuned);

/* The ledger as a table of at most 80 columns, and as a JSON array. */
void qb_tuned_say(const qb_evidence *evidence, const qb_tuned *tuned, qb_text *out);
void qb_tuned_json(const qb_tuned *tuned, qb_text *out);

#endif
