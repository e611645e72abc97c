/* Distribution functions as stairs, a line a solver: what ecdf, success, profile, data, pairs and shots
 * share. Private to the report.
 */
#ifndef QB_REPORT_CURVES_H
#define QB_REPORT_CURVES_H

#include "harness/report/figure.h"

/* Times below this share of the budget are noise of the clock. */
#define QB_CURVE_RESOLUTION 1e-5

typedef struct qb_curves {
    uint32_t entries;
    double *value;   /* [start[entries]] ascending within an entry: when a trial came through */
    uint64_t *start; /* [entries + 1] where an entry's values begin */
    uint64_t *total; /* [entries] trials, those that never came through included */
} qb_curves;

/* Room for at most `most` values in all.  Errors: QB_NO_MEMORY.  Free with qb_curves_close. */
qb_status qb_curves_open(uint32_t entries, uint64_t most, qb_curves *curves, qb_diag *diag);
void qb_curves_close(qb_curves *curves);

/* Values of entry `entry` stand in value[start[entry] .. end): sorts them.  Entries in ascending order. */
void qb_curves_end_entry(qb_curves *curves, uint32_t entry, uint64_t end, uint64_t total);

/* The least and greatest of all values; false without any. */
bool qb_curves_range(const qb_curves *curves, double *least, double *greatest);

/* Fills $curve (a block an entry: place on the axis, percent), $entry (put_entry), entries, first and last.
 * Entries come in the order in which their lines end, so that the key reads as the lines do.  An entry with
 * no trials is left out.  Errors: QB_NO_MEMORY. */
qb_status qb_curves_put(qb_figure *figure, const qb_curves *curves, double first, double last, qb_diag *diag);

/* Fills $curve with a block for each of line [count] (NULL: 0 .. count - 1), first and last. */
void qb_curves_put_lines(qb_figure *figure, const qb_curves *curves, const uint32_t *line, uint32_t count,
                         double first, double last);

#endif
