/* Budgets within budgets: a sub-solver spends from its caller's, and its incumbents are the caller's to
 * judge. */
#include "harness/base/budget_parts.h"
#include "harness/base/memory.h"

bool qb_budget_check_parent(qb_budget *b)
{
    uint64_t owed = b->work - b->passed_on;
    b->passed_on = b->work;
    if (!qb_budget_spend(b->parent, owed) || b->work >= b->limit_units)
        b->over = true;
    return !b->over;
}

qb_status qb_budget_child_open(qb_budget *parent, uint64_t work, uint32_t variables, bool maximise,
                               qb_budget_accept accept, void *context, qb_budget **child)
{
    qb_budget *b = QB_NEW(qb_budget, 1);
    if (!b)
        return QB_NO_MEMORY;
    b->parent = parent;
    b->limit_units = work;
    b->variables = variables;
    b->maximise = maximise;
    b->accept = accept;
    b->context = context;
    *child = b;
    return QB_OK;
}

void qb_budget_child_close(qb_budget *child)
{
    qb_free(child);
}
