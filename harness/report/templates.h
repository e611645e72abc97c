/* Where the gnuplot templates are.  Private to the report. */
#ifndef QB_REPORT_TEMPLATES_H
#define QB_REPORT_TEMPLATES_H

#include "harness/base/text.h"

/* $QUBOUT_PLOTS, else share/qubout/plots beside the folder of the running program, else the source tree that
 * was configured.  Errors: QB_ENVIRONMENT. */
qb_status qb_templates_find(qb_text *folder, qb_diag *diag);

#endif
