/* One figure: a query that fills variables and data blocks, and a gnuplot template of the same name.
 *
 * To add a figure: a function that fills it, a template plots/NAME.gp, one line in kinds.c.  Text from
 * outside reaches gnuplot only through the functions below, which escape it.  Private to the report.
 */
#ifndef QB_REPORT_FIGURE_H
#define QB_REPORT_FIGURE_H

#include "harness/report/crossings.h"
#include "harness/report/report.h"
#include "harness/run/experiment.h"

struct qb_plots {
    qb_store *store;
    qb_digest digest;
    uint32_t *order;                 /* [entries] best first */
    const qb_experiment *experiment; /* the registered text, read again; NULL where this build cannot */
    qb_crossings crossings;          /* filled when the first figure asks */
    bool has_crossings;
    qb_text templates, caption;
};

typedef struct qb_figure {
    qb_plots *plots;
    qb_store *store;
    const qb_digest *digest;
    const uint32_t *order;  /* [entries] best first: the same in every figure */
    qb_text script;         /* what has been filled so far */
    uint32_t width, height; /* pixels of the SVG; a query may change them */
    uint64_t runs;          /* n of the caption: by default all unperturbed runs; a query may change it */
    uint32_t instances;     /* likewise */
} qb_figure;

/* The times to target, looked up once for all figures; NULL and *status otherwise (crossings.h). */
const qb_crossings *qb_figure_crossings(qb_figure *figure, qb_status *status, qb_diag *diag);

/* Writes the files of a filled figure, all formats or none.  title, subtitle: of the figure. */
qb_status qb_figure_write(qb_figure *figure, const char *kind, const char *title, const char *subtitle,
                          const char *folder, unsigned formats, qb_text *written, qb_diag *diag);

/* Variables that the template reads. */
void qb_figure_number(qb_figure *figure, const char *name, double value);
void qb_figure_text(qb_figure *figure, const char *name, const char *value);

/* A data block $NAME of tab-separated rows; blocks within it (gnuplot's `index`) are ended by qb_figure_gap.
 *
 *   qb_figure_open(f, "box");
 *   qb_figure_put(f, 0.5);
 *   qb_figure_put_text(f, name);
 *   qb_figure_end_row(f);
 *   qb_figure_close(f); */
void qb_figure_open(qb_figure *figure, const char *name);
void qb_figure_put(qb_figure *figure, double value); /* NaN and infinities: missing */
void qb_figure_put_text(qb_figure *figure, const char *value);
void qb_figure_end_row(qb_figure *figure);
void qb_figure_gap(qb_figure *figure);
void qb_figure_close(qb_figure *figure);

/* Columns "name, colour, dash" of an entry: the same in every figure (Okabe and Ito's colours by entry; solid
 * for challengers, dashed for baselines, dotted for controls; further patterns where colours come again). */
void qb_figure_put_entry(qb_figure *figure, uint32_t entry);

/* $entry with a row for each of entry [count], and `entries`; the figure grows until its key has room. */
void qb_figure_put_key(qb_figure *figure, const uint32_t *entry, uint32_t count);

/* `quantity` and `unit`: what the budget counts. */
void qb_figure_put_quantity(qb_figure *figure);

/* shown: "the 12 best of 40 solvers" where not all are, else nothing. */
void qb_figure_put_shown(qb_figure *figure, uint32_t shown, uint32_t all, const char *which,
                         const char *what);

/* Small multiples, four to a row: panels, columns and rows.  Returns the rows. */
uint32_t qb_figure_put_panels(qb_figure *figure, uint32_t panels);

uint32_t qb_figure_colour(uint32_t entry); /* 0xRRGGBB */

/* A score on a logarithmic axis that has a zero: log10(max(score, floor)). */
double qb_figure_log_score(double score, double floor);

/* The floor for that: a power of ten at or below the smallest positive of values [count], in [1e-6, 1e-2]. */
double qb_figure_floor(const double *values, uint64_t count);

#endif
