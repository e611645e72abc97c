#include "harness/run/run_compare.h"

#include <inttypes.h>

static bool differs_at(const qb_run_point *a, const qb_run_point *b, uint32_t number, qb_diag *difference)
{
    if (a->work != b->work)
        (void)qb_fail(difference, QB_INTERNAL, "point %" PRIu32 ": work %" PRIu64 " before, %" PRIu64 " now",
                      number, a->work, b->work);
    else if (a->objective != b->objective)
        (void)qb_fail(difference, QB_INTERNAL, "point %" PRIu32 ": objective %.17g before, %.17g now", number,
                      a->objective, b->objective);
    else if (a->feasible != b->feasible)
        (void)qb_fail(difference, QB_INTERNAL, "point %" PRIu32 ": %sfeasible before, %sfeasible now", number,
                      a->feasible ? "" : "in", b->feasible ? "" : "in");
    else
        return false;
    return true;
}

bool qb_run_is_same(const qb_run_result *before, const qb_run_result *now, uint32_t columns,
                    qb_diag *difference)
{
    uint32_t shared = before->points < now->points ? before->points : now->points;
    for (uint32_t k = 0; k < shared; k++)
        if (differs_at(&before->trajectory[k], &now->trajectory[k], k + 1, difference))
            return false;
    qb_status different = QB_INTERNAL; /* any but QB_OK */
    if (before->points != now->points)
        return !qb_fail(difference, different, "%" PRIu32 " points before, %" PRIu32 " now", before->points,
                        now->points);
    if (before->outcome != now->outcome)
        return !qb_fail(difference, different, "'%s' before, '%s' now", qb_outcome_name(before->outcome),
                        qb_outcome_name(now->outcome));
    if (before->work != now->work || before->samples != now->samples)
        return !qb_fail(difference, different,
                        "work %" PRIu64 " and %" PRIu64 " samples before, %" PRIu64 " and %" PRIu64 " now",
                        before->work, before->samples, now->work, now->samples);
    for (uint32_t i = 0; before->solution && now->solution && i < columns; i++)
        if (before->solution[i] != now->solution[i])
            return !qb_fail(difference, different, "variable %" PRIu32 ": %.17g before, %.17g now", i + 1,
                            before->solution[i], now->solution[i]);
    return true;
}
