#include "solvers/external/startup.h"

#include "harness/base/clock.h"
#include "harness/base/watch.h"

#include <unistd.h>

double qb_external_now(void)
{
    return (double)qb_clock_system.wall_ns(qb_clock_system.context) * 1e-9;
}

void qb_external_startup_begin(qb_external_startup *s, const char *model, double most, double reading,
                               qb_budget *budget)
{
    *s = (qb_external_startup){.budget = budget, .watch = qb_watch_open(model), .left = reading};
    if (s->watch >= 0)
        qb_budget_hold(budget, most);
    s->began = qb_external_now();
}

void qb_external_startup_end(qb_external_startup *s)
{
    if (s->watch >= 0)
        close(s->watch);
    s->watch = -1;
}

void qb_external_startup_follow(qb_external_startup *s)
{
    bool was_open = s->openings > 0, opened = false;
    double now = qb_external_now();
    s->openings += qb_watch_take(s->watch, &opened);
    if (s->has_answered || (!opened && !was_open))
        return;
    if (!s->has_read)
        qb_budget_detail(s->budget, "startup_s", now - s->began);
    s->has_read = true;
    if (was_open) {
        s->read_s += now - s->opened;
        s->left -= now - s->opened;
    }
    s->opened = now;
    if (s->openings > 0 && s->left > 0)
        qb_budget_hold(s->budget, s->left);
    else
        qb_budget_resume(s->budget, true);
}

void qb_external_startup_answer(qb_external_startup *s)
{
    if (s->has_answered)
        return;
    s->has_answered = true;
    qb_budget_resume(s->budget, s->has_read);
    if (s->has_read)
        qb_budget_detail(s->budget, "model_read_s",
                         s->read_s + (s->openings > 0 ? qb_external_now() - s->opened : 0));
}
