/* What the reading commands share: a store opened for reading, one experiment's evidence, the terminal's
 * shape. */
#ifndef QB_CLI_EVIDENCE_H
#define QB_CLI_EVIDENCE_H

#include "harness/store/evidence.h"

typedef struct qb_cli_evidence {
    qb_store *store;
    const qb_evidence *evidence;
} qb_cli_evidence;

/* db NULL is QB_BAD_INPUT (which store?).  Close with qb_cli_evidence_close. */
qb_status qb_cli_evidence_open(const char *db, const char *experiment, qb_cli_evidence *source,
                               qb_diag *diag);
void qb_cli_evidence_close(qb_cli_evidence *source);

/* "svg,png,pdf", or some of them, as QB_PLOT_ bits. */
qb_status qb_cli_formats(const char *list, unsigned *formats, qb_diag *diag);

uint32_t qb_cli_width(void); /* columns of the terminal, 80 when there is none */
bool qb_cli_unicode(void);   /* does the locale say UTF-8? */

#endif
