/* What each solver costs and earns in the business's own unit.
 *
 *   cost of a run = CPU hours * price of an hour + modelled device seconds * price of a second
 *   gain          = what a run is better than one of the best baseline, in the KPI's unit; one that failed
 *                   costs what a random answer does
 *   net           = gain - (cost - cost of the best baseline)
 *
 * CPU time spent on simulating a device is not a cost of the device, and is left out.  The break-even price
 * is that of the resource of which the solver uses more than the baseline, the other price as given: of a
 * device second where it uses one, else of a CPU hour.
 */
#ifndef QB_REPORT_COST_H
#define QB_REPORT_COST_H

#include "harness/base/text.h"
#include "harness/store/evidence.h"

typedef struct qb_prices {
    double cpu_hour, device_second; /* in the KPI's unit, >= 0 */
} qb_prices;

typedef struct qb_entry_cost {
    const char *name;             /* of the entry; belongs to the evidence */
    double cpu_s, device_s, cost; /* of a run, mean over instances */
    double gain, net;             /* NaN: no KPI, no baseline, or no instance with a known value */
    double break_even;      /* price at which net is 0; INFINITY: at every price; NaN: at none, unknown */
    bool per_device_second; /* of what break_even is the price */
} qb_entry_cost;

typedef struct qb_costs {
    const char *unit, *kpi; /* of the registered KPI; "" without one; belong to this */
    const char *baseline;   /* the best one by mean score, or NULL */
    qb_prices prices;
    qb_entry_cost *entry; /* [entries] */
    uint32_t entries;
    char text[2][128]; /* behind unit and kpi */
} qb_costs;

/* NaN prices: those that the experiment's `kpi` registers, else 0.  Errors: QB_BAD_INPUT (the experiment's
 * text), QB_NO_MEMORY.  Free with qb_costs_clear, before the evidence. */
qb_status qb_costs_compute(const qb_evidence *evidence, qb_prices prices, qb_costs *costs, qb_diag *diag);
void qb_costs_clear(qb_costs *costs);

/* At most 80 columns; and one JSON object. */
void qb_costs_say(const qb_costs *costs, qb_text *out);
void qb_costs_json(const qb_costs *costs, qb_text *out);

#endif
