/* An experiment in one archive: specification, hashes, store, report, tables, CITATION.cff.
 *
 * The archive (base/archive.h) appears complete or not at all; its members have no dates, so two bundles of
 * the same store differ only in the PDFs, in which gnuplot writes the hour, and in what the deadline's day
 * changes.
 */
#ifndef QB_REPORT_BUNDLE_H
#define QB_REPORT_BUNDLE_H

#include "harness/report/report.h"

typedef struct qb_bundle_options {
    const char *author; /* for the citation; NULL: not stated */
} qb_bundle_options;

/* Errors: those of qb_report_write and of the archive. */
qb_status qb_report_bundle(qb_store *store, const qb_evidence *evidence, const char *path,
                           const qb_bundle_options *options, qb_diag *diag);

#endif
