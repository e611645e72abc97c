#include "harness/report/planned.h"
#include "harness/report/verdict.h"
#include "harness/stats/planning.h"

#include <math.h>

#define POWER 0.9

qb_planned qb_plan_decision(const qb_experiment *x, const qb_evidence *evidence)
{
    qb_planned p = {.challengers = qb_count_role(x, QB_ROLE_CHALLENGER),
                    .baselines = qb_count_role(x, QB_ROLE_BASELINE),
                    .deviation = NAN};
    p.instances = qb_judged_instances(x);
    p.attainable_p = qb_attainable_p(p.instances, p.challengers ? p.challengers : 1);
    double alpha = (1 - x->decision.confidence) / (p.challengers ? p.challengers : 1);
    p.detectable = qb_detectable_effect(1, p.instances, 1 - alpha, POWER);
    qb_verdict v;
    if (evidence && evidence->runs && qb_verdict_compute(evidence, "0000-00-00", &v, NULL) == QB_OK) {
        p.deviation = v.challenger[0].against_best.effect.deviation;
        qb_verdict_clear(&v);
    }
    qb_find_obstacle(x, evidence, p.why);
    return p;
}

void qb_planned_say(const qb_experiment *x, const qb_planned *p, qb_text *out)
{
    if (!x->decision.given)
        return;
    qb_text_appendf(out, "judged       %u instances, %u challenger%s, %u baseline%s\n", p->instances,
                    p->challengers, p->challengers == 1 ? "" : "s", p->baselines,
                    p->baselines == 1 ? "" : "s");
    qb_text_appendf(out, "attainable   p = %.2g at best%s\n", p->attainable_p,
                    p->challengers > 1 ? ", after Holm" : "");
    if (!isnan(p->detectable))
        qb_text_appendf(
            out, "detectable   %.3g standard deviations beyond the minimum effect, in %g %% of cases\n",
            p->detectable, 100 * POWER);
    if (!isnan(p->detectable) && !isnan(p->deviation))
        qb_text_appendf(out, "             that is %.3g points of gap, by the runs that are stored\n",
                        100 * p->detectable * p->deviation);
    if (*p->why)
        qb_text_appendf(out, "undecidable  %s\n", p->why);
}
