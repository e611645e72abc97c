/* What overrules or qualifies the rule, and the sentences that say so.  Private to the report. */
#ifndef QB_REPORT_REASONS_H
#define QB_REPORT_REASONS_H

#include "harness/report/verdict.h"
#include "harness/run/experiment.h"

/* Takes the numbers of a verdict and fills decision, reasons and sentences. */
void qb_verdict_apply_rules(qb_verdict *verdict, const qb_evidence *evidence, const qb_experiment *experiment,
                            const char *today);

#endif
