/* From the store to what people read: tables, figures, a page, exports.
 *
 * Everything is computed from the recorded runs of one experiment; nothing here measures or decides anew.
 * `selector` names the experiment as qb_evidence_load takes it.  Outputs appear complete or not at all.
 * Errors: QB_BAD_INPUT (no such experiment or figure), QB_ENVIRONMENT (gnuplot or fonts missing, folder not
 * writable), QB_REFUSED (there is too little in the store for this figure: the diag says what is missing),
 * QB_NO_MEMORY.
 */
#ifndef QB_REPORT_REPORT_H
#define QB_REPORT_REPORT_H

#include "harness/base/text.h"
#include "harness/store/evidence.h"

struct qb_figure;

/* ---- tables */

typedef struct qb_table_options {
    uint32_t width; /* columns of the terminal; 0: 80 */
    bool unicode;   /* box-drawing lines and a true minus sign; else ASCII */
} qb_table_options;

/* Solver by instance: median objective, gap, feasible runs, time; then quality lost against noise where the
 * experiment has noisy copies. */
qb_status qb_report_table(const qb_evidence *evidence, const qb_table_options *options, qb_text *out,
                          qb_diag *diag);

/* The same two tables for other places: Markdown for a pull request, LaTeX (booktabs) for a paper. */
typedef enum qb_markup { QB_MARKDOWN, QB_LATEX } qb_markup;

qb_status qb_report_markup(const qb_evidence *evidence, qb_markup markup, qb_text *out, qb_diag *diag);

/* ---- figures */

enum { QB_PLOT_SVG = 1, QB_PLOT_PNG = 2, QB_PLOT_PDF = 4 };

/* Where a figure stands on the page. */
typedef enum qb_plot_section {
    QB_SECTION_DECISION, /* the one that decides: below the verdict */
    QB_SECTION_TABLE,
    QB_SECTION_FAIRNESS,
    QB_SECTION_BREAKDOWN,
    QB_SECTION_MORE
} qb_plot_section;

typedef struct qb_plot_kind {
    const char *name; /* gap, anytime, ecdf, profile, robustness, ... */
    const char *title, *help;
    qb_status (*query)(struct qb_figure *figure, qb_diag *diag); /* fills the data of plots/NAME.gp */
    const char *caution; /* what a reader must not take it for; NULL: nothing, it decides */
    qb_plot_section section;
    const char *numbers; /* the id of the query that gives what it draws (store/views.h) */
} qb_plot_kind;

extern const qb_plot_kind qb_plot_kinds[]; /* ends with a NULL name */

/* What the figures of one experiment share: runs are scored and times to target looked up once, however many
 * figures are drawn.  The evidence must outlive it. */
typedef struct qb_plots qb_plots;

qb_status qb_plots_open(qb_store *store, const qb_evidence *evidence, qb_plots **plots, qb_diag *diag);
void qb_plots_close(qb_plots *plots); /* NULL is fine */

/* Draws one figure as FOLDER/NAME.svg and so on; the folder is made.  `written` (may be NULL) gets the paths,
 * one a line. */
qb_status qb_plots_draw(qb_plots *plots, const char *kind, const char *folder, unsigned formats,
                        qb_text *written, qb_diag *diag);

/* What stands below the figure that was drawn last: what it shows, n, budget, and whether it decides. */
const char *qb_plots_caption(const qb_plots *plots);

/* QB_OK when gnuplot is there and has a font to write with; else QB_ENVIRONMENT and how to install it. */
qb_status qb_plot_check(qb_diag *diag);

/* ---- the page */

typedef struct qb_report_options {
    const char *database;   /* as it is named in "how to reproduce" */
    const char *experiment; /* the experiment file, likewise; NULL: the name is used */
    unsigned formats;       /* of the figures beside the page; 0: SVG, PNG and PDF */
} qb_report_options;

/* Writes FOLDER/report.html (self-contained: inline SVG, no script, no network) and the figures beside it. A
 * figure for which the store holds too little is left out and named in the page.  `written` as above. */
qb_status qb_report_write(qb_store *store, const qb_evidence *evidence, const char *folder,
                          const qb_report_options *options, qb_text *written, qb_diag *diag);

/* ---- exports: every run as the view `result` shows it */

qb_status qb_export_csv(qb_store *store, const char *selector, qb_text *out, qb_diag *diag);
qb_status qb_export_json(qb_store *store, const char *selector, qb_text *out, qb_diag *diag);

#endif
