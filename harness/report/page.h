/* The page's sections, in the order in which a reviewer reads.  Private to the report. */
#ifndef QB_REPORT_PAGE_H
#define QB_REPORT_PAGE_H

#include "harness/report/digest.h"
#include "harness/report/report.h"
#include "harness/run/experiment.h"

typedef struct qb_page {
    qb_store *store;
    qb_plots *plots;
    const qb_digest *digest;
    const uint32_t *order;           /* [entries] best first */
    const qb_experiment *experiment; /* the registered text, read again; NULL where this build cannot */
    const qb_report_options *options;
    const char *folder;
    const char *today; /* YYYY-MM-DD, for the deadline */
    const char *query; /* behind the numbers of the table that is being written */
    qb_text *out;
} qb_page;

void qb_page_question(qb_page *page);
void qb_page_verdict(qb_page *page);  /* only where a decision was registered */
void qb_page_standing(qb_page *page); /* solver by solver */
/* These three leave their section open: figures follow. */
void qb_page_table(qb_page *page); /* instance by solver */
qb_status qb_page_fairness(qb_page *page, qb_diag *diag);
qb_status qb_page_stages(qb_page *page, qb_diag *diag); /* a table; nothing where no run has any */
void qb_page_families(qb_page *page);
void qb_page_solvers(qb_page *page);
qb_status qb_page_failures(qb_page *page, qb_diag *diag);
void qb_page_circuits(qb_page *page); /* only where some run simulated a device */
void qb_page_machine(qb_page *page);
void qb_page_reproduce(qb_page *page);
void qb_page_queries(qb_page *page); /* what the numbers are linked to */

/* A drawn SVG, made part of the page: colours follow the page's, names are made unique. */
void qb_page_inline_svg(const char *svg, const char *kind, qb_text *out);

/* ---- the little HTML that the sections write */

void qb_html_text(qb_page *page, const char *text); /* escaped */
void qb_html_section(qb_page *page, const char *id, const char *heading);
void qb_html_close_section(qb_page *page);
/* headings: NULL-terminated; one that begins with '>' stands over numbers.
 * query: the id of a query in store/views.h, which the caption and every number in the table are linked to.
 */
void qb_html_table(qb_page *page, const char *caption, const char *query, const char *const *headings);
void qb_html_close_table(qb_page *page);
void qb_html_row(qb_page *page);
void qb_html_cell(qb_page *page, const char *text);                    /* words: left */
void qb_html_number(qb_page *page, const char *text, bool emphasised); /* numbers: right */
void qb_html_count(qb_page *page, uint64_t count);
/* What lies between is the number; below: a remark in small letters, or "". */
void qb_html_open_number(qb_page *page, bool emphasised);
void qb_html_close_number(qb_page *page, const char *below);
/* Every number in a text a link (but not those in words or in 'names'). */
void qb_html_linked(qb_page *page, const char *query, const char *text);
void qb_html_query(qb_page *page, const char *query); /* a link for numbers that are drawn */
void qb_html_code(qb_page *page, const char *text);
/* A paragraph; the second with its numbers linked to the query behind them. */
__attribute__((format(printf, 2, 3))) void qb_html_paragraph(qb_page *page, const char *format, ...);
__attribute__((format(printf, 3, 4))) void qb_html_numbers(qb_page *page, const char *query,
                                                           const char *format, ...);

#endif
